// SPDX-License-Identifier: GPL-3.0-or-later
// The one clock that every camera of a dossier follows. It tells wall time (microseconds UTC: the moment that is being
// looked at) from a monotonic "now" in milliseconds, which callers pass in; it has no timer of its own.
//
//   moment = anchor + (now − anchorNow) × rate        while it runs
//
// It stands still while paused or held. Holding is waiting for pictures: the clock will go on by itself once released.
import { SECOND, type Us } from '../base/time';

/** Half a shuttle: J walks it backwards, L forwards. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

export class MasterClock {
  private anchor: Us;
  private anchorNow = 0;
  private speed = 1;
  private run = false;
  private waiting = false;

  constructor(
    private from: Us,
    private to: Us,
    start: Us,
  ) {
    this.anchor = Math.min(Math.max(start, from), to);
  }

  /** Whether a person wants it to run. */
  get playing(): boolean {
    return this.run;
  }

  /** Speed and direction: −16 … 16, never 0. */
  get rate(): number {
    return this.speed;
  }

  get held(): boolean {
    return this.waiting;
  }

  get range(): { from: Us; to: Us } {
    return { from: this.from, to: this.to };
  }

  private get moves(): boolean {
    return this.run && !this.waiting;
  }

  /** The moment being looked at; never outside the range. */
  moment(now: number): Us {
    const at = this.moves ? this.anchor + (now - this.anchorNow) * 1000 * this.speed : this.anchor;
    return Math.min(Math.max(at, this.from), this.to);
  }

  private rebase(now: number): void {
    this.anchor = this.moment(now);
    this.anchorNow = now;
  }

  /** `again`: from the beginning, if it stands at the end. */
  play(now: number, again = true): void {
    this.rebase(now);
    if (again && this.speed > 0 && this.anchor >= this.to) this.anchor = this.from;
    this.run = true;
  }

  pause(now: number): void {
    this.rebase(now);
    this.run = false;
  }

  seek(moment: Us, now: number): void {
    this.anchor = Math.min(Math.max(moment, this.from), this.to);
    this.anchorNow = now;
  }

  setRate(rate: number, now: number): void {
    this.rebase(now);
    this.speed = rate;
  }

  /** Stand still until hold(false), without being paused. */
  hold(on: boolean, now: number): void {
    if (on === this.waiting) return;
    this.rebase(now);
    this.waiting = on;
  }

  /** The footage grew, or another part of it was chosen. Keeps the moment where it can. */
  setRange(from: Us, to: Us, now: number): void {
    this.rebase(now);
    this.from = from;
    this.to = to;
    this.anchor = Math.min(Math.max(this.anchor, from), to);
  }

  /** It cannot go further the way it is going. */
  atEnd(now: number): boolean {
    const at = this.moment(now);
    return this.speed > 0 ? at >= this.to : at <= this.from;
  }
}

/** What J (direction −1) or L (+1) makes of the present speed: start at ×1 that way, then faster at each press. */
export function shuttle(rate: number, playing: boolean, direction: 1 | -1): number {
  if (!playing || Math.sign(rate) !== direction) return direction;
  const faster = SPEEDS.find((s) => s > Math.abs(rate)) ?? SPEEDS[SPEEDS.length - 1]!;
  return direction * Math.max(faster, 1);
}

/** The moments one can jump to, sorted; the next one that way at least a tenth of a second off. */
export function nextStop(stops: readonly Us[], moment: Us, direction: 1 | -1): Us | null {
  const reach = SECOND / 10;
  if (direction > 0) return stops.find((s) => s > moment + reach) ?? null;
  for (let i = stops.length - 1; i >= 0; i--) if (stops[i]! < moment - reach) return stops[i]!;
  return null;
}
