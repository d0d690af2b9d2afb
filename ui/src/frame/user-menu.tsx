// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api/client';
import { useI18n } from '../i18n/i18n';

export function UserMenu({ name, onSignedOut }: { name: string; onSignedOut: () => void }) {
  const { t } = useI18n();
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const away = (event: Event) => {
      const escape = event instanceof KeyboardEvent && event.key === 'Escape';
      if (menu.current?.open && (escape || !menu.current.contains(event.target as Node))) menu.current.open = false;
    };
    window.addEventListener('pointerdown', away);
    window.addEventListener('keydown', away);
    return () => {
      window.removeEventListener('pointerdown', away);
      window.removeEventListener('keydown', away);
    };
  }, []);
  const leave = async () => {
    await api.logout();
    onSignedOut();
  };
  return (
    <details class="menu" ref={menu}>
      <summary class="button plain" aria-label={t('userMenu', { name })}>
        {name}
      </summary>
      <div class="menu-sheet">
        <button type="button" class="button plain" onClick={() => void leave()}>
          {t('signOut')}
        </button>
      </div>
    </details>
  );
}
