// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import type { Us } from '../base/time';
import type { Beat, Follower } from './follower';
import { Group } from './group';

const T = 1_800_000_000_000_000;
const S = 1_000_000;

class Fake implements Follower {
  beats: Beat[] = [];
  isReady = true;
  next: Us | null = null;
  constructor(readonly camera: string) {}
  follow(beat: Beat) {
    this.beats.push(beat);
  }
  ready() {
    return this.isReady;
  }
  step() {
    return Promise.resolve(this.next);
  }
  destroy() {}
  get last() {
    return this.beats[this.beats.length - 1]!;
  }
}

function hall() {
  let now = 0;
  const group = new Group(T, T + 60 * S, T + 10 * S, () => now);
  const a = new Fake('a');
  const b = new Fake('b');
  group.add(a);
  group.add(b);
  const pass = (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += 50;
      group.tick();
    }
  };
  return { group, a, b, pass };
}

describe('group', () => {
  it('tells all followers the same moment', () => {
    const { group, a, b, pass } = hall();
    group.play();
    pass(2000);
    expect(a.last).toEqual(b.last);
    expect(a.last).toMatchObject({ moment: T + 12 * S, moving: true, rate: 1 });
  });

  it('waits for a late picture, and goes on with it', () => {
    const { group, a, b, pass } = hall();
    group.play();
    b.isReady = false;
    pass(1000);
    expect(a.last).toMatchObject({ moving: false, held: true });
    expect(group.face().waiting).toEqual(['b']);
    const at = a.last.moment;
    b.isReady = true;
    pass(500);
    expect(a.last.moving).toBe(true);
    expect(a.last.moment - at).toBeGreaterThan(0.4 * S);
    expect(group.face().waiting).toEqual([]);
  });

  it('does not wait for ever', () => {
    const { group, a, b, pass } = hall();
    group.play();
    b.isReady = false;
    pass(6000);
    expect(a.last.moving).toBe(true);
    expect(a.last.moment).toBeGreaterThan(T + 12 * S);
  });

  it('pauses at the end, or waits there for what is still being recorded', () => {
    const { group, a, pass } = hall();
    group.seek(T + 59 * S);
    group.play();
    pass(2000);
    expect(group.face()).toMatchObject({ playing: false, moment: T + 60 * S });
    group.live = true;
    group.seek(T + 59 * S);
    group.play();
    pass(2000);
    expect(group.face().playing).toBe(true);
    expect(a.last.moving).toBe(false);
    group.clock.setRange(T, T + 70 * S, 4000);
    pass(1000);
    expect(a.last).toMatchObject({ moving: true, moment: T + 61 * S });
  });

  it('runs backwards without waiting', () => {
    const { group, a, b, pass } = hall();
    b.isReady = false;
    group.shuttle(-1);
    pass(1000);
    expect(a.last).toMatchObject({ moment: T + 9 * S, rate: -1, moving: true });
    group.pause();
    expect(group.face().rate).toBe(1);
  });

  it('steps with the preferred camera, or with one that can', async () => {
    const { group, a, b, pass } = hall();
    group.play();
    a.next = T + 11 * S;
    b.next = T + 12 * S;
    await group.step(1, 'b');
    expect(group.face()).toMatchObject({ playing: false, moment: T + 12 * S });
    b.next = null;
    await group.step(-1, 'b');
    expect(group.face().moment).toBe(T + 11 * S);
    pass(100);
    expect(b.last.moment).toBe(T + 11 * S);
  });

  it('jumps between stops', () => {
    const { group } = hall();
    const stops = [T + 5 * S, T + 10 * S, T + 20 * S];
    group.jump(stops, 1);
    expect(group.face().moment).toBe(T + 20 * S);
    group.jump(stops, 1);
    expect(group.face().moment).toBe(T + 20 * S);
    group.jump(stops, -1);
    expect(group.face().moment).toBe(T + 10 * S);
  });
});
