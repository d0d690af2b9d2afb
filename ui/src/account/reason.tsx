// SPDX-License-Identifier: GPL-3.0-or-later
// Why somebody looks at footage: asked once for each thing and login, kept by the server, told in the audit log.
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { api, reasonFor, setLookingFor, type Problem } from '../api/client';
import type { Dossier, Me, Reason } from '../api/types';
import { Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { MINUTE, parseTime, type Us } from '../base/time';
import { Actions, Field, Sheet, Told, tooLong } from '../base/form';
import { useI18n } from '../i18n/i18n';

/** The server's: what is younger needs no reason from who watches the hall. A minute less, as clocks go on. */
const FRESH = 14 * MINUTE;

/** What is looked at: a subject, a place or a camera. */
export interface About {
  kind: string;
  key: string;
  hall?: string | undefined;
  day?: string | null | undefined;
  /** Of a ticket that shares its number: which. */
  ticket_id?: string | undefined;
  source?: string | undefined;
}

/** Of a subject, as its dossier calls it. */
export const aboutOf = ({ subject }: Dossier): About => ({
  kind: subject.kind,
  key: subject.key,
  hall: subject.hall,
  day: subject.day ?? null,
  ...(subject.shared &&
    (subject.ticket_id ? { ticket_id: subject.ticket_id } : { source: subject.source ?? undefined })),
});

/** Whether pictures of these moments want a reason from this person. */
export function wantsReasonAt(me: Me, moments: readonly Us[], now: Us): boolean {
  if (me.reason === 'never' || moments.length === 0) return false;
  return me.reason === 'always' || moments.some((at) => at < now - FRESH);
}

/** The same of all footage of a dossier. */
export const wantsReason = (me: Me, of: Pick<Dossier, 'cameras'>, now: Us): boolean =>
  wantsReasonAt(
    me,
    of.cameras.flatMap((c) => c.spans.map((s) => parseTime(s.from))),
    now,
  );

/** Of several tickets with one number a reason does not say for which it was. */
const isFor = (reason: Reason, about: About): boolean =>
  !about.ticket_id &&
  !about.source &&
  reason.kind === about.kind &&
  reason.key.toLowerCase() === about.key.toLowerCase() &&
  (reason.day ?? null) === (about.day ?? null);

/** The reason that was given in this login already; null: none. */
async function findReason(about: About, signal?: AbortSignal): Promise<Reason | null | undefined> {
  const answer = await api.reasons(signal);
  if ('aborted' in answer) return undefined;
  return (answer.ok && answer.value.reasons.find((r) => isFor(r, about))) || null;
}

const Said = createContext<Reason | null>(null);
/** Why what is on the page is looked at; null: nobody asked. */
export const useSaid = (): Reason | null => useContext(Said);

function ReasonForm(props: {
  about: About;
  label?: string;
  /** What was said of something else just before: mostly it is the same case. */
  before?: Reason | undefined;
  onBack: () => void;
  onGiven: (reason: Reason) => void;
}) {
  const { t } = useI18n();
  const { about } = props;
  const [reason, setReason] = useState(props.before?.reason ?? '');
  const [caseNo, setCaseNo] = useState(props.before?.case ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const said = useRef(false);
  const wrong = [reason, caseNo].some(tooLong);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || wrong) return;
    setBusy(true);
    const answer = await api.giveReason({
      ...about,
      reason: reason.trim(),
      case: caseNo.trim(),
    });
    setBusy(false);
    if ('aborted' in answer) return;
    if (!answer.ok) return setProblem(answer.problem);
    said.current = true;
    props.onGiven(answer.value);
  };
  // The sheet also closes when it has done its work.
  const back = () => {
    if (!said.current) props.onBack();
  };
  const title = (
    <>
      {t('reasonTitle')} <span class="mono">{props.label ?? about.key}</span> <span class="num dim">{about.day}</span>
    </>
  );
  return (
    <Sheet id="reason-title" title={title} onClose={back}>
      <p class="dim">{t('reasonMeans')}</p>
      <form onSubmit={(e) => void submit(e)}>
        <Field id="reason-why" label={t('reasonWhy')} value={reason} onInput={setReason} required focus />
        <Field id="reason-case" label={t('reasonCase')} value={caseNo} onInput={setCaseNo} required />
        <Told problem={problem} />
        <Actions go={t('reasonGo')} busy={busy || wrong} onCancel={back} />
      </form>
    </Sheet>
  );
}

