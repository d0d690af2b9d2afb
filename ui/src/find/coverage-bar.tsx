// SPDX-License-Identifier: GPL-3.0-or-later
// How much of it is recorded, in a line of a list: a bar, the number, and on hover what is missing and why.
import type { Glance, MissingAt } from '../api/types';
import { useSession, type Session } from '../base/session';
import { formatClock, parseTime } from '../base/time';
import { percent } from '../dossier/ruler';
import { useI18n, type Translate } from '../i18n/i18n';
import { gapWord } from '../i18n/words';

const SHOWN = 8;

export function gapLine(t: Translate, session: Session, gap: MissingAt): string {
  const range = `${formatClock(parseTime(gap.from), session.zone)} – ${formatClock(parseTime(gap.to), session.zone)}`;
  return `${gap.camera ?? gap.place}  ${range}  ${gapWord(t, gap.reason)}`;
}

export function CoverageBar({ coverage, gaps }: Pick<Glance, 'coverage' | 'gaps'>) {
  const { t } = useI18n();
  const session = useSession();
  if (coverage === null)
    return (
      <span class="cover dim" title={t('coverNone')}>
        –
      </span>
    );
  const lines = gaps.slice(0, SHOWN).map((g) => gapLine(t, session, g));
  if (gaps.length > SHOWN) lines.push(t('relatedMore', { n: gaps.length - SHOWN }));
  const words = t('coverOf', { percent: percent(coverage) });
  return (
    <span class="cover" title={[words, ...lines].join('\n')}>
      <span class="cover-bar hatched" role="img" aria-label={words}>
        <span style={{ width: `${coverage * 100}%` }} />
      </span>
      <span class="num" aria-hidden="true">
        {percent(coverage)}
      </span>
    </span>
  );
}
