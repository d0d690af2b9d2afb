// SPDX-License-Identifier: GPL-3.0-or-later
// How a live player keeps near the present: a little quicker when it is behind, a leap when it is far behind, a little
// slower when it is about to run dry. Pure.

/** Seconds behind the newest picture: as few as the network's unevenness allows. */
export const LEAST = 0.1;
export const MOST = 0.6;

export interface Manner {
  least: number;
  /** Each time it ran dry, so many seconds more; and back again while it does not, per second. */
  step: number;
  ease: number;
}

/** With sound, of which every break is heard. */
export const EVEN: Manner = { least: LEAST, step: 0.05, ease: 0.005 };
/** Pictures alone: one that comes late is shown when it comes, and nobody sees that it was waited for. */
export const QUICK: Manner = { least: 0.06, step: 0.01, ease: 0.02 };

/** Further behind than this beyond the aim it leaps. */
const LEAP = 0.7;
/** Less than this from the aim is right. */
const RIGHT = 0.03;

export type Move = { kind: 'rate'; rate: number } | { kind: 'leap'; behind: number };

export class Chase {
  private aimed: number;
  private at: number | null = null;

  constructor(private readonly manner: Manner = EVEN) {
    this.aimed = manner.least;
  }

  /** How far behind it wants to be. */
  get aim(): number {
    return this.aimed;
  }

  ranDry(): void {
    this.aimed = Math.min(MOST, this.aimed + this.manner.step);
  }

  /** @param behind seconds from what is shown to the newest picture; @param now in seconds, of any clock */
  move(behind: number, now: number): Move {
    const { least, ease } = this.manner;
    if (this.at !== null) this.aimed = Math.max(least, this.aimed - ease * Math.max(0, now - this.at));
    this.at = now;
    const off = behind - this.aimed;
    if (off > LEAP) return { kind: 'leap', behind: this.aimed };
    if (Math.abs(off) < RIGHT) return { kind: 'rate', rate: 1 };
    return { kind: 'rate', rate: off > 0 ? Math.min(1.5, 1.04 + off) : 0.94 };
  }
}
