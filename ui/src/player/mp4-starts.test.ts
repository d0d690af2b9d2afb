// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { leadOf, tracksOf } from './mp4-starts';

const u32 = (n: number) => [24, 16, 8, 0].map((s) => (n >>> s) & 255);
const letters = (text: string) => [...text].map((c) => c.charCodeAt(0));
const box = (type: string, ...body: number[][]): number[] => {
  const inner = body.flat();
  return [...u32(inner.length + 8), ...letters(type), ...inner];
};
const zeros = (n: number) => Array.from({ length: n }, () => 0);

/** Version 0 or 1 of each. */
const trak = (id: number, handler: string, timescale: number, long: boolean) =>
  box(
    'trak',
    box('tkhd', u32(long ? 0x01000000 : 0), zeros(long ? 16 : 8), u32(id), zeros(60)),
    box(
      'mdia',
      box('mdhd', u32(long ? 0x01000000 : 0), zeros(long ? 16 : 8), u32(timescale), zeros(12)),
      box('hdlr', u32(0), u32(0), letters(handler), zeros(12)),
    ),
  );
const traf = (id: number, ticks: number, long: boolean) =>
  box('traf', box('tfhd', u32(0), u32(id)), box('tfdt', u32(long ? 0x01000000 : 0), long ? zeros(4) : [], u32(ticks)));

const init = (long: boolean) =>
  new Uint8Array(
    box('ftyp', zeros(8)).concat(
      box('moov', box('mvhd', zeros(20)), trak(1, 'vide', 90000, long), trak(2, 'soun', 8000, long)),
    ),
  );
const part = (...trafs: number[][]) =>
  new Uint8Array([...box('moof', box('mfhd', zeros(8)), ...trafs), ...box('mdat', zeros(50))]);

describe('where pictures and sound of a part begin', () => {
  it('is read of both kinds of boxes', () => {
    for (const long of [false, true]) {
      expect([...tracksOf(init(long))]).toEqual([
        [1, { kind: 'video', timescale: 90000 }],
        [2, { kind: 'audio', timescale: 8000 }],
      ]);
      expect(leadOf(init(long), part(traf(1, 900_000, long), traf(2, 78_000, long)))).toBeCloseTo(0.25);
      expect(leadOf(init(long), part(traf(2, 81_000, long), traf(1, 900_000, long)))).toBeCloseTo(-0.125);
    }
  });

  it('is unknown where one of them is not there', () => {
    expect(leadOf(init(false), part(traf(1, 5, false)))).toBeNull();
    expect(leadOf(init(false), part(traf(2, 5, false), traf(9, 5, false)))).toBeNull();
    expect(leadOf(new Uint8Array(), part(traf(1, 5, false), traf(2, 5, false)))).toBeNull();
  });

  it('survives what is cut off or nonsense', () => {
    const whole = part(traf(1, 900_000, true), traf(2, 78_000, true));
    for (let n = 0; n < whole.length; n += 1) leadOf(init(true), whole.subarray(0, n));
    for (let n = 0; n < init(true).length; n += 1) tracksOf(init(true).subarray(0, n));
    for (let n = 0; n < whole.length; n += 1) {
      const hurt = whole.slice();
      hurt[n] = 255;
      leadOf(init(true), hurt);
    }
    for (let n = 0; n < init(true).length; n += 1) {
      const hurt = init(true);
      hurt[n] = 255;
      tracksOf(hurt);
    }
  });
});
