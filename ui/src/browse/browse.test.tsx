// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { frameUrl, playlistUrl } from '../api/client';
import type { Calendar, Camera, Outline, Place } from '../api/types';
import { parseRoute } from '../base/route';
import { DAY, formatUtc, parseTime, shiftDay, type Us } from '../base/time';
import { pass, press, serve, show, type } from '../testing';
import { BrowsePage, type BrowseRoute } from './browse';

const at = (clock: string) => `2026-11-22T${clock}.000+08:00`;
const camera = (id: string): Camera => ({
  ...{ id, name: `cam ${id}`, kind: 'window', places: ['W07'], covers: [{ hall: 'H01', code: 'W07', name: 'W07' }] },
  streams: [
    {
      ...{ name: 'main' as const, url: '', record: true, state: 'recording' as const, since: null, detail: null },
      ...{ video: 'hevc', audio: null, width: 1, height: 1 },
    },
  ],
});
const places: Place[] = [
  {
    ...{ code: 'W07', name: 'Registry', hall: 'H01' },
    cameras: [
      { camera: 'a', from: null, to: null },
      { camera: 'b', from: at('09:00:00'), to: null },
    ],
  },
];

/** Nobody recorded from 09:10 to 09:20. */
const gap = { from: parseTime(at('09:10:00')), to: parseTime(at('09:20:00')) };

function outline(path: string): Outline {
  const q = new URLSearchParams(path.split('?')[1]);
  const from = parseTime(q.get('from')!);
  const to = parseTime(q.get('to')!);
  const inside = gap.from < to && gap.to > from;
  const cut = (us: Us) => formatUtc(Math.min(to, Math.max(from, us)));
  return {
    ...{ camera: path.split('/')[2]!, stream: 'main', from: formatUtc(from), to: formatUtc(to), until: formatUtc(to) },
    ...{ resolution_s: 1, coverage: 0.9, damage: [] },
    gaps: inside
      ? [{ from: cut(gap.from), to: cut(gap.to), reason: 'offline', detail: null, missing_s: 600, gaps: 1 }]
      : [],
  };
}

function calendar(path: string): Calendar {
  const month = new URLSearchParams(path.split('?')[1]).get('month')!;
  const days = Array.from({ length: 30 }, (_, i) => {
    const day = shiftDay(`${month}-01`, i);
    const from = parseTime(`${day}T00:00:00+08:00`);
    const coverage = i < 20 ? 0 : i > 21 ? null : 0.984;
    const reason = i < 10 ? ('purged' as const) : ('offline' as const);
    return {
      ...{ day, from: formatUtc(from), to: formatUtc(from + DAY), coverage, recorded_s: 0, holds: i === 20 ? 2 : 0 },
      missing: coverage === 0 ? [{ reason, seconds: 86400 }] : [],
    };
  });
  return { camera: 'a', stream: 'main', month, first: days[20]!.from, last: days[21]!.to, days };
}

function server() {
  return serve((path) => {
    if (path === '/cameras') return { status: 200, body: { cameras: ['a', 'b', 'c', 'd', 'e'].map(camera) } };
    if (path === '/places') return { status: 200, body: { places } };
    if (path.includes('/outline')) return { status: 200, body: outline(path) };
    if (path.includes('/calendar')) return { status: 200, body: calendar(path) };
    if (path === '/holds') return { status: 200, body: { holds: [] } };
    return { status: 200, body: { marks: [], next: null } };
  });
}

const routeOf = (address: string) => parseRoute(address) as BrowseRoute;
const tiles = (page: Element) => [...page.querySelectorAll('[data-tile]')].map((e) => e.getAttribute('data-tile'));
const clock = (page: Element) => page.querySelector('#moment')!.textContent;
/** What the address has come to be. */
const address = () => routeOf(window.location.hash);

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

async function open(link: string, who = {}) {
  const asked = server();
  const page = await show(<BrowsePage route={routeOf(link)} />, 'en', who);
  await pass(60);
  await pass(60);
  return { asked, page };
}

