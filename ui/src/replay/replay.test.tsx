// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stretchOf } from '../alarms/beside';
import type { Alarm } from '../api/types-alarms';
import { parseTime, SECOND } from '../base/time';
import { pass, press, serve, session, show } from '../testing';
import { ReplaySheet } from './replay';

const loaded: string[] = [];
vi.mock('../player/video-player', () => ({
  playsHevc: () => false,
  VideoPlayer: class {
    camera = 'w07';
    load = (url: string) => loaded.push(url);
    follow = () => {};
    ready = () => true;
    step = () => Promise.resolve(null);
    destroy = () => {};
  },
}));

const to = session.hallNow() - SECOND;
const of = { camera: { id: 'w07', name: 'W07 face' }, stream: 'main' as const, from: to - 30 * SECOND, to };

beforeEach(() => loaded.splice(0));
afterEach(() => vi.unstubAllGlobals());

it('plays from the recording at once for who may, with keys for its transport', async () => {
  serve(() => ({ status: 200, body: { reasons: [] } }));
  let closed = 0;
  const page = await show(<ReplaySheet of={of} onClose={() => (closed += 1)} />);
  expect(loaded).toHaveLength(1);
  expect(loaded[0]).toMatch(/^\/api\/v1\/cameras\/w07\/playlist\.m3u8\?from=.*&stream=main$/);
  expect(page.querySelector('h2')!.textContent).toBe('W07 face, 30 s as recorded');
  const button = () => page.querySelector('.replay-bar button')!.getAttribute('aria-label');
  expect(button()).toBe('Pause');
  await press(page.querySelector('.replay-picture')!, ' ');
  await pass(50);
  expect(button()).toBe('Play');
  const at = () => Number(page.querySelector<HTMLInputElement>('input[type=range]')!.value);
  await press(page.querySelector('.replay-picture')!, 'ArrowRight');
  await pass(50);
  expect(at()).toBeGreaterThan(4.5);
  [...page.querySelectorAll('button')].find((b) => b.textContent === 'Back to live')!.click();
  expect(closed).toBe(1);
});

it('asks first who has to say why, and carries the reason', async () => {
  serve((path, init) =>
    init?.method === 'POST'
      ? { status: 201, body: { id: 9, kind: 'camera', key: 'w07', day: null } }
      : {
          status: 200,
          body: { reasons: path === '/reasons' ? [{ id: 7, kind: 'camera', key: 'w07', day: null }] : [] },
        },
  );
  const page = await show(<ReplaySheet of={of} onClose={() => {}} />, 'en', { role: 'investigator', reason: 'always' });
  expect(loaded).toEqual([]);
  page.querySelector<HTMLButtonElement>('.picture-asked button')!.click();
  await pass(20);
  expect(loaded[0]).toMatch(/&reason=7$/); // it was said in this login already
});

it('plays of a camera that went away what was before, of an alert what is around it', () => {
  const at = '2026-11-22T09:31:05.000000+08:00';
  const camera = { id: 'w07', name: 'W07', places: ['W07'] };
  const alarm = { kind: 'camera', object: 'w07/sub', camera, at } as unknown as Alarm;
  const us = parseTime(at);
  expect(stretchOf(alarm, us + 60 * SECOND)).toEqual({ camera, stream: 'sub', from: us - 30 * SECOND, to: us });
  const alert = { ...alarm, kind: 'alert', object: 'event 4' } as Alarm;
  expect(stretchOf(alert, us + 5 * SECOND)).toMatchObject({ from: us - 15 * SECOND, to: us + 5 * SECOND });
  expect(stretchOf({ ...alarm, camera: null }, us)).toBe(null);
});
