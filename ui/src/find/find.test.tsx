// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Glance } from '../api/types';
import { pass, press, serve, show, type } from '../testing';
import { FindPage } from './find';

const ticket = (key: string, day = '2026-11-22'): Glance => ({
  kind: 'ticket',
  key,
  day,
  hall: 'H01',
  title: null,
  places: ['W07'],
  from: `${day}T09:31:05.000000+08:00`,
  to: `${day}T09:44:18.000000+08:00`,
  coverage: 1,
  gaps: [],
  holds: 0,
});

it('marks what is held', async () => {
  const { page } = await search([{ ...ticket('A012'), holds: 2 }, ticket('A013')], 'A01');
  const marks = [...page.querySelectorAll('.result')].map((r) =>
    r.querySelector('.held-mark')?.getAttribute('aria-label'),
  );
  expect(marks).toEqual(['2 holds in force: what they keep is not deleted', undefined]);
});

it('marks what was corrected to be another, or cancelled', async () => {
  const { page } = await search([ticket('A012'), { ...ticket('A013'), superseded: true }], 'A01');
  const struck = [...page.querySelectorAll('.result-key')].map((r) => r.querySelector('s')?.textContent);
  expect(struck).toEqual([undefined, 'A013']);
  expect(page.querySelectorAll('.result')[1]!.textContent).toContain('corrected or cancelled');
});

it('says of what is only named by whom, and opens what a queue spoke of', async () => {
  const phantom = { ...ticket('A012', '2026-11-24'), spoken: false, named_by: ['SP1', 'SP2'] };
  const rated = { ...ticket('A013'), spoken: false, named_by: [] };
  const { page, field } = await search([{ ...ticket('A012'), spoken: true }, phantom, rated], 'A012');
  const told = [...page.querySelectorAll('.result')].map((r) => r.querySelector('.warn')?.textContent);
  expect(told).toEqual([
    undefined,
    'no queue ever spoke of it',
    'named by approval SP1, SP2: no queue ever spoke of it',
  ]);
  await press(field, 'Enter');
  expect(window.location.hash).toContain('2026-11-22/A012');
});

const nothing = { places: [], cameras: [], staff: [], business: [], matters: [], marks: [], holds: [], complete: true };

beforeEach(() => window.location.replace('#/find'));
afterEach(() => vi.unstubAllGlobals());

async function search(results: Glance[], typed: string) {
  const asked = serve((path) => ({
    status: 200,
    body: {
      ...nothing,
      q: typed,
      results: path.includes('&day=') ? results.filter((r) => r.day === '2026-11-22') : results,
    },
  }));
  const page = await show(<FindPage q="" day={null} />);
  const field = page.querySelector<HTMLInputElement>('#find')!;
  await type(field, typed);
  await pass(180);
  return { page, field, asked };
}

it('says that it may not be all while something is still being read', async () => {
  for (const results of [[ticket('A012')], []]) {
    serve(() => ({ status: 200, body: { ...nothing, complete: false, q: 'A01', results } }));
    const page = await show(<FindPage q="" day={null} />);
    await type(page.querySelector<HTMLInputElement>('#find')!, 'A01');
    await pass(180);
    expect(page.textContent).toMatch(/this may not be all/);
  }
});

it('says what to type first', async () => {
  serve(() => ({ status: 500, body: {} }));
  const page = await show(<FindPage q="" day={null} />);
  expect(page.querySelector('.notice h2')!.textContent).toBe(
    'Type the beginning of a ticket number, an approval ID, a place or a staff ID, or a part of a name',
  );
});

it('asks for today and for all days, once one stops typing', async () => {
  const { page, asked } = await search([ticket('A012'), ticket('A012', '2026-11-20')], 'A01');
  expect(asked).toEqual(['/search?q=A01&limit=20', '/search?q=A01&day=2026-11-22&limit=20']);
  expect([...page.querySelectorAll('.result-head')].map((e) => e.textContent)).toEqual([
    'Tickets of 2026-11-22',
    'Tickets of other days',
  ]);
  expect(page.querySelector('[role=option]')!.textContent).toContain('W07 Registry');
});