/** Shows pictures once it is said why. `of`: the footage that they are of. */
export function ReasonGate(props: {
  about: About;
  label?: string;
  of: Pick<Dossier, 'cameras'>;
  children: ComponentChildren;
}) {
  const { about } = props;
  const session = useSession();
  const [given, setGiven] = useState<Reason | null | undefined>(undefined);
  const needed = wantsReason(session.me, props.of, session.hallNow());
  useEffect(() => {
    if (!needed) return;
    const asking = new AbortController();
    void findReason(about, asking.signal).then((found) => {
      if (found === undefined) return;
      setLookingFor(found?.id ?? null);
      setGiven(found);
    });
    return () => {
      asking.abort();
      setLookingFor(null);
    };
  }, [needed]);
  if (!needed || given) return <Said.Provider value={given ?? null}>{props.children}</Said.Provider>;
  if (given === undefined) return <Skeleton lines={8} />;
  const say = (reason: Reason) => {
    setLookingFor(reason.id);
    setGiven(reason);
  };
  return <ReasonForm about={about} label={props.label} onBack={() => window.history.back()} onGiven={say} />;
}

/** The same of several things at once, as cameras that are browsed: said once, it is given for each. The children are
 * drawn anew whenever one comes along, as the addresses of their footage change. */
export function ReasonsGate(props: {
  abouts: readonly About[];
  label: string;
  needed: boolean;
  onBack: () => void;
  children: ComponentChildren;
}) {
  const { abouts, needed } = props;
  const [given, setGiven] = useState<{ names: string; reasons: Reason[]; before: Reason | undefined } | null>(null);
  const names = abouts.map((a) => `${a.kind}/${a.hall ?? ''}/${a.key}`).join();
  const take = (reasons: readonly Reason[]) => {
    const mine = abouts.flatMap((a) => reasons.find((r) => isFor(r, a)) ?? []);
    const cameras = new Map(mine.filter((r) => r.kind === 'camera').map((r) => [r.key, r.id]));
    setLookingFor(mine.find((r) => r.kind !== 'camera')?.id ?? null, cameras);
    setGiven({ names, reasons: mine, before: reasons[0] });
  };
  useEffect(() => {
    if (!needed) return;
    const asking = new AbortController();
    void api.reasons(asking.signal).then((answer) => {
      if (!('aborted' in answer)) take(answer.ok ? answer.value.reasons : []);
    });
    return () => {
      asking.abort();
      setLookingFor(null);
    };
  }, [needed, names]);
  if (!needed) return <>{props.children}</>;
  if (given?.names !== names) return <Skeleton lines={8} />;
  const missing = abouts.filter((a) => !given.reasons.some((r) => isFor(r, a)));
  const [first] = missing;
  if (!first) return <Said.Provider value={given.reasons[0] ?? null}>{props.children}</Said.Provider>;
  const say = async (reason: Reason) => {
    const rest = missing.slice(1).map((a) => api.giveReason({ ...a, reason: reason.reason, case: reason.case }));
    const more = (await Promise.all(rest)).flatMap((answer) => (answer.ok ? [answer.value] : []));
    take([reason, ...more, ...given.reasons]);
  };
  return (
    <ReasonForm
      key={names}
      about={first}
      label={props.label}
      before={given.before}
      onBack={props.onBack}
      onGiven={(reason) => void say(reason)}
    />
  );
}

/** One picture of a camera: shown, or behind a button that asks why, unless the page as a whole was opened for something. */
export function ReasonedPicture(props: {
  camera: { id: string; name: string };
  at: Us;
  class?: string;
  /** Given the number of the reason, null if none is needed. */
  children: (reason: number | null) => ComponentChildren;
}) {
  const { t } = useI18n();
  const session = useSession();
  const [said, setGiven] = useState<number | null>(null);
  const given = said ?? reasonFor(props.camera.id);
  const [asking, setAsking] = useState(false);
  const about: About = { kind: 'camera', key: props.camera.id };
  if (given !== null || !wantsReasonAt(session.me, [props.at], session.hallNow())) return <>{props.children(given)}</>;
  const ask = () =>
    void findReason(about).then((found) => {
      if (found) setGiven(found.id);
      else setAsking(true);
    });
  return (
    <div class={`picture-asked ${props.class ?? ''}`}>
      <button type="button" class="button" onClick={ask}>
        {t('reasonPicture')}
      </button>
      {asking && (
        <ReasonForm
          about={about}
          label={props.camera.name}
          onBack={() => setAsking(false)}
          onGiven={(reason) => (setAsking(false), setGiven(reason.id))}
        />
      )}
    </div>
  );
}
