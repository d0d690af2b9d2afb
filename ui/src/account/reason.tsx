// SPDX-License-Identifier: GPL-3.0-or-later
// Why somebody looks at footage: asked once for each thing and login, kept by the server, told in the audit log.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, setLookingFor, type Problem } from '../api/client';
import type { Dossier, Me, Reason } from '../api/types';
import { Skeleton } from '../base/parts';
import { useSession } from '../base/session';
import { MINUTE, parseTime, type Us } from '../base/time';
import { Field, Sheet, Told, tooLong } from '../dossier/hold-form';
import { useI18n } from '../i18n/i18n';

/** The server's: what is younger needs no reason from who watches the hall. A minute less, as clocks go on. */
const FRESH = 14 * MINUTE;

/** Whether the footage of a dossier wants a reason from this person. */
export function wantsReason(me: Me, dossier: Dossier, now: Us): boolean {
  const spans = dossier.cameras.flatMap((c) => c.spans);
  if (me.reason === 'never' || spans.length === 0) return false;
  return me.reason === 'always' || spans.some((s) => parseTime(s.from) < now - FRESH);
}

const isFor = (reason: Reason, dossier: Dossier): boolean =>
  reason.kind === dossier.subject.kind &&
  reason.key.toLowerCase() === dossier.subject.key.toLowerCase() &&
  (reason.day ?? null) === (dossier.subject.day ?? null);

function ReasonForm(props: { dossier: Dossier; onGiven: (reason: Reason) => void }) {
  const { t } = useI18n();
  const { subject } = props.dossier;
  const [reason, setReason] = useState('');
  const [caseNo, setCaseNo] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const said = useRef(false);
  const wrong = [reason, caseNo].some(tooLong);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || wrong) return;
    setBusy(true);
    const answer = await api.giveReason({
      kind: subject.kind,
      key: subject.key,
      hall: subject.hall,
      day: subject.day ?? null,
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
    if (!said.current) window.history.back();
  };
  const title = (
    <>
      {t('reasonTitle')} <span class="mono">{subject.key}</span> <span class="num dim">{subject.day}</span>
    </>
  );
  return (
    <Sheet id="reason-title" title={title} onClose={back}>
      <p class="dim">{t('reasonMeans')}</p>
      <form onSubmit={(e) => void submit(e)}>
        <Field id="reason-why" label={t('reasonWhy')} value={reason} onInput={setReason} required focus />
        <Field id="reason-case" label={t('reasonCase')} value={caseNo} onInput={setCaseNo} required />
        <Told problem={problem} />
        <p class="hold-actions">
          <button type="button" class="button" onClick={back}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy || wrong}>
            {t('reasonGo')}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

/** Shows the dossier's pictures once it is said why. */
export function ReasonGate({ dossier, children }: { dossier: Dossier; children: ComponentChildren }) {
  const session = useSession();
  const [given, setGiven] = useState<Reason | null | undefined>(undefined);
  const needed = wantsReason(session.me, dossier, session.hallNow());
  useEffect(() => {
    if (!needed) return;
    const asking = new AbortController();
    void api.reasons(asking.signal).then((answer) => {
      if ('aborted' in answer) return;
      const found = answer.ok ? answer.value.reasons.find((r) => isFor(r, dossier)) : undefined;
      setLookingFor(found?.id ?? null);
      setGiven(found ?? null);
    });
    return () => {
      asking.abort();
      setLookingFor(null);
    };
  }, [needed]);
  if (!needed || given) return <>{children}</>;
  if (given === undefined) return <Skeleton lines={8} />;
  const say = (reason: Reason) => {
    setLookingFor(reason.id);
    setGiven(reason);
  };
  return <ReasonForm dossier={dossier} onGiven={say} />;
}
