// SPDX-License-Identifier: GPL-3.0-or-later
// What the official or the clerk writes down while the meeting goes on. The meeting is not covered by it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, Result } from '../api/client';
import { party, type Door } from '../api/party';
import { When } from '../base/when';
import { useI18n } from '../i18n/i18n';
import { problemWord } from '../i18n/words';
import { MARKS } from './words';

const DUE_DAYS = 5;

/** A day from now, as a date field has it. */
export function dayAfter(days: number, now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function Form(props: {
  title: string;
  save: () => Promise<Result<void>>;
  onDone: () => void;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const { t } = useI18n();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select')?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await props.save();
    setBusy(false);
    if ('aborted' in answer) return;
    if (answer.ok) props.onDone();
    else setProblem(answer.problem);
  };
  return (
    <form
      ref={form}
      class="room-form"
      aria-label={props.title}
      onSubmit={(e) => void submit(e)}
      onKeyDown={(e) => e.key === 'Escape' && props.onClose()}
    >
      <h2>{props.title}</h2>
      {props.children}
      <p class="form-problem" role="alert">
        {problem && `${problemWord(t, problem.code)} ${problem.code === 'invalid' ? problem.detail : ''}`}
      </p>
      <div class="room-form-end">
        <button type="submit" class="button primary" disabled={busy}>
          {t('promiseSave')}
        </button>
        <button type="button" class="button" onClick={props.onClose}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}

export function PromiseForm(props: { door: Door; onDone: () => void; onClose: () => void }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const [owner, setOwner] = useState('');
  const [due, setDue] = useState(dayAfter(DUE_DAYS));
  return (
    <Form {...props} title={t('meetPromise')} save={() => party.promise(props.door, { text, owner, due })}>
      <label>
        {t('promiseText')}
        <input
          name="text"
          required
          maxLength={500}
          autocomplete="off"
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </label>
      <label>
        {t('promiseOwner')}
        <input
          name="owner"
          required
          maxLength={64}
          autocomplete="off"
          value={owner}
          onInput={(e) => setOwner(e.currentTarget.value)}
        />
      </label>
      <div class="room-field">
        <label for="promise-due">{t('promiseDue')}</label>
        <When id="promise-due" required min={dayAfter(0)} value={due} onInput={setDue} />
      </div>
    </Form>
  );
}

export function MarkForm(props: { door: Door; onDone: () => void; onClose: () => void }) {
  const { t } = useI18n();
  const [mark, setMark] = useState('question');
  const [text, setText] = useState('');
  return (
    <Form
      {...props}
      title={t('meetMark')}
      save={() => party.note(props.door, { kind: 'marked', mark, ...(text && { text }) })}
    >
      <label>
        {t('meetMarkWhat')}
        <select value={mark} onChange={(e) => setMark(e.currentTarget.value)}>
          {Object.entries(MARKS).map(([value, word]) => (
            <option key={value} value={value}>
              {t(word)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('meetMarkText')}
        <input
          name="text"
          maxLength={500}
          autocomplete="off"
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      </label>
    </Form>
  );
}
