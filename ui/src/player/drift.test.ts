// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { correct, type Situation } from './drift';

const usual = { want: 10, have: 10, rate: 1, moving: true, seekMs: null, replaced: 0, buffered: true };
const at = (s: Partial<Situation>): Situation => ({ ...usual, ...s });

describe('drift', () => {
  it('leaves a video alone that is in step', () => {
    expect(correct(at({}))).toEqual({ kind: 'run', seek: null, playbackRate: 1 });
    expect(correct(at({ have: 10.01 }))).toEqual({ kind: 'run', seek: null, playbackRate: 1 });
  });

  it('nudges a small drift towards the clock and jumps a large one', () => {
    expect(correct(at({ have: 10.05 }))).toEqual({ kind: 'run', seek: null, playbackRate: 0.9 });
    expect(correct(at({ have: 9.95 }))).toEqual({ kind: 'run', seek: null, playbackRate: 1.1 });
    expect(correct(at({ have: 9.7 }))).toEqual({ kind: 'run', seek: null, playbackRate: 1.12 });
    const jump = correct(at({ have: 8 }));
    expect(jump.kind === 'run' && jump.seek).toBeCloseTo(10.08);
  });

  it('allows more at a higher speed', () => {
    expect(correct(at({ have: 8, rate: 8 }))).toMatchObject({ kind: 'run', seek: null });
    expect(correct(at({ have: 2, rate: 8 }))).toMatchObject({ kind: 'run', seek: 10.64 });
  });

  it('never leaves what browsers play', () => {
    expect(correct(at({ have: 9, rate: 16 }))).toMatchObject({ playbackRate: 16 });
    expect(correct(at({ have: 10.2, rate: 0.0625 }))).toMatchObject({ playbackRate: 0.0625 });
  });

  it('stands at the moment when the clock stands or runs backwards', () => {
    expect(correct(at({ moving: false, have: 9.9 }))).toEqual({ kind: 'stand', seek: 10 });
    expect(correct(at({ moving: false, have: 10.003 }))).toEqual({ kind: 'stand', seek: null });
    expect(correct(at({ rate: -4, have: 12 }))).toEqual({ kind: 'stand', seek: 10 });
  });

  it('keeps still while another camera is waited for', () => {
    expect(correct(at({ moving: false, held: true, have: 10.05 }))).toEqual({ kind: 'stand', seek: null });
    expect(correct(at({ moving: false, held: true, have: 10.2 }))).toEqual({ kind: 'stand', seek: 10 });
  });

  it('waits for a seek to arrive', () => {
    expect(correct(at({ seekMs: 200, have: 3 }))).toEqual({ kind: 'wait' });
    expect(correct(at({ seekMs: 0, moving: false }))).toEqual({ kind: 'wait' });
    expect(correct(at({ seekMs: 20_000, moving: false }))).toEqual({ kind: 'wait' });
  });

  it('sends another seek after one that does not arrive, once the clock is elsewhere', () => {
    expect(correct(at({ seekMs: 900, have: 3 }))).toEqual({ kind: 'wait' });
    expect(correct(at({ seekMs: 1100, have: 3 }))).toMatchObject({ kind: 'run', seek: 10.08 });
    expect(correct(at({ seekMs: 1100, have: 9.8 }))).toMatchObject({ kind: 'run', seek: 10.08 });
    expect(correct(at({ seekMs: 400, have: 9.8, moving: false, held: true }))).toEqual({ kind: 'stand', seek: 10 });
  });

  it('gives what must be fetched first ever more time, but not where nobody wants it any more', () => {
    for (const [replaced, ms] of [1000, 2000, 4000, 8000, 8000].entries()) {
      const fetching = { replaced, buffered: false, want: 10 + ms / 1000 };
      expect(correct(at({ ...fetching, seekMs: ms }))).toEqual({ kind: 'wait' });
      expect(correct(at({ ...fetching, seekMs: ms + 20 }))).toMatchObject({ kind: 'run', seek: fetching.want + 0.08 });
      for (const have of [3, 300]) {
        expect(correct(at({ replaced, buffered: false, have, seekMs: 1100 }))).toMatchObject({ kind: 'run' });
        expect(correct(at({ replaced, buffered: false, have, seekMs: 900 }))).toEqual({ kind: 'wait' });
      }
    }
  });

  it('brings videos together, whichever way they are off', () => {
    // A tick every 50 ms: how far two videos are apart after three seconds.
    const run = (start: number) => {
      let have = start;
      for (let want = 10; want < 13; want += 0.05) {
        const c = correct(at({ want, have }));
        if (c.kind === 'run') have = (c.seek ?? have) + 0.05 * c.playbackRate;
      }
      return have - 13;
    };
    for (const start of [5, 9.65, 9.8, 9.97, 10.03, 10.2, 10.35, 20]) expect(Math.abs(run(start))).toBeLessThan(0.02);
  });
});
