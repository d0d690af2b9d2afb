// SPDX-License-Identifier: GPL-3.0-or-later
// Browsing: which cameras, what is known of them around a moment, and where the footage goes on. Pure.
import type { Camera, CalendarDay, Outline, Place } from '../api/types';
import { MINUTE, parseTime, SECOND, type Us } from '../base/time';
import { presenceAt, without, type GapStretch, type Row, type Stretch } from '../dossier/model';

/** Side by side. */
export const MOST = 4;

/** A camera as it is browsed. */
export interface Source {
  camera: string;
  name: string;
  stream: string;
  video: string | null;
  audio: string | null;
}

/** One that is not known (any more) is browsed by its code. */
export function sourceOf(code: string, cameras: readonly Camera[]): Source {
  const camera = cameras.find((c) => c.id === code);
  const stream =
    camera?.streams.find((s) => s.name === 'main' && s.record) ??
    camera?.streams.find((s) => s.record) ??
    camera?.streams.find((s) => s.name === 'main');
  return {
    camera: code,
    name: camera?.name || code,
    stream: stream?.name ?? 'main',
    video: stream?.video ?? null,
    audio: stream?.audio ?? null,
  };
}

/** As a dossier has them: who hears the conversation, who else is aimed at it, the whole hall. */
const rank = (camera: Camera | undefined): number =>
  camera?.kind === 'hall' ? 2 : camera?.streams.some((s) => s.audio) ? 0 : 1;

/** The cameras that look at a place at a moment: those aimed at it before those of the whole hall. */
export function covering(place: Place, cameras: readonly Camera[], at: Us): string[] {
  const then = place.cameras.filter(
    (c) => (c.from === null || parseTime(c.from) <= at) && (c.to === null || parseTime(c.to) > at),
  );
  const known = (code: string) => cameras.find((c) => c.id === code);
  return [...new Set(then.map((c) => c.camera))].sort((a, b) => rank(known(a)) - rank(known(b)) || a.localeCompare(b));
}

/** With one more or one less; of more than four the oldest goes. */
export function toggled(cameras: readonly string[], camera: string): string[] {
  if (cameras.includes(camera)) return cameras.filter((c) => c !== camera);
  return [...cameras, camera].slice(-MOST);
}

/** Several gaps with hardly anything between them are drawn as one. */
const SOLID = 0.95;

const gapOf = (g: Outline['gaps'][number]): GapStretch => ({
  from: parseTime(g.from),
  to: parseTime(g.to),
  reason: g.reason,
  detail: g.detail,
  ...(g.gaps > 1 &&
    g.missing_s * SECOND < SOLID * (parseTime(g.to) - parseTime(g.from)) && {
      several: { n: g.gaps, missing: Math.round(g.missing_s * SECOND) },
    }),
});

function cut(time: Stretch, to: Stretch): Stretch {
  const from = Math.max(time.from, to.from);
  return { from, to: Math.max(from, Math.min(time.to, to.to)) };
}

/** A camera in a time. What nobody has answered yet is taken for recorded: its playlist is asked for meanwhile. */
export function rowOf(source: Source, asked: Stretch, outline: Outline | null): Row {
  // Who may see a part of it only is told of that part.
  const time = outline ? cut(asked, { from: parseTime(outline.from), to: parseTime(outline.to) }) : asked;
  const until = outline ? Math.min(time.to, parseTime(outline.until)) : time.to;
  const gaps = outline ? outline.gaps.map(gapOf) : [];
  return {
    ...source,
    clockOffsetMs: null,
    clockUncertaintyMs: null,
    ...{ from: time.from, to: time.to, until: Math.max(time.from, until) },
    covered: until > time.from ? without({ from: time.from, to: until }, gaps) : [],
    gaps,
    damage: (outline?.damage ?? []).map((d) => ({ from: parseTime(d.from), to: parseTime(d.to), track: d.track })),
    notes: [],
    coverage: outline ? outline.coverage : null,
    roams: asked,
  };
}

/** Whether any of the cameras has something at a moment, or may have it soon. */
export const somethingAt = (rows: readonly Row[], at: Us): boolean =>
  rows.some((r) => presenceAt(r, at).kind !== 'gap');

