// SPDX-License-Identifier: GPL-3.0-or-later
// Marking what is seen in a picture, live or replayed. Whoever shows pictures opens it:
//   const mark = useMarkKey(() => ({ camera, name, at, place }));   // M; null = no picture to mark
//   {mark.dialog}   and   <button onClick={mark.open}>
import type { ComponentChild } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Problem, type Result } from '../api/client';
import type { MarkKind, MarkMade } from '../api/types-alarms';
import { useKeys } from '../base/hooks';
import { Technical } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { formatMoment, formatUtc, parseTime, SECOND, type Us } from '../base/time';
import { Actions, Field, Sheet, Told, tooLong } from '../base/form';
import { mayHold } from '../dossier/model';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { Still } from './still';
import { markKindWord } from './words';

export const MARK_KINDS: readonly MarkKind[] = ['absent', 'attitude', 'phone', 'dispute', 'other'];
const BEFORE_S = 30;
const AFTER_S = 60;
/** A live picture is on the screen before it is on disk: it is asked for until it is. */
const LIVE: Us = 10 * SECOND;
const TRIES = 6;
const AGAIN_MS = 700;

export interface Picture {
  camera: string;
  name: string;
  /** When it was taken. */
  at: Us;
  place?: string;
}

/** Who may: the server refuses everybody else. */
export const mayMark = (me: { permissions: readonly string[] }): boolean => me.permissions.includes('mark');

