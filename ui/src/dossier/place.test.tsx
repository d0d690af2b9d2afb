// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import type { Hold, PlaceFootage } from '../api/types';
import { clockOn, formatClock, formatDay, zoneOf } from '../base/time';
import { me, pass, press, serve, show, type } from '../testing';
import { parseRoute } from '../base/route';
import { PlacePage, type PlaceRoute } from './place';
import { rangeOf } from './time-form';

afterEach(() => vi.unstubAllGlobals());

const at = (clock: string) => `2026-11-22T${clock}.000+08:00`;
const route: PlaceRoute = { page: 'place', place: 'W07', from: at('09:30:00'), to: at('09:40:00'), t: null };
const span = (place: string, gaps: PlaceFootage['cameras'][0]['spans'][0]['gaps'] = []) => ({
  ...{ camera: 'face', stream: 'main', from: at('09:30:00'), to: at('09:40:00'), until: at('09:40:00') },
  ...{ place, method: 'visit' as const, confidence: 1, uncertainty_ms: 0, coverage: 1, segments: [] },
  ...{ gaps, damage: [], notes: [] },
});
const camera = (code: string, name: string): PlaceFootage['cameras'][0] => ({
  ...{ camera: code, name, kind: 'window', stream: 'main', places: ['W07'], coverage: 1, spans: [span('W07')] },
  ...{ video: 'hevc', audio: null, clock_offset_ms: 0, clock_uncertainty_ms: 20 },
});
const found: PlaceFootage = {
  complete: true,
  ...{ place: 'W07', hall: me.hall, from: route.from, to: route.to, gaps: [], holds: [], coverage: 1 },
  cameras: [camera('face', 'Face'), camera('desk', 'Desk')],
};
const visit = {
  ...{ kind: 'ticket', key: 'A012', day: '2026-11-22', hall: 'H01', title: 'Transfer', places: ['W07'], holds: 0 },
  ...{ from: at('09:31:05'), to: at('09:35:05'), coverage: 1, gaps: [] },
};

type Posted = Record<string, unknown>;

function server(footage: PlaceFootage): { asked: string[]; posted: Posted[] } {
  const posted: Posted[] = [];
  const asked = serve((path, init) => {
    if (init?.method === 'POST') {
      posted.push(JSON.parse(String(init.body)) as Posted);
      const answer = { hold: {}, keeps: { segments: 6, bytes: 150e6 }, gone: [] };
      return { status: 201, body: { ...answer, journals: { written: 1, of: 1, waiting: 0, failed: null } } };
    }
    if (path.startsWith('/find')) return { status: 200, body: { items: [visit], next: null, complete: true } };
    return { status: 200, body: footage };
  });
  return { asked, posted };
}

it('plays what the cameras of a place saw in a time, and says who was there', async () => {
  const { asked } = server(found);
  const page = await show(<PlacePage route={route} />);
  await pass(20);
  await pass(20); // what the view asks in turn
  expect(asked[0]).toBe('/places/W07/footage?from=2026-11-22T01%3A30%3A00.000000Z&to=2026-11-22T01%3A40%3A00.000000Z');
  expect([...page.querySelectorAll('[data-tile]')].map((e) => e.getAttribute('data-tile'))).toEqual(['face', 'desk']);
  expect(page.querySelectorAll('[data-coverage]').length).toBe(2);
  expect(page.querySelector('#moment')!.textContent).toBe('09:30:00.000');
  expect(page.querySelector('h1')!.textContent).toBe('W07 Registry');
  const visitor = page.querySelector('.visitor')!;
  expect(visitor.getAttribute('href')).toBe('#/tickets/2026-11-22/A012');
  expect(visitor.textContent).toBe('09:31:05 A012 Transfer');
  // No dossier's words where there is no dossier.
  expect(page.querySelector('#events-title')).toBeNull();
});

it('begins at the moment of its address', async () => {
  server(found);
  const page = await show(<PlacePage route={{ ...route, t: at('09:33:20') }} />);
  await pass(20);
  expect(page.querySelector('#moment')!.textContent).toBe('09:33:20.000');
});

it('holds the cameras of the view in that time, all or some of them', async () => {
  const { posted } = server(found);
  const page = await show(<PlacePage route={route} />, 'en', { role: 'investigator', name: 'inv1' });
  await pass(20);
  await act(() => page.querySelector<HTMLButtonElement>('#hold')!.click());
  const dialog = page.querySelector('dialog')!;
  expect(dialog.textContent).toContain('2026-11-22 09:30:00–09:40:00');
  const boxes = [...dialog.querySelectorAll<HTMLInputElement>('.hold-cameras input')];
  expect(boxes.map((b) => b.checked)).toEqual([true, true]);
  await act(() => boxes[1]!.click());
  await type(dialog.querySelector('#hold-reason')!, 'a fall');
  await type(dialog.querySelector('#hold-case')!, '2026-9');
  dialog.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(20);
  expect(posted).toEqual([
    {
      ...{ cameras: ['face'], from: '2026-11-22T01:30:00.000000Z', to: '2026-11-22T01:40:00.000000Z' },
      ...{ reason: 'a fall', case: '2026-9', owner: 'inv1', review: '2027-02-20' },
    },
  ]);
  expect(dialog.isConnected && dialog.textContent).toContain('It is in force');
});

