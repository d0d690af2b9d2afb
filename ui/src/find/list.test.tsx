// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Found, Glance } from '../api/types';
import { me, pass, serve, show } from '../testing';
import { ListPage, type ListRoute } from './list';

const item = (key: string, from: string, more: Partial<Glance> = {}): Glance => ({
  kind: 'ticket',
  key,
  day: '2026-11-22',
  hall: 'H01',
  title: null,
  places: ['W07'],
  from: `2026-11-22T${from}:00.000000+08:00`,
  to: `2026-11-22T${from}:30.000000+08:00`,
  coverage: 1,
  gaps: [],
  holds: 0,
  ...more,
});

const found = (items: Glance[], more: Partial<Found> = {}): Found => ({
  by: 'staff',
  value: '1023',
  hall: me.hall,
  from: null,
  to: null,
  complete: true,
  items,
  next: null,
  ...more,
});

const route: ListRoute = { page: 'list', by: 'staff', value: '1023', day: null };

beforeEach(() => window.location.replace('#/staff/1023'));
afterEach(() => vi.unstubAllGlobals());

const rows = (page: Element) => [...page.querySelectorAll('tbody tr')].map((r) => r.textContent);

it('lists who was served, with what is missing and why', async () => {
  const gap = {
    camera: null,
    place: 'W08',
    from: '2026-11-22T09:31:00.000000+08:00',
    to: '2026-11-22T09:31:30.000000+08:00',
    reason: 'no-camera' as const,
    detail: null,
  };
  const asked = serve(() => ({ status: 200, body: found([item('A012', '09:31', { coverage: 0, gaps: [gap] })]) }));
  const page = await show(<ListPage route={route} />);
  await pass(0);
  expect(asked).toEqual(['/find?staff=1023']);
  expect(page.querySelector('h1')!.textContent).toBe('1023');
  expect(rows(page)[0]).toContain('09:31:00 – 09:31:30');
  expect(rows(page)[0]).toContain('W07 Registry');
  expect(rows(page)[0]).toContain('W08  09:31:00 – 09:31:30  no camera looked there');
  expect(page.querySelector('tbody a')!.getAttribute('href')).toBe('#/tickets/2026-11-22/A012');
});

it('goes on where it ended, and shows nothing twice', async () => {
  const asked = serve((path) => ({
    status: 200,
    body: path.includes('after=')
      ? found([item('A011', '09:20')])
      : found([item('A013', '09:40'), item('A012', '09:31')], { next: '5-7' }),
  }));
  const page = await show(<ListPage route={{ ...route, day: '2026-11-22', hall: 'H02' }} />);
  await pass(0);
  page.querySelector<HTMLButtonElement>('.list-foot button')!.click();
  await pass(10);
  expect(asked.at(-1)).toBe('/find?staff=1023&day=2026-11-22&hall=H02&after=5-7');
  expect(rows(page).map((r) => /A01\d/.exec(r!)![0])).toEqual(['A013', 'A012', 'A011']);
  expect(page.querySelector('.list-foot button')).toBeNull();
  expect(page.querySelector('tbody a')!.getAttribute('href')).toBe('#/tickets/2026-11-22/A013?hall=H02');
});

it('asks which hall is meant', async () => {
  const last = '2026-11-20T09:00:00.000000+08:00';
  const candidates = ['H01', 'H02'].map((hall) => ({ by: 'staff', value: '1023', hall, last }));
  serve(() => ({ status: 409, body: { code: 'ambiguous', detail: '2 halls have staff 1023', candidates } }));
  const page = await show(<ListPage route={route} />);
  await pass(0);
  expect(page.querySelector('.notice h2')!.textContent).toBe('2 halls have “1023”');
  expect([...page.querySelectorAll('.notice a')].map((a) => a.getAttribute('href'))).toEqual([
    '#/staff/1023?hall=H01',
    '#/staff/1023?hall=H02',
  ]);
});

it('says that nothing is known, or not yet all, or nothing on that day', async () => {
  serve(() => ({ status: 404, body: { code: 'not-found', detail: 'nothing is known of staff 1023' } }));
  let page = await show(<ListPage route={route} />);
  await pass(0);
  expect(page.querySelector('.notice h2')!.textContent).toBe('Nothing is known of it');
  serve(() => ({ status: 200, body: found([], { complete: false }) }));
  page = await show(<ListPage route={{ ...route, day: '2026-11-21' }} />, 'zh');
  await pass(0);
  expect(page.querySelector('.notice h2')!.textContent).toBe('这一天没有');
  expect(page.querySelector('.list-foot')!.textContent).toContain('可能不全');
});

it('goes on behind a page that has nothing, and does not call that the end', async () => {
  serve((path) =>
    path.includes('after=2')
      ? { status: 200, body: found([item('A015', '09:00')]) }
      : { status: 200, body: found([], { next: path.includes('after=1') ? '2' : '1' }) },
  );
  const page = await show(<ListPage route={route} />);
  await pass(0);
  const goOn = async () => {
    page.querySelector<HTMLButtonElement>('.list-foot button')!.click();
    await pass(10);
  };
  expect(page.querySelector('.notice')).toBe(null);
  await goOn();
  await goOn();
  expect(rows(page).length).toBe(1);
  expect(page.querySelector('.list-foot')).toBe(null);
});