/** The next moment that way at which any of them has footage; null if none has in these rows. */
export function nextFootage(rows: readonly Row[], at: Us, direction: 1 | -1): Us | null {
  const all = rows.flatMap((r) => r.covered);
  const ends =
    direction > 0
      ? all.filter((s) => s.to > at).map((s) => Math.max(s.from, at))
      : all.filter((s) => s.from < at).map((s) => Math.min(s.to - 1, at));
  if (ends.length === 0) return null;
  return direction > 0 ? Math.min(...ends) : Math.max(...ends);
}

/** Where footage begins again, for those who jump from one to the next. */
export const beginnings = (rows: readonly Row[]): Us[] =>
  [...new Set(rows.flatMap((r) => r.covered.map((s) => s.from)))].sort((a, b) => a - b);

/** Footage that is played lies in a time this far about the moment: a playlist is no longer than is needed. */
export const REACH: Us = 3600 * SECOND;
const MARGIN: Us = 30 * SECOND;
/** Of what was just now some accounts see without a reason as much as is younger than a quarter of an hour: for them the
 * time begins shortly before the moment, and anew before it is older than that. */
const JUST_NOW: Us = 12 * MINUTE;
const BEFORE_NOW: Us = 2 * MINUTE;
const OLD: Us = 13 * MINUTE;

/** `now`: for an account of that kind. */
export function timeAbout(at: Us, now?: Us): Stretch {
  const middle = Math.round(at / SECOND) * SECOND;
  const fresh = now !== undefined && at > now - JUST_NOW;
  return { from: middle - (fresh ? Math.min(BEFORE_NOW, at - now + OLD) : REACH), to: middle + REACH };
}

/** The same while the moment is well inside. */
export function timeFor(time: Stretch, at: Us, now?: Us): Stretch {
  const inside = at >= time.from + MARGIN && at <= time.to - MARGIN;
  const aged = now !== undefined && at > now - JUST_NOW && time.from < now - OLD;
  return inside && !aged ? time : timeAbout(at, now);
}

// ── the calendar ──

/** One day of all chosen cameras. */
export interface Day {
  day: string;
  from: Us;
  to: Us;
  /** Of those that can say; null while it is to come. */
  coverage: number | null;
  holds: number;
  /** Camera by camera, in their order. */
  each: CalendarDay[];
}

export function daysOf(calendars: readonly CalendarDay[][]): Day[] {
  const [first] = calendars;
  if (!first) return [];
  return first.map((one, i) => {
    const each = calendars.flatMap((days) => days[i] ?? []);
    const told = each.flatMap((d) => (d.coverage === null ? [] : [d.coverage]));
    return {
      day: one.day,
      from: parseTime(one.from),
      to: parseTime(one.to),
      coverage: told.length ? told.reduce((sum, c) => sum + c, 0) / told.length : null,
      holds: Math.max(...each.map((d) => d.holds)),
      each,
    };
  });
}

/** How many empty places stand before the first of a month, if weeks begin on Monday. */
export const leading = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** "2026-11", some months later. */
export function shiftMonth(month: string, by: number): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + by);
  return date.toISOString().slice(0, 7);
}

/** Why there is nothing at all on a day: the longest reason of all cameras; null if there is something, or will be. */
export function whyEmpty(day: Day): CalendarDay['missing'][number]['reason'] | null {
  if (day.coverage !== 0) return null;
  const causes = day.each.flatMap((d) => d.missing).sort((a, b) => b.seconds - a.seconds);
  return causes[0]?.reason ?? null;
}

/** Days without footage, those in a row with one reason together: "03–05". What is before the camera or was not to be
 * recorded is not worth a word. */
export function emptyRuns(days: readonly Day[]): { days: string; reason: NonNullable<ReturnType<typeof whyEmpty>> }[] {
  const runs: { first: number; last: number; reason: NonNullable<ReturnType<typeof whyEmpty>> }[] = [];
  days.forEach((day, i) => {
    const reason = whyEmpty(day);
    if (!reason || reason === 'not-recorded') return;
    const run = runs[runs.length - 1];
    if (run && run.last === i - 1 && run.reason === reason) run.last = i;
    else runs.push({ first: i, last: i, reason });
  });
  const name = (i: number) => days[i]!.day.slice(8);
  return runs.map(({ first, last, reason }) => ({
    days: first === last ? name(first) : `${name(first)}–${name(last)}`,
    reason,
  }));
}
