// SPDX-License-Identifier: GPL-3.0-or-later
// The alarms that are open, asked for by the frame every other second for every page at once.
import { createContext } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import { api } from '../api/client';
import type { Alarm, Alarms } from '../api/types-alarms';
import { usePoll, WATCHED_MS, type Answer } from '../base/hooks';
import { useI18n } from '../i18n/i18n';
import { beep, notify, notifyIsOn, soundIsOn } from './sound';
import { alarmWords } from './words';

const POLL_MS = 2000;

export interface AlarmWatch {
  answer: Answer<Alarms>;
  value: Alarms | null;
  again(): void;
}

export const AlarmsContext = createContext<AlarmWatch>({ answer: null, value: null, again: () => {} });
export const useAlarms = (): AlarmWatch => useContext(AlarmsContext);

/** The 1st, 2nd, 4th, 8th … time: what comes and goes does not ring for ever. */
const rings = (times: number): number => 2 ** Math.floor(Math.log2(Math.max(times, 1)));

/** Those that came, or came back often enough, since `known` was noted. Nothing is new in the first answer. */
export function newAlarms(known: Map<number, number> | null, alarms: readonly Alarm[]): Alarm[] {
  if (!known) return [];
  return alarms.filter((a) => !a.acknowledged && !a.quiet && rings(a.times) > (known.get(a.id) ?? 0));
}

export function useAlarmWatch(): AlarmWatch {
  const { t, lang } = useI18n();
  const watch = usePoll(
    (s) => api.alarms(s),
    () => POLL_MS,
    'alarms',
    WATCHED_MS - POLL_MS, // from when the server fell silent
  );
  const known = useRef<Map<number, number> | null>(null);
  const { value } = watch;
  useEffect(() => {
    if (!value) return;
    const fresh = newAlarms(known.current, value.alarms);
    known.current = new Map(value.alarms.map((a) => [a.id, a.times]));
    const first = fresh[0];
    if (!first) return;
    if (soundIsOn()) beep(fresh.some((a) => a.severity === 'red'));
    if (notifyIsOn())
      notify(t('navAlarmsCount', { n: value.unacknowledged }), alarmWords(t, lang, first), `mingjing-${first.id}`);
  }, [value]);
  return watch;
}
