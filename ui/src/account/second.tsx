// SPDX-License-Identifier: GPL-3.0-or-later
// A second factor: the telephone shows a code that changes, and recovery codes are for when it is gone.
import { useState } from 'preact/hooks';
import { encode } from 'uqr';
import { api, type Problem } from '../api/client';
import { CopyButton } from '../base/parts';
import { Actions, Field, Sheet, Told } from '../base/form';
import { useI18n } from '../i18n/i18n';
import { Secret } from './password';

/** Dark modules on a light ground whatever the theme: cameras read nothing else. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} class="qr-ground" />
      <path d={path} class="qr-dark" />
    </svg>
  );
}

type Step =
  | { kind: 'password' }
  | { kind: 'confirm'; secret: string; uri: string }
  | { kind: 'codes'; codes: string[] }
  | { kind: 'end' };

export function SecondSheet(props: { on: boolean; onClose: () => void; onChanged: () => void }) {
  const { t } = useI18n();
  const [step, setStep] = useState<Step>({ kind: props.on ? 'end' : 'password' });
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const next = async () => {
    if (step.kind === 'password') {
      const begun = await api.beginSecond(text);
      if ('aborted' in begun) return null;
      return begun.ok ? setStep({ kind: 'confirm', ...begun.value }) : begun.problem;
    }
    if (step.kind === 'confirm') {
      const done = await api.confirmSecond(text);
      if ('aborted' in done) return null;
      return done.ok ? setStep({ kind: 'codes', codes: done.value.recovery }) : done.problem;
    }
    const ended = await api.endSecond(text);
    if ('aborted' in ended) return null;
    if (!ended.ok) return ended.problem;
    props.onChanged();
    return props.onClose();
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem((await next()) ?? null);
    setText('');
    setBusy(false);
  };
  if (step.kind === 'codes')
    return (
      <Sheet id="second-title" title={t('secondTitle')} onClose={props.onClose} once>
        <p>{t('secondCodes')}</p>
        <ul class="mono recovery">
          {step.codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <p class="form-actions">
          <CopyButton text={() => step.codes.join('\n')} label={t('copy', { what: '' }).trim()} class="button">
            {t('copy', { what: '' }).trim()}
          </CopyButton>
          <button type="button" class="button primary" onClick={() => (props.onChanged(), props.onClose())}>
            {t('secondKept')}
          </button>
        </p>
      </Sheet>
    );
  return (
    <Sheet id="second-title" title={t('secondTitle')} onClose={props.onClose}>
      <form onSubmit={(e) => void submit(e)}>
        <p class="dim">
          {t(step.kind === 'confirm' ? 'secondScan' : step.kind === 'end' ? 'secondEnd' : 'secondMeans')}
        </p>
        {step.kind === 'confirm' && (
          <>
            <QrCode text={step.uri} label={t('secondQr')} />
            <p class="mono secret">{step.secret.replace(/(.{4})/g, '$1 ')}</p>
          </>
        )}
        {step.kind === 'password' ? (
          <Secret id="second-password" label={t('signInPassword')} value={text} onInput={setText} focus />
        ) : (
          <Field
            key={step.kind}
            id="second-code"
            label={t('secondCode')}
            value={text}
            onInput={setText}
            required
            numeric
            focus
          />
        )}
        {problem?.code === 'invalid' ? (
          <p class="bad" role="alert">
            {t(step.kind === 'password' ? 'secondWrongPassword' : 'secondWrong')}
          </p>
        ) : (
          <Told problem={problem} />
        )}
        <Actions go={t(step.kind === 'end' ? 'secondEndGo' : 'secondNext')} busy={busy} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}
