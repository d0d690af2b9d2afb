// SPDX-License-Identifier: GPL-3.0-or-later
// Slots: published by departments, booked by the clerk, or by a citizen who has the link.
import { useState } from 'preact/hooks';
import type { Problem } from '../api/client';
import { meetings, type Booked, type Slot } from '../api/meetings';
import { usePoll } from '../base/hooks';
import { CopyButton, Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { clockOn, formatDay, formatMoment, formatUtc, isDay, parseTime } from '../base/time';
import { Field, Sheet, Told } from '../dossier/hold-form';
import { useI18n, type Translate } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { Links, type JoinLink } from './links';

const POLL_MS = 10_000;
const STATES: Record<Slot['state'], Key> = {
  free: 'slotFree',
  booked: 'slotBooked',
  past: 'slotPast',
  withdrawn: 'slotWithdrawn',
};

export const slotWords = (t: Translate, slot: Slot): string => t(STATES[slot.state]);

/** What a form of a few fields does: ask once, say what was wrong. */
export function useSubmit(act: () => Promise<Problem | null>): {
  busy: boolean;
  problem: Problem | null;
  submit: (event: SubmitEvent) => void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    void act().then((told) => {
      setBusy(false);
      setProblem(told);
    });
  };
  return { busy, problem, submit };
}

export function Actions(props: { go: string; busy: boolean; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <p class="hold-actions">
      <button type="button" class="button" onClick={props.onClose}>
        {t('cancel')}
      </button>
      <button type="submit" class="button primary" disabled={props.busy}>
        {props.go}
      </button>
    </p>
  );
}

function AddSlot(props: { onClose: () => void; onMade: (slot: Slot) => void }) {
  const { t } = useI18n();
  const { zone, hallNow } = useSession();
  const [form, setForm] = useState({
    ...{ dept: '', place: '', official: '', topics: '', from: '', to: '' },
    day: formatDay(hallNow(), zone),
  });
  const put = (name: keyof typeof form) => (text: string) => setForm({ ...form, [name]: text });
  const [from, to] = [clockOn(form.day, form.from, zone), clockOn(form.day, form.to, zone)];
  const wrongTime = form.from && form.to && !(from < to) ? t('slotTimeWrong') : null;
  const { busy, problem, submit } = useSubmit(async () => {
    if (!(from < to)) return { code: 'invalid', status: 0, detail: t('slotTimeWrong') };
    const topics = form.topics.split(/[,，、]/).map((topic) => topic.trim());
    const answer = await meetings.addSlot({
      dept: form.dept.trim(),
      place: form.place.trim(),
      official: form.official.trim() || null,
      topics: topics.filter(Boolean),
      start: formatUtc(from),
      end: formatUtc(to),
    });
    if (!answer.ok) return 'aborted' in answer ? null : answer.problem;
    props.onMade(answer.value);
    return null;
  });
  return (
    <Sheet id="slot-title" title={t('slotAdd')} onClose={props.onClose}>
      <form onSubmit={submit}>
        <Field id="slot-dept" label={t('sessDept')} value={form.dept} onInput={put('dept')} required focus />
        <Field id="slot-place" label={t('sessPlace')} value={form.place} onInput={put('place')} required />
        <Field id="slot-official" label={t('slotOfficial')} value={form.official} onInput={put('official')} />
        <Field id="slot-topics" label={t('slotTopics')} value={form.topics} onInput={put('topics')} />
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
        <Told problem={problem} />
        <Actions go={t('slotAdd')} busy={busy} onClose={props.onClose} />
      </form>
    </Sheet>
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
        <div class="form-field">
          <label for="book-topic">{t('sessTopic')}</label>
          <select id="book-topic" value={form.topic} onChange={(e) => put('topic')(e.currentTarget.value)}>
            {slot.topics.map((topic) => (
              <option key={topic}>{topic}</option>
            ))}
          </select>
        </div>
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

function Book(props: { slot: Slot; onClose: () => void; onBooked: (booked: Booked) => void }) {
  const { t } = useI18n();
  const [form, setForm] = useState(() => emptyBooking(props.slot));
  const [observer, setObserver] = useState(false);
  const { busy, problem, submit } = useSubmit(async () => {
    const answer = await meetings.book(props.slot.id, { ...filled(form), observer });
    if (!answer.ok) return 'aborted' in answer ? null : answer.problem;
    props.onBooked(answer.value);
    return null;
  });
  return (
    <Sheet id="book-title" title={t('slotBook')} onClose={props.onClose}>
      <form onSubmit={submit}>
        <BookFields slot={props.slot} form={form} put={(name) => (text) => setForm({ ...form, [name]: text })} />
        <label class="join-agree">
          <input
            id="book-observer"
            type="checkbox"
            checked={observer}
            onChange={(e) => setObserver(e.currentTarget.checked)}
          />{' '}
          {t('bookObserver')}
        </label>
        <Told problem={problem} />
        <Actions go={t('bookGo')} busy={busy} onClose={props.onClose} />
      </form>
    </Sheet>
  );
}

/** The links that an answer has with it. */
export const linksOf = (booked: Booked): JoinLink[] =>
  booked.legs.flatMap((leg) => (leg.token ? [{ leg: leg.leg, role: leg.role, token: leg.token }] : []));

function SlotLink({ slot, onClose }: { slot: Slot; onClose: () => void }) {
  const { t } = useI18n();
  const address = `${window.location.origin}/${formatRoute({ page: 'book', slot: slot.id, token: slot.link ?? '' })}`;
  return (
    <Sheet id="slot-link-title" title={t('slotLinkTitle')} onClose={onClose}>
      <p>{t('slotLinkOnce')}</p>
      <p class="secret mono" data-link="slot">
        {address}
      </p>
      <CopyButton text={() => address} label={t('copy', { what: t('slotLinkTitle') })} class="button">
        {t('copy', { what: '' }).trim()}
      </CopyButton>
      <p class="hold-actions">
        <button type="button" class="button primary" onClick={onClose}>
          {t('close')}
        </button>
      </p>
    </Sheet>
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
      <td>
        {slot.state === 'free' && (
          <>
            <button type="button" class="button" onClick={onBook}>
              {t('slotBook')}
            </button>{' '}
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
    <>
      <p>
        <button type="button" id="slot-add" class="button" onClick={() => setAdding(true)}>
          {t('slotAdd')}
        </button>
      </p>
      {value.slots.length === 0 && <Notice title={t('slotNone')} />}
      {value.slots.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              {(['sessTime', 'sessDept', 'sessOfficial', 'sessPlace', 'sessTopic', 'promState'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
              <th scope="col">{t('sessActions')}</th>
            </tr>
          </thead>
          <tbody>
            {value.slots.map((slot) => (
              <Row
                key={slot.id}
                slot={slot}
                onBook={() => setBooking(slot)}
                onWithdraw={() => void meetings.withdraw(slot.id).then(again)}
              />
            ))}
          </tbody>
        </table>
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
    </>
  );
}
