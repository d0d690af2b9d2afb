// SPDX-License-Identifier: GPL-3.0-or-later
// An alarm in a sentence.
import type { StreamState } from '../api/types';
import type { Alarm, Alert, KindWords } from '../api/types-alarms';
import type { Translate } from '../i18n/i18n';
import { table, type Key, type Lang } from '../i18n/table';
import { stateWord } from '../i18n/words';

const camel = (code: string) => code.replace(/(^|[-._])(\w)/g, (_, __, c: string) => c.toUpperCase());

function wordOf(t: Translate, prefix: string, code: string, values?: Record<string, string>): string | null {
  const key = prefix + camel(code);
  return key in table ? t(key as Key, values) : null;
}

/** As it was called then; what is older than that, in English by its code. */
export const markKindWord = (t: Translate, lang: Lang, kind: string, then: KindWords): string =>
  then[lang] ?? wordOf(t, 'markKind', kind) ?? then.zh ?? kind;

const fileName = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

/** What an alert is about: of a mark its kind, else what the business system calls it; and what was said of it. */
function alertWords(t: Translate, lang: Lang, alert: Alert | null): string {
  const then = { zh: alert?.monitor_point ?? null, en: alert?.monitor_point_en ?? null };
  const what = alert?.mark ? markKindWord(t, lang, alert.mark.kind, then) : (then.zh ?? alert?.rule_code ?? null);
  const by = alert?.marked_by ? t('markBy', { name: alert.marked_by }) : null;
  return [what, alert?.reason, by].filter(Boolean).join(' · ') || t('alAlertBare');
}

/** "camera W07", "source /queue": what is behind the first word. */
const rest = (object: string): string => object.replace(/^\S+ /, '');

export function alarmWords(t: Translate, lang: Lang, alarm: Alarm): string {
  const camera = alarm.camera?.name ?? alarm.object;
  switch (alarm.kind) {
    case 'camera':
      return t('alCamera', { what: camera, state: stateWord(t, alarm.code as StreamState) });
    case 'recorder':
      return t('alRecorder');
    case 'volume':
      return t('alVolume', {
        what: fileName(alarm.object),
        state: wordOf(t, 'alVolume', alarm.code) ?? alarm.code,
      });
    case 'room':
      return wordOf(t, 'alRoom', alarm.code, { what: fileName(alarm.object) }) ?? alarm.detail;
    case 'purge':
      return t('alPurge');
    case 'retention':
      return t('alRetention', { what: alarm.object });
    case 'clock':
      return (
        wordOf(t, 'alClock', alarm.code, { what: alarm.code === 'camera' ? camera : rest(alarm.object) }) ??
        alarm.detail
      );
    case 'promise':
      // Who may not search is not told how many.
      return alarm.code === 'more'
        ? t('alPromiseMore', { n: /^\d+/.exec(alarm.detail)?.[0] ?? '…' })
        : t('alPromise', { what: alarm.object });
    case 'alert':
      return wordOf(t, 'alAlert', alarm.code, { what: alertWords(t, lang, alarm.alert) }) ?? alarm.detail;
  }
}