it('offers no hold to who may not, nor of no camera', async () => {
  server(found);
  const page = await show(<PlacePage route={route} />, 'en', { role: 'operator' });
  await pass(20);
  expect(page.querySelector('#hold')).toBeNull();
  const other = await show(<PlacePage route={route} />, 'en', { role: 'supervisor' });
  await pass(20);
  await act(() => other.querySelector<HTMLButtonElement>('#hold')!.click());
  for (const box of other.querySelectorAll<HTMLInputElement>('.hold-cameras input')) await act(() => box.click());
  expect(other.querySelector<HTMLButtonElement>('dialog [type=submit]')!.disabled).toBe(true);
});

it('shows a hold on cameras that is there already', async () => {
  const hold: Hold = {
    ...{ id: 7, kind: 'camera', subject: null, owner: 'inv2', reason: 'a fall', case: '2026-7', review: null },
    ...{ review_due: false, made: at('10:00:00'), by: 'inv1' },
    ...{ released: null, released_by: null, released_reason: null },
    spans: [{ camera: 'face', from: at('09:00:00'), to: at('10:00:00') }],
  };
  server({ ...found, holds: [hold] });
  const page = await show(<PlacePage route={route} />);
  await pass(20);
  expect(page.querySelector('.held-count')!.textContent!.trim()).toBe('held 1');
  expect(page.querySelectorAll('.coverage .held').length).toBe(1);
});

it('says that no camera looked, that there is no such place, which hall, and which time', async () => {
  server({ ...found, cameras: [], coverage: 0 });
  const bare = await show(<PlacePage route={route} />, 'zh');
  await pass(20);
  expect(bare.querySelector('h2')!.textContent).toBe('这段时间没有摄像机看向W07 Registry');
  serve(() => ({ status: 404, body: { code: 'not-found', detail: 'no place W07' } }));
  const none = await show(<PlacePage route={route} />);
  await pass(20);
  expect(none.querySelector('h2')!.textContent).toBe('There is no place W07');
  const candidates = [
    { hall: 'H01', code: 'W07', name: 'One' },
    { hall: 'H02', code: 'W07', name: 'Two' },
  ];
  serve(() => ({ status: 409, body: { code: 'ambiguous', detail: '2 halls have a place W07', candidates } }));
  const several = await show(<PlacePage route={route} />);
  await pass(20);
  expect(several.querySelectorAll('a.button')[1]!.getAttribute('href')).toContain('hall=H02');
  const asked = serve(() => ({ status: 500, body: {} }));
  const long = await show(<PlacePage route={{ ...route, to: at('13:30:01') }} />);
  expect(long.querySelector('.time-form')).not.toBeNull();
  expect(asked).toEqual([]);
});

it('takes a time as people write it, and leads there', async () => {
  server(found);
  const page = await show(<PlacePage route={route} />);
  await pass(20);
  const field = page.querySelector<HTMLInputElement>('#time-to')!;
  await type(field, '9:6x');
  expect(page.querySelector('#time-wrong')).not.toBeNull();
  expect(page.querySelector<HTMLButtonElement>('.time-form button')!.disabled).toBe(true);
  await type(field, '9：50');
  page.querySelector('.time-form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(10);
  expect(decodeURIComponent(window.location.hash)).toBe(
    '#/places/W07/footage?from=2026-11-22T09:30:00.000+08:00&to=2026-11-22T09:50:00.000+08:00',
  );
});

it('reads the hall\u2019s clock', () => {
  const zone = zoneOf('Europe/Berlin');
  const night = rangeOf('2026-10-24', '23:50', '0:10', zone)!;
  expect([formatDay(night.to, zone), formatClock(night.to, zone)]).toEqual(['2026-10-25', '00:10:00']);
  expect(night.to - night.from).toBe(20 * 60e6);
  expect(formatClock(clockOn('2026-07-01', '9:05', zone), zone)).toBe('09:05:00');
  for (const bad of ['24:00', '9', '9:60', '', '09:31:61', 'now']) expect(clockOn('2026-07-01', bad, zone)).toBeNaN();
  expect(rangeOf('2026-07-01', '09:00', '13:00', zone)).not.toBeNull();
  expect(rangeOf('2026-07-01', '09:00', '13:01', zone)).toBeNull();
  expect(rangeOf('2026-02-30', '09:00', '10:00', zone)).toBeNull();
});

it('leads from its moment to the same cameras about it, by a key and by a button', async () => {
  server(found);
  const page = await show(<PlacePage route={{ ...route, t: at('09:33:20') }} />);
  await pass(20);
  const there = { page: 'browse', cameras: ['face', 'desk'], place: null, at: at('09:33:20') };
  window.location.hash = '';
  await press(document.body, 'b');
  expect(parseRoute(window.location.hash)).toEqual(there);
  window.location.hash = '';
  await press(document.body, '2');
  await act(() => page.querySelector<HTMLElement>('.transport [title^="browse the cameras"]')!.click());
  expect(parseRoute(window.location.hash)).toEqual({ ...there, cameras: ['desk', 'face'] });
});

it('is copied as a link that still says which place and which time', async () => {
  server(found);
  const copied: string[] = [];
  vi.stubGlobal('navigator', {
    ...navigator,
    clipboard: { writeText: (s: string) => Promise.resolve(copied.push(s)) },
  });
  window.location.hash = `#/places/W07/footage?from=${at('09:30:00')}&to=${at('09:40:00')}`.replaceAll('+', '%2B');
  const page = await show(<PlacePage route={{ ...route, t: at('09:33:20') }} />);
  await pass(20);
  await act(() => page.querySelector<HTMLElement>('[aria-label="Copy a link to this moment"]')!.click());
  expect(parseRoute(copied[0]!.split('#')[1]!)).toEqual({ ...route, t: at('09:33:20') });
});
