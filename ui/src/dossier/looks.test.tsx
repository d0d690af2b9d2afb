// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { act } from 'preact/test-utils';
import { pass, serve, show } from '../testing';
import type { Look } from '../api/types-looks';
import { Looks } from './looks';

afterEach(() => vi.unstubAllGlobals());

const about = { kind: 'ticket', key: 'A012', hall: 'H01', day: '2026-11-22' };
const look = (id: number, more: Partial<Look> = {}): Look => ({
  ...{ id, who: `inv${id}`, role: 'investigator', reason: '投诉', case: '2026-7', kind: 'ticket', taken: false },
  ...{ from: '2026-11-22T10:00:00.000000+08:00', to: '2026-11-22T10:05:00.000000+08:00' },
  ...more,
});

/** Answers as the server does: as many as are asked for. */
function served(all: Look[], more: object = {}) {
  const asked: string[] = [];
  serve((path) => {
    asked.push(path);
    const limit = Number(new URL(path, 'http://x').searchParams.get('limit'));
    const next = all.length > limit ? 'next' : null;
    return {
      status: 200,
      body: { looks: all.slice(0, limit), people: all.length, complete: true, next, ...more },
    };
  });
  return asked;
}

it('tells who looked, when, why and for which case, by how many, and more when asked', async () => {
  const asked = served([
    look(5, { taken: true }),
    look(4, { role: 'operator', who: 'op1', reason: null, case: null, kind: null }),
    look(3, { role: 'token', who: 'quality', kind: 'camera' }),
    look(2),
  ]);
  const root = await show(<Looks about={about} />, 'en', { role: 'supervisor' });
  await pass(10);
  expect(asked).toEqual(['/looks?kind=ticket&key=A012&hall=H01&day=2026-11-22&limit=3']);
  expect(root.querySelector('h2')!.textContent).toBe('Looked before seen by 4');
  const lines = [...root.querySelectorAll('li')].map((e) => e.textContent);
  expect(lines).toEqual([
    'inv5 Investigator2026-11-22 10:052026-7 投诉 · took a clip',
    'op1 Operator2026-11-22 10:05no reason was asked',
    'quality Program2026-11-22 10:052026-7 投诉 · while browsing',
  ]);
  await act(() => root.querySelector('button')!.click());
  await pass(10);
  expect(asked.at(-1)).toContain('limit=23');
  expect(root.querySelectorAll('li').length).toBe(4);
  expect(root.querySelector('button')).toBeNull();
});

it('says that nobody did, or where the rest is', async () => {
  served([]);
  const none = await show(<Looks about={about} />, 'en', { role: 'investigator' });
  await pass(10);
  expect(none.textContent).toBe('Looked beforeNobody looked before');
  served([look(1)], { complete: false });
  const cut = await show(<Looks about={about} />, 'en', { role: 'investigator' });
  await pass(10);
  expect(cut.textContent).toMatch(/Earlier ones are in the audit log$/);
});

it('asks nothing for whom it is not', async () => {
  const asked = served([look(1)]);
  const root = await show(<Looks about={about} />, 'en', { role: 'operator' });
  await pass(10);
  expect(root.textContent).toBe('');
  expect(asked).toEqual([]);
});