it('shows the cameras of its address at its moment, and what is recorded', async () => {
  const { asked, page } = await open(`#/browse?c=a,c&at=${at('09:05:00')}`);
  expect(tiles(page)).toEqual(['a', 'c']);
  expect(clock(page)).toBe('09:05:00.000');
  expect(asked).toContain('/cameras/a/calendar?month=2026-11&stream=main');
  // Of each camera its own, and of the days that are shown: others do not crowd them out.
  const days = 'from=2026-11-22T00%3A00%3A00.000000Z&to=2026-11-23T00%3A00%3A00.000000Z';
  expect(asked.filter((p) => p.startsWith('/marks')).sort()).toEqual([
    `/marks?camera=a&${days}&limit=200`,
    `/marks?camera=c&${days}&limit=200`,
  ]);
  const line = page.querySelector('[data-coverage=a]')!;
  expect(line.querySelectorAll('[data-gap=offline]')).toHaveLength(1);
  expect(line.querySelectorAll('.covered')).toHaveLength(2);
  expect(asked.filter((p) => p.includes('/outline')).length).toBeLessThanOrEqual(4);
});

it('tells the days of the month, and why there is nothing on some', async () => {
  const { page } = await open(`#/browse?c=a&at=${at('09:05:00')}`);
  const day = (n: string) => page.querySelector(`[data-day="2026-11-${n}"]`)!;
  expect(day('22').querySelector('.sr')!.textContent).toBe('2026-11-22, 98.4 % recorded');
  expect(day('22').getAttribute('aria-current')).toBe('date');
  expect([...day('22').querySelectorAll('[aria-hidden]')].map((e) => e.textContent)).toEqual(['22', '98']);
  expect(day('21').querySelector('.sr')!.textContent).toBe('2026-11-21, 98.4 % recorded · 2 holds');
  expect(day('05').querySelector('.sr')!.textContent).toMatch(/^2026-11-05, no footage: /);
  expect(day('05').getAttribute('data-gap')).toBe('purged');
  expect(day('15').getAttribute('data-gap')).toBe('offline');
  expect(day('23').getAttribute('aria-disabled')).toBe('true');
  expect(page.querySelector('.empty-days')!.textContent).toMatch(/^No footage: 01–10 .* · 11–20 /);
  await press(day('22'), 'ArrowUp');
  expect(document.activeElement).toBe(day('15'));
  await act(() => (day('21') as HTMLElement).click());
  await pass(60);
  expect(day('21').getAttribute('aria-current')).toBe('date');
  expect(clock(page)).toBe('09:05:00.000');
});

it('zooms from a month to a second with keys and buttons', async () => {
  const { page } = await open(`#/browse?c=a&at=${at('09:05:00')}`);
  const range = () => page.querySelector('[data-range]')!.textContent;
  await act(() => page.querySelector<HTMLElement>('[data-length=browseMonth]')!.click());
  expect(range()).toMatch(/^2026-10-2\d – 2026-11-2\d$/);
  for (let i = 0; i < 25; i += 1) await press(document.body, '+');
  // A second, and the moment is in it; then two.
  const second = () => /^2026-11-22 09:0(4:59\.\d)–09:0(5:0\d\.\d)$/.exec(range()!)!;
  expect(second()[0]).toMatch(/4:59\.(\d)–09:05:00\.\1$/);
  await press(document.body, '-');
  expect(range()).toMatch(/4:5[89]\.(\d)–09:05:0[01]\.\1$/);
});

it('brings the cameras that look at a place, as they did at the moment', async () => {
  const { page } = await open(`#/browse?p=W07&at=${at('09:05:00')}`);
  expect(tiles(page)).toEqual(['a', 'b']);
  await act(() => press(document.body, 'PageUp'));
  await pass(60);
  expect(tiles(page)).toEqual(['a']);
  await pass(600);
  expect(address()).toMatchObject({ place: 'W07', cameras: [], at: '2026-11-21T09:05:00.000+08:00' });
});

it('takes a fifth camera for the first of four', async () => {
  const { page } = await open(`#/browse?c=a,b,c,d&at=${at('09:05:00')}`);
  const box = page.querySelector<HTMLInputElement>('[data-choose=e]')!;
  await act(() => box.click());
  await pass(60);
  expect(tiles(page)).toEqual(['b', 'c', 'd', 'e']);
  expect(address().cameras).toEqual(['b', 'c', 'd', 'e']);
});

