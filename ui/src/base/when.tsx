// SPDX-License-Identifier: GPL-3.0-or-later
// The one field for a day or a moment of the hall, always written 2026-11-22 or 2026-11-22 09:31: the browser's own
// field would write it its own way, in its own language. Typed, moved by a day with the up and down keys, or picked from
// the browser's calendar. A form is not sent while something else stands in it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useI18n, type Translate } from '../i18n/i18n';
import { Icon } from './icons';
import { isDay, shiftDay } from './time';

/** "2026-11-22", or "2026-11-22T09:31" if it is to the minute; null of what is neither. */
export function readWhen(text: string, minutes: boolean): string | null {
  const [, day, clock] = /^(\d{4}-\d\d-\d\d)(?:[T ]+([01]\d:[0-5]\d|2[0-3]:[0-5]\d))?$/.exec(
    text.trim().replaceAll('：', ':'),
  ) ?? [null, '', undefined];
  if (!isDay(day ?? '') || minutes !== (clock !== undefined)) return null;
  return minutes ? `${day}T${clock}` : day!;
}

const shownOf = (value: string): string => value.replace('T', ' ');

/** null: nothing is wrong. */
function wrongOf(t: Translate, typed: string, minutes: boolean, min: string | undefined, required: boolean) {
  if (!typed.trim()) return required ? t(minutes ? 'whenMoment' : 'whenDay') : null;
  const value = readWhen(typed, minutes);
  if (value === null) return t(minutes ? 'whenMoment' : 'whenDay');
  return min && value < min ? t('whenEarlier', { day: shownOf(min) }) : null;
}

export interface WhenProps {
  id: string;
  /** What it is called where no <label> says so. */
  label?: string;
  /** A whole one, or ''. */
  value: string;
  /** As readWhen() has it; '' of nothing, and of what is wrong. */
  onInput: (value: string) => void;
  minutes?: boolean;
  required?: boolean;
  min?: string;
  placeholder?: string;
  describedBy?: string;
  /** Whoever leaves something that is wrong finds there what was right; else it is told. */
  forgets?: boolean;
  /** The up and down keys mean something else. */
  onStep?: (days: number) => void;
}

export function When(props: WhenProps) {
  const { t } = useI18n();
  const { id, value, minutes = false } = props;
  const [typed, setTyped] = useState(shownOf(value));
  const [left, setLeft] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const calendar = useRef<HTMLInputElement>(null);
  const told = useRef(value);
  const wrong = wrongOf(t, typed, minutes, props.min, props.required ?? false);
  useEffect(() => {
    if (value !== told.current) setTyped(shownOf(value));
    told.current = value;
  }, [value]);
  useEffect(() => field.current?.setCustomValidity(wrong ?? ''), [wrong]);
  const put = (text: string) => {
    setTyped(text);
    told.current = wrongOf(t, text, minutes, props.min, false) ? '' : (readWhen(text, minutes) ?? '');
    props.onInput(told.current);
  };
  const step = (days: number) => {
    const now = readWhen(typed, minutes);
    if (props.onStep) props.onStep(days);
    else if (now) put(shownOf(shiftDay(now.slice(0, 10), days) + now.slice(10)));
  };
  const leave = () => {
    setLeft(true);
    if (props.forgets) setTyped(shownOf(value));
  };
  const shown = left && !props.forgets ? wrong : null;
  return (
    <>
      <span class="when">
        <input
          ref={field}
          id={id}
          class={minutes ? 'num moment-field' : 'num'}
          aria-label={props.label}
          aria-invalid={typed !== '' && wrong ? true : undefined}
          aria-describedby={[shown && `${id}-wrong`, props.describedBy].filter(Boolean).join(' ') || undefined}
          placeholder={props.placeholder ?? t(minutes ? 'whenMomentShape' : 'whenDayShape')}
          autocomplete="off"
          inputMode="numeric"
          maxLength={minutes ? 16 : 10}
          required={props.required}
          value={typed}
          onFocus={() => setLeft(false)}
          onInput={(e) => put(e.currentTarget.value)}
          onBlur={leave}
          onKeyDown={(e) => {
            const days = e.key === 'ArrowUp' ? 1 : e.key === 'ArrowDown' ? -1 : 0;
            if (!days) return;
            e.preventDefault();
            step(days);
          }}
        />
        <span class="when-pick">
          <button
            type="button"
            class="button"
            title={t('calendar')}
            aria-label={props.label ? `${t('calendar')} ${props.label}` : t('calendar')}
            onClick={() => calendar.current?.showPicker()}
          >
            <Icon name="calendar" />
          </button>
          <input
            ref={calendar}
            type={minutes ? 'datetime-local' : 'date'}
            tabIndex={-1}
            aria-hidden="true"
            value={value}
            min={props.min}
            onInput={(e) => e.currentTarget.value && put(shownOf(e.currentTarget.value.slice(0, minutes ? 16 : 10)))}
          />
        </span>
      </span>
      {shown && (
        <p id={`${id}-wrong`} class="bad">
          {shown}
        </p>
      )}
    </>
  );
}
