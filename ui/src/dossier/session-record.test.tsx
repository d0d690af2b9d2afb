// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serve, show } from '../testing';
import { SessionRecord } from './session-record';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const later = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
const record = (state: string, satisfaction: number | null) => ({
  ...{
    session: 'MM-1',
    state,
    satisfaction,
    dept: '人社局',
    official: '2001',
    officials: ['2001', '2002'],
    node_code: null,
  },
  ...{ slot_start: null, slot_end: null, legs: [], notices: [], retention: null },
});

it('is asked for again after a failure, and after the end, when the rating comes', async () => {
  let answer: { status: number; body: unknown } = { status: 200, body: record('open', null) };
  const asked = serve(() => answer);
  const page = await show(<SessionRecord id="MM-1" />);
  await later(0);
  answer = { status: 503, body: { code: 'busy', detail: 'later' } };
  await later(30_000);
  answer = { status: 200, body: record('ended', null) };
  await later(30_000);
  expect(asked).toHaveLength(3);
  expect(page.querySelector('[data-line=sessRating]')).toBeNull();
  expect(page.querySelector('[data-line=sessDept] dd')!.textContent).toBe('人社局 2001 2002');
  answer = { status: 200, body: record('ended', 5) };
  await later(60_000);
  expect(asked).toHaveLength(3);
  await later(60_000);
  expect(page.querySelector('[data-line=sessRating]')).not.toBeNull();
});

it('is not asked for again where there is none', async () => {
  const asked = serve(() => ({ status: 404, body: { code: 'not-found', detail: 'no session MM-1' } }));
  await show(<SessionRecord id="MM-1" />);
  await later(600_000);
  expect(asked).toHaveLength(1);
});