it('goes down the list and opens what is chosen', async () => {
  const { page, field } = await search([ticket('A012'), ticket('A013')], 'A01');
  await press(field, 'ArrowDown');
  expect(page.querySelector('[aria-selected=true]')!.textContent).toContain('A013');
  expect(field.getAttribute('aria-activedescendant')).toBe(page.querySelector('[aria-selected=true]')!.id);
  await press(field, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/tickets/2026-11-22/A013');
});

it('waits for the answer when one is faster than it', async () => {
  serve(() => ({ status: 200, body: { ...nothing, q: 'A012', results: [ticket('A012')] } }));
  const page = await show(<FindPage q="" day={null} />);
  const field = page.querySelector<HTMLInputElement>('#find')!;
  await type(field, 'A012');
  await press(field, 'Enter');
  expect(window.location.hash).toMatch(/^#\/find/);
  await pass(200);
  expect(window.location.hash).toBe('#/tickets/2026-11-22/A012');
});

it('says that there is none, and leads to the page that says so', async () => {
  const { page, field } = await search([], 'Z99');
  expect(page.querySelector('.notice h2')!.textContent).toBe('Nothing found for “Z99”');
  await press(field, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/tickets/2026-11-22/Z99');
});

it('tells what went wrong and tries again', async () => {
  let works = false;
  serve(() =>
    works
      ? { status: 200, body: { ...nothing, q: 'A', results: [ticket('A012')] } }
      : { status: 503, body: { code: 'busy', detail: 'the catalogue is being rebuilt' } },
  );
  const page = await show(<FindPage q="" day={null} />);
  await type(page.querySelector('#find')!, 'A');
  await pass(180);
  expect(page.querySelector('.notice')!.textContent).toContain('The server is busy');
  expect(page.querySelector('.notice')!.textContent).toContain('the catalogue is being rebuilt');
  works = true;
  page.querySelector<HTMLButtonElement>('.notice button')!.click();
  await pass(0);
  await pass(180);
  expect(page.querySelector('[role=option]')!.textContent).toContain('A012');
});

it('shows places, staff and matters too, and goes down to them', async () => {
  const facet = { by: 'staff' as const, value: '1023', hall: 'H01', last: '2026-11-20T09:00:00.000000+08:00' };
  serve(() => ({
    status: 200,
    body: {
      ...nothing,
      q: '10',
      results: [],
      places: [{ hall: 'H01', code: '10', name: 'Registry' }],
      staff: [facet],
      business: [{ ...facet, by: 'business', value: '10 passports', hall: 'H02' }],
      cameras: [{ id: '10-desk', name: '10-desk' }],
    },
  }));
  const page = await show(<FindPage q="" day={null} />);
  const field = page.querySelector<HTMLInputElement>('#find')!;
  await type(field, '10');
  await pass(180);
  expect([...page.querySelectorAll('.result-head')].map((e) => e.textContent)).toEqual([
    'Places',
    'Staff',
    'Business types',
    'Cameras',
  ]);
  expect([...page.querySelectorAll('[role=option]')].map((e) => e.getAttribute('href'))).toEqual([
    '#/places/10?day=2026-11-22&hall=H01',
    '#/staff/1023?day=2026-11-22&hall=H01',
    '#/business/10%20passports?day=2026-11-22&hall=H02',
    '#/browse?c=10-desk',
  ]);
  expect(page.querySelectorAll('[role=option]')[2]!.textContent).toContain('H02');
  await press(field, 'ArrowDown');
  await press(field, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/staff/1023?day=2026-11-22&hall=H01');
});

it('says the hall where two have the number, and opens neither for who was faster than the answer', async () => {
  const both = [ticket('A012'), { ...ticket('A012'), hall: 'H02' }];
  serve(() => ({ status: 200, body: { ...nothing, q: 'A012', results: both } }));
  const page = await show(<FindPage q="" day={null} />);
  const field = page.querySelector<HTMLInputElement>('#find')!;
  await type(field, 'a012');
  await press(field, 'Enter');
  await pass(200);
  expect(window.location.hash).toMatch(/^#\/find/);
  expect([...page.querySelectorAll('[role=option]')].map((e) => e.getAttribute('href'))).toEqual([
    '#/tickets/2026-11-22/A012?hall=H01',
    '#/tickets/2026-11-22/A012?hall=H02',
  ]);
});

it('shows how much is recorded, and why not all', async () => {
  const gap = { camera: 'W07-face', place: 'W07', reason: 'offline' as const, detail: null };
  const times = { from: '2026-11-22T09:33:00.000000+08:00', to: '2026-11-22T09:34:00.000000+08:00' };
  const { page } = await search(
    [
      { ...ticket('A012'), coverage: 0.5, gaps: [{ ...gap, ...times }] },
      { ...ticket('A013'), coverage: null },
    ],
    'A01',
  );
  const [half, none] = [...page.querySelectorAll('.cover')];
  expect(half!.textContent).toContain('50');
  expect(half!.getAttribute('title')).toContain('W07-face  09:33:00 – 09:34:00  camera offline');
  expect(none!.getAttribute('title')).toBe('nothing to be recorded yet');
});

it('keeps what it found when the rest of it cannot be had, and asks for that again', async () => {
  let works = false;
  serve((path) => {
    if (!path.includes('cursor=')) return { status: 200, body: { ...nothing, results: [ticket('A012')], next: 'n1' } };
    if (!works) return { status: 503, body: { code: 'busy', detail: 'later' } };
    return { status: 200, body: { ...nothing, results: [ticket('A013')], next: null } };
  });
  const page = await show(<FindPage q="" day="any" />);
  await type(page.querySelector('#find')!, 'A01');
  await pass(180);
  const keys = () => [...page.querySelectorAll('.result-key')].map((e) => e.textContent);
  const press = async (selector: string) => {
    page.querySelector<HTMLButtonElement>(selector)!.click();
    await pass(10);
  };
  await press('.list-foot button');
  expect(page.querySelector('.notice')!.textContent).toContain('The server is busy');
  expect(keys()).toEqual(['A012']);
  works = true;
  await press('.notice button');
  expect(page.querySelector('.notice')).toBeNull();
  expect(keys()).toEqual(['A012', 'A013']);
});

it('reads through pages that have nothing, and says that there is nothing only when there is no more', async () => {
  const asked = serve((path) => {
    const n = Number(/cursor=(\d+)/.exec(path)?.[1] ?? 0);
    const results = n === 3 || n === 20 ? [ticket(`A0${n}`)] : [];
    return { status: 200, body: { ...nothing, results, next: n < 20 ? String(n + 1) : null } };
  });
  const page = await show(<FindPage q="" day="any" />);
  await type(page.querySelector('#find')!, 'A0');
  await pass(200);
  const keys = () => [...page.querySelectorAll('.result-key')].map((e) => e.textContent);
  expect(keys()).toEqual(['A03']);
  expect(asked.length).toBe(4);
  const goOn = async () => {
    page.querySelector<HTMLButtonElement>('.list-foot button')!.click();
    await pass(20);
  };
  await goOn(); // as far as one wait goes
  expect(keys()).toEqual(['A03']);
  await goOn();
  expect(keys()).toEqual(['A03', 'A020']);
  expect(page.querySelector('.list-foot')).toBe(null);
});
