// SPDX-License-Identifier: GPL-3.0-or-later
import { api } from '../api/client';
import { useI18n } from '../i18n/i18n';
import { Menu } from './menu';

export function UserMenu({ name, onSignedOut }: { name: string; onSignedOut: () => void }) {
  const { t } = useI18n();
  const leave = async () => {
    await api.logout();
    onSignedOut();
  };
  return (
    <Menu label={t('userMenu', { name })} face={name}>
      <button type="button" class="button plain" onClick={() => void leave()}>
        {t('signOut')}
      </button>
    </Menu>
  );
}
