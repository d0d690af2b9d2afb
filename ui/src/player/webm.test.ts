// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { webmType } from './part-source';
import { WebmWriter } from './webm';

const u16 = (n: number) => [n >> 8, n & 255];
const u32 = (n: number) => [24, 16, 8, 0].map((s) => (n >>> s) & 255);
const letters = (text: string) => [...text].map((c) => c.charCodeAt(0));
const zeros = (n: number) => Array.from({ length: n }, () => 0);
const box = (type: string, ...body: number[][]): number[] => {
  const inner = body.flat();
  return [...u32(inner.length + 8), ...letters(type), ...inner];
};

const trak = (id: number, handler: string, timescale: number, entry: number[]) =>
  box(
    'trak',
    box('tkhd', u32(0), zeros(8), u32(id), zeros(60)),
    box(
      'mdia',
      box('mdhd', u32(0), zeros(8), u32(timescale), zeros(12)),
      box('hdlr', u32(0), u32(0), letters(handler), zeros(12)),
      box('minf', box('stbl', box('stsd', u32(0), u32(1), entry))),
    ),
  );
const vp08 = box('vp08', zeros(24), u16(640), u16(360), zeros(50));
const opus = box('Opus', zeros(28), box('dOps', [0, 2], u16(312), u32(48000), u16(0), [0]));
const trex = (id: number) => box('trex', u32(0), u32(id), u32(1), u32(960), u32(2), u32(0x10000));
const init = [
  ...box('ftyp', zeros(8)),
  ...box('moov', trak(1, 'vide', 90000, vp08), trak(2, 'soun', 48000, opus), box('mvex', trex(1), trex(2))),
];

/** A picture of 40 ms at 10 s, a key frame, and one after it; three frames of sound by their defaults. */
const fragment = (() => {
  const moof = (offset: number) =>
    box(
      'moof',
      box('mfhd', zeros(8)),
      box(
        'traf',
        box('tfhd', u32(0x20000), u32(1)),
        box('tfdt', u32(0), u32(900_000)),
        box('trun', u32(0x305), u32(2), u32(offset), u32(0), u32(3600), u32(3), u32(3600), u32(4)),
      ),
      box(
        'traf',
        box('tfhd', u32(0x20000), u32(2)),
        box('tfdt', u32(0x01000000), zeros(4), u32(480_480)),
        box('trun', u32(1), u32(3), u32(offset + 7)),
      ),
    );
  const data = [1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10];
  return [...moof(moof(0).length + 8), ...box('mdat', data)];
})();

const MASTERS = [0x1a45dfa3, 0x18538067, 0x1549a966, 0x1654ae6b, 0xae, 0xe0, 0xe1, 0x1f43b675, 0xa0];

/** The elements that have no others in them, as "ID=bytes". */
function leaves(bytes: Uint8Array): string[] {
  const all: string[] = [];
  const hex = (part: Uint8Array) => [...part].map((b) => b.toString(16).padStart(2, '0')).join('');
  for (let at = 0; at < bytes.length;) {
    const wide = Math.clz32(bytes[at]!) - 23;
    const id = parseInt(hex(bytes.subarray(at, at + wide)), 16);
    const size = parseInt(hex(bytes.subarray(at + wide + 1, at + wide + 8)), 16);
    at += wide + 8;
    if (MASTERS.includes(id)) continue;
    all.push(`${id.toString(16)}=${hex(bytes.subarray(at, at + size))}`);
    at += size;
  }
  return all;
}

