// SPDX-License-Identifier: GPL-3.0-or-later
// Marking what is seen in a picture, live or replayed. Whoever shows pictures opens it:
//   const mark = useMarkKey(() => ({ camera, name, at, place }));   // M; null = no picture to mark
//   {mark.dialog}   and   <button onClick={mark.open}>
import type { ComponentChild } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Problem, type Result } from '../api/client';
import type { MarkKind, MarkMade, MarkRequest } from '../api/types-alarms';
import { useKeys } from '../base/hooks';
import { Technical } from '../base/parts';
import { placeLabel, useSession } from '../base/session';
import { formatMoment, formatUtc, parseTime, SECOND, type Us } from '../base/time';
import { Actions, Field, Sheet, Told, tooLong } from '../base/form';
import { mayHold } from '../dossier/model';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { askPlaces, MarkPlaces, meantPlace, useMarkPlaces } from './mark-place';
import { Still } from './still';

const BEFORE_S = 30;
const AFTER_S = 60;
/** A live picture is on the screen before it is on disk: it is asked for until it is. */
const LIVE: Us = 10 * SECOND;
const TRIES = 20; // a disk that is busy may be seconds behind
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

/** The same while the same is said: what was lost on its way back is not marked twice. */
function useOnce(): (said: object) => string {
  const last = useRef({ said: '', key: '' });
  return (said) => {
    const text = JSON.stringify(said);
    if (text !== last.current.said) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      last.current = { said: text, key: [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('') };
    }
    return last.current.key;
  };
}

async function send(request: MarkRequest, early: boolean): Promise<Result<MarkMade>> {
  for (let i = 1; ; i += 1) {
    const answer = await api.addMark(request);
    const none = !answer.ok && 'problem' in answer && answer.problem.code === 'not-found';
    if (!none || !early || i >= TRIES) return answer;
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
        {subject
          ? t('markDone', { kind: t(subject.kind), key: subject.key })
          : t(done.mark.place ? 'markDoneNobody' : 'markDoneNowhere')}{' '}
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

/** Those that are offered, in their order. */
async function askKinds(signal?: AbortSignal): Promise<Result<MarkKind[]>> {
  const answer = await api.markKinds(signal);
  return answer.ok ? { ...answer, value: answer.value.kinds.filter((k) => !k.ended) } : answer;
}

/** The keyboard is here until the kinds are: a digit that comes before them counts. */
function Kinds(props: { kinds: readonly MarkKind[] | null; nth: number; onChoose: (nth: number) => void }) {
  const { t, lang } = useI18n();
  const all = useRef<HTMLFieldSetElement>(null);
  const chosen = useRef<HTMLInputElement>(null);
  useEffect(() => all.current?.focus(), []);
  useEffect(() => {
    if (document.activeElement === all.current) chosen.current?.focus();
  }, [props.kinds]);
  return (
    <fieldset ref={all} class="mark-kinds" tabIndex={-1}>
      <legend>{t('markKind')}</legend>
      {props.kinds?.map((kind, i) => (
        <label key={kind.code}>
          <input
            ref={i === props.nth ? chosen : undefined}
            type="radio"
            name="mark-kind"
            value={kind.code}
            checked={i === props.nth}
            onChange={() => props.onChoose(i)}
          />{' '}
          {i < 9 && <kbd>{i + 1}</kbd>} {kind[lang]}
        </label>
      ))}
      {props.kinds?.length === 0 && <p class="warn">{t('markNoKinds')}</p>}
    </fieldset>
  );
}

export function MarkDialog(props: { picture: Picture; onClose: () => void; onMade?: (mark: MarkMade) => void }) {
  const { t } = useI18n();
  const session = useSession();
  const { picture } = props;
  const [kinds, setKinds] = useState<readonly MarkKind[] | null>(null);
  const [nth, setNth] = useState(0);
  const places = useMarkPlaces(picture.camera, picture.at);
  const [chosen, setChosen] = useState<string | null>(null);
  const meant = meantPlace(places, chosen, picture.place);
  const once = useOnce();
  const [words, setWords] = useState('');
  const [hold, setHold] = useState(false);
  const [reason, setReason] = useState('');
  const [caseNo, setCaseNo] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), [done]);
  useEffect(() => {
    const stop = new AbortController();
    void askKinds(stop.signal).then((answer) => {
      if (answer.ok) setKinds(answer.value);
      else if (!('aborted' in answer)) setProblem(answer.problem);
    });
    return () => stop.abort();
  }, []);

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
    const offered: Result<readonly MarkKind[]> = kinds ? { ok: true, value: kinds } : await askKinds();
    const kind = offered.ok ? (offered.value[nth] ?? offered.value[0]) : undefined;
    if (!offered.ok && !('aborted' in offered)) setProblem(offered.problem);
    if (!kind) return setBusy(false);
    const known = places ?? (await askPlaces(picture.camera, picture.at));
    const place = meantPlace(known, chosen, picture.place) ?? (known ? null : { code: picture.place });
    const said = { kind: kind.code, words: words.trim(), chosen };
    const request = {
      camera: picture.camera,
      at: formatUtc(picture.at),
      kind: kind.code,
      ...(said.words && { words: said.words }),
      ...(place?.code && { place: place.code, ...('hall' in place && { hall: place.hall }) }),
      key: once(said),
    };
    const early = session.hallNow() - picture.at <= LIVE;
    const answer = await send(request, early);
    if ('aborted' in answer) return setBusy(false);
    if (!answer.ok) return (setBusy(false), setProblem(answer.problem));
    const holdProblem = hold ? await addHold(answer.value) : null;
    setBusy(false);
    setDone({ mark: answer.value, held: hold && !holdProblem, holdProblem });
    props.onMade?.(answer.value);
  };
  const pick = (event: KeyboardEvent) => {
    const writes = (event.target as HTMLElement).matches('input:not([type=radio])');
    if (writes || !/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    if (!kinds || Number(event.key) <= kinds.length) setNth(Number(event.key) - 1);
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
        {places ? (
          <MarkPlaces places={places} meant={meant} onChoose={setChosen} />
        ) : (
          picture.place && <p class="dim">{placeLabel(session, picture.place)}</p>
        )}
        <Kinds kinds={kinds} nth={kinds && nth >= kinds.length ? 0 : nth} onChoose={setNth} />
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
