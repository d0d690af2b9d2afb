// SPDX-License-Identifier: GPL-3.0-or-later
// Slots: published by departments, booked by the clerk, or by a citizen who has the link.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { meetings, type Booked, type Slot } from '../api/meetings';
import { Field, FormSheet, Select, Sheet, useSend } from '../base/form';
import { usePoll, useSettled } from '../base/hooks';
import { Part } from '../base/part';
import { CopyButton, Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { Table } from '../base/table';
import { clockOn, formatDay, formatMoment, formatUtc, isDay, parseTime } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { Links, type JoinLink } from './links';
import { BookTerminals } from './terminals';

const POLL_MS = 10_000;
const STATES: Record<Slot['state'], Key> = {
  free: 'slotFree',
  booked: 'slotBooked',
  past: 'slotPast',
  withdrawn: 'slotWithdrawn',
};

export const slotWords = (t: Translate, slot: Slot): string => t(STATES[slot.state]);

function AddSlot(props: { onClose: () => void; onMade: (slot: Slot) => void }) {
  const { t } = useI18n();
  const session = useSession();
  const { zone, hallNow } = session;
  const asked = usePoll(
    (s) => api.places(s),
    () => null,
    'slot-places',
  );
  const here = asked.value?.places.filter((p) => p.hall === session.me.hall.code) ?? [];
  const places = here.map((p) => [p.code, placeLabel(session, p.code)] as const);
  const [form, setForm] = useState({
    ...{ dept: '', place: '', official: '', topics: '', from: '', to: '' },
    day: formatDay(hallNow(), zone),
  });
  const put = (name: keyof typeof form) => (text: string) => setForm({ ...form, [name]: text });
  const [from, to] = [clockOn(form.day, form.from, zone), clockOn(form.day, form.to, zone)];
  const wrongTime = form.from && form.to && !(from < to) ? t('slotTimeWrong') : null;
  const { busy, problem, send } = useSend();
  const topics = form.topics.split(/[,，、]/).map((topic) => topic.trim());
  const add = () =>
    meetings.addSlot({
      dept: form.dept.trim(),
      place: form.place,
      official: form.official.trim() || null,
      topics: topics.filter(Boolean),
      start: formatUtc(from),
      end: formatUtc(to),
    });
  return (
    <FormSheet
      id="slot-title"
      title={t('slotAdd')}
      go={t('slotAdd')}
      busy={busy}
      blocked={!(from < to)}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(add, props.onMade)}
    >
      <Field id="slot-dept" label={t('sessDept')} value={form.dept} onInput={put('dept')} required focus />
      <Field id="slot-place" label={t('sessPlace')} value={form.place} onInput={put('place')} known={places} required />
      <Field id="slot-official" label={t('slotOfficial')} value={form.official} onInput={put('official')} />
      <Field id="slot-topics" label={t('slotTopics')} value={form.topics} onInput={put('topics')} />
      <div class="form-row">
        <Field
          id="slot-day"
          label={t('sessDay')}
          value={form.day}
          onInput={put('day')}
          numeric
          required
          wrong={isDay(form.day) ? null : t('slotDayWrong')}
        />
        <Field id="slot-from" label={t('slotFrom')} value={form.from} onInput={put('from')} numeric required />
        <Field
          id="slot-to"
          label={t('slotTo')}
          value={form.to}
          onInput={put('to')}
          numeric
          required
          wrong={wrongTime}
        />
      </div>
    </FormSheet>
  );
}

type BookField = 'topic' | 'citizen_ref' | 'ticket_no' | 'approval_id' | 'node_code';

