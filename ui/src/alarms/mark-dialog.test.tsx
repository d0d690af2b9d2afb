// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { parseTime } from '../base/time';
import { pass, press, serve, show, type } from '../testing';
import { useMarkKey } from './mark-dialog';

afterEach(() => vi.unstubAllGlobals());

const at = parseTime('2026-11-22T09:31:05.120000+08:00');
const made = {
  id: 5,
  camera: { id: 'w07', name: '07' },
  at: '2026-11-22T09:31:05.120000+08:00',
  kind: 'phone',
  words: null,
  by: 'wang',
  made: '2026-11-22T09:40:00.000000+08:00',
  place: 'W07',
  still_sha256: 'ab',
  event: 9,
  alert_id: 'mark-1',
  subject: { kind: 'ticket', hall: 'H01', key: 'A012', day: '2026-11-22' },
};

function Shown({ when = at }: { when?: number }) {
  const mark = useMarkKey(() => ({ camera: 'w07', name: '07', at: when, place: 'W07' }));
  return <>{mark.dialog}</>;
}

const bodies: Record<string, unknown>[] = [];
function answer(marks: { status: number; body: unknown }[]) {
  bodies.length = 0;
  return serve((path, init) => {
    bodies.push({ path, ...(JSON.parse(String(init?.body)) as object) });
    return path === '/marks' ? marks.shift()! : { status: 201, body: {} };
  });
}

const submit = async (page: HTMLElement) => {
  page.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(20);
};

it('M marks the picture, a digit says what it is, and the answer says whose it was', async () => {
  answer([{ status: 201, body: made }]);
  const page = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  expect(page.querySelector('dialog')).not.toBeNull();
  await press(page.querySelector('input[type=radio]')!, '3');
  await type(page.querySelector<HTMLInputElement>('#mark-words')!, 'for ten minutes');
  await submit(page);
  expect(bodies).toEqual([
    {
      path: '/marks',
      camera: 'w07',
      at: '2026-11-22T01:31:05.120000Z',
      kind: 'phone',
      words: 'for ten minutes',
      place: 'W07',
    },
  ]);
  expect(page.textContent).toContain('with ticket A012');
  expect(page.querySelector('img')!.src).toContain('/marks/5/still.jpg');
  expect(page.querySelector('input[type=checkbox]')).toBeNull(); // operators hold nothing
});

it('holds the footage around it when asked to, and says when only that failed', async () => {
  answer([{ status: 201, body: made }]);
  const page = await show(<Shown />, 'en', { role: 'supervisor' });
  await press(document.body, 'm');
  page.querySelector<HTMLInputElement>('input[type=checkbox]')!.click();
  await pass(10);
  await type(page.querySelector<HTMLInputElement>('#mark-reason')!, 'complaint');
  await type(page.querySelector<HTMLInputElement>('#mark-case')!, '2026-7');
  await submit(page);
  expect(bodies[1]).toEqual({
    path: '/holds',
    cameras: ['w07'],
    from: '2026-11-22T01:30:35.120000Z',
    to: '2026-11-22T01:32:05.120000Z',
    reason: 'complaint',
    case: '2026-7',
  });
  expect(page.textContent).toContain('Its footage is held.');
});

it('asks for a live picture until it is on disk, and for an old one once', async () => {
  const none = { status: 404, body: { code: 'not-found', detail: 'no footage' } };
  answer([none, { status: 201, body: made }]);
  const now = parseTime('2026-11-22T09:40:00.000000+08:00');
  const page = await show(<Shown when={now - 400_000} />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await submit(page);
  await pass(900);
  expect(bodies).toHaveLength(2);
  answer([none, none]);
  const old = await show(<Shown />, 'en', { role: 'operator' });
  await press(document.body, 'm');
  await submit(old);
  await pass(900);
  expect(bodies).toHaveLength(1);
  expect(old.querySelector('[role=alert]')!.textContent).toContain('no footage');
});

it('is nothing for who may not', async () => {
  const page = await show(<Shown />, 'en', { role: 'auditor' });
  await press(document.body, 'm');
  expect(page.querySelector('dialog')).toBeNull();
});