describe('VP8 in MP4', () => {
  it('becomes a WebM of the same pictures and sound', () => {
    const writer = new WebmWriter();
    const head = leaves(writer.write(Uint8Array.from(init)));
    expect(head).toContain(`4282=${'7765626d'}`);
    expect(head).toContain('b0=0280');
    expect(head).toContain('ba=0168');
    expect(head.filter((e) => e.startsWith('86='))).toEqual(['86=565f565038', '86=415f4f505553']);
    // 312 samples are not to be skipped: the sound goes on from before.
    expect(head).toContain('63a2=4f70757348656164010200' + '00' + '80bb0000' + '0000' + '00');
    expect(leaves(writer.write(Uint8Array.from(fragment)))).toEqual([
      ...['e7=2710', 'a1=81000000010203', '9b=28'],
      ...['a1=82000a000808', '9b=14', 'a1=82001e000909', '9b=14'],
      ...['a1=8100280004050607', '9b=28', 'fb=ff', 'a1=820032000a0a', '9b=14'],
    ]);
  });

  it('has no break in sound or pictures that would cost the pictures behind it', () => {
    // Sound at 0, 20 and (four packets were lost) 131 ms; pictures at 0 and 2 ms, and in the next fragment at 132.
    const traf = (id: number, ticks: number, durations: number[], offset: number) =>
      box(
        'traf',
        ...[box('tfhd', u32(0x20000), u32(id)), box('tfdt', u32(0), u32(ticks))],
        box('trun', u32(0x301), u32(durations.length), u32(offset), ...durations.map((d) => [...u32(d), ...u32(1)])),
      );
    const moof = (...trafs: number[][]) => [
      ...box('moof', box('mfhd', zeros(8)), ...trafs),
      ...box('mdat', [0x78, 0x78]),
    ];
    const data = (of: number[]) => of.length - 2;
    const first = (at: number) => moof(traf(1, 0, [180, 180], at), traf(2, 0, [960, 4800], at));
    const second = (at: number) => moof(traf(1, 11_880, [180], at), traf(2, 6288, [960], at));
    const bytes = [first, second].flatMap((fragment) => fragment(data(fragment(0))));
    const writer = new WebmWriter();
    writer.write(Uint8Array.from(init));
    const times = { 1: [] as number[][], 2: [] as number[][] };
    const all = leaves(writer.write(Uint8Array.from(bytes)));
    for (const [i, block] of all.entries()) {
      const [track, at] = [Number(block.slice(4, 5)) as 1 | 2, parseInt(block.slice(5, 9), 16)];
      if (block.startsWith('a1=')) times[track].push([at, parseInt(all[i + 1]!.slice(3), 16)]);
    }
    expect(times[1]).toEqual([0, 2, 132].map((at, i) => [at, [2, 130, 2][i]]));
    expect(times[2]).toEqual([0, 20, 40, 60, 80, 100, 131].map((at) => [at, 20]));
    expect(all).toContain('a1=8200280078');
  });

  it('survives what is cut off or nonsense', { timeout: 60_000 }, () => {
    const whole = Uint8Array.from([...init, ...fragment]);
    for (let n = 0; n < whole.length; n += 1) new WebmWriter().write(whole.subarray(0, n));
    for (let n = 0; n < whole.length; n += 1) {
      new WebmWriter().write(whole.slice().fill(255, n, n + 1));
      new WebmWriter().write(whole.slice().fill(0, n, n + 4));
    }
  });

  it('leaves out a track whose seconds have no parts', () => {
    const timeless = box('moov', trak(1, 'vide', 0, vp08), trak(2, 'soun', 48000, opus), box('mvex', trex(1), trex(2)));
    const written = leaves(new WebmWriter().write(Uint8Array.from([...timeless, ...fragment])));
    expect(written.filter((e) => e.startsWith('86='))).toEqual(['86=415f4f505553']);
    expect(written.filter((e) => e.startsWith('a1=')).every((e) => e.startsWith('a1=82'))).toBe(true);
  });

  it('is told to the browser by its own name', () => {
    expect(webmType('video/mp4;codecs=opus,vp08')).toBe('video/webm; codecs="vp8,opus"');
    expect(webmType('video/mp4;codecs=vp08')).toBe('video/webm; codecs="vp8"');
    expect(webmType('video/mp4;codecs=avc1.42e01f,opus')).toBeNull();
  });
});