/** The fields of a booking; topics of the slot to choose from, if it has any. */
export function BookFields(props: {
  slot: Slot;
  form: Record<BookField, string>;
  put: (name: BookField) => (text: string) => void;
}) {
  const { t } = useI18n();
  const { slot, form, put } = props;
  return (
    <>
      {slot.topics.length > 0 ? (
        <Select
          id="book-topic"
          label={t('sessTopic')}
          value={form.topic}
          options={slot.topics.map((topic) => [topic, topic] as const)}
          onChange={put('topic')}
        />
      ) : (
        <Field id="book-topic" label={t('sessTopic')} value={form.topic} onInput={put('topic')} required />
      )}
      <Field id="book-ref" label={t('bookRef')} value={form.citizen_ref} onInput={put('citizen_ref')} />
      <Field id="book-ticket" label={t('bookTicket')} value={form.ticket_no} onInput={put('ticket_no')} />
      <Field id="book-approval" label={t('bookApproval')} value={form.approval_id} onInput={put('approval_id')} />
      <Field id="book-node" label={t('bookNode')} value={form.node_code} onInput={put('node_code')} />
    </>
  );
}

export const emptyBooking = (slot: Slot) => ({
  topic: slot.topics[0] ?? '',
  ...{ citizen_ref: '', ticket_no: '', approval_id: '', node_code: '' },
});

/** What is empty is not said. */
export const filled = (form: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(form).flatMap(([k, v]) => (v.trim() ? [[k, v.trim()]] : [])));

/** Only if a party is one. */
const terminalsOf = (chosen: Record<string, string>) => {
  const terminals = filled(chosen);
  return Object.keys(terminals).length > 0 ? { terminals } : {};
};

function Book(props: { slot: Slot; onClose: () => void; onBooked: (booked: Booked) => void }) {
  const { t } = useI18n();
  const [form, setForm] = useState(() => emptyBooking(props.slot));
  const [observer, setObserver] = useState(false);
  const [terminals, setTerminals] = useState<Record<string, string>>({});
  const node = useSettled(form.node_code.trim(), 250);
  const { busy, problem, send } = useSend();
  const book = () => meetings.book(props.slot.id, { ...filled(form), observer, ...terminalsOf(terminals) });
  return (
    <FormSheet
      id="book-title"
      title={t('slotBook')}
      go={t('bookGo')}
      busy={busy}
      problem={problem}
      onClose={props.onClose}
      onSubmit={() => void send(book, props.onBooked)}
    >
      <BookFields slot={props.slot} form={form} put={(name) => (text) => setForm({ ...form, [name]: text })} />
      <BookTerminals place={props.slot.place} node={node} chosen={terminals} onChange={setTerminals} />
      <label class="check">
        <input
          id="book-observer"
          type="checkbox"
          checked={observer}
          onChange={(e) => setObserver(e.currentTarget.checked)}
        />{' '}
        {t('bookObserver')}
      </label>
    </FormSheet>
  );
}

/** The links that an answer has with it. */
export const linksOf = (booked: Booked): JoinLink[] =>
  booked.legs.flatMap((leg) => (leg.token ? [{ leg: leg.leg, role: leg.role, token: leg.token }] : []));

function SlotLink({ slot, onClose }: { slot: Slot; onClose: () => void }) {
  const { t } = useI18n();
  const address = `${window.location.origin}/${formatRoute({ page: 'book', slot: slot.id, token: slot.link ?? '' })}`;
  return (
    <Sheet id="slot-link-title" title={t('slotLinkTitle')} onClose={onClose} once>
      <p>{t('slotLinkOnce')}</p>
      <p class="secret mono" data-link="slot">
        {address}
      </p>
      <CopyButton text={() => address} label={t('copy', { what: t('slotLinkTitle') })} class="button">
        {t('copy', { what: '' }).trim()}
      </CopyButton>
      <p class="form-actions">
        <button type="button" class="button primary" onClick={onClose}>
          {t('close')}
        </button>
      </p>
    </Sheet>
  );
}

