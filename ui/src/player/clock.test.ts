// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { MasterClock, nextStop, shuttle } from './clock';

const T = 1_800_000_000_000_000;
const S = 1_000_000;

describe('master clock', () => {
  it('runs with the time that passes, at its speed', () => {
    const clock = new MasterClock(T, T + 60 * S, T + 10 * S);
    expect(clock.moment(5000)).toBe(T + 10 * S);
    clock.play(5000);
    expect(clock.moment(6500)).toBe(T + 11.5 * S);
    clock.setRate(4, 6500);
    expect(clock.moment(7500)).toBe(T + 15.5 * S);
    clock.pause(7500);
    expect(clock.moment(99999)).toBe(T + 15.5 * S);
  });

  it('does not jump when the speed changes or when it is held', () => {
    const clock = new MasterClock(T, T + 60 * S, T);
    clock.play(0);
    clock.hold(true, 1000);
    expect(clock.moment(9000)).toBe(T + S);
    expect(clock.playing).toBe(true);
    clock.setRate(2, 9000);
    clock.hold(false, 10000);
    expect(clock.moment(10500)).toBe(T + 2 * S);
  });

  it('seeks while it runs', () => {
    const clock = new MasterClock(T, T + 60 * S, T);
    clock.play(0);
    clock.seek(T + 30 * S, 2000);
    expect(clock.moment(2000)).toBe(T + 30 * S);
    expect(clock.moment(3000)).toBe(T + 31 * S);
  });

  it('stays within the footage, both ways', () => {
    const clock = new MasterClock(T, T + 10 * S, T - S);
    expect(clock.moment(0)).toBe(T);
    clock.play(0);
    expect(clock.moment(50_000)).toBe(T + 10 * S);
    expect(clock.atEnd(50_000)).toBe(true);
    clock.setRate(-2, 50_000);
    expect(clock.atEnd(50_000)).toBe(false);
    expect(clock.moment(51_000)).toBe(T + 8 * S);
    expect(clock.moment(99_000)).toBe(T);
    expect(clock.atEnd(99_000)).toBe(true);
  });

  it('starts over when played at the end', () => {
    const clock = new MasterClock(T, T + 10 * S, T + 10 * S);
    clock.play(0);
    expect(clock.moment(1000)).toBe(T + S);
  });

  it('goes on when the footage grows', () => {
    const clock = new MasterClock(T, T + 10 * S, T);
    clock.play(0);
    clock.setRange(T, T + 20 * S, 9000);
    expect(clock.moment(15_000)).toBe(T + 15 * S);
    clock.setRange(T + 30 * S, T + 40 * S, 15_000);
    expect(clock.moment(15_000)).toBe(T + 30 * S);
  });
});

describe('shuttle', () => {
  it('turns round at ×1 and gets faster at each press', () => {
    expect(shuttle(1, false, 1)).toBe(1);
    expect([1, 2, 4, 8, 16].map((r) => shuttle(r, true, 1))).toEqual([2, 4, 8, 16, 16]);
    expect(shuttle(4, true, -1)).toBe(-1);
    expect(shuttle(-1, true, -1)).toBe(-2);
    expect(shuttle(0.25, true, 1)).toBe(1);
    expect(shuttle(-16, false, 1)).toBe(1);
  });
});

describe('stops', () => {
  it('are found either way and not where one already is', () => {
    const stops = [T, T + S, T + 5 * S];
    expect(nextStop(stops, T + S, 1)).toBe(T + 5 * S);
    expect(nextStop(stops, T + S, -1)).toBe(T);
    expect(nextStop(stops, T + S + 50_000, -1)).toBe(T);
    expect(nextStop(stops, T + 5 * S, 1)).toBeNull();
    expect(nextStop([], T, -1)).toBeNull();
  });
});
