// SPDX-License-Identifier: GPL-3.0-or-later
// How a live player keeps near the present: a little quicker when it is behind, a leap when it is far behind, a little
// slower when it is about to run dry. Pure.

/** Seconds behind the newest picture: as few as the network's unevenness allows. */
export const LEAST = 0.1;
export const MOST = 0.6;
/** Each time it ran dry, so much more; and back again while it does not, per second. */
const STEP = 0.05;
const EASE = 0.005;
/** Further behind than this beyond the aim it leaps. */
const LEAP = 0.7;
/** Less than this from the aim is right. */
const RIGHT = 0.03;

export type Move = { kind: 'rate'; rate: number } | { kind: 'leap'; behind: number };

export class Chase {
  private aimed = LEAST;
  private at: number | null = null;

  /** How far behind it wants to be. */
  get aim(): number {
    return this.aimed;
  }

  ranDry(): void {
    this.aimed = Math.min(MOST, this.aimed + STEP);
  }

  /** @param behind seconds from what is shown to the newest picture; @param now in seconds, of any clock */
  move(behind: number, now: number): Move {
    if (this.at !== null) this.aimed = Math.max(LEAST, this.aimed - EASE * Math.max(0, now - this.at));
    this.at = now;
    const off = behind - this.aimed;
    if (off > LEAP) return { kind: 'leap', behind: this.aimed };
    if (Math.abs(off) < RIGHT) return { kind: 'rate', rate: 1 };
    return { kind: 'rate', rate: off > 0 ? Math.min(1.5, 1.04 + off) : 0.94 };
  }
}
