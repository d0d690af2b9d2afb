// SPDX-License-Identifier: GPL-3.0-or-later
// A day, always written 2026-11-22: the browser's own field would write it its own way, in its own language. Typed, or
// moved by a day with the arrows beside it or the up and down keys, or picked from the browser's calendar.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../base/icons';
import { isDay, shiftDay } from '../base/time';
import { useI18n } from '../i18n/i18n';

export function DayField(props: { day: string | null; today: string; onPick: (day: string) => void }) {
  const { t } = useI18n();
  const { day, today } = props;
  const [typed, setTyped] = useState(day ?? '');
  const calendar = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(day ?? ''), [day]);
  const pick = (text: string) => {
    setTyped(text);
    if (isDay(text)) props.onPick(text);
  };
  const move = (by: number) => pick(shiftDay(day ?? today, day ? by : 0));
  return (
    <div class="day-field" role="group" aria-label={t('findDay')}>
      <button type="button" class="button" title={t('dayBefore')} aria-label={t('dayBefore')} onClick={() => move(-1)}>
        <Icon name="before" />
      </button>
      <input
        id="find-day"
        class="num"
        aria-label={t('findDay')}
        aria-invalid={typed !== '' && !isDay(typed)}
        placeholder={t('findAnyDay')}
        inputMode="numeric"
        maxLength={10}
        value={typed}
        onInput={(e) => pick(e.currentTarget.value)}
        onBlur={() => setTyped(day ?? '')}
        onKeyDown={(e) => {
          const by = e.key === 'ArrowUp' ? 1 : e.key === 'ArrowDown' ? -1 : 0;
          if (!by) return;
          e.preventDefault();
          move(by);
        }}
      />
      <span class="calendar">
        <button
          type="button"
          class="button"
          title={t('calendar')}
          aria-label={t('calendar')}
          onClick={() => calendar.current?.showPicker()}
        >
          <Icon name="calendar" />
        </button>
        <input
          ref={calendar}
          type="date"
          tabIndex={-1}
          aria-hidden="true"
          value={day ?? today}
          onInput={(e) => e.currentTarget.value && pick(e.currentTarget.value)}
        />
      </span>
      <button type="button" class="button" title={t('dayAfter')} aria-label={t('dayAfter')} onClick={() => move(1)}>
        <Icon name="after" />
      </button>
    </div>
  );
}
