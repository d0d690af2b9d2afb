// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { parseTime } from '../base/time';
import type { Beat } from './follower';
import { StillPlayer } from './still-player';

const T = 1_800_000_000_000_000;
const S = 1_000_000;
const settle = () => new Promise((done) => setTimeout(done, 5));

afterEach(() => vi.unstubAllGlobals());

function player() {
  let status = 200;
  const asked: string[] = [];
  const told: boolean[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response('picture', { status }));
  });
  const still = new StillPlayer(
    'a',
    'main',
    document.createElement('img'),
    () => true,
    (ok) => told.push(ok),
  );
  const follow = async (now: number, moment = T) => {
    const beat: Beat = { moment, rate: 1, moving: false, held: false, now };
    still.follow(beat);
    await settle();
  };
  return { asked, told, follow, answer: (s: number) => (status = s) };
}

it('asks once for a moment at which the clock stands', async () => {
  const { asked, told, follow } = player();
  await follow(0);
  await follow(60_000);
  expect(asked).toHaveLength(1);
  expect(told).toEqual([true]);
});

it('asks again for what failed, ever less often, until it is there', async () => {
  const { asked, told, follow, answer } = player();
  answer(503);
  await follow(0);
  expect(told).toEqual([false]);
  await follow(900);
  expect(asked).toHaveLength(1);
  await follow(1000);
  expect(asked).toHaveLength(2);
  await follow(2900);
  expect(asked).toHaveLength(2);
  await follow(3000);
  expect(asked).toHaveLength(3);
  answer(200);
  await follow(7000);
  expect(told).toEqual([false, false, false, true]);
  await follow(99_000);
  expect(asked).toHaveLength(4);
});

it('asks for another moment at once, also after a failure', async () => {
  const { asked, follow, answer } = player();
  answer(503);
  await follow(0);
  await follow(10, T + S);
  expect(asked).toHaveLength(2);
});

const BEAT_MS = 16;

/** A server that takes its time, on a clock of its own; the picture of each moment is taken at that moment. */
function playing(takes: (now: number) => number, covered: (moment: number) => boolean = () => true) {
  let now = 0;
  let moment = T;
  const asked: { now: number; at: number }[] = [];
  const open: { at: number; done: () => void }[] = [];
  let most = 0;
  vi.stubGlobal('fetch', (url: string) => {
    const time = new URL(url, 'http://hall').searchParams.get('at')!;
    asked.push({ now, at: parseTime(time) });
    return new Promise((done) => {
      const answer = () => done(new Response('picture', { headers: { 'Mingjing-Frame-Time': time } }));
      open.push({ at: now + takes(now), done: answer });
      most = Math.max(most, open.length);
    });
  });
  const image = document.createElement('img');
  const still = new StillPlayer(
    'a',
    'main',
    image,
    covered,
    () => {},
    () => now,
  );
  /** How far the picture trails the clock, in milliseconds, at each beat; below zero: it is ahead. */
  const run = async (ms: number, rate = 1, moving = true) => {
    const trail: number[] = [];
    const shown = new Set<string>();
    for (const end = now + ms; now < end; now += BEAT_MS) {
      for (const o of open.filter((one) => one.at <= now)) {
        open.splice(open.indexOf(o), 1);
        o.done();
        for (let i = 0; i < 12; i += 1) await Promise.resolve();
        await settle();
      }
      if (moving) moment += BEAT_MS * 1000 * rate;
      still.follow({ moment, rate, moving, held: false, now });
      const wall = image.dataset.wallUs;
      if (wall) shown.add(wall);
      if (wall) trail.push(((moment - Number(wall)) * Math.sign(rate)) / 1000);
    }
    return { trail, shown: shown.size };
  };
  return { asked, run, image, seek: (to: number) => (moment = to), most: () => most, moment: () => moment };
}

it.each([40, 150, 300, 450])('is in step with the clock where an answer takes %i ms', async (takes) => {
  const { run, most } = playing(() => takes);
  await run(2500);
  const { trail, shown } = await run(4000);
  expect(Math.min(...trail)).toBeGreaterThanOrEqual(0);
  const spacing = Math.max(250, 0.6 * takes);
  expect(Math.max(...trail)).toBeLessThan(spacing + 100);
  expect(shown).toBeGreaterThanOrEqual(Math.floor(4000 / (spacing + 40)));
  expect(most()).toBeLessThanOrEqual(2);
});

it('never asks more often than four times a second, nor for more than two at a time', async () => {
  const { asked, run, most } = playing(() => 5);
  await run(4000);
  expect(asked.length).toBeLessThanOrEqual(17);
  expect(most()).toBe(1);
});

it('asks less often while the server is slow, and stays in step', async () => {
  const { asked, run, most } = playing((now) => (now < 3000 ? 100 : 1800));
  await run(3000);
  await run(6000);
  const before = asked.length;
  const { trail } = await run(8000);
  expect(asked.length - before).toBeLessThanOrEqual(9);
  expect(most()).toBeLessThanOrEqual(2);
  expect(Math.min(...trail)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...trail)).toBeLessThan(1080 + 500);
});

it('keeps in step backwards and at other speeds', async () => {
  for (const rate of [-1, 4, 0.25]) {
    const { run } = playing(() => 200);
    await run(2000, rate);
    const { trail } = await run(3000, rate);
    expect(Math.min(...trail)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...trail)).toBeLessThan(Math.abs(rate) * 350);
  }
});

it('comes to the new moment after a jump, and to the very moment where the clock stops', async () => {
  const { run, seek, image, moment } = playing(() => 200);
  await run(2000);
  seek(T - 60 * S);
  await run(700);
  const back = await run(1000);
  expect(Math.min(...back.trail)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...back.trail)).toBeLessThan(350);
  seek(T + 600 * S);
  await run(700);
  expect(Math.max(...(await run(1000)).trail)).toBeLessThan(350);
  await run(500, 1, false);
  expect(Number(image.dataset.wallUs)).toBe(moment());
});

it('follows a hand that drags the clock', async () => {
  const { run, seek, asked, most } = playing(() => 100);
  for (let i = 0; i < 40; i += 1) {
    seek(T + i * S);
    await run(BEAT_MS, 1, false);
  }
  expect(asked.length).toBeGreaterThan(4);
  expect(asked.length).toBeLessThan(10);
  expect(most()).toBe(1);
});

it('asks for nothing in a gap, and has the picture when the gap ends', async () => {
  const ends = T + 4 * S;
  const { asked, run, image } = playing(
    () => 200,
    (m) => m < T + S || m >= ends,
  );
  await run(3900);
  expect(asked.every(({ at }) => at < T + S || at >= ends)).toBe(true);
  await run(400);
  expect(Number(image.dataset.wallUs)).toBeGreaterThanOrEqual(ends);
});
