// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions: what is planned, goes on or is over; the slots behind it; what was promised.
import { useState } from 'preact/hooks';
import { meetings, type Booked, type SessionFilter, type Slot } from '../api/meetings';
import type { Permission } from '../api/types';
import { Field, FormSheet, Select, useSend } from '../base/form';
import { usePages, usePoll, useSettled } from '../base/hooks';
import { NotYours } from '../base/may';
import { Part, Tabs } from '../base/part';
import { More, Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute, type SessionsTab } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { Table } from '../base/table';
import { formatDay, formatMoment, parseTime, type Zone } from '../base/time';
import { When } from '../base/when';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { ratingWord } from '../meeting/rating';
import { roleWord } from '../meeting/words';
import { Links, type JoinLink } from './links';
import { PromisesPart } from './promises';
import { SlotsPart } from './slots';
import { TerminalSheet } from './terminals';

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
];

type Doing =
  | { kind: 'end' | 'cancel' | 'move'; session: Booked }
  | { kind: 'link' | 'terminal'; session: Booked; leg: Booked['legs'][number] }
  | { kind: 'links'; session: string; links: JoinLink[] };

function End(props: { session: Booked; cancels: boolean; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const { session } = props.session;
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="end-title"
      title={t(props.cancels ? 'sessCancel' : 'sessEnd')}
      go={t(props.cancels ? 'sessCancel' : 'sessEnd')}
      risky
      busy={busy}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() =>
        void send(() => (props.cancels ? meetings.cancel : meetings.end)(session, reason.trim()), props.onDone)
      }
    >
      <p>{t(props.cancels ? 'sessCancelSure' : 'sessEndSure', { session })}</p>
      <Field id="end-reason" label={t('sessReason')} value={reason} onInput={setReason} focus />
    </FormSheet>
  );
}

function Move(props: { session: Booked; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const session = useSession();
  const [slot, setSlot] = useState('');
  const { value } = usePoll(
    (s) => meetings.slots(s),
    () => null,
    'free',
  );
  const free = value?.slots.filter((s) => s.state === 'free') ?? [];
  const { busy, problem, send } = useSend();
  const words = (s: Slot) =>
    `${formatMoment(parseTime(s.start), session.zone).slice(0, 16)} ${placeLabel(session, s.place)} ${s.dept}`;
  return (
    <FormSheet
      id="move-title"
      title={t('sessMove')}
      go={t('sessMove')}
      busy={busy}
      blocked={!slot}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(() => meetings.move(props.session.session, Number(slot)), props.onDone)}
    >
      {value && free.length === 0 && <p class="warn">{t('sessMoveNone')}</p>}
      <Select
        id="move-slot"
        label={t('sessMoveTo')}
        value={slot}
        options={[['', ''], ...free.map((s) => [String(s.id), words(s)] as const)]}
        onChange={setSlot}
      />
    </FormSheet>
  );
}

/** The one that was given before opens the door no longer: not by a slip of the hand. */
function NewLink(props: {
  session: string;
  leg: Booked['legs'][number];
  onClose: () => void;
  onMade: (links: JoinLink[]) => void;
}) {
  const { t } = useI18n();
  const { leg, role } = props.leg;
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="link-title"
      title={t('sessLinkNew', { who: roleWord(t, role) })}
      go={t('sessLinkGo')}
      busy={busy}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() =>
        void send(
          () => meetings.token(props.session, leg),
          ({ token }) => props.onMade([{ leg, role, token }]),
        )
      }
    >
      <p>{t('sessLinkMeans')}</p>
    </FormSheet>
  );
}

