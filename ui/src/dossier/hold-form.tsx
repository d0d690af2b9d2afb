// SPDX-License-Identifier: GPL-3.0-or-later
// Putting a hold on what the dossier is about.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSaid } from '../account/reason';
import { api, type Problem } from '../api/client';
import type { Glance, HoldAnswer, HoldTarget, Subject } from '../api/types';
import { formatBytes } from '../base/bytes';
import { Actions, Field, Sheet, Told, tooLong } from '../base/form';
import { Technical } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { formatClock, formatDay, formatDayRange, formatUtc, isDay, parseTime, shiftDay, type Us } from '../base/time';
import { whichIs, whichOf } from '../find/results';
import { useI18n } from '../i18n/i18n';
import { cameraName, type Named } from './model';

/** Three months: long enough for most cases, and nobody has to count. */
const REVIEW_DAYS = 90;

/** A subject (all: every ticket that has its number), or cameras between two moments, of which some may be left out. */
export type HoldOn = { subject: Subject; all?: boolean } | (Named & { from: Us; to: Us });

function Result({ dossier, answer }: { dossier: Named; answer: HoldAnswer }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const { journals, gone, keeps } = answer;
  const subject = answer.hold.subject;
  const of = [subject?.key, subject?.day, subject?.hall].filter(Boolean).join(' · ');
  return (
    <div class="hold-result" role="status">
      <p>{t('holdDone', { n: keeps.segments, size: formatBytes(keeps.bytes) })}</p>
      {answer.warning && <p class="warn">{of ? t('holdNothingOf', { what: of }) : t('holdNothingThere')}</p>}
      {gone.length > 0 && (
        <>
          <p class="warn">{t('holdGone')}</p>
          <ul>
            {gone.map((g) => (
              <li key={`${g.camera}/${g.stream}/${g.from}`} class="num warn">
                {cameraName(dossier, g.camera)} {formatDayRange(parseTime(g.from), parseTime(g.to), zone)}
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="dim">
        {journals.written > 0
          ? t('holdJournalled', { n: journals.written, m: journals.of })
          : t(journals.waiting > 0 ? 'holdJournalWaits' : 'holdJournalFailed')}
      </p>
      <Technical detail={journals.failed} />
    </div>
  );
}

function target(on: HoldOn, left: ReadonlySet<string>): HoldTarget {
  if ('cameras' in on)
    return {
      cameras: on.cameras.map((c) => c.camera).filter((c) => !left.has(c)),
      from: formatUtc(on.from),
      to: formatUtc(on.to),
    };
  const { kind, key, hall, day } = on.subject;
  const which = on.all ? { all: true } : whichIs(on.subject);
  return { subject: { kind, key, hall, ...(day ? { day } : {}), ...which } };
}

/** Which of the cameras are meant: all of them, unless some are left out. */
function Which(props: { cameras: Named['cameras']; left: ReadonlySet<string>; onLeft: (left: Set<string>) => void }) {
  const { t } = useI18n();
  const turn = (camera: string) => {
    const left = new Set(props.left);
    if (!left.delete(camera)) left.add(camera);
    props.onLeft(left);
  };
  return (
    <fieldset class="hold-cameras">
      <legend>{t('holdWhich')}</legend>
      {props.cameras.map((c) => (
        <label key={c.camera}>
          <input type="checkbox" checked={!props.left.has(c.camera)} onChange={() => turn(c.camera)} />{' '}
          {c.name || c.camera}
        </label>
      ))}
    </fieldset>
  );
}

function Title({ on }: { on: HoldOn }) {
  const { t } = useI18n();
  const { zone } = useSession();
  return (
    <>
      {t('holdTitle')}{' '}
      {'cameras' in on ? (
        <span class="num dim">{formatDayRange(on.from, on.to, zone)}</span>
      ) : (
        <>
          <span class="mono">{on.subject.key}</span> <span class="num dim">{on.subject.day}</span>{' '}
          <span class="mono dim">{whichOf(on.subject)}</span>
        </>
      )}
    </>
  );
}

/** More than one is called so, as has come out since the page was drawn: which is meant? */
/** One of several that have the number, or all of them if they are of one hall. */
function WhichSubject(props: { all: readonly Glance[]; chosen: HoldOn | null; onChoose: (on: HoldOn) => void }) {
  const { t } = useI18n();
  const session = useSession();
  const chosen = props.chosen && 'subject' in props.chosen ? props.chosen : null;
  const oneHall = props.all.every((s) => s.shared && s.hall === props.all[0]!.hall);
  const places = (s: Glance) => s.places.map((p) => placeLabel(session, p, s.hall)).join(', ');
  return (
    <div class="hold-which" role="group" aria-label={t('holdWhichTicket')}>
      <p class="warn" role="alert">
        {t('holdWhichTicket')}
      </p>
      {props.all.map((s) => (
        <button
          type="button"
          class="button"
          key={`${s.hall}/${whichOf(s)}`}
          aria-pressed={s === chosen?.subject && !chosen.all}
          onClick={() => props.onChoose({ subject: s })}
        >
          <span class="mono">{[s.key, whichOf(s) || s.hall].join(' ')}</span>{' '}
          <span class="dim num">{[formatClock(parseTime(s.from), session.zone), places(s)].join(' ')}</span>
        </button>
      ))}
      {oneHall && (
        <button
          type="button"
          class="button"
          aria-pressed={chosen?.all === true}
          onClick={() => props.onChoose({ subject: props.all[0]!, all: true })}
        >
          {t('holdAllTickets', { n: props.all.length })}
        </button>
      )}
    </div>
  );
}

export function HoldForm(props: { dossier: Named; on: HoldOn; onClose: () => void; onChanged: () => void }) {
  const { t } = useI18n();
  const session = useSession();
  const [candidates, setCandidates] = useState<Glance[]>([]);
  const [meant, setMeant] = useState<HoldOn | null>(null);
  const on: HoldOn = meant ?? props.on;
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const today = formatDay(session.hallNow(), session.zone);
  const said = useSaid(); // mostly it is held for what it was opened for
  const [reason, setReason] = useState(said?.reason ?? '');
  const [caseNo, setCaseNo] = useState(said?.case ?? '');
  const [owner, setOwner] = useState(session.me.name);
  const [review, setReview] = useState(shiftDay(today, REVIEW_DAYS));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [answer, setAnswer] = useState<HoldAnswer | null>(null);
  const done = useRef<HTMLButtonElement>(null);
  useEffect(() => done.current?.focus(), [answer]);

  const long = (text: string) => (tooLong(text) ? t('holdTooLong') : null);
  const noDay = review !== '' && (!isDay(review) || review <= today) ? t('holdReviewWrong') : null;
  const none = 'cameras' in on && on.cameras.every((c) => left.has(c.camera));
  const unsaid = candidates.length > 0 && !meant;
  const wrong = [reason, caseNo, owner].some(tooLong) || noDay !== null || none || unsaid;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || wrong) return;
    setBusy(true);
    setProblem(null);
    const result = await api.addHold({
      ...target(on, left),
      reason: reason.trim(),
      case: caseNo.trim(),
      owner: owner.trim() || session.me.name,
      ...(review ? { review } : {}),
    });
    setBusy(false);
    if ('aborted' in result) return;
    if (!result.ok && result.problem.code === 'ambiguous' && result.problem.candidates)
      return setCandidates(result.problem.candidates as Glance[]);
    if (!result.ok) return setProblem(result.problem);
    setAnswer(result.value);
    props.onChanged();
  };
  const moveDay = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (!by || !isDay(review)) return;
    event.preventDefault();
    setReview(shiftDay(review, by));
  };
  const title = <Title on={on} />;
  const means =
    'cameras' in on ? 'holdMeansCameras' : on.subject.kind === 'approval' ? 'holdMeansApproval' : 'holdMeans';
  if (answer)
    return (
      <Sheet id="hold-title" title={title} onClose={props.onClose}>
        <Result dossier={props.dossier} answer={answer} />
        <p class="form-actions">
          <button ref={done} type="button" class="button primary" onClick={props.onClose}>
            {t('close')}
          </button>
        </p>
      </Sheet>
    );
  return (
    <Sheet id="hold-title" title={title} onClose={props.onClose}>
      <p class="dim">{t(means)}</p>
      <form onSubmit={(e) => void submit(e)}>
        {'cameras' in on && <Which cameras={on.cameras} left={left} onLeft={setLeft} />}
        <Field
          id="hold-reason"
          label={t('holdReason')}
          value={reason}
          onInput={setReason}
          required
          focus
          wrong={long(reason)}
        />
        <Field id="hold-case" label={t('holdCase')} value={caseNo} onInput={setCaseNo} required wrong={long(caseNo)} />
        <Field
          id="hold-owner"
          label={t('holdOwner')}
          value={owner}
          onInput={setOwner}
          required
          hint={t('holdOwnerHint')}
          wrong={long(owner)}
        />
        <Field
          id="hold-review"
          label={t('holdReview')}
          value={review}
          onInput={setReview}
          numeric
          hint={t('holdReviewHint')}
          wrong={noDay}
          onKeyDown={moveDay}
        />
        {candidates.length > 0 && <WhichSubject all={candidates} chosen={meant} onChoose={setMeant} />}
        <Told problem={problem} />
        <Actions go={t(busy ? 'holdBusy' : 'holdGo')} busy={busy || wrong} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}
