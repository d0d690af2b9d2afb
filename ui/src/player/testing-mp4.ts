// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of recorded files, as tests need them.
export const u32 = (n: number) => [24, 16, 8, 0].map((s) => (n >>> s) & 255);
const letters = (text: string) => [...text].map((c) => c.charCodeAt(0));
export const zeros = (n: number) => Array.from({ length: n }, () => 0);
export const box = (type: string, ...body: number[][]): number[] => {
  const inner = body.flat();
  return [...u32(inner.length + 8), ...letters(type), ...inner];
};

export interface Samples {
  start: number;
  /** So many of the usual duration, or each one's own. */
  each: number | number[];
  sizes?: boolean;
}

/** A picture lasts 3600 ticks usually, sound 960. */
export function fragment(...tracks: Samples[]): number[] {
  const count = ({ each }: Samples) => (typeof each === 'number' ? each : each.length);
  const moof = (data: number) =>
    box(
      'moof',
      box('mfhd', zeros(8)),
      ...tracks.map((samples, i) => {
        const { start, each, sizes } = samples;
        const rows = Array.from({ length: count(samples) }, (_, n) => [
          ...(typeof each === 'number' ? [] : u32(each[n]!)),
          ...(sizes ? u32(1) : []),
        ]);
        const flags = 0x5 | (typeof each === 'number' ? 0 : 0x100) | (sizes ? 0x200 : 0);
        const offset = data + tracks.slice(0, i).reduce((sum, t) => sum + count(t), 0);
        return box(
          'traf',
          box('tfhd', u32(0x20038), u32(i + 1), u32(i ? 960 : 3600), u32(1), u32(0x10000)),
          box('tfdt', u32(0x01000000), zeros(4), u32(start)),
          box('trun', u32(flags), u32(rows.length), u32(offset), u32(0x2000000), ...rows),
        );
      }),
    );
  const bytes = tracks.flatMap((samples, i) => zeros(count(samples)).map((_, n) => 16 * i + n));
  return [...moof(moof(0).length + 8), ...box('mdat', bytes)];
}
export const part = (...fragments: number[][]) => Uint8Array.from(fragments.flat());
