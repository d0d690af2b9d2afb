// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
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