function RowActions({ session, onDo }: { session: Booked; onDo: (doing: Doing) => void }) {
  const { t } = useI18n();
  if (session.state !== 'scheduled' && session.state !== 'open') return null;
  return (
    <>
      {session.legs.map((leg) => (
        <button
          key={leg.leg}
          type="button"
          class="button"
          title={t('sessLinkNew', { who: roleWord(t, leg.role) })}
          onClick={() => onDo({ kind: 'link', session, leg })}
        >
          {t('sessLink')} · {roleWord(t, leg.role)}
        </button>
      ))}
      {session.legs
        .filter((leg) => leg.role !== 'observer')
        .map((leg) => (
          <button
            key={`terminal-${leg.leg}`}
            type="button"
            class="button"
            data-terminal={leg.leg}
            title={t('termTitle', { who: roleWord(t, leg.role) })}
            onClick={() => onDo({ kind: 'terminal', session, leg })}
          >
            {t('termShort')} · {roleWord(t, leg.role)}
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
      <td class={state}>
        {t(STATES[row.state])}{' '}
        {row.satisfaction !== null && (
          <span class={row.satisfaction < 3 ? 'bad' : 'dim'}>{ratingWord(t, row.satisfaction)}</span>
        )}
      </td>
      <td>{row.topic ?? ''}</td>
      <td>
        {row.dept ?? ''} <span class="mono dim">{row.officials.join(' ')}</span>
      </td>
      <td>
        {placeLabel(session, row.place)} {row.node_code && <span class="mono dim">{row.node_code}</span>}
      </td>
      <td class="num">{row.promises || ''}</td>
      {onDo && (
        <td class="row-actions">
          <RowActions session={row} onDo={onDo} />
        </td>
      )}
    </tr>
  );
}

const HEADS = ['sessId', 'sessTime', 'promState', 'sessTopic', 'sessDept', 'sessPlace', 'sessPromises'] as const;

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
  const { zone, hallNow } = useSession();
  if (rows.length === 0) return <Notice title={t('sessNone')} hint={t('sessNoneHint')} />;
  const groups = groupsOf(rows, formatDay(hallNow(), zone), zone);
  const span = HEADS.length + (onDo ? 1 : 0);
  return (
    <Table heads={HEADS.map((key) => t(key))} actions={onDo ? t('sessActions') : ''} grouped>
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
    </Table>
  );
}

function DayFilter(props: { value: string; onInput: (day: string) => void }) {
  const { t } = useI18n();
  return (
    <div class="form-field">
      <label for="filter-day">{t('sessDay')}</label>
      <When id="filter-day" value={props.value} onInput={props.onInput} />
    </div>
  );
}

function ListPart() {
  const { t } = useI18n();
  const { me } = useSession();
  const [filter, setFilter] = useState<SessionFilter>({});
  const [doing, setDoing] = useState<Doing | null>(null);
  const settled = useSettled(filter, 250);
  const { answer, value, again, more } = usePages(
    (pages, s) => meetings.sessions(settled, pages, s),
    POLL_MS,
    `sessions/${JSON.stringify(settled)}`,
  );
  const put = (name: keyof SessionFilter) => (text: string) => setFilter((f) => ({ ...f, [name]: text }));
  const close = () => setDoing(null);
  const done = () => {
    close();
    again();
  };
  return (
    <Part id="sessions-title" title={t('sessTitle')}>
      <form class="filters" role="search" aria-label={t('auditFilter')} onSubmit={(e) => e.preventDefault()}>
        {FIELDS.map(([name, word]) => (
          <Field key={name} id={`filter-${name}`} label={t(word)} value={filter[name] ?? ''} onInput={put(name)} />
        ))}
        <DayFilter value={filter.day ?? ''} onInput={put('day')} />
      </form>
      {!value &&
        (answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={6} />)}
      {value && <SessionsTable rows={value.sessions} onDo={me.permissions.includes('session') ? setDoing : null} />}
      <More onMore={more} />
      {doing?.kind === 'links' && <Links session={doing.session} links={doing.links} onClose={close} />}
      {doing?.kind === 'link' && (
        <NewLink
          session={doing.session.session}
          leg={doing.leg}
          onClose={close}
          onMade={(links) => setDoing({ kind: 'links', session: doing.session.session, links })}
        />
      )}
      {doing?.kind === 'terminal' && (
        <TerminalSheet session={doing.session} leg={doing.leg} onClose={close} onDone={done} />
      )}
      {doing?.kind === 'move' && <Move session={doing.session} onClose={close} onDone={done} />}
      {(doing?.kind === 'end' || doing?.kind === 'cancel') && (
        <End session={doing.session} cancels={doing.kind === 'cancel'} onClose={close} onDone={done} />
      )}
    </Part>
  );
}

const TABS: readonly { name: SessionsTab; word: Key; may?: Permission }[] = [
  { name: 'list', word: 'sessTabList' },
  { name: 'slots', word: 'sessTabSlots', may: 'session' },
  { name: 'promises', word: 'sessTabPromises' },
];

export function SessionsPage({ tab }: { tab: SessionsTab }) {
  const { t } = useI18n();
  const { me } = useSession();
  const may = me.permissions.includes('session');
  return (
    <div class="sessions">
      <Tabs
        label={t('sessTitle')}
        tabs={TABS.filter((own) => !own.may || me.permissions.includes(own.may)).map(({ name, word }) => ({
          word: t(word),
          route: { page: 'sessions', tab: name },
          shown: name === tab,
        }))}
      />
      {tab === 'list' && <ListPart />}
      {tab === 'slots' && (may ? <SlotsPart /> : <NotYours />)}
      {tab === 'promises' && <PromisesPart />}
    </div>
  );
}
