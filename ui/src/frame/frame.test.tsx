// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { App } from '../app';
import { me, show } from '../testing';
import { Frame } from './frame';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const status = {
  time: '2026-11-22T09:40:00.000000+08:00',
  ...{ recording: 8, expected: 8, down: [], volumes: [] },
  capture: { running: true },
  disk: { total_bytes: 4e12, free_bytes: 2e12, days_left: 41 },
  clock: { synchronised: true, error_ms: 4 },
};
const bodies: Record<string, unknown> = {
  '/status': status,
  '/places': { places: [], next: null },
  '/alarms': { open: 0, unacknowledged: 0, watched: true, alarms: [], next: null },
};

/** A server that hangs while it is told to. */
function serving() {
  const server = { hangs: false };
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    server.hangs
      ? new Promise((_resolve, reject) =>
          init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
        )
      : Promise.resolve(new Response(JSON.stringify(bodies[url.replace(/^.api.v1|[?].*$/g, '')] ?? {}))),
  );
  return server;
}

const after = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));

it('says on every page within eight seconds that the server hangs, whenever it fell silent, and soon that it is back', async () => {
  for (const healthy of [100, 1900, 2900, 4900, 5100]) {
    const server = serving();
    const page = await show(
      <Frame me={me} route={{ page: 'cameras' }} onSignedOut={() => {}} onChanged={() => {}}>
        <p>page</p>
      </Frame>,
    );
    const line = () => page.querySelector('footer')!.textContent!;
    await after(healthy);
    expect(line()).toMatch(/^ ?recording 8/);
    server.hangs = true;
    await after(8050);
    expect(line(), String(healthy)).toMatch(/^the server does not answer/);
    server.hangs = false;
    await after(10_000);
    expect(line()).toMatch(/^ ?recording 8/);
  }
});

it('says so before anybody is signed in, too', async () => {
  serving().hangs = true;
  const page = await show(<App />);
  await after(8050);
  expect(page.querySelector('.notice')).not.toBeNull();
});
