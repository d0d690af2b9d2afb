// SPDX-License-Identifier: GPL-3.0-or-later
// Which time at a place: a day of the hall and two times of its clock; an end that comes first is of the next day.
import { useEffect, useState } from 'preact/hooks';
import { navigate } from '../base/hooks';
import { useSession } from '../base/session';
import { clockOn, DAY, formatClock, formatDay, formatLink, isDay, MINUTE, type Us } from '../base/time';
import { useI18n } from '../i18n/i18n';

/** A playlist is not made for more, and nobody looks at more at once. */
export const LONGEST: Us = 240 * MINUTE;
const FIRST: Us = 15 * MINUTE;

export function rangeOf(day: string, from: string, to: string, zone: ReturnType<typeof useSession>['zone']) {
  const start = clockOn(day, from, zone);
  const end = clockOn(day, to, zone);
  const range = { from: start, to: end > start ? end : end + DAY };
  return range.to - range.from <= LONGEST ? range : null; // nor if one of them is no time
}

export function TimeForm(props: { place: string; hall: string | undefined; day: string; from?: Us; to?: Us }) {
  const { t } = useI18n();
  const { zone, hallNow } = useSession();
  const clock = (us: Us) => formatClock(us, zone);
  const first = () => {
    const now = hallNow();
    const today = props.day === formatDay(now, zone) && formatDay(now - FIRST, zone) === props.day;
    return today ? [clock(now - FIRST), clock(now)] : ['09:00:00', '09:15:00'];
  };
  const [typed, setTyped] = useState(() =>
    props.from !== undefined && props.to !== undefined ? [clock(props.from), clock(props.to)] : first(),
  );
  const [day, setDay] = useState(props.day);
  useEffect(() => setDay(props.day), [props.day]);
  const [from = '', to = ''] = typed;
  const range = isDay(day) ? rangeOf(day, from, to, zone) : null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!range) return;
    const { place, hall } = props;
    navigate({
      page: 'place',
      place,
      from: formatLink(range.from, zone),
      to: formatLink(range.to, zone),
      t: null,
      ...(hall ? { hall } : {}),
    });
  };
  const field = (id: string, label: string, value: string, wide: boolean, onInput: (text: string) => void) => (
    <label class="time-field">
      <span class="dim">{label}</span>{' '}
      <input
        id={id}
        class={`num ${wide ? 'time-day' : ''}`}
        inputMode="numeric"
        autocomplete="off"
        maxLength={10}
        value={value}
        aria-invalid={range === null}
        aria-describedby={range ? undefined : 'time-wrong'}
        onInput={(e) => onInput(e.currentTarget.value)}
      />
    </label>
  );
  return (
    <form class="time-form" aria-label={t('placeTime')} onSubmit={submit}>
      {field('time-day', t('findDay'), day, true, setDay)}
      {field('time-from', t('placeFrom'), from, false, (text) => setTyped([text, to]))}
      {field('time-to', t('placeTo'), to, false, (text) => setTyped([from, text]))}
      <button type="submit" class="button primary" disabled={!range}>
        {t('placePlay')}
      </button>
      {!range && (
        <span id="time-wrong" class="bad">
          {t('placeTimeWrong')}
        </span>
      )}
    </form>
  );
}
