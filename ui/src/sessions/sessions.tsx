// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions: what is planned, goes on or is over; the slots behind it; what was promised.
import { useState } from 'preact/hooks';
import { meetings, type Booked, type SessionFilter } from '../api/meetings';
import { usePoll, useSettled } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute, type SessionsTab } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { formatDay, formatMoment, parseTime, type Zone } from '../base/time';
import { Field, Sheet, Told } from '../dossier/hold-form';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { ratingWord } from '../meeting/rating';
import { roleWord } from '../meeting/words';
import { Links, type JoinLink } from './links';
import { PromisesPart } from './promises';
import { Actions, SlotsPart, useSubmit } from './slots';

const POLL_MS = 5000;
const STATES: Record<Booked['state'], Key> = {
  scheduled: 'sessScheduled',
  open: 'sessOpen',
  ended: 'sessEnded',
  cancelled: 'sessCancelled',
};
const FIELDS: readonly (readonly [keyof SessionFilter, Key])[] = [
  ['session', 'sessId'],
  ['topic', 'sessTopic'],
  ['dept', 'sessDept'],
  ['official', 'sessOfficial'],
  ['node', 'sessNode'],
  ['day', 'sessDay'],
];

type Doing =
  { kind: 'end' | 'cancel' | 'move'; session: Booked } | { kind: 'links'; session: string; links: JoinLink[] };

