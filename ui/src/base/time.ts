// SPDX-License-Identifier: GPL-3.0-or-later
// Moments are integer microseconds UTC (they fit a double until the year 2255) and are shown in the hall's own time,
// wherever the browser stands.

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Us = number;

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const DAY = 86_400 * SECOND;

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|z|[+-]\d{2}:\d{2})$/;

/** The moment an RFC 3339 text names, to the microsecond (Date.parse keeps milliseconds only); NaN if it is none. */
export function parseTime(text: string): Us {
  const m = RFC3339.exec(text);
  if (!m) return NaN;
  const ms = Date.parse(`${m[1]}T${m[2]}${m[4]!.toUpperCase()}`);
  return ms * 1000 + Number((m[3] ?? '').padEnd(6, '0').slice(0, 6));
}

/** UTC, with microseconds: what the API takes. */
export function formatUtc(us: Us): string {
  const seconds = Math.floor(us / SECOND);
  const fraction = String(Math.round(us - seconds * SECOND)).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** How far a hall's clock on the wall is ahead of UTC at a moment. */
export interface Zone {
  readonly name: string;
  offset(us: Us): Us;
}

/** From "+08:00" or an IANA name; anything else is taken for UTC. */
export function zoneOf(name: string): Zone {
  const m = /^([+-])(\d{2}):?(\d{2})$/.exec(name);
  if (m) {
    const offset = (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) * MINUTE;
    return { name, offset: () => offset };
  }
  try {
    return { name, offset: ianaOffset(name) };
  } catch {
    return { name: 'UTC', offset: () => 0 };
  }
}

function ianaOffset(timeZone: string): (us: Us) => Us {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (us) => {
    const ms = Math.floor(us / SECOND) * 1000;
    const part: Record<string, number> = {};
    for (const p of format.formatToParts(ms)) part[p.type] = Number(p.value);
    const local = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
    return (local - ms) * 1000;
  };
}

function local(us: Us, zone: Zone): string {
  return new Date(Math.floor((us + zone.offset(us)) / 1000)).toISOString();
}

/** 2026-11-22 */
export const formatDay = (us: Us, zone: Zone): string => local(us, zone).slice(0, 10);
/** Whether a text is a day that exists, written 2026-11-22. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && shiftDay(text, 0) === text;
}

/** Some days later; '' if the text is no day. */
export function shiftDay(day: string, by: number): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? '' : new Date(ms + by * 86_400_000).toISOString().slice(0, 10);
}

/** The moment at which the hall's clock shows it, from "9:31" or "09:31:05" on a day; NaN if it is no time. */
export function clockOn(day: string, clock: string, zone: Zone): Us {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(clock.trim().replaceAll('：', ':'));
  if (!m || !isDay(day) || Number(m[1]) > 23 || Number(m[2]) > 59 || Number(m[3] ?? 0) > 59) return NaN;
  const wall = Date.parse(`${day}T${m[1]!.padStart(2, '0')}:${m[2]}:${m[3] ?? '00'}Z`) * 1000;
  return wall - zone.offset(wall - zone.offset(wall));
}

/** 09:31:05 */
export const formatClock = (us: Us, zone: Zone): string => local(us, zone).slice(11, 19);
/** 09:31:05.120 */
export const formatClockMs = (us: Us, zone: Zone): string => local(us, zone).slice(11, 23);
/** 09:31:05–09:32:10; with tenths if it is short, so that a second that is missing is not written as nothing. */
export function formatRange(from: Us, to: Us, zone: Zone): string {
  const end = to - from < 10 * SECOND ? 21 : 19;
  return `${local(from, zone).slice(11, end)}–${local(to, zone).slice(11, end)}`;
}
/** A range with its day, or with both days if it has two. */
export function formatDayRange(from: Us, to: Us, zone: Zone): string {
  const day = formatDay(from, zone);
  return day === formatDay(to, zone)
    ? `${day} ${formatRange(from, to, zone)}`
    : `${formatMoment(from, zone)} – ${formatMoment(to, zone)}`;
}
/** 2026-11-22 09:31:05 */
export const formatMoment = (us: Us, zone: Zone): string => local(us, zone).slice(0, 19).replace('T', ' ');

/** 2026-11-22T09:31:05.120+08:00: hall time that any program reads. For links. */
export function formatLink(us: Us, zone: Zone): string {
  const minutes = Math.round(zone.offset(us) / MINUTE);
  const abs = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local(us, zone).slice(0, 23)}${minutes < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

/** 00:03:12, or 2 d 04:00:00 written as 52:00:00: a length of time, never rounded up. */
export function formatSpan(us: Us): string {
  const s = Math.floor(Math.abs(us) / SECOND);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** +00:00:35 or −00:00:05 */
export const formatSigned = (us: Us): string => (us < 0 ? '−' : '+') + formatSpan(us);