it('says what to do where nothing is chosen', async () => {
  const { page } = await open('#/browse');
  expect(page.querySelector('.notice')!.textContent).toContain('Choose cameras or a place');
  await act(() => page.querySelector<HTMLElement>('[data-place=W07]')!.click());
  await pass(60);
  expect(tiles(page)).toEqual(['a', 'b']);
});

it('goes over what nobody recorded, and says so', async () => {
  const { page } = await open(`#/browse?c=a,b&at=${at('09:12:00')}`);
  expect(page.querySelectorAll('.tile-over[data-gap=offline]')).toHaveLength(2);
  await press(document.body, ' ');
  await pass(200);
  expect(page.querySelector('.browse-said')!.textContent).toBe(
    'Nothing is recorded 2026-11-22 09:12:00–09:20:00: skipped',
  );
  expect(parseTime(`2026-11-22T${clock(page)}+08:00`)).toBeGreaterThanOrEqual(gap.to);
});

it('asks once why several cameras are looked at, and again for one more', async () => {
  const posted: Record<string, unknown>[] = [];
  serve((path, init) => {
    if (path === '/cameras') return { status: 200, body: { cameras: ['a', 'b', 'c'].map(camera) } };
    if (path === '/places') return { status: 200, body: { places } };
    if (path.includes('/outline')) return { status: 200, body: outline(path) };
    if (path.includes('/calendar')) return { status: 200, body: calendar(path) };
    if (path === '/holds') return { status: 200, body: { holds: [] } };
    if (path !== '/reasons') return { status: 200, body: { marks: [], next: null } };
    if (init?.method !== 'POST') return { status: 200, body: { reasons: [...posted].reverse() } };
    posted.push({ id: posted.length + 1, day: null, given: null, ...(JSON.parse(String(init.body)) as object) });
    return { status: 201, body: posted[posted.length - 1] };
  });
  const link = routeOf(`#/browse?c=a,b&at=${at('09:05:00')}`);
  const page = await show(<BrowsePage route={link} />, 'en', { role: 'investigator', reason: 'always' });
  await pass(60);
  await pass(60);
  expect(tiles(page)).toEqual([]);
  await type(page.querySelector('#reason-why')!, 'a fall');
  await type(page.querySelector('#reason-case')!, '2026-9');
  const submit = () =>
    page.querySelector('dialog form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await act(async () => void submit());
  await pass(60);
  expect(tiles(page)).toEqual(['a', 'b']);
  expect(posted.map((r) => [r.kind, r.key, r.reason, r.case])).toEqual([
    ['camera', 'a', 'a fall', '2026-9'],
    ['camera', 'b', 'a fall', '2026-9'],
  ]);
  expect(frameUrl('b', 'main', gap.from, 320)).toMatch(/&reason=2$/);
  expect(playlistUrl('a', 'main', gap.from, gap.to)).toMatch(/&reason=1$/);
  await act(() => page.querySelector<HTMLInputElement>('[data-choose=c]')!.click());
  await pass(60);
  expect(tiles(page)).toEqual([]);
  expect(page.querySelector<HTMLInputElement>('#reason-case')!.value).toBe('2026-9'); // said before
  await act(async () => void submit());
  await pass(60);
  expect(tiles(page)).toEqual(['a', 'b', 'c']);
  expect(posted).toHaveLength(3);
});

it('holds what was picked, or a while about the moment', async () => {
  const { page } = await open(`#/browse?c=a,b&at=${at('09:05:00')}`, { role: 'investigator' });
  await press(document.body, 'h');
  expect(page.querySelector('#hold-title')!.textContent).toContain('2026-11-22 09:00:00–09:10:00');
  await act(() => page.querySelector('dialog')!.close());
  await press(document.body, 'i');
  await act(() => press(document.body, 'ArrowRight'));
  await pass(40);
  await press(document.body, 'o');
  expect(page.querySelector('.picked-range')!.textContent).toContain('2026-11-22 09:05:00.0–09:05:05.0');
  await press(document.body, 'e');
  expect(page.querySelector<HTMLInputElement>('#clip-from')!.value).toBe('2026-11-22 09:05:00');
  expect(page.querySelector<HTMLInputElement>('#clip-to')!.value).toBe('2026-11-22 09:05:05');
});
