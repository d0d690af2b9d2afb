// SPDX-License-Identifier: GPL-3.0-or-later
import type { Us } from '../base/time';

/** What the master clock does at an instant. */
export interface Beat {
  moment: Us;
  /** Speed and direction, whether or not it moves. */
  rate: number;
  moving: boolean;
  held: boolean;
  /** Monotonic milliseconds. */
  now: number;
}

/** A picture that follows the master clock: a video, or stills where the browser cannot play it. */
export interface Follower {
  readonly camera: string;
  follow(beat: Beat): void;
  /** It shows the moment, or has nothing to show there; the clock need not wait for it. */
  ready(moment: Us): boolean;
  /** To the next picture that way; the moment it was taken, or null if this follower cannot tell. */
  step(direction: 1 | -1): Promise<Us | null>;
  destroy(): void;
}
