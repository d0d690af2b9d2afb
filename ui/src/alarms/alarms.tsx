// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody has to look at: the list, and beside it what the camera saw.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Permission } from '../api/types';
import type { Alarm } from '../api/types-alarms';
import { useKeys } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { formatMoment, formatSpan, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { Beside } from './beside';
import { Marks } from './marks';
import { notifyIsOn, setNotify, setSound, soundIsOn } from './sound';
import { useAlarms } from './watch';
import { alarmWords } from './words';

type Shown = 'open' | 'all' | 'marks';

function Switches() {
  const { t } = useI18n();
  const [sound, hear] = useState(soundIsOn);
  const [told, tell] = useState(notifyIsOn);
  const [denied, setDenied] = useState(false);
  const toggleSound = () => (setSound(!sound), hear(!sound));
  const toggleNotify = () =>
    void setNotify(!told).then((on) => {
      setDenied(!told && !on);
      tell(on);
    });
  return (
    <span class="alarm-switches">
      <button type="button" class="button" aria-pressed={sound} title={t('alarmSoundTitle')} onClick={toggleSound}>
        {t('alarmSound')}
      </button>
      <button type="button" class="button" aria-pressed={told} title={t('alarmNotifyTitle')} onClick={toggleNotify}>
        {t('alarmNotify')}
      </button>
      <span class="warn" role="status">
        {denied && t('alarmNotifyDenied')}
      </span>
    </span>
  );
}

/** Where: the camera's places, or the alert's own. */
export function usePlaces(alarm: Alarm): string {
  const session = useSession();
  const codes = alarm.place ? [alarm.place] : (alarm.camera?.places ?? []);
  const hall = alarm.place ? (alarm.alert?.hall ?? undefined) : undefined;
  const shown = codes.slice(0, 3).map((p) => placeLabel(session, p, hall));
  return shown.join(', ') + (codes.length > 3 ? ' …' : '');
}

function When({ alarm }: { alarm: Alarm }) {
  const { t } = useI18n();
  const { hallNow, zone } = useSession();
  const since = parseTime(alarm.since);
  const until = alarm.until ? parseTime(alarm.until) : null;
  const parts = [
    t('alarmSince', { time: formatMoment(since, zone) }),
    until !== null
      ? t('alarmEnded', { time: formatMoment(until, zone) })
      : alarm.quiet
        ? t('alarmQuiet')
        : t('alarmFor', { span: formatSpan(Math.max(0, hallNow() - since)) }),
    alarm.times > 1 && t('alarmTimes', { n: alarm.times }),
  ];
  return <span class="num dim">{parts.filter(Boolean).join(' · ')}</span>;
}

function AlarmRow(props: { alarm: Alarm; chosen: boolean; onChoose: () => void }) {
  const { t, lang } = useI18n();
  const { alarm, chosen } = props;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const over = alarm.until !== null;
  return (
    <li
      ref={row}
      id={`alarm-${alarm.id}`}
      class="alarm"
      role="option"
      aria-selected={chosen}
      data-severity={over ? undefined : alarm.severity}
      data-taken={alarm.acknowledged ? '' : undefined}
      data-kind={alarm.kind}
      data-object={alarm.object}
      onClick={props.onChoose}
    >
      <span class="alarm-sign" role="img" aria-label={t(alarm.severity === 'red' ? 'alarmRed' : 'alarmYellow')}>
        {alarm.severity === 'red' ? '■' : '▲'}
      </span>
      <span class="alarm-words">{alarmWords(t, lang, alarm)}</span>
      <span class="alarm-place">{usePlaces(alarm)}</span>
      <When alarm={alarm} />
      <span class="alarm-who">
        {alarm.acknowledged_by ? t('alarmTakenBy', { name: alarm.acknowledged_by }) : !over && t('alarmNobody')}
      </span>
    </li>
  );
}

/** ↑ ↓ choose, A takes: everywhere on the page but in a field. */
function useListKeys(
  alarms: readonly Alarm[],
  chosen: Alarm | null,
  choose: (id: number) => void,
  take: (a: Alarm) => void,
) {
  const may = useSession().me.permissions.includes('alarm');
  useKeys((event) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const at = alarms.findIndex((a) => a.id === chosen?.id);
    const next = by ? alarms[Math.min(Math.max(at + by, 0), alarms.length - 1)] : undefined;
    if (next) return (choose(next.id), true);
    if (event.key.toLowerCase() !== 'a' || !may || !chosen || chosen.acknowledged) return false;
    return (take(chosen), true);
  });
}

