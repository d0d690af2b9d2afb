// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { DAY, MINUTE, parseTime, SECOND } from '../base/time';
import { pass, serve, show } from '../testing';
import { marksAsked, useMarks } from './data';

afterEach(() => vi.unstubAllGlobals());

const at = parseTime('2026-11-22T09:31:05.120000+08:00');
const source = { camera: 'w07', stream: 'main', name: '07' };

it('asks for whole days about what is shown, and moving about in them for nothing more', () => {
  expect(marksAsked({ from: at, to: at + SECOND })).toEqual(
    marksAsked({ from: at - 60 * MINUTE, to: at + 60 * MINUTE }),
  );
  const month = marksAsked({ from: at, to: at + 30 * DAY });
  expect(month.from).toBeLessThanOrEqual(at);
  expect(month.to).toBeGreaterThanOrEqual(at + 30 * DAY);
  expect(month.to - month.from).toBeLessThanOrEqual(128 * DAY);
});

it('has all marks of a stretch, page by page', async () => {
  const asked = serve((path) => {
    const first = !path.includes('cursor=');
    const mark = (id: number) => ({ id, at: '2026-11-22T09:31:05.120000+08:00' });
    return { status: 200, body: first ? { marks: [mark(3), mark(2)], next: 'c1' } : { marks: [mark(1)], next: null } };
  });
  function Told() {
    const { marks } = useMarks([source as never], { from: at, to: at + 60 * MINUTE });
    return <p>{marks.map((m) => m.id).join()}</p>;
  }
  const page = await show(<Told />, 'en');
  await pass(20);
  expect(page.textContent).toBe('3,2,1');
  expect(asked.filter((p) => p.startsWith('/marks'))).toHaveLength(2);
});
