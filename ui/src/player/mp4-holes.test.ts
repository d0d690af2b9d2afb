// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { edgesOf, goesOn, withoutHoles } from './mp4-holes';
import { box, fragment, part, u32, zeros, type Samples } from './testing-mp4';

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
      edgesOf(whole.slice(0, n));
      withoutHoles(whole.slice().fill(255, n, n + 1));
      withoutHoles(whole.slice().fill(0, n, n + 4));
    }
    const init = part(box('moov', zeros(8)));
    expect(withoutHoles(init)).toBe(init);
  });
});

describe('a part behind another', () => {
  const before = edgesOf(part(fragment(pictures, sound), fragment(morePictures, { start: 3840, each: 2 })));
  const goes = (...tracks: Samples[]) => goesOn(before, edgesOf(part(fragment(...tracks))));
  const [next, heard] = [
    { start: 10_800, each: 2 },
    { start: 5760, each: 2 },
  ];

  it('goes on where each track ended, or nearly so', () => {
    expect([...before]).toEqual([
      [1, { start: 0, end: 10_800, last: 3600 }],
      [2, { start: 960, end: 5760, last: 960 }],
    ]);
    expect(goes(next, heard)).toBe(true);
    expect(goes(next, { ...heard, start: 5760 - 959 })).toBe(true);
    expect(goes(next, { ...heard, start: 5760 + 959 })).toBe(true);
  });

  it('does not if one of them breaks off, or is another', () => {
    expect(goes(next, { ...heard, start: 5760 + 960 })).toBe(false);
    expect(goes({ ...next, start: 10_800 - 3600 }, heard)).toBe(false);
    expect(goes(next)).toBe(false);
    const none = edgesOf(part(box('moov', zeros(8))));
    expect([goesOn(before, none), goesOn(none, before), goesOn(none, none)]).toEqual([false, false, false]);
  });
});
