// SPDX-License-Identifier: GPL-3.0-or-later
// A month of the chosen cameras: how much of each day is there, and on which days there is nothing, and why.
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../base/icons';
import { useSession } from '../base/session';
import { formatDay, parseTime } from '../base/time';
import { percent } from '../dossier/ruler';
import { useI18n, type Translate } from '../i18n/i18n';
import { gapWord } from '../i18n/words';
import type { Month } from './data';
import { daysOf, emptyRuns, leading, shiftMonth, whyEmpty, type Day, type Source } from './model';

/** "98": of a hundred, never 100 if something is missing. */
function number(day: Day): string {
  const { coverage } = day;
  if (coverage === null || whyEmpty(day) === 'not-recorded') return '';
  return coverage > 0 && coverage < 0.01 ? '<1' : String(Math.floor(coverage * 100));
}

function nameOf(t: Translate, day: Day): string {
  const why = whyEmpty(day);
  const held = day.holds > 0 ? ` · ${t('browseDayHeld', { n: day.holds })}` : '';
  if (day.coverage === null) return t('browseDayToCome', { day: day.day });
  if (why) return t('browseDayEmpty', { day: day.day, reason: gapWord(t, why) }) + held;
  return t('browseDayOf', { day: day.day, percent: percent(day.coverage) }) + held;
}

/** Camera by camera, with what is missing. */
function linesOf(t: Translate, day: Day, sources: readonly Source[]): string[] {
  return day.each.flatMap((one, i) => {
    const camera = sources[i]?.name ?? '';
    if (one.coverage === null) return [];
    const words = { camera, percent: percent(one.coverage) };
    if (one.missing.length === 0) return [t('browseWhole', words)];
    const reasons = [...new Set(one.missing.map((m) => gapWord(t, m.reason)))].join(' · ');
    return [t('browseMissing', { ...words, reasons })];
  });
}

function Cell(props: { day: Day; sources: readonly Source[]; shown: boolean; reached: boolean; onChoose: () => void }) {
  const { t } = useI18n();
  const { day, shown } = props;
  const name = nameOf(t, day);
  const why = whyEmpty(day);
  return (
    <button
      type="button"
      class={`day ${why ? 'hatched' : ''}`}
      data-day={day.day}
      data-coverage={day.coverage ?? undefined}
      data-gap={why ?? undefined}
      data-held={day.holds > 0 ? '' : undefined}
      aria-current={shown ? 'date' : undefined}
      aria-disabled={day.coverage === null}
      title={[name, ...linesOf(t, day, props.sources)].join('\n')}
      tabIndex={props.reached ? 0 : -1}
      style={{ '--share': day.coverage ?? 0 }}
      onClick={() => day.coverage !== null && props.onChoose()}
    >
      <span class="sr">{name}</span>
      <span class="day-number num" aria-hidden="true">
        {Number(day.day.slice(8))}
      </span>
      <span class="day-share num" aria-hidden="true">
        {number(day)}
      </span>
      {day.holds > 0 && <Icon name="lock" />}
    </button>
  );
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export function Calendar(props: {
  month: string;
  known: Month | null;
  sources: readonly Source[];
  /** The day that is played, in this month or another. */
  day: string;
  onMonth: (month: string) => void;
  onChoose: (day: Day) => void;
}) {
  const { t, lang } = useI18n();
  const { zone } = useSession();
  const { known, month } = props;
  const days = known ? daysOf(known.days) : [];
  const box = useRef<HTMLDivElement>(null);
  /** The day that has to get the focus once its month is there. */
  const goal = useRef<string | null>(null);
  useEffect(() => {
    if (!goal.current || days.length === 0) return;
    box.current?.querySelector<HTMLElement>(`[data-day="${goal.current}"]`)?.focus();
    goal.current = null;
  });
  const reached = days.some((d) => d.day === props.day) ? props.day : days[0]?.day;
  const press = (e: KeyboardEvent) => {
    const on = (e.target as HTMLElement).dataset.day;
    const by = STEPS[e.key];
    if (!on || by === undefined) return;
    e.preventDefault();
    const ms = Date.parse(`${on}T00:00:00Z`) + by * 86_400_000;
    const next = new Date(ms).toISOString().slice(0, 10);
    const cell = box.current?.querySelector<HTMLElement>(`[data-day="${next}"]`);
    if (cell) return cell.focus();
    goal.current = next;
    props.onMonth(next.slice(0, 7));
  };
  const weekdays = Array.from({ length: 7 }, (_, i) =>
    new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en', { weekday: 'narrow', timeZone: 'UTC' }).format(
      Date.UTC(2026, 10, 23 + i),
    ),
  );
  const empty = emptyRuns(days).map((run) => `${run.days} ${gapWord(t, run.reason)}`);
  const shift = (by: number) => props.onMonth(shiftMonth(month, by));
  const kept = (text: string) => formatDay(parseTime(text), zone);
  return (
    <section class="calendar" aria-labelledby="calendar-title">
      <h2 id="calendar-title" class="sr">
        {t('browseCalendar')}
      </h2>
      <div class="calendar-head">
        <button
          type="button"
          class="button plain"
          title={t('browseMonthBack')}
          aria-label={t('browseMonthBack')}
          onClick={() => shift(-1)}
        >
          <Icon name="before" />
        </button>
        <strong class="num" aria-live="polite">
          {month}
        </strong>
        <button
          type="button"
          class="button plain"
          title={t('browseMonthAhead')}
          aria-label={t('browseMonthAhead')}
          onClick={() => shift(1)}
        >
          <Icon name="after" />
        </button>
      </div>
      <div class="days" ref={box} role="group" aria-label={month} data-month={known?.month} onKeyDown={press}>
        {weekdays.map((w, i) => (
          <span key={i} class="weekday dim" aria-hidden="true">
            {w}
          </span>
        ))}
        {days.map((day, i) => (
          <div key={day.day} style={i === 0 ? { gridColumnStart: leading(day.day) + 1 } : undefined}>
            <Cell
              day={day}
              sources={props.sources}
              shown={day.day === props.day}
              reached={day.day === reached}
              onChoose={() => props.onChoose(day)}
            />
          </div>
        ))}
      </div>
      {known && (
        <p class="aside-note dim num">
          {known.first && known.last
            ? t('browseKept', { first: kept(known.first), last: kept(known.last) })
            : t('browseKeptNone')}
        </p>
      )}
      {empty.length > 0 && (
        <p class="aside-note warn num empty-days" title={empty.join('\n')}>
          {t('browseEmptyDays', { days: empty.join(' · ') })}
        </p>
      )}
    </section>
  );
}