/** Whoever has its link finds it gone. */
function Withdraw({ slot, onClose, onDone }: { slot: Slot; onClose: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { busy, problem, send } = useSend();
  return (
    <FormSheet
      id="withdraw-title"
      title={t('slotWithdrawOf', { at: formatMoment(parseTime(slot.start), zone).slice(0, 16), dept: slot.dept })}
      go={t('slotWithdraw')}
      risky
      busy={busy}
      problem={problem}
      onClose={onClose}
      onSubmit={() => void send(() => meetings.withdraw(slot.id), onDone)}
    >
      <p>{t('slotWithdrawMeans')}</p>
    </FormSheet>
  );
}

function Row({ slot, onBook, onWithdraw }: { slot: Slot; onBook: () => void; onWithdraw: () => void }) {
  const { t } = useI18n();
  const session = useSession();
  const end = formatMoment(parseTime(slot.end), session.zone).slice(11, 16);
  return (
    <tr data-slot={slot.id}>
      <td class="num">
        {formatMoment(parseTime(slot.start), session.zone).slice(0, 16)}–{end}
      </td>
      <td>{slot.dept}</td>
      <td class="mono">{slot.official ?? ''}</td>
      <td>{placeLabel(session, slot.place)}</td>
      <td>{slot.topics.join('、')}</td>
      <td>
        {slotWords(t, slot)}
        {slot.session && (
          <>
            {' '}
            <a class="mono" href={formatRoute({ page: 'session', id: slot.session, t: null })}>
              {slot.session}
            </a>
          </>
        )}
      </td>
      <td class="row-actions">
        {slot.state === 'free' && (
          <>
            <button type="button" class="button" onClick={onBook}>
              {t('slotBook')}
            </button>
            <button type="button" class="button" onClick={onWithdraw}>
              {t('slotWithdraw')}
            </button>
          </>
        )}
      </td>
    </tr>
  );
}

export function SlotsPart() {
  const { t } = useI18n();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Slot | null>(null);
  const [withdrawing, setWithdrawing] = useState<Slot | null>(null);
  const [booking, setBooking] = useState<Slot | null>(null);
  const [booked, setBooked] = useState<Booked | null>(null);
  const { answer, value, again } = usePoll(
    (s) => meetings.slots(s),
    () => POLL_MS,
    'slots',
  );
  if (!value)
    return answer && !answer.ok ? <ProblemNotice problem={answer.problem} retry={again} /> : <Skeleton lines={4} />;
  return (
    <Part
      id="slots-title"
      title={t('sessTabSlots')}
      actions={
        <button type="button" id="slot-add" class="button primary" onClick={() => setAdding(true)}>
          {t('slotAdd')}
        </button>
      }
    >
      {value.slots.length === 0 && <Notice title={t('slotNone')} hint={t('slotNoneHint')} />}
      {value.slots.length > 0 && (
        <Table
          heads={(['sessTime', 'sessDept', 'sessOfficial', 'sessPlace', 'sessTopic', 'promState'] as const).map((key) =>
            t(key),
          )}
          actions={t('sessActions')}
        >
          {value.slots.map((slot) => (
            <Row key={slot.id} slot={slot} onBook={() => setBooking(slot)} onWithdraw={() => setWithdrawing(slot)} />
          ))}
        </Table>
      )}
      {adding && (
        <AddSlot
          onClose={() => setAdding(false)}
          onMade={(slot) => {
            setAdding(false);
            setMade(slot);
            again();
          }}
        />
      )}
      {made && <SlotLink slot={made} onClose={() => setMade(null)} />}
      {withdrawing && (
        <Withdraw
          slot={withdrawing}
          onClose={() => setWithdrawing(null)}
          onDone={() => {
            setWithdrawing(null);
            again();
          }}
        />
      )}
      {booking && (
        <Book
          slot={booking}
          onClose={() => setBooking(null)}
          onBooked={(b) => {
            setBooking(null);
            setBooked(b);
            again();
          }}
        />
      )}
      {booked && <Links session={booked.session} links={linksOf(booked)} onClose={() => setBooked(null)} />}
    </Part>
  );
}
