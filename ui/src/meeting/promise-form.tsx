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

const DUE_DAYS = 5; // working days

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

/** Working days, and the day that so many end with; a day that is chosen by itself is no number of them. */
function useDue() {
  const [next, setNext] = useState<readonly string[]>([]);
  const [days, setDays] = useState('');
  const [due, setDue] = useState(dayAfter(DUE_DAYS));
  const chosen = useRef(false); // before it was known which days are worked
  const count = (text: string, all = next) => {
    setDays(text);
    const day = all[Number(text) - 1];
    if (day) setDue(day);
  };
  useEffect(() => {
    const gone = new AbortController();
    void party.workDays(gone.signal).then((answer) => {
      if (!answer.ok) return; // then a day is chosen
      setNext(answer.value.next);
      if (!chosen.current) count(String(DUE_DAYS), answer.value.next);
    });
    return () => gone.abort();
  }, []);
  const said = days && next[Number(days) - 1] ? { working_days: Number(days) } : { due };
  const choose = (day: string) => ((chosen.current = true), setDays(''), setDue(day));
  return { next, days, due, said, count, choose };
}

export function PromiseForm(props: { door: Door; onDone: () => void; onClose: () => void }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const [owner, setOwner] = useState('');
  const { next, days, due, said, count, choose } = useDue();
  return (
    <Form {...props} title={t('meetPromise')} save={() => party.promise(props.door, { text, owner, ...said })}>
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
          maxLength={20}
          autocomplete="off"
          value={owner}
          onInput={(e) => setOwner(e.currentTarget.value)}
        />
      </label>
      {next.length > 0 && (
        <label>
          {t('promiseWorkDays')}
          <input
            name="working-days"
            type="number"
            class="num"
            min={1}
            max={next.length}
            value={days}
            onInput={(e) => count(e.currentTarget.value)}
          />
        </label>
      )}
      <div class="room-field">
        <label for="promise-due">{t('promiseDue')}</label>
        <When id="promise-due" required min={dayAfter(0)} value={due} onInput={choose} />
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
