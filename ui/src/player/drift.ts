// SPDX-License-Identifier: GPL-3.0-or-later
// How one video is brought to, and kept at, the moment of the master clock. Pure: numbers in, what to do out.

export interface Situation {
  /** Media time the clock asks for, and the video's own, in seconds. */
  want: number;
  have: number;
  /** The clock's speed; backwards is negative. */
  rate: number;
  /** The clock moves now. */
  moving: boolean;
  /** How long the last seek has been under way, in ms; null if it arrived. Until then `have` is where it goes. */
  seekMs: number | null;
  /** How many seeks before that one were replaced, none having arrived; and whether what the clock asks for is fetched. */
  replaced: number;
  buffered: boolean;
  /** The clock only waits for another camera: what is nearly right stays as it is. */
  held?: boolean;
}

export type Correction =
  | { kind: 'wait' }
  /** Stand still at this media time. */
  | { kind: 'stand'; seek: number | null }
  /** Play at this speed, after a jump if one is given. */
  | { kind: 'run'; seek: number | null; playbackRate: number };

/** Standing: nearer than this is the same picture. */
const STILL_SECONDS = 0.004;
/** Held: a seek would only make the others wait longer. */
const HELD_SECONDS = 0.1;
/** Running: beyond this a nudge takes too long, and the picture jumps. Grows with the speed. */
const JUMP_SECONDS = 0.4;
/** Running: within this nothing is done; the ear hears every change of speed. */
const CALM_SECONDS = 0.012;
/** The largest nudge, as a part of the speed, and the time in which a drift should be gone. */
const NUDGE = 0.12;
const SETTLE_SECONDS = 0.5;
/** A seek takes about this long; a running video is sent that much ahead of the clock. */
const SEEK_LEAD_SECONDS = 0.08;
/**
 * A seek to where there is no picture never arrives (the end of a part whose sound is longer, a place that turned out
 * to be elsewhere), and one that takes so long is overtaken by a running clock: another is sent after it.
 */
const HUNG_MS = { running: 1000, standing: 300 };
const HUNG_SECONDS = 0.1;
/** But each further one would begin to fetch anew: on a slow line they are given ever more time. */
const FETCH_MOST_MS = 8000;
/** What browsers play. Beyond it, and backwards, the video is shown as a row of stills. */
const MIN_RATE = 0.0625;
const MAX_RATE = 16;

/** The clock is not where it would have run to since the seek: somebody moved it. */
function isElsewhere(s: Situation, seekMs: number): boolean {
  const ahead = s.want - s.have;
  return ahead < -JUMP_SECONDS * s.rate || ahead > (seekMs / 1000 + JUMP_SECONDS) * s.rate;
}

function patienceMs(s: Situation, seekMs: number): number {
  if (!s.moving) return HUNG_MS.standing;
  if (s.buffered || isElsewhere(s, seekMs)) return HUNG_MS.running;
  return Math.min(FETCH_MOST_MS, HUNG_MS.running * 2 ** s.replaced);
}

function underWay(s: Situation): boolean {
  if (s.seekMs === null) return false;
  return s.seekMs <= patienceMs(s, s.seekMs) || Math.abs(s.have - s.want) <= HUNG_SECONDS;
}

export function correct(s: Situation): Correction {
  if (underWay(s)) return { kind: 'wait' };
  const drift = s.have - s.want;
  if (!s.moving || s.rate < 0) {
    const near = s.held ? HELD_SECONDS : STILL_SECONDS;
    return { kind: 'stand', seek: Math.abs(drift) > near ? s.want : null };
  }
  const speed = Math.max(1, s.rate);
  if (s.seekMs !== null || Math.abs(drift) > JUMP_SECONDS * speed)
    return { kind: 'run', seek: s.want + SEEK_LEAD_SECONDS * s.rate, playbackRate: s.rate };
  const calm = Math.abs(drift) <= CALM_SECONDS * speed;
  const nudge = calm ? 0 : Math.min(NUDGE, Math.max(-NUDGE, -drift / s.rate / SETTLE_SECONDS));
  // Steps of a hundredth: a change that nobody would notice is not worth a change.
  const playbackRate = Math.round(s.rate * (1 + nudge) * 100) / 100;
  return { kind: 'run', seek: null, playbackRate: Math.min(MAX_RATE, Math.max(MIN_RATE, playbackRate)) };
}
