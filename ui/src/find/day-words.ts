// SPDX-License-Identifier: GPL-3.0-or-later
// A day said with what is looked for: "A012 yesterday", "2026-11-22 A012", "11-22 A012"; in either language.
import { isDay, shiftDay } from '../base/time';
import { table } from '../i18n/table';

/** What each of them is called; the place is how many days back. */
const WORDS = (['saidToday', 'saidYesterday', 'saidBefore'] as const).map((key) => {
  const { zh, en } = table[key];
  return `${zh} ${en}`.split(' ');
});
const [YEAR, MONTH, DAY] = table['saidDate'].zh.split(' ');
const DATES = [
  /^(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})$/,
  new RegExp(`^(?:(\\d{4})${YEAR})?(\\d{1,2})${MONTH}(\\d{1,2})[${DAY}]$`),
];

/** The day that one word says; of a day without its year the newest that has been. */
function dayOf(word: string, today: string): string | null {
  const back = WORDS.findIndex((words) => words.includes(word.toLowerCase()));
  if (back >= 0) return shiftDay(today, -back);
  const whole = DATES.map((d) => d.exec(word)).find(Boolean);
  if (!whole) return null;
  const [, year, month, day] = whole;
  const of = (y: string) => `${y}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
  const said = of(year ?? today.slice(0, 4));
  const found = year || said <= today ? said : of(String(Number(today.slice(0, 4)) - 1));
  return isDay(found) ? found : null;
}

/** What is looked for, and on which day if one was said first or last. A day alone is looked for as it stands. */
export function readDay(typed: string, today: string): { q: string; day: string | null } {
  const words = typed.trim().split(/\s+/);
  if (words.length < 2) return { q: typed.trim(), day: null };
  const last = dayOf(words.at(-1)!, today);
  if (last) return { q: words.slice(0, -1).join(' '), day: last };
  const first = dayOf(words[0]!, today);
  return first ? { q: words.slice(1).join(' '), day: first } : { q: typed.trim(), day: null };
}
