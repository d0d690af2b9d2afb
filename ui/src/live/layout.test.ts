// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import type { Camera, Stream } from '../api/types';
import {
  arrangedText,
  chooseStream,
  filled,
  firstLayout,
  forgetOld,
  fromServer,
  idOf,
  neighbour,
  pagesOf,
  readArranged,
  readOld,
  recordingOf,
  replaced,
  shown,
  swapped,
  toServer,
  type Layout,
} from './layout';
import type { StateNow } from './protocol';

const stream = (name: 'main' | 'sub', video: string | null): Stream => ({
  name,
  url: '',
  record: name === 'main',
  state: 'recording',
  since: null,
  detail: null,
  video,
  audio: null,
  width: 0,
  height: 0,
});
const camera = (id: string, ...streams: Stream[]): Camera => ({
  id,
  name: id,
  kind: 'window',
  places: [],
  covers: [],
  streams,
});
const layout: Layout = { size: 4, cameras: ['a', 'b', 'c', 'd', 'e'] };

describe('a layout', () => {
  it('at first is the smallest wall that holds all, up to sixteen', () => {
    const of = (n: number) => firstLayout(Array.from({ length: n }, (_, i) => camera(String(i)))).size;
    expect([1, 2, 4, 6, 10, 16, 40].map(of)).toEqual([1, 4, 4, 9, 16, 16, 16]);
  });
  it('has pages when there are more cameras than places', () => {
    expect(pagesOf(layout)).toBe(2);
    expect(shown(layout, 0)).toEqual(['a', 'b', 'c', 'd']);
    expect(shown(layout, 1)).toEqual(['e', null, null, null]);
    expect(pagesOf({ size: 9, cameras: [] })).toBe(1);
  });
  it('lets cameras change their places, also with an empty one', () => {
    expect(swapped(layout, 0, 2).cameras).toEqual(['c', 'b', 'a', 'd', 'e']);
    expect(swapped({ size: 4, cameras: ['a'] }, 0, 3).cameras).toEqual([null, null, null, 'a']);
    expect(replaced(layout, 4, null).cameras).toEqual(['a', 'b', 'c', 'd']);
    expect(replaced({ size: 4, cameras: [] }, 1, 'x').cameras).toEqual([null, 'x']);
  });
  it('is walked with arrows up to its edges', () => {
    expect(neighbour(0, 'ArrowRight', 2)).toBe(1);
    expect(neighbour(1, 'ArrowRight', 2)).toBe(1);
    expect(neighbour(1, 'ArrowDown', 2)).toBe(3);
    expect(neighbour(3, 'ArrowDown', 2)).toBe(3);
    expect(neighbour(3, 'ArrowUp', 2)).toBe(1);
    expect(neighbour(2, 'ArrowLeft', 2)).toBe(2);
  });
  it('of an earlier version is read for each person, and what is no layout is passed over', () => {
    const kept = new Map<string, string>();
    const store = { getItem: (k: string) => kept.get(k) ?? null, removeItem: (k: string) => kept.delete(k) };
    const drawer = store as unknown as Storage;
    kept.set('mingjing.live.wang', JSON.stringify([{ name: 'b', ...layout }]));
    expect(readOld(drawer, 'wang')).toEqual([{ name: 'b', ...layout, tour: 0, shared: false }]);
    expect(readOld(drawer, 'li')).toEqual([]);
    kept.set('mingjing.live.li', '[{"name":"x","size":5,"cameras":[]},{"name":"y","size":4,"cameras":[1]},7,null]');
    expect(readOld(drawer, 'li')).toEqual([]);
    kept.set('mingjing.live.li', '{');
    expect(readOld(drawer, 'li')).toEqual([]);
    forgetOld(drawer, 'wang');
    expect(readOld(drawer, 'wang')).toEqual([]);
  });
  it('goes to the server and comes back', () => {
    const given = toServer({ ...layout, tour: 15 });
    const kept = { ...given, name: 'a', of: 'shared' as const, changed: '' };
    expect(fromServer([kept, { ...kept, size: 7 }])).toEqual([{ name: 'a', ...layout, tour: 15, shared: true }]);
    expect(fromServer([kept, { ...kept, of: 'own' }]).map(idOf)).toEqual(['*a', 'a']);
  });
});

describe('the stream of a tile', () => {
  const plays = (codec: string | null) => codec !== 'hevc';
  const both = (main: string, sub: string) => camera('c', stream('main', main), stream('sub', sub));
  it('is the sub stream of a small one and the main stream of a large one', () => {
    expect(chooseStream(both('h264', 'h264'), false, plays)).toMatchObject({ stream: 'sub', because: null });
    expect(chooseStream(both('h264', 'h264'), true, plays)).toMatchObject({ stream: 'main', because: null });
    expect(chooseStream(camera('c', stream('main', 'h264')), false, plays)).toMatchObject({ stream: 'main' });
  });
  it('is the other one where the browser does not play the first', () => {
    expect(chooseStream(both('hevc', 'h264'), true, plays)).toEqual({
      stream: 'sub',
      transcode: false,
      because: 'hevc-sub',
    });
  });
  it('is converted where there is no other', () => {
    expect(chooseStream(both('hevc', 'hevc'), false, plays)).toEqual({
      stream: 'sub',
      transcode: true,
      because: 'hevc-transcode',
    });
  });
  it('is tried while nobody knows how it is coded', () => {
    expect(chooseStream(camera('c'), false, plays)).toMatchObject({ stream: 'main', transcode: false });
  });
});

describe('whether a camera is recorded', () => {
  const now = (name: 'main' | 'sub', state: StateNow['state']): StateNow => ({
    camera: 'c',
    stream: name,
    state,
    since: null,
    detail: null,
  });
  it('is what its worst stream says', () => {
    expect(recordingOf([now('main', 'recording'), now('sub', 'disabled')]).kind).toBe('recording');
    expect(recordingOf([now('main', 'recording'), now('sub', 'disk')])).toMatchObject({ kind: 'not' });
    expect(recordingOf([now('main', 'disabled')]).kind).toBe('idle');
    expect(recordingOf([]).kind).toBe('idle');
  });
});

it('spares the rows in which nothing stands', () => {
  expect(filled(['a', 'b', 'c', 'd', null, null, null, null, null], 3)).toEqual(['a', 'b', 'c', 'd', null, null]);
  expect(filled(['a', null, null, null], 2)).toEqual(['a', null]);
  expect(filled([null, null, null, null], 2)).toEqual([null, null]);
  expect(filled([null, null, null, 'd'], 2)).toEqual([null, null, null, 'd']);
});

it('is read from an address, whoever made it', () => {
  const layout = { size: 4 as const, cameras: ['a', null, 'b'] };
  expect(readArranged(arrangedText(layout))).toEqual(layout);
  for (const bad of [undefined, '', '5,a', 'x', `4${',a'.repeat(1001)}`]) expect(readArranged(bad)).toBeNull();
});
