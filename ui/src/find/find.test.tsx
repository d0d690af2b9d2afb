// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Subject } from '../api/types';
import { pass, press, serve, show, type } from '../testing';
import { FindPage } from './find';

const ticket = (key: string, day = '2026-11-22'): Subject => ({
  kind: 'ticket',
  key,
  day,
  hall: 'H01',
  title: null,
  places: ['W07'],
  from: `${day}T09:31:05.000000+08:00`,
  to: `${day}T09:44:18.000000+08:00`,
});

beforeEach(() => window.location.replace('#/find'));
afterEach(() => vi.unstubAllGlobals());

async function search(results: Subject[], typed: string) {
  const asked = serve((path) => ({
    status: 200,
    body: { q: typed, results: path.includes('&day=') ? results.filter((r) => r.day === '2026-11-22') : results },
  }));
  const page = await show(<FindPage q="" day={null} />);
  const field = page.querySelector<HTMLInputElement>('#find')!;
  await type(field, typed);
  await pass(180);
  return { page, field, asked };
}

it('says what to type first', async () => {
  serve(() => ({ status: 500, body: {} }));
  const page = await show(<FindPage q="" day={null} />);
  expect(page.querySelector('.notice h2')!.textContent).toBe('Type the beginning of a ticket number or approval ID');
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
  serve(() => ({ status: 200, body: { q: 'A012', results: [ticket('A012')] } }));
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
  expect(page.querySelector('.notice h2')!.textContent).toBe('No ticket or approval begins with “Z99”');
  await press(field, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/tickets/2026-11-22/Z99');
});

it('tells what went wrong and tries again', async () => {
  let works = false;
  serve(() =>
    works
      ? { status: 200, body: { q: 'A', results: [ticket('A012')] } }
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
