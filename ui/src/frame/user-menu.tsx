// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { PasswordForm } from '../account/password';
import { SecondSheet } from '../account/second';
import { api } from '../api/client';
import type { Me } from '../api/types';
import { Sheet } from '../base/form';
import { forgetRecent } from '../find/recent';
import { useI18n } from '../i18n/i18n';
import { Menu } from './menu';

export function UserMenu(props: { me: Me; onSignedOut: () => void; onChanged: () => void }) {
  const { t } = useI18n();
  const { me } = props;
  const [sheet, setSheet] = useState<'password' | 'second' | null>(null);
  const close = () => setSheet(null);
  const leave = async (everywhere: boolean) => {
    forgetRecent();
    await (everywhere ? api.logoutEverywhere() : api.logout());
    props.onSignedOut();
  };
  return (
    <>
      <Menu label={t('userMenu', { name: me.name })} face={me.name}>
        <button type="button" class="button plain" onClick={() => setSheet('password')}>
          {t('passwordTitle')}
        </button>
        <button type="button" class="button plain" onClick={() => setSheet('second')}>
          {t('secondTitle')}
        </button>
        <button type="button" class="button plain" onClick={() => void leave(true)}>
          {t('signOutEverywhere')}
        </button>
        <button type="button" class="button plain" onClick={() => void leave(false)}>
          {t('signOut')}
        </button>
      </Menu>
      {sheet === 'password' && (
        <Sheet id="password-title" title={t('passwordTitle')} onClose={close}>
          <PasswordForm onDone={close} onCancel={close} />
        </Sheet>
      )}
      {sheet === 'second' && <SecondSheet on={me.second} onClose={close} onChanged={props.onChanged} />}
    </>
  );
}
