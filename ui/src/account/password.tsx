// SPDX-License-Identifier: GPL-3.0-or-later
// A new password for oneself.
import { useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import { Actions, Told } from '../base/form';
import { useFocus } from '../base/hooks';
import { useI18n } from '../i18n/i18n';

const LEAST = 12;

export function Secret(props: {
  id: string;
  label: string;
  value: string;
  onInput: (text: string) => void;
  fresh?: boolean;
  focus?: boolean;
  wrong?: string | null;
}) {
  const field = useFocus(props.focus ?? false);
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <input
        ref={field}
        id={props.id}
        type="password"
        autocomplete={props.fresh ? 'new-password' : 'current-password'}
        required
        maxLength={256}
        value={props.value}
        aria-invalid={props.wrong ? true : undefined}
        aria-describedby={`${props.id}-told`}
        onInput={(e) => props.onInput(e.currentTarget.value)}
      />
      <p id={`${props.id}-told`} class="bad">
        {props.wrong}
      </p>
    </div>
  );
}

export function PasswordForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const brief =
    fresh !== '' && new TextEncoder().encode(fresh).length < LEAST ? t('passwordShort', { n: LEAST }) : null;
  const other = again !== '' && again !== fresh ? t('passwordOther') : null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || brief || again !== fresh) return;
    setBusy(true);
    const answer = await api.changePassword(old, fresh);
    setBusy(false);
    if ('aborted' in answer) return;
    if (answer.ok) onDone();
    else setProblem(answer.problem);
  };
  return (
    <form onSubmit={(e) => void submit(e)}>
      <Secret id="password-old" label={t('passwordOld')} value={old} onInput={setOld} focus />
      <Secret id="password-new" label={t('passwordNew')} value={fresh} onInput={setFresh} fresh wrong={brief} />
      <Secret id="password-again" label={t('passwordAgain')} value={again} onInput={setAgain} fresh wrong={other} />
      {problem?.code === 'invalid' ? (
        <p class="bad" role="alert">
          {t('passwordWrong')}
        </p>
      ) : (
        <Told problem={problem} />
      )}
      <Actions go={t('passwordGo')} busy={busy} onCancel={onCancel} />
    </form>
  );
}
