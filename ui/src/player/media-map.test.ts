// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { formatUtc } from '../base/time';
import { MediaMap, type Part } from './media-map';

const T = 1_800_000_000_000_000;
const S = 1_000_000;
const part = (start: number, duration: number, wall: number | null): Part => ({
  start,
  duration,
  programDateTime: wall === null ? null : Math.floor(wall / 1000),
  rawProgramDateTime: wall === null ? null : formatUtc(wall),
});

describe('media map', () => {
  // Two parts, 30 s of nothing, one part; the media goes on as if nothing were missing.
  const map = new MediaMap([part(0, 2, T), part(2, 2, T + 2 * S), part(4, 2, T + 34 * S)]);

  it('maps within a piece both ways', () => {
    expect(map.toMedia(T + 3 * S)).toBeCloseTo(3, 9);
    expect(map.toWall(3)).toBe(T + 3 * S);
    expect(map.toMedia(T + 35 * S)).toBeCloseTo(5, 9);
    expect(map.toWall(5)).toBe(T + 35 * S);
  });

  it('knows a gap', () => {
    expect(map.toMedia(T + 10 * S)).toBeNull();
    expect(map.toMedia(T - S)).toBeNull();
    expect(map.toMedia(T + 40 * S)).toBeNull();
    expect(map.toWall(4)).toBe(T + 34 * S);
    expect(map.toWall(7)).toBeNull();
  });

  it('tells where to wait for the next picture', () => {
    expect(map.nextMedia(T + 10 * S)).toBe(4);
    expect(map.nextMedia(T - S)).toBe(0);
    expect(map.nextMedia(T + 3 * S)).toBeCloseTo(3, 9);
    expect(map.nextMedia(T + 60 * S)).toBeNull();
  });

  it('keeps the microseconds of the playlist', () => {
    const odd = new MediaMap([part(0, 1, T + 123_456)]);
    expect(odd.toWall(0.5)).toBe(T + 623_456);
  });

  it('does not take rounding for a gap', () => {
    const rounded = new MediaMap([part(0, 1.99, T), part(1.99, 2, T + 2 * S)]);
    expect(rounded.toMedia(T + 1_995_000)).toBeCloseTo(1.99, 2);
    expect(rounded.toMedia(T - 10_000)).toBe(0);
    expect(rounded.toMedia(T + 4_005_000)).toBeLessThan(3.99);
  });

  it('lets a part without a time follow the one before', () => {
    const bare = new MediaMap([part(0, 2, T), part(2, 2, null)]);
    expect(bare.toWall(3)).toBe(T + 3 * S);
    expect(new MediaMap([part(0, 2, null)]).pieces).toEqual([]);
  });

  it('is right at every millisecond', () => {
    for (let ms = 0; ms < 4000; ms++) {
      const media = map.toMedia(T + ms * 1000);
      expect(Math.abs(map.toWall(media!)! - (T + ms * 1000))).toBeLessThanOrEqual(1);
    }
  });
});
