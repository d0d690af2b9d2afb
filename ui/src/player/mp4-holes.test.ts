// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { withoutHoles } from './mp4-holes';

const u32 = (n: number) => [24, 16, 8, 0].map((s) => (n >>> s) & 255);
const letters = (text: string) => [...text].map((c) => c.charCodeAt(0));
const zeros = (n: number) => Array.from({ length: n }, () => 0);
const box = (type: string, ...body: number[][]): number[] => {
  const inner = body.flat();
  return [...u32(inner.length + 8), ...letters(type), ...inner];
};

interface Samples {
  start: number;
  /** So many of the usual duration, or each one's own. */
  each: number | number[];
  sizes?: boolean;
}

/** A picture lasts 3600 ticks usually, sound 960. */
function fragment(...tracks: Samples[]): number[] {
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
const part = (...fragments: number[][]) => Uint8Array.from(fragments.flat());

const pictures = { start: 0, each: 2 };
const morePictures = { start: 7200, each: 1, sizes: true };
const sound = { start: 960, each: 3 };

describe('a part of an MP4', () => {
  it('stays as it is if each fragment goes on where the one before it ended, or nearly so', () => {
    for (const start of [3840, 3841, 3839, 4799]) {
      const whole = part(fragment(pictures, sound), fragment(morePictures, { start, each: 2 }));
      expect(withoutHoles(whole)).toBe(whole);
    }
  });

  it('lets the sample before what was lost last until the next one', () => {
    for (const sizes of [false, true]) {
      const lost = { start: 3840 + 4800, each: 2 };
      const made = (each: number[]) =>
        part(fragment(pictures, { ...sound, each, sizes }), fragment(morePictures, lost));
      expect(withoutHoles(made([960, 950, 970]))).toEqual(made([960, 950, 970 + 4800]));
    }
  });

  it('says the duration of each where it said none, of pictures and of sound', () => {
    for (const sizes of [false, true]) {
      const later = fragment({ start: 7200 + 9000, each: 1 }, { start: 3840 + 4800, each: 2 });
      const usual = part(fragment({ ...pictures, sizes }, { ...sound, sizes }), later);
      const spelt = fragment(
        { ...pictures, each: [3600, 3600 + 9000], sizes },
        { ...sound, each: [960, 960, 960 + 4800], sizes },
      );
      expect(withoutHoles(usual)).toEqual(part(spelt, later));
    }
  });

  it('takes a fragment in which a track has nothing for what was lost', () => {
    const nothing = [...box('moof', box('mfhd', zeros(8)), box('traf', box('tfhd', u32(0x30000), u32(1))))];
    const made = (...each: number[]) =>
      part(fragment({ ...pictures, each }), nothing, fragment({ ...morePictures, start: 7200 + 9000 }));
    expect(withoutHoles(made(3600, 3600))).toEqual(made(3600, 3600 + 9000));
  });

  it('survives what is cut off or nonsense', { timeout: 60_000 }, () => {
    const whole = part(fragment(pictures, sound), fragment(morePictures, { start: 3840 + 4800, each: 2 }));
    for (let n = 0; n < whole.length; n += 1) {
      withoutHoles(whole.slice(0, n));
      withoutHoles(whole.slice().fill(255, n, n + 1));
      withoutHoles(whole.slice().fill(0, n, n + 4));
    }
    const init = part(box('moov', zeros(8)));
    expect(withoutHoles(init)).toBe(init);
  });
});
