// SPDX-License-Identifier: GPL-3.0-or-later
// Where one looks for a package of evidence: what stands for it as long as none is made, and the way there.
import { useSession } from '../base/session';
import { Menu } from '../frame/menu';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { mayHold } from './model';

/** For those who may do either. `onClip`: null where there is nothing to take. */
export function EvidenceMenu({ onHold, onClip }: { onHold: () => void; onClip: (() => void) | null }) {
  const { t } = useI18n();
  const { me } = useSession();
  const holds = mayHold(me);
  if (!holds && !onClip) return null;
  const step = (means: Key, word: Key, go: () => void) => (
    <li>
      {t(means)}{' '}
      <button type="button" class="button" onClick={go}>
        {t(word)}
      </button>
    </li>
  );
  return (
    <Menu id="evidence" label={t('evidenceTitle')} face={t('evidenceButton')}>
      <div class="evidence">
        <p>{t('evidenceMeans')}</p>
        <ol>
          {holds && step('evidenceHold', 'holdButton', onHold)}
          {onClip && step('evidenceClip', 'clipButton', onClip)}
        </ol>
        <p class="dim">{t('evidenceLog')}</p>
      </div>
    </Menu>
  );
}
