// SPDX-License-Identifier: GPL-3.0-or-later
// What the forms of administration share.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem, Result } from '../api/client';
import { Sheet, Told } from '../dossier/hold-form';
import { useI18n } from '../i18n/i18n';

/** One request at a time, and what was wrong with the last one. */
export function useSend() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async <T,>(ask: () => Promise<Result<T>>, then: (value: T) => void) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const answer = await ask();
    setBusy(false);
    if (answer.ok) then(answer.value);
    else if (!('aborted' in answer)) setProblem(answer.problem);
  };
  return { busy, problem, send };
}

export function Select(props: {
  id: string;
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <select id={props.id} value={props.value} onChange={(e) => props.onChange(e.currentTarget.value)}>
        {props.options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A moment of the hall, or none. */
export function Moment(props: { id: string; label: string; hint: string; onInput: (value: string) => void }) {
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <input
        id={props.id}
        class="num moment-field"
        type="datetime-local"
        aria-describedby={`${props.id}-told`}
        onInput={(e) => props.onInput(e.currentTarget.value)}
      />
      <p id={`${props.id}-told`} class="dim">
        {props.hint}
      </p>
    </div>
  );
}

/** A sheet with a form that does one thing. */
export function FormSheet(props: {
  id: string;
  title: string;
  go: string;
  risky?: boolean;
  busy: boolean;
  blocked?: boolean;
  problem: Problem | null;
  onSubmit: () => void;
  onClose: () => void;
  children?: ComponentChildren;
}) {
  const { t } = useI18n();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <Sheet id={props.id} title={props.title} onClose={props.onClose}>
      <form onSubmit={submit}>
        {props.children}
        <Told problem={props.problem} />
        <p class="hold-actions">
          <button type="button" class="button" onClick={props.onClose}>
            {t('cancel')}
          </button>
          <button
            type="submit"
            class={props.risky ? 'button risky' : 'button primary'}
            disabled={props.busy || props.blocked}
          >
            {props.go}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

/** A heading, what can be done, and what is below. */
export function Part(props: { id: string; title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="page admin-part" aria-labelledby={props.id}>
      <div class="admin-head">
        <h1 id={props.id}>{props.title}</h1>
        <div class="admin-actions">{props.actions}</div>
      </div>
      {props.children}
    </section>
  );
}
