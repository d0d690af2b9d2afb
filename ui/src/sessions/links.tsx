// SPDX-License-Identifier: GPL-3.0-or-later
// Join links, which are shown once: each to be copied for its party.
import type { MeetLeg } from '../api/party';
import { CopyButton } from '../base/parts';
import { formatRoute } from '../base/route';
import { Sheet } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { roleWord } from '../meeting/words';

export interface JoinLink {
  leg: string;
  role: MeetLeg['role'];
  token: string;
}

export const joinAddress = (session: string, link: JoinLink): string =>
  `${window.location.origin}/${formatRoute({ page: 'join', session, leg: link.leg, token: link.token })}`;

export function Links(props: { session: string; links: JoinLink[]; onClose: () => void }) {
  const { t } = useI18n();
  const { session } = props;
  return (
    <Sheet id="links-title" title={t('sessLinksTitle', { session })} onClose={props.onClose} once>
      <p>{t('sessLinksOnce')}</p>
      {props.links.map((link) => (
        <div key={link.leg} class="form-field">
          <span>{roleWord(t, link.role)}</span>
          <p class="secret mono" data-link={link.leg}>
            {joinAddress(session, link)}
          </p>
          <CopyButton
            text={() => joinAddress(session, link)}
            label={t('copy', { what: t('sessLinkOf', { who: roleWord(t, link.role) }) })}
            class="button"
          >
            {t('copy', { what: '' }).trim()}
          </CopyButton>
        </div>
      ))}
      <p class="form-actions">
        <button type="button" class="button primary" onClick={props.onClose}>
          {t('close')}
        </button>
      </p>
    </Sheet>
  );
}