async function send(picture: Picture, kind: MarkKind, words: string, now: Us): Promise<Result<MarkMade>> {
  const request = {
    camera: picture.camera,
    at: formatUtc(picture.at),
    kind,
    ...(words && { words }),
    ...(picture.place && { place: picture.place }),
  };
  for (let i = 1; ; i += 1) {
    const answer = await api.addMark(request);
    const early = !answer.ok && 'problem' in answer && answer.problem.code === 'not-found';
    if (!early || now - picture.at > LIVE || i >= TRIES) return answer;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

interface Done {
  mark: MarkMade;
  held: boolean;
  holdProblem: Problem | null;
}

function Outcome({ done }: { done: Done }) {
  const { t } = useI18n();
  const { subject } = done.mark;
  return (
    <div role="status">
      <Still mark={done.mark} class="mark-still" />
      <p>
        {subject ? t('markDone', { kind: t(subject.kind), key: subject.key }) : t('markDoneNobody')}{' '}
        {done.held && t('markHeld')}
      </p>
      {done.holdProblem && (
        <p class="bad">
          {t('markHoldFailed')} {problemWord(t, done.holdProblem.code)}
          <Technical detail={done.holdProblem.detail} />
        </p>
      )}
    </div>
  );
}

function Kinds(props: { kind: MarkKind; onChoose: (kind: MarkKind) => void }) {
  const { t } = useI18n();
  const chosen = useRef<HTMLInputElement>(null);
  useEffect(() => chosen.current?.focus(), []);
  return (
    <fieldset class="mark-kinds">
      <legend>{t('markKind')}</legend>
      {MARK_KINDS.map((kind, i) => (
        <label key={kind}>
          <input
            ref={kind === props.kind ? chosen : undefined}
            type="radio"
            name="mark-kind"
            value={kind}
            checked={kind === props.kind}
            onChange={() => props.onChoose(kind)}
          />{' '}
          <kbd>{i + 1}</kbd> {markKindWord(t, kind)}
        </label>
      ))}
    </fieldset>
  );
}

export function MarkDialog(props: { picture: Picture; onClose: () => void; onMade?: (mark: MarkMade) => void }) {
  const { t } = useI18n();
  const session = useSession();
  const { picture } = props;
  const [kind, setKind] = useState<MarkKind>('absent');
  const [words, setWords] = useState('');
  const [hold, setHold] = useState(false);
  const [reason, setReason] = useState('');
  const [caseNo, setCaseNo] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), [done]);

  const wrong = [words, reason, caseNo].some(tooLong);
  const addHold = async (mark: MarkMade): Promise<Problem | null> => {
    const at = parseTime(mark.at);
    const answer = await api.addHold({
      cameras: [picture.camera],
      from: formatUtc(at - BEFORE_S * SECOND),
      to: formatUtc(at + AFTER_S * SECOND),
      reason: reason.trim(),
      case: caseNo.trim(),
    });
    return answer.ok || 'aborted' in answer ? null : answer.problem;
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || wrong) return;
    setBusy(true);
    setProblem(null);
    const answer = await send(picture, kind, words.trim(), session.hallNow());
    if ('aborted' in answer) return setBusy(false);
    if (!answer.ok) return (setBusy(false), setProblem(answer.problem));
    const holdProblem = hold ? await addHold(answer.value) : null;
    setBusy(false);
    setDone({ mark: answer.value, held: hold && !holdProblem, holdProblem });
    props.onMade?.(answer.value);
  };
  const pick = (event: KeyboardEvent) => {
    const chosen = /^[1-5]$/.test(event.key) ? MARK_KINDS[Number(event.key) - 1] : undefined;
    const writes = (event.target as HTMLElement).matches('input:not([type=radio])');
    if (!chosen || writes) return;
    event.preventDefault();
    setKind(chosen);
  };
  const title = (
    <>
      {t('markTitle')} <span class="dim">{picture.name}</span>{' '}
      <span class="num dim">{formatMoment(picture.at, session.zone)}</span>
    </>
  );
  if (done)
    return (
      <Sheet id="mark-title" title={title} onClose={props.onClose}>
        <Outcome done={done} />
        <p class="form-actions">
          <button ref={close} type="button" class="button primary" onClick={props.onClose}>
            {t('close')}
          </button>
        </p>
      </Sheet>
    );
  return (
    <Sheet id="mark-title" title={title} onClose={props.onClose}>
      <p class="dim">{t('markMeans')}</p>
      <form onSubmit={(e) => void submit(e)} onKeyDown={pick}>
        {picture.place && <p class="dim">{placeLabel(session, picture.place)}</p>}
        <Kinds kind={kind} onChoose={setKind} />
        <Field
          id="mark-words"
          label={t('markWords')}
          value={words}
          onInput={setWords}
          wrong={tooLong(words) ? t('holdTooLong') : null}
        />
        {mayHold(session.me) && (
          <p class="mark-hold">
            <label>
              <input type="checkbox" checked={hold} onChange={(e) => setHold(e.currentTarget.checked)} />{' '}
              {t('markHold')}
            </label>
          </p>
        )}
        {hold && (
          <>
            <p class="dim">{t('markHoldMeans', { before: BEFORE_S, after: AFTER_S })}</p>
            <Field id="mark-reason" label={t('holdReason')} value={reason} onInput={setReason} required focus />
            <Field id="mark-case" label={t('holdCase')} value={caseNo} onInput={setCaseNo} required />
          </>
        )}
        <Told problem={problem} />
        <Actions go={t(busy ? 'markBusy' : 'markGo')} busy={busy || wrong} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}

/** M opens the dialog on the picture that `find` tells of; nothing for who may not mark. */
export function useMarkKey(
  find: () => Picture | null,
  onMade?: (mark: MarkMade) => void,
): { open: (picture?: Picture | null) => void; dialog: ComponentChild; may: boolean } {
  const { me } = useSession();
  const may = mayMark(me);
  const [picture, setPicture] = useState<Picture | null>(null);
  const open = (asked: Picture | null = find()) => setPicture(asked);
  useKeys((event) => {
    if (!may || event.key.toLowerCase() !== 'm') return false;
    return (open(), true);
  });
  const dialog = picture && (
    <MarkDialog picture={picture} onClose={() => setPicture(null)} {...(onMade && { onMade })} />
  );
  return { open, dialog, may };
}