function End(props: { session: Booked; cancels: boolean; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const { session } = props.session;
  const { busy, problem, submit } = useSubmit(async () => {
    const answer = await (props.cancels ? meetings.cancel : meetings.end)(session, reason.trim());
    if (!answer.ok) return 'aborted' in answer ? null : answer.problem;
    props.onDone();
    return null;
  });
  return (
    <Sheet id="end-title" title={t(props.cancels ? 'sessCancel' : 'sessEnd')} onClose={props.onClose}>
      <form onSubmit={submit}>
        <p>{t(props.cancels ? 'sessCancelSure' : 'sessEndSure', { session })}</p>
        <Field id="end-reason" label={t('sessReason')} value={reason} onInput={setReason} focus />
        <Told problem={problem} />
        <Actions go={t('sessDo')} busy={busy} onClose={props.onClose} />
      </form>
    </Sheet>
  );
}

function Move(props: { session: Booked; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const [slot, setSlot] = useState('');
  const { value } = usePoll(
    (s) => meetings.slots(s),
    () => null,
    'free',
  );
  const free = value?.slots.filter((s) => s.state === 'free') ?? [];
  const { busy, problem, submit } = useSubmit(async () => {
    const answer = await meetings.move(props.session.session, Number(slot));
    if (!answer.ok) return 'aborted' in answer ? null : answer.problem;
    props.onDone();
    return null;
  });
  return (
    <Sheet id="move-title" title={t('sessMove')} onClose={props.onClose}>
      <form onSubmit={submit}>
        <div class="form-field">
          <label for="move-slot">{t('sessMoveTo')}</label>
          <select id="move-slot" required value={slot} onChange={(e) => setSlot(e.currentTarget.value)}>
            <option value="" />
            {free.map((s) => (
              <option key={s.id} value={s.id}>
                {formatMoment(parseTime(s.start), zone).slice(0, 16)} {s.place} {s.dept}
              </option>
            ))}
          </select>
        </div>
        <Told problem={problem} />
        <Actions go={t('sessMove')} busy={busy || !slot} onClose={props.onClose} />
      </form>
    </Sheet>
  );
}

function RowActions({ session, onDo }: { session: Booked; onDo: (doing: Doing) => void }) {
  const { t } = useI18n();
  if (session.state !== 'scheduled' && session.state !== 'open') return null;
  const link = async (leg: Booked['legs'][number]) => {
    const answer = await meetings.token(session.session, leg.leg);
    if (answer.ok)
      onDo({
        kind: 'links',
        session: session.session,
        links: [{ leg: leg.leg, role: leg.role, token: answer.value.token }],
      });
  };
  return (
    <>
      {session.legs.map((leg) => (
        <button
          key={leg.leg}
          type="button"
          class="button"
          title={t('sessLinkNew', { who: roleWord(t, leg.role) })}
          onClick={() => void link(leg)}
        >
          {t('sessLink')} · {roleWord(t, leg.role)}
        </button>
      ))}
      {session.state === 'scheduled' ? (
        <>
          <button type="button" class="button" onClick={() => onDo({ kind: 'move', session })}>
            {t('sessMove')}
          </button>
          <button type="button" class="button" onClick={() => onDo({ kind: 'cancel', session })}>
            {t('sessCancel')}
          </button>
        </>
      ) : (
        <button type="button" class="button" onClick={() => onDo({ kind: 'end', session })}>
          {t('sessEnd')}
        </button>
      )}
    </>
  );
}

function Row({ row, onDo }: { row: Booked; onDo: ((doing: Doing) => void) | null }) {
  const { t } = useI18n();
  const session = useSession();
  const start = row.slot_start ?? row.opened;
  const state = row.state === 'open' ? 'strong' : row.state === 'scheduled' ? '' : 'dim';
  return (
    <tr data-session={row.session} data-state={row.state}>
      <td>
        <a class="mono" href={formatRoute({ page: 'session', id: row.session, t: null })}>
          {row.session}
        </a>
      </td>
      <td class="num">{start ? formatMoment(parseTime(start), session.zone).slice(0, 16) : ''}</td>
      <td class={state}>{t(STATES[row.state])}</td>
      <td>{row.topic ?? ''}</td>
      <td>
        {row.dept ?? ''} <span class="mono dim">{row.official ?? ''}</span>
      </td>
      <td>
        {placeLabel(session, row.place)} {row.node_code && <span class="mono dim">{row.node_code}</span>}
      </td>
      <td class="num">{row.promises || ''}</td>
      <td class={row.satisfaction !== null && row.satisfaction < 3 ? 'bad' : ''}>
        {row.satisfaction !== null && ratingWord(t, row.satisfaction)}
      </td>
      {onDo && (
        <td class="session-actions">
          <RowActions session={row} onDo={onDo} />
        </td>
      )}
    </tr>
  );
}

const HEADS = [
  ...(['sessId', 'sessTime', 'promState', 'sessTopic', 'sessDept', 'sessPlace', 'sessPromises'] as const),
  'sessRating',
] as const;

/** Now and today, then what comes, the next first; then the past, the last first. Empty groups are left out. */
export function groupsOf(rows: Booked[], today: string, zone: Zone): (readonly [Key, Booked[]])[] {
  const time = (row: Booked): number => parseTime(row.slot_start ?? row.opened ?? '') || 0;
  const groups = { sessToday: [] as Booked[], sessComing: [] as Booked[], sessPast: [] as Booked[] };
  for (const row of rows) {
    const day = time(row) ? formatDay(time(row), zone) : today;
    groups[row.state === 'open' || day === today ? 'sessToday' : day > today ? 'sessComing' : 'sessPast'].push(row);
  }
  groups.sessToday.sort((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || time(a) - time(b));
  groups.sessComing.sort((a, b) => time(a) - time(b));
  return (Object.entries(groups) as [Key, Booked[]][]).filter(([, some]) => some.length > 0);
}

function SessionsTable({ rows, onDo }: { rows: Booked[]; onDo: ((doing: Doing) => void) | null }) {
  const { t } = useI18n();
  if (rows.length === 0) return <Notice title={t('sessNone')} hint={t('sessNoneHint')} />;
  const { zone, hallNow } = useSession();
  const groups = groupsOf(rows, formatDay(hallNow(), zone), zone);
  const span = HEADS.length + (onDo ? 1 : 0);
  return (
    <table class="table">
      <thead>
        <tr>
          {HEADS.map((key) => (
            <th key={key} scope="col">
              {t(key)}
            </th>
          ))}
          {onDo && <th scope="col">{t('sessActions')}</th>}
        </tr>
      </thead>
      {groups.map(([word, some]) => (
        <tbody key={word} data-group={word}>
          <tr>
            <th scope="rowgroup" colSpan={span}>
              {t(word)} <span class="num dim">{some.length}</span>
            </th>
          </tr>
          {some.map((row) => (
            <Row key={row.session} row={row} onDo={onDo} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function ListPart() {
  const { t } = useI18n();
  const { me } = useSession();
  const [filter, setFilter] = useState<SessionFilter>({});
  const [doing, setDoing] = useState<Doing | null>(null);
  const settled = useSettled(filter, 250);
  const { answer, value, again } = usePoll(
    (s) => meetings.sessions(settled, s),
    () => POLL_MS,
    `sessions/${JSON.stringify(settled)}`,
  );
  const close = () => setDoing(null);
  const done = () => {
    close();
    again();
  };
  return (
    <>
      <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
        {FIELDS.map(([name, word]) => (
          <label key={name}>
            {t(word)}
            <input
              type={name === 'day' ? 'date' : 'text'}
              value={filter[name] ?? ''}
              onInput={(e) => setFilter({ ...filter, [name]: e.currentTarget.value })}
            />
          </label>
        ))}
      </form>
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />)}
      {value && <SessionsTable rows={value.sessions} onDo={me.permissions.includes('session') ? setDoing : null} />}
      {doing?.kind === 'links' && <Links session={doing.session} links={doing.links} onClose={close} />}
      {doing?.kind === 'move' && <Move session={doing.session} onClose={close} onDone={done} />}
      {(doing?.kind === 'end' || doing?.kind === 'cancel') && (
        <End session={doing.session} cancels={doing.kind === 'cancel'} onClose={close} onDone={done} />
      )}
    </>
  );
}

export function SessionsPage({ tab }: { tab: SessionsTab }) {
  const { t } = useI18n();
  const { me } = useSession();
  const may = me.permissions.includes('session');
  const tabs: readonly (readonly [SessionsTab, Key, boolean])[] = [
    ['list', 'sessTabList', true],
    ['slots', 'sessTabSlots', may],
    ['promises', 'sessTabPromises', true],
  ];
  return (
    <section class="page sessions" aria-labelledby="sessions-title">
      <h1 id="sessions-title">{t('sessTitle')}</h1>
      <nav class="tabs" aria-label={t('sessTitle')}>
        {tabs
          .filter(([, , shown]) => shown)
          .map(([name, word]) => (
            <a
              key={name}
              class="button"
              href={formatRoute({ page: 'sessions', tab: name })}
              aria-current={name === tab ? 'page' : undefined}
            >
              {t(word)}
            </a>
          ))}
      </nav>
      {tab === 'list' && <ListPart />}
      {tab === 'slots' && may && <SlotsPart />}
      {tab === 'promises' && <PromisesPart />}
    </section>
  );
}