function List(props: { alarms: readonly Alarm[]; onTaken: () => void }) {
  const { t } = useI18n();
  const [id, setId] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const busy = useRef(false);
  const chosen = props.alarms.find((a) => a.id === id) ?? props.alarms[0] ?? null;
  const take = async (alarm: Alarm, note = '') => {
    if (busy.current) return;
    busy.current = true;
    setId(alarm.id); // it stays the chosen one, wherever the list puts it
    const answer = await api.acknowledge(alarm.id, note);
    busy.current = false;
    if (!('aborted' in answer)) setProblem(answer.ok ? null : answer.problem);
    props.onTaken();
  };
  useListKeys(props.alarms, chosen, setId, (a) => void take(a));
  return (
    <div class="alarms-body">
      <ul
        class="alarm-list"
        role="listbox"
        tabIndex={0}
        aria-label={t('alarmsTitle')}
        aria-activedescendant={chosen ? `alarm-${chosen.id}` : undefined}
      >
        {props.alarms.map((a) => (
          <AlarmRow key={a.id} alarm={a} chosen={a.id === chosen?.id} onChoose={() => setId(a.id)} />
        ))}
      </ul>
      {chosen && <Beside key={chosen.id} alarm={chosen} problem={problem} onTake={(note) => void take(chosen, note)} />}
    </div>
  );
}

/** Ended ones too, a page at a time. */
function History() {
  const { t } = useI18n();
  const [alarms, setAlarms] = useState<Alarm[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = async (cursor: string | null) => {
    const answer = await api.alarmHistory(cursor);
    if ('aborted' in answer) return;
    if (!answer.ok) return setProblem(answer.problem);
    setProblem(null);
    setAlarms((old) => [...(cursor ? (old ?? []) : []), ...answer.value.alarms]);
    setNext(answer.value.next);
  };
  useEffect(() => void load(null), []);
  if (problem) return <ProblemNotice problem={problem} retry={() => void load(null)} />;
  if (!alarms) return <Skeleton lines={6} />;
  if (alarms.length === 0) return <Notice title={t('alarmsNever')} />;
  return (
    <>
      <List alarms={alarms} onTaken={() => void load(null)} />
      {next && (
        <button type="button" class="button" onClick={() => void load(next)}>
          {t('alarmsMore')}
        </button>
      )}
    </>
  );
}

function Open() {
  const { t } = useI18n();
  const { answer, value, again } = useAlarms();
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />;
  return (
    <>
      {!value.watched && (
        <p class="bad" role="status">
          {t('alarmsUnwatched')}
        </p>
      )}
      {value.alarms.length === 0 ? (
        <Notice title={t('alarmsNone')} hint={t('alarmsNoneHint')} />
      ) : (
        <List alarms={value.alarms} onTaken={again} />
      )}
    </>
  );
}

const VIEWS: readonly { view: Shown; word: Key; may?: Permission }[] = [
  { view: 'open', word: 'alarmsOpen' },
  { view: 'all', word: 'alarmsAll' },
  { view: 'marks', word: 'alarmsMarks', may: 'find' },
];

/** Those that this person has. */
function Keys() {
  const { t } = useI18n();
  const { permissions } = useSession().me;
  return (
    <>
      {t('alarmsKeysChoose')}
      {permissions.includes('alarm') && t('alarmsKeysTake')}
      {permissions.includes('view') && t('alarmsKeysSee')}
    </>
  );
}

export function AlarmsPage() {
  const { t } = useI18n();
  const { me } = useSession();
  const [shown, setShown] = useState<Shown>('open');
  return (
    <section class="page alarms" aria-labelledby="alarms-title">
      <header class="alarms-head">
        <h1 id="alarms-title">{t('alarmsTitle')}</h1>
        <span class="choice" role="group" aria-label={t('alarmsView')}>
          {VIEWS.filter((v) => !v.may || me.permissions.includes(v.may)).map(({ view, word }) => (
            <button
              key={view}
              type="button"
              class="button"
              aria-pressed={shown === view}
              onClick={() => setShown(view)}
            >
              {t(word)}
            </button>
          ))}
        </span>
        <span class="dim">{shown !== 'marks' && <Keys />}</span>
        <span class="grow" />
        <Switches />
      </header>
      {shown === 'open' && <Open />}
      {shown === 'all' && <History />}
      {shown === 'marks' && <Marks />}
    </section>
  );
}
