// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
// The search, from the keyboard alone.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Glance, Hold, SearchResults } from '../api/types';
import type { MarkMade } from '../api/types-alarms';
import { pass, press, serve, show, type } from '../testing';
import { FindPage } from './find';
import { forgetRecent, readRecent } from './recent';
import { SearchBox } from './search-box';

const ticket = (key: string): Glance => ({
  ...{
    kind: 'ticket',
    key,
    day: '2026-11-22',
    hall: 'H01',
    title: null,
    places: ['W07'],
    coverage: 1,
    gaps: [],
    holds: 0,
  },
  ...{ from: '2026-11-22T09:31:05.000000+08:00', to: '2026-11-22T09:44:18.000000+08:00' },
});
const facet = (value: string) => ({
  by: 'staff' as const,
  value,
  hall: 'H01',
  last: '2026-11-20T09:00:00.000000+08:00',
});
const mark: MarkMade = {
  ...{
    id: 1,
    camera: { id: 'w07', name: 'W07 face' },
    kind: 'dispute',
    kind_words: { zh: null, en: null },
    words: '为表格争吵',
    by: 'op1',
    place: 'W07',
    hall: 'H01',
  },
  ...{ at: '2026-11-22T09:40:00.000000+08:00', made: '2026-11-22T09:40:01.000000+08:00', event: 5, alert_id: 'mark-1' },
  ...{ still_sha256: '0', subject: { kind: 'ticket', hall: 'H01', key: 'A012', day: '2026-11-22' } },
};
const answer = (more: Partial<SearchResults>): SearchResults => ({
  ...{
    q: '',
    results: [],
    places: [],
    cameras: [],
    staff: [],
    business: [],
    matters: [],
    marks: [],
    holds: [],
    complete: true,
    next: null,
  },
  ...more,
});

beforeEach(() => {
  window.location.replace('#/find');
  forgetRecent();
});
afterEach(() => vi.unstubAllGlobals());

async function find(body: SearchResults, typed: string) {
  const asked = serve(() => ({ status: 200, body }));
  const page = await show(<FindPage q="" day={null} />);
  const field = page.querySelector<HTMLInputElement>('#find')!;
  await type(field, typed);
  await pass(180);
  const chosen = () => page.querySelector('[aria-selected=true]')!.textContent!.trim();
  return { asked, page, field, chosen };
}

it('goes from group to group with Tab, to the ends, and on behind the last', async () => {
  const { page, field, chosen } = await find(
    answer({ results: [ticket('A012'), ticket('A013')], staff: [facet('1023'), facet('1024')], marks: [mark] }),
    'A0',
  );
  expect(page.querySelector('.field [role=status]')!.textContent).toBe('5 results in 3 groups');
  const seen = [];
  for (const key of ['Tab', 'Tab', 'Home', 'ArrowUp', 'Home', 'End']) {
    await press(field, key);
    seen.push(chosen().slice(0, 4));
    expect(field.getAttribute('aria-activedescendant')).toBe(page.querySelector('[aria-selected=true]')!.id);
  }
  expect(seen).toEqual(['1023', 'A012', 'A012', 'A012', 'A012', 'A012']);
  expect(chosen()).toContain('为表格争吵');
  const tab = new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true });
  field.dispatchEvent(tab);
  expect(tab.defaultPrevented).toBe(false); // nobody is caught in the field
  await press(field, 'Enter');
  expect(window.location.hash).toBe('#/tickets/2026-11-22/A012?t=2026-11-22T09:40:00.000000%2B08:00&hall=H01');
});

it('finds holds by their case, and leads to what they keep', async () => {
  const hold: Hold = {
    ...{ id: 7, kind: 'camera', subject: null, owner: 'li', reason: 'a fall', case: '2026-9', review: null },
    ...{ review_due: false, by: 'li', made: '2026-11-22T10:00:00.000000+08:00', released: null, released_by: null },
    released_reason: null,
    spans: [
      { camera: 'w07-face', from: '2026-11-22T09:00:00.000000+08:00', to: '2026-11-22T09:10:00.000000+08:00' },
      { camera: 'w07-desk', from: '2026-11-22T09:00:00.000000+08:00', to: '2026-11-22T09:10:00.000000+08:00' },
    ],
  };
  const subject = { kind: 'ticket', hall: 'H01', key: 'A012', day: '2026-11-22', ticket_id: 'k-1' };
  const ofTicket: Hold = { ...hold, id: 8, kind: 'ticket', subject, case: '2026-90' };
  const { page, field, chosen } = await find(answer({ holds: [hold, ofTicket] }), '2026-9');
  expect(page.querySelector('.result-head')!.textContent).toBe('Holds');
  expect(chosen()).toContain('w07-face · a fall');
  await press(field, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/browse?c=w07-face,w07-desk&at=2026-11-22T09:00:00.000000%2B08:00');
  const other = await find(answer({ holds: [ofTicket] }), '2026-90');
  await press(other.field, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/tickets/2026-11-22/A012?hall=H01&ticket_id=k-1');
});

it('looks on the day that was said', async () => {
  const { asked } = await find(answer({}), 'A012 昨天');
  expect(asked).toEqual(['/search?q=A012&limit=20', '/search?q=A012&day=2026-11-21&limit=20']);
});

it('empties with Esc, and lists then what was opened last', async () => {
  const { page, field, chosen } = await find(answer({ results: [ticket('A012')] }), 'A0');
  await press(field, 'Enter');
  await pass(10);
  expect(readRecent('admin').map((h) => h.name)).toEqual(['A012']);
  await press(field, 'Escape');
  expect(field.value).toBe('');
  expect(page.querySelector('.result-head')!.textContent).toBe('Opened last');
  expect(chosen()).toContain('A012');
  const box = await show(<SearchBox />);
  const search = box.querySelector<HTMLInputElement>('#search')!;
  search.focus();
  await pass(10);
  window.location.replace('#/find');
  await press(search, 'Enter');
  await pass(10);
  expect(window.location.hash).toBe('#/tickets/2026-11-22/A012');
});

it('shows more of them when there are more, behind those that are there', async () => {
  const many = Array.from({ length: 20 }, (_, i) => ticket(`A0${10 + i}`));
  const staff = Array.from({ length: 8 }, (_, i) => facet(`100${i}`));
  const asked = serve((path) =>
    path.includes('cursor')
      ? { status: 200, body: answer({ results: [ticket('A099')], next: null }) }
      : { status: 200, body: answer({ results: many, staff, next: '0.1.2,+A,' }) },
  );
  const page = await show(<FindPage q="" day={null} />);
  await type(page.querySelector<HTMLInputElement>('#find')!, 'A0');
  await pass(180);
  expect(page.querySelectorAll('[role=option]').length).toBe(26); // six of the staff
  asked.length = 0;
  page.querySelector<HTMLButtonElement>('.list-foot button')!.click();
  await pass(10);
  const cursor = encodeURIComponent('0.1.2,+A,');
  expect(asked).toEqual([
    `/search?q=A0&limit=50&cursor=${cursor}`,
    `/search?q=A0&day=2026-11-22&limit=50&cursor=${cursor}`,
  ]);
  expect(page.querySelectorAll('[role=option]').length).toBe(29);
  expect(page.textContent).toContain('A099');
  expect(page.querySelector('.list-foot')).toBe(null);
});
