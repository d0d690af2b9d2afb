// SPDX-License-Identifier: GPL-3.0-or-later
/** What the recorder counted of our leg at a moment (ms). */
export interface LossSample {
  at: number;
  packets: number;
  lost: number;
}

const WINDOW_MS = 10_000;

/** Keeps the samples of the last ten seconds; whole percent lost in them. A count that went back is another connection's. */
export function lossOf(samples: LossSample[], next: LossSample): number {
  const last = samples.at(-1);
  if (last && (next.packets < last.packets || next.lost < last.lost)) samples.length = 0;
  samples.push(next);
  while (samples.length > 1 && next.at - samples[0]!.at > WINDOW_MS) samples.shift();
  const first = samples[0]!;
  const lost = next.lost - first.lost;
  const all = next.packets - first.packets + lost;
  return all > 0 ? Math.round((100 * lost) / all) : 0;
}
