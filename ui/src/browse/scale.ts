// SPDX-License-Identifier: GPL-3.0-or-later
// What a ruler shows that zooms from a month to a second, and how it moves. Pure.
import { DAY, MINUTE, SECOND, type Us, type Zone } from '../base/time';

export interface Scale {
  from: Us;
  to: Us;
}

export const SHORTEST: Us = SECOND;
/** The longest that the server answers at once. */
export const LONGEST: Us = 31 * DAY;
/** Names of usual lengths, the longest first. */
export const LENGTHS = [
  { word: 'browseMonth', span: LONGEST },
  { word: 'browseDay', span: DAY },
  { word: 'browseHour', span: 60 * MINUTE },
  { word: 'browseMinute', span: MINUTE },
  { word: 'browseSecond', span: SECOND },
] as const;

const ZOOM_STEP = 2;

export const spanOf = (scale: Scale): Us => scale.to - scale.from;

/** Within what can be shown: a tenth of it may lie ahead of the present, no more. */
export function within(scale: Scale, now: Us): Scale {
  const span = Math.round(Math.min(LONGEST, Math.max(SHORTEST, spanOf(scale))));
  const from = Math.round(Math.max(0, Math.min(scale.from, now - 0.9 * span)));
  return { from, to: from + span };
}

/** Longer (factor > 1) or shorter; the moment `at` stays where it is on the screen. */
export function zoom(scale: Scale, factor: number, at: Us, now: Us): Scale {
  const span = Math.min(LONGEST, Math.max(SHORTEST, spanOf(scale) * factor));
  const part = (at - scale.from) / spanOf(scale);
  const from = at - part * span;
  return within({ from, to: from + span }, now);
}

/** A press of + (1) or − (−1): about the moment if it is to be seen, else about the middle. */
export function zoomStep(scale: Scale, direction: 1 | -1, at: Us, now: Us): Scale {
  const seen = at >= scale.from && at <= scale.to;
  return zoom(scale, ZOOM_STEP ** -direction, seen ? at : (scale.from + scale.to) / 2, now);
}

export const pan = (scale: Scale, by: Us, now: Us): Scale => within({ from: scale.from + by, to: scale.to + by }, now);

/** As long as asked for, about a moment. */
export const around = (at: Us, span: Us, now: Us): Scale => within({ from: at - span / 2, to: at + span / 2 }, now);

/** So that a moment that moves stays in sight: the same while it is, else a page further, or about it. */
export function following(scale: Scale, at: Us, now: Us): Scale {
  if (at >= scale.from && at <= scale.to) return scale;
  const span = spanOf(scale);
  const near = Math.abs(at - (scale.from + scale.to) / 2) < span;
  const from = near ? (at > scale.to ? at - span / 10 : at - (9 * span) / 10) : at - span / 2;
  return within({ from, to: from + span }, now);
}

/** The moment at a part (0 … 1) of the ruler's width. */
export const momentAt = (scale: Scale, part: number): Us =>
  Math.round(scale.from + Math.min(1, Math.max(0, part)) * spanOf(scale));

/** What is asked for so that a ruler can be drawn: a little more than is seen, in few steps, so that a small move asks
 * for nothing; and how fine: about a picture point. */
export interface Asked extends Scale {
  resolutionMs: number;
}

export function askedFor(scale: Scale): Asked {
  const step = 2 ** Math.ceil(Math.log2(spanOf(scale)));
  const grid = step / 2;
  const from = Math.max(0, Math.floor(scale.from / grid) * grid);
  const resolutionMs = Math.max(1, Math.round(step / 1024 / 1000));
  if (1.5 * step <= LONGEST) return { from, to: from + 1.5 * step, resolutionMs };
  const hour = 60 * MINUTE;
  const first = Math.max(0, Math.floor(scale.from / hour) * hour);
  return { from: first, to: first + LONGEST, resolutionMs };
}

// ── ticks ──

export interface Tick {
  at: Us;
  label: string;
  /** A day begins. */
  day: boolean;
}

const STEPS = [
  0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
  172800, 604800,
].map((s) => s * SECOND);

function labelOf(at: Us, offset: Us, step: Us): Omit<Tick, 'at'> {
  const text = new Date(Math.round((at + offset) / 1000)).toISOString();
  if (text.slice(11, 23) === '00:00:00.000') return { label: text.slice(5, 10), day: true };
  if (step < SECOND) return { label: text.slice(11, step < SECOND / 10 ? 22 : 21), day: false };
  return { label: text.slice(11, step < MINUTE ? 19 : 16), day: false };
}

/** Round moments of the hall's clock, about `wanted` of them at most; where a day begins its date stands. */
export function ticks(scale: Scale, zone: Zone, wanted: number): Tick[] {
  const step = STEPS.find((s) => spanOf(scale) / s <= wanted) ?? STEPS[STEPS.length - 1]!;
  const out: Tick[] = [];
  const local = scale.from + zone.offset(scale.from);
  for (let n = Math.ceil(local / step); ; n += 1) {
    // Of the same hall time, whatever summer time does in between.
    const wall = n * step;
    const at = wall - zone.offset(wall - zone.offset(scale.from));
    if (at > scale.to) return out;
    if (at >= scale.from && at > (out[out.length - 1]?.at ?? -Infinity))
      out.push({ at, ...labelOf(at, zone.offset(at), step) });
  }
}
