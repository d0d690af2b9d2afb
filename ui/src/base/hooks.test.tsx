// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api } from '../api/client';
import { show } from '../testing';
import { replaceAddress, usePoll, useRoute } from './hooks';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function Watched() {
  const { answer, value } = usePoll(
    (s) => api.markKinds(s),
    () => 1000,
    'kinds',
    8000,
  );
  const told = answer === null ? 'asked' : answer.ok ? 'well' : `${answer.problem.code}: ${answer.problem.detail}`;
  return (
    <p>
      {told}, {value ? value.kinds.length : 'nothing'}
    </p>
  );
}

it('says which of what it asks a person asks, and which it asks by itself', async () => {
  const said: unknown[] = [];
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    said.push((init.headers as Record<string, string>)['Mingjing-Asked']);
    return Promise.resolve(new Response('{"kinds":[]}', { headers: { 'Content-Type': 'application/json' } }));
  });
  const after = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  await after(60_000);
  window.dispatchEvent(new Event('hashchange')); // a person came here
  await show(<Watched />);
  await after(10);
  expect(said).toEqual(['person']);
  await after(30_000);
  expect(said.length).toBeGreaterThan(25);
  expect(said.slice(-15)).toEqual(said.slice(-15).map(() => 'page'));
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }));
  await after(1010);
  expect(said.at(-1)).toBe('person');
});

it('does not wait for a server that is silent, and asks again', async () => {
  let silent = false;
  let given = 0;
  vi.stubGlobal('fetch', (_: string, init: RequestInit) =>
    silent
      ? new Promise((_resolve, reject) =>
          init.signal?.addEventListener('abort', () => {
            given += 1;
            reject(new DOMException('aborted', 'AbortError'));
          }),
        )
      : Promise.resolve(new Response('{"kinds":[]}', { headers: { 'Content-Type': 'application/json' } })),
  );
  const page = await show(<Watched />);
  const after = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
  await after(10);
  expect(page.textContent).toBe('well, 0');
  silent = true;
  await after(1000 + 7900);
  expect(page.textContent).toBe('well, 0');
  await after(200);
  expect(page.textContent).toBe('unreachable: no answer within 8 s, 0'); // and what was known is kept
  expect(given).toBe(1);
  silent = false;
  await after(1100);
  expect(page.textContent).toBe('well, 0');
});

it('writes no address over one that somebody just went to', async () => {
  const Page = () => <p>{useRoute().page}</p>;
  window.location.hash = '#/live';
  const page = await show(<Page />);
  const layout = (name: string) => replaceAddress({ page: 'live', layout: name, alone: false });
  layout('a');
  layout('b');
  expect(window.location.hash).toBe('#/live?layout=b');
  window.history.pushState(null, '', '#/alarms'); // as a link does; the page is told of it next
  layout('c');
  expect(window.location.hash).toBe('#/alarms');
  await act(() => void window.dispatchEvent(new Event('hashchange')));
  expect(page.textContent).toBe('alarms');
  replaceAddress({ page: 'alarms' });
  expect(window.location.hash).toBe('#/alarms');
});
