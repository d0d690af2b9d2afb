// SPDX-License-Identifier: GPL-3.0-or-later
// What forms share: the sheet over the page, its fields, its two buttons, and asking once at a time.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Problem, Result } from '../api/client';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { useFocus } from './hooks';
import { Technical } from './parts';
import { When } from './when';

/** The API's measure of a text. */
const TEXT_BYTES = 256;
export const tooLong = (text: string): boolean => new TextEncoder().encode(text).length > TEXT_BYTES;

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

export function Told({ problem }: { problem: Problem | null }) {
  const { t } = useI18n();
  return (
    <div class="form-told" role="alert">
      {problem && (
        <>
          <p class="bad">{problemWord(t, problem.code)}</p>
          <Technical detail={problem.detail} />
        </>
      )}
    </div>
  );
}

/** A sheet over the page; Escape and a click beside it close it, unless what it shows is shown `once`. */
export function Sheet(props: {
  title: ComponentChildren;
  id: string;
  onClose: () => void;
  /** Only its own button closes it. */
  once?: boolean;
  /** For a picture beside what is said of it. */
  wide?: boolean;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  // Browsers let nobody be kept in a dialog: a second Escape closes it whatever a page says to the first.
  const closed = () => {
    if (gone.current) return; // what comes after this sheet is not closed with it
    if (props.once) dialog.current?.showModal();
    else props.onClose();
  };
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      gone.current = true;
      shown?.close(); // which gives the focus back to where it was
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.wide ? 'sheet form-sheet wide' : 'sheet form-sheet'}
      aria-labelledby={props.id}
      onClose={closed}
      onCancel={(e) => props.once && e.preventDefault()}
      onPointerDown={(e) => !props.once && e.target === dialog.current && dialog.current?.close()}
    >
      <div class="form-body">
        <h2 id={props.id}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  );
}

export function Field(props: {
  id: string;
  label: string;
  value: string;
  onInput: (text: string) => void;
  required?: boolean;
  hint?: string;
  wrong?: string | null;
  focus?: boolean;
  numeric?: boolean;
  /** What is known, to choose from; anything else may be typed. */
  known?: readonly (readonly [string, string])[];
  onKeyDown?: (event: KeyboardEvent) => void;
}) {
  const told = props.wrong ?? props.hint;
  const field = useFocus(props.focus ?? false);
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <input
        ref={field}
        id={props.id}
        class={props.numeric ? 'num' : ''}
        inputMode={props.numeric ? 'numeric' : undefined}
        autocomplete="off"
        list={props.known ? `${props.id}-known` : undefined}
        required={props.required}
        value={props.value}
        aria-invalid={props.wrong ? true : undefined}
        aria-describedby={told ? `${props.id}-told` : undefined}
        onInput={(e) => props.onInput(e.currentTarget.value)}
        onKeyDown={props.onKeyDown}
      />
      {props.known && (
        <datalist id={`${props.id}-known`}>
          {props.known.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </datalist>
      )}
      {told && (
        <p id={`${props.id}-told`} class={props.wrong ? 'bad' : 'dim'}>
          {told}
        </p>
      )}
    </div>
  );
}

type Options = readonly (readonly [string, string])[];

export function Select(props: {
  id: string;
  label: string;
  value: string;
  options: Options;
  /** Below those, each with its heading. */
  groups?: readonly (readonly [string, Options])[];
  onChange: (value: string) => void;
}) {
  const list = (options: Options) =>
    options.map(([value, words]) => (
      <option key={value} value={value}>
        {words}
      </option>
    ));
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <select id={props.id} value={props.value} onChange={(e) => props.onChange(e.currentTarget.value)}>
        {list(props.options)}
        {props.groups?.map(([heading, options]) => (
          <optgroup key={heading} label={heading}>
            {list(options)}
          </optgroup>
        ))}
      </select>
    </div>
  );
}

/** A moment of the hall, or none. */
export function Moment(props: { id: string; label: string; hint: string; onInput: (value: string) => void }) {
  const [value, setValue] = useState('');
  const put = (text: string) => (setValue(text), props.onInput(text));
  return (
    <div class="form-field">
      <label for={props.id}>{props.label}</label>
      <When id={props.id} value={value} onInput={put} minutes describedBy={`${props.id}-told`} />
      <p id={`${props.id}-told`} class="dim">
        {props.hint}
      </p>
    </div>
  );
}

/** The end of a form: not to do it, and to do it. */
export function Actions(props: {
  go: string;
  risky?: boolean | undefined;
  busy?: boolean | undefined;
  onCancel: () => void;
  children?: ComponentChildren;
}) {
  const { t } = useI18n();
  return (
    <p class="form-actions">
      <button type="button" class="button" onClick={props.onCancel}>
        {t('cancel')}
      </button>
      {props.children}
      <button type="submit" class={props.risky ? 'button risky' : 'button primary'} disabled={props.busy}>
        {props.go}
      </button>
    </p>
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
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <Sheet id={props.id} title={props.title} onClose={props.onClose}>
      <form onSubmit={submit}>
        {props.children}
        <Told problem={props.problem} />
        <Actions go={props.go} risky={props.risky} busy={props.busy || props.blocked} onCancel={props.onClose} />
      </form>
    </Sheet>
  );
}
