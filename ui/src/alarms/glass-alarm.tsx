// SPDX-License-Identifier: GPL-3.0-or-later
// The newest red alarm that nobody took, above the pictures where the names of the pages are not on the glass: in full
// screen and in a window of its own. It takes a line from the pictures and covers none.
import type { Alarm } from '../api/types-alarms';
import { formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { formatClock, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { useAlarms } from './watch';
import { alarmWords } from './words';

/** The newest of those that go on. */
export function newestRed(alarms: readonly Alarm[]): Alarm | null {
  const red = alarms.filter((a) => a.severity === 'red' && !a.acknowledged && a.until === null);
  return red.reduce<Alarm | null>((a, b) => (a && parseTime(a.since) >= parseTime(b.since) ? a : b), null);
}

export function GlassAlarm() {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const { value } = useAlarms();
  const alarm = value && newestRed(value.alarms);
  if (!alarm) return null;
  return (
    <div role="status">
      <a class="glass-alarm" href={formatRoute({ page: 'alarms' })}>
        <span aria-hidden="true">■</span>
        <span class="glass-alarm-words">{alarmWords(t, lang, alarm)}</span>
        <span class="num">{t('alarmSince', { time: formatClock(parseTime(alarm.since), zone) })}</span>
        {value.unacknowledged > 1 && <span>{t('wallAlarmMore', { n: value.unacknowledged - 1 })}</span>}
        <kbd>{t('wallAlarmKey')}</kbd>
      </a>
    </div>
  );
}
