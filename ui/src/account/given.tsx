// SPDX-License-Identifier: GPL-3.0-or-later
// The first sign-in with a password that somebody else gave.
import { api } from '../api/client';
import { LanguageToggle, ThemeMenu } from '../frame/toggles';
import { useI18n } from '../i18n/i18n';
import { PasswordForm } from './password';

export function GivenPassword({ onDone, onSignedOut }: { onDone: () => void; onSignedOut: () => void }) {
  const { t } = useI18n();
  const leave = () => void api.logout().then(onSignedOut);
  return (
    <div class="sign-in">
      <div class="sign-in-corner">
        <LanguageToggle />
        <ThemeMenu />
      </div>
      <main class="given">
        <h1>{t('passwordTitle')}</h1>
        <p class="dim">{t('passwordGiven')}</p>
        <PasswordForm onDone={onDone} onCancel={leave} />
      </main>
    </div>
  );
}
