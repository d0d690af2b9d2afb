// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { Chase, LEAST, MOST } from './chase';

/** Seconds behind after `seconds` of playing, of a player that was `behind`. */
function play(chase: Chase, behind: number, seconds: number): number {
  for (let now = 0; now < seconds; now += 0.04) {
    const move = chase.move(behind, now);
    if (move.kind === 'leap') behind = move.behind;
    else behind -= 0.04 * (move.rate - 1);
  }
  return behind;
}

it('comes near the present, and stays there', () => {
  expect(play(new Chase(), 0.6, 10)).toBeCloseTo(LEAST, 1);
  expect(play(new Chase(), 0, 10)).toBeCloseTo(LEAST, 1);
});

it('leaps when it is far behind', () => {
  expect(new Chase().move(5, 0)).toEqual({ kind: 'leap', behind: LEAST });
});

it('keeps its distance after it ran dry, and tries less again when it did not for a while', () => {
  const chase = new Chase();
  for (let i = 0; i < 4; i++) chase.ranDry();
  const after = chase.aim;
  expect(after).toBeGreaterThan(LEAST + 0.15);
  for (let i = 0; i < 40; i++) chase.ranDry();
  expect(chase.aim).toBe(MOST);
  play(chase, MOST, 200);
  expect(chase.aim).toBe(LEAST);
});
