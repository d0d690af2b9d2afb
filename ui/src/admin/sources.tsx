// SPDX-License-Identifier: GPL-3.0-or-later
// Business systems, how far their clocks are off, and whether all that they send is late.
import type { Source } from '../api/types-admin';
import { useSession } from '../base/session';
import { Table } from '../base/table';
import { formatMoment, parseTime } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import { offsetWord } from './camera-words';

const HOUR_MS = 3_600_000;

/** "8.0 h", "25.0 s" */
export const lateWord = (t: Translate, ms: number): string =>
  ms >= HOUR_MS ? t('sourcesHours', { n: (ms / HOUR_MS).toFixed(1) }) : offsetWord(ms * 1000).slice(1);

function clockWord(t: Translate, { how, offset_ms, uncertainty_ms }: Source['clock']): string {
  if (how === 'unknown') return t('sourcesUnknown');
  const may = offsetWord(uncertainty_ms * 1000).slice(1);
  return t(how === 'set' ? 'sourcesSet' : 'sourcesMeasured', { off: offsetWord(offset_ms * 1000), may });
}

export function Sources({ sources }: { sources: readonly Source[] }) {
  const { t } = useI18n();
  const { zone } = useSession();
  if (sources.length === 0) return null;
  return (
    <>
      <h2>{t('sourcesTitle')}</h2>
      <Table
        heads={[t('sourcesSource'), t('sourcesClock'), t('sourcesDelay'), t('sourcesLast')]}
        label={t('sourcesTitle')}
        class="sources-table"
      >
        {sources.map((s) => (
          <tr key={s.source} data-source={s.source}>
            <td class="mono">{s.source}</td>
            <td class="num">{clockWord(t, s.clock)}</td>
            <td class={s.remark ? 'num warn' : 'num'}>
              {s.late_ms !== null
                ? t('sourcesLate', { late: lateWord(t, s.late_ms) })
                : s.delay_ms !== null && t('sourcesAfter', { span: offsetWord(s.delay_ms * 1000) })}
            </td>
            <td class="num">{s.last_arrival && formatMoment(parseTime(s.last_arrival), zone)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
