// SPDX-License-Identifier: GPL-3.0-or-later
// How often stills are asked for, and how far ahead: as often as the server answers, within bounds. Pure.

/** The server decodes each of them: never more often than this. */
const LEAST_MS = 250;
const MOST_MS = 4000;
/** Before the first answer. */
const GUESS_MS = 300;
/** Beyond what the last answers took. */
const MARGIN_MS = 50;
/** At most so many are under way at a time. */
export const UNDER_WAY = 2;
/** A little slower than the server could answer. */
const EASE = 1.2;
/** After a failure: soon, then ever less often. */
const RETRY_MS = 1000;
const RETRY_MOST_MS = 15_000;

export class Pace {
  private takes = GUESS_MS;
  private failures = 0;

  /** A slow answer counts at once, a quick one little by little. */
  answered(ms: number): void {
    this.failures = 0;
    this.takes = ms > this.takes ? ms : 0.7 * this.takes + 0.3 * ms;
  }

  failed(): void {
    this.failures += 1;
  }

  /** Until the same is asked for again; 0 after a success. */
  get pause(): number {
    return this.failures === 0 ? 0 : Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (this.failures - 1));
  }

  /** Milliseconds from one still to the next. */
  get spacing(): number {
    const able = Math.min(MOST_MS, Math.max(LEAST_MS, (this.takes / UNDER_WAY) * EASE));
    return Math.max(able, this.pause);
  }

  /** Milliseconds from asking until a still can be shown. */
  get lead(): number {
    return Math.min(MOST_MS, this.takes + MARGIN_MS);
  }
}
