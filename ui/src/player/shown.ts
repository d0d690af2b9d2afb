// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of recorded footage in a browser that does not play its coding: another stream of the same camera, where
// that was recorded too and plays; else stills. Pure.
import type { Us } from '../base/time';

export interface Coded {
  name: string;
  /** 'h264', 'hevc', 'vp8'; null: not known. */
  video: string | null;
}

/** Another stream of the camera, and when it has footage. */
export interface Instead {
  stream: string;
  covered: readonly { from: Us; to: Us }[];
}

export type Shown = 'itself' | 'instead' | 'stills';

/** The stream of `streams` that can be played instead of one that cannot; null: none. What nobody knows is not tried. */
export const otherOf = (stream: string, streams: readonly Coded[], plays: (video: string) => boolean): string | null =>
  streams.find((s) => s.name !== stream && s.video !== null && plays(s.video))?.name ?? null;

/** At a moment, of a stream that is `refused` by the browser or not. */
export function shownAt(refused: boolean, instead: Instead | null, moment: Us): Shown {
  if (!refused) return 'itself';
  return instead?.covered.some((s) => moment >= s.from && moment < s.to) ? 'instead' : 'stills';
}
