// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Camera, LayoutKept } from '../api/types';
import type { Alarm, Alarms } from '../api/types-alarms';
import { AlarmsContext, type AlarmWatch } from '../alarms/watch';
import { parseRoute } from '../base/route';
import { pass, press, serve, show, type } from '../testing';
import type { News } from './protocol';
import { lastOf, LivePage } from './wall';

class FakeSocket {
  static last: FakeSocket;
  sent: { do: string; tile: number; camera: string; stream: string; sound: boolean; transcode: boolean }[] = [];
  readyState = 1;
  onopen = () => {};
  onmessage = (_: { data: string }) => {};
  onclose = (_: { code: number }) => {};
  constructor() {
    FakeSocket.last = this;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
}

const camera = (id: string, places: string[], main: string, sub?: string): Camera => ({
  id,
  name: `camera ${id}`,
  kind: 'window',
  places,
  covers: places.map((code) => ({ hall: 'H01', code, name: code })),
  streams: [['main', main] as const, ...(sub ? [['sub', sub] as const] : [])].map(([name, video]) => ({
    name,
    url: '',
    record: name === 'main',
    state: 'recording',
    since: null,
    detail: null,
    video,
    audio: 'aac',
    width: 0,
    height: 0,
  })),
});
const CAMERAS = [camera('a', ['W07'], 'h264', 'h264'), camera('b', ['W07', 'W08'], 'h264'), camera('c', [], 'hevc')];

const say = (news: News) => act(() => FakeSocket.last.onmessage({ data: JSON.stringify(news) }));
const tiles = (page: HTMLElement) => [...page.querySelectorAll<HTMLElement>('.live-tile')];
const names = (page: HTMLElement) => tiles(page).map((t) => t.dataset.tile);
/** What is being shown now, as the server was asked. */
const asked = () => {
  const open = new Map<number, string>();
  for (const ask of FakeSocket.last.sent)
    if (ask.do === 'subscribe') open.set(ask.tile, `${ask.camera}/${ask.stream}${ask.transcode ? '/h264' : ''}`);
    else if (ask.do === 'unsubscribe') open.delete(ask.tile);
  return [...open.values()].sort();
};

const QUIET: AlarmWatch = { answer: null, value: null, again: () => {} };

async function open(address = '#/live', role = 'auditor', watch = QUIET): Promise<HTMLElement> {
  const route = parseRoute(address);
  if (route.page !== 'live') throw new Error(address);
  serve((path, init) => {
    if (path === '/layouts') return { status: 200, body: { layouts: kept, next: null } };
    const name = /^\/layouts\/(?:(shared)\/)?(.+)$/.exec(path);
    if (!name) return { status: 200, body: { cameras: CAMERAS } };
    const of = name[1] ? ('shared' as const) : ('own' as const);
    kept = kept.filter((l) => l.name !== name[2] || l.of !== of);
    if (init?.method === 'PUT') kept.push({ ...JSON.parse(String(init.body)), of, name: name[2]!, changed: '' });
    return { status: 200, body: {} };
  });
  const page = await show(
    <AlarmsContext.Provider value={watch}>
      <LivePage route={route} />
    </AlarmsContext.Provider>,
    'en',
    { role },
  );
  opened.push(page);
  await pass(10);
  await act(() => FakeSocket.last.onopen());
  return page;
}

const choose = (page: HTMLElement, label: string, value: string) =>
  act(() => {
    const field = page.querySelector<HTMLSelectElement>(`[aria-label="${label}"]`)!;
    field.value = value;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
const click = (page: HTMLElement, label: string) =>
  act(() => page.querySelector<HTMLElement>(`[aria-label="${label}"]`)!.click());

let kept: LayoutKept[] = [];

beforeEach(() => {
  kept = [];
  localStorage.clear();
  vi.stubGlobal('WebSocket', FakeSocket);
});
const opened: HTMLElement[] = [];
afterEach(async () => {
  vi.useRealTimers();
  // Those that are left would take the keys of the next.
  await act(() => opened.splice(0).forEach((page) => render(null, page)));
  vi.unstubAllGlobals();
});

it('takes sub streams for small tiles, the main stream when one is enlarged, and converts what it cannot play', async () => {
  const page = await open();
  expect(names(page)).toEqual(['a', 'b', 'c']);
  expect(asked()).toEqual(['a/sub', 'b/main', 'c/main/h264']);
  expect(page.querySelector('[data-tile="c"] .live-flag')!.textContent).toBe('converted');
  await press(document.body, 'Enter');
  expect(names(page)).toEqual(['a']);
  expect(asked()).toEqual(['a/main']);
  await press(document.body, 'Escape');
  expect(asked()).toEqual(['a/sub', 'b/main', 'c/main/h264']);
});

it('enlarges the tile whose number is pressed after any button, by mouse or by key', async () => {
  const page = await open();
  const size = page.querySelector<HTMLElement>('[aria-label="4 pictures"]')!;
  const elsewhere = document.body.appendChild(document.createElement('button'));
  for (const [button, detail] of [[size, 1] as const, [size, 0] as const, [elsewhere, 1] as const]) {
    button.focus();
    await act(() => void button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail })));
    await press(document.activeElement!, '2');
    await press(document.activeElement!, 'Enter');
    expect(names(page)).toEqual(['b']);
    await press(document.activeElement!, 'Escape');
  }
});

it('shows in red, and since when, what is not recorded', async () => {
  const page = await open();
  const state = (now: 'recording' | 'disk') =>
    say({
      say: 'states',
      streams: [{ camera: 'a', stream: 'main', state: now, since: '2026-11-22T09:38:48.000000+08:00', detail: null }],
    });
  await state('recording');
  expect(tiles(page)[0]!.dataset.bad).toBeUndefined();
  await state('disk');
  expect(tiles(page)[0]!.dataset.bad).toBe('disk');
  expect(page.querySelector('.live-bad')!.textContent).toBe('Not recording 00:01:12');
  await state('recording');
  expect(page.querySelector('.live-bad')).toBeNull();
  // Before the state is told, the stream itself says that it stopped.
  const { tile } = FakeSocket.last.sent.find((s) => s.camera === 'a')!;
  await say({ say: 'stopped', tile, state: 'offline', detail: null, gone: false });
  expect(tiles(page)[0]!.dataset.bad).toBe('offline');
  expect(tiles(page)[0]!.textContent).toContain('cannot be reached');
});

it('says that it does not know while the connection is lost', async () => {
  const page = await open();
  const dot = () => tiles(page)[0]!.querySelector<HTMLElement>('.dot')!;
  await say({
    say: 'states',
    streams: [{ camera: 'a', stream: 'main', state: 'recording', since: null, detail: null }],
  });
  expect([dot().className, dot().title]).toEqual(['dot', 'recording']);
  await act(() => FakeSocket.last.onclose({ code: 1006 }));
  expect([dot().className, dot().title]).toEqual([
    'dot idle',
    'The connection is lost; whether it is recorded is not known',
  ]);
});

it('asks again for what was refused', async () => {
  const page = await open();
  const first = FakeSocket.last.sent.find((s) => s.camera === 'a')!.tile;
  await say({ say: 'refused', tile: first, code: 'busy', message: 'the audit log cannot be written' });
  expect(tiles(page)[0]!.textContent).toContain('cannot be played; trying again');
  await pass(1100);
  expect(FakeSocket.last.sent.filter((s) => s.do === 'subscribe' && s.camera === 'a')).toHaveLength(2);
  expect(asked()).toEqual(['a/sub', 'b/main', 'c/main/h264']);
});

it('says who is served where the camera looks at one place', async () => {
  const page = await open();
  const ticket = { day: '2026-11-22', number: 'A012', title: null, called: '2026-11-22T09:31:05+08:00', started: null };
  await say({ say: 'serving', places: [{ hall: 'H01', place: 'W07', ticket }] });
  const link = page.querySelector<HTMLAnchorElement>('[data-tile="a"] .live-ticket')!;
  expect(link.getAttribute('href')).toBe('#/tickets/2026-11-22/A012');
  expect(link.title).toContain('A012 was called to W07 Registry at');
  expect(page.querySelectorAll('.live-ticket')).toHaveLength(1);
  expect(page.querySelector('[data-tile="b"] .live-place')!.textContent).toBe(' W07 · W08'); // of several, their numbers
  // Another hall's window of the same number is another place.
  await say({ say: 'serving', places: [{ hall: 'H02', place: 'W07', ticket: { ...ticket, number: 'B001' } }] });
  expect(link.textContent).toContain('A012');
  await say({ say: 'serving', places: [{ hall: 'H02', place: 'W07', ticket: null }] });
  expect(page.querySelectorAll('.live-ticket')).toHaveLength(1);
  await say({ say: 'serving', places: [{ hall: 'H01', place: 'W07', ticket: null }] });
  expect(page.querySelectorAll('.live-ticket')).toHaveLength(0);
});

it('has its keys again once a camera is chosen', async () => {
  const page = await open();
  const choice = page.querySelector<HTMLSelectElement>('.live-choose')!;
  choice.focus();
  expect(document.activeElement).toBe(choice);
  await act(() => {
    choice.value = 'b';
    choice.dispatchEvent(new Event('change', { bubbles: true }));
  });
  expect(document.activeElement).not.toBe(page.querySelector('.live-choose'));
});

it('says why nothing can be converted', async () => {
  const page = await open();
  const { tile } = FakeSocket.last.sent.find((s) => s.camera === 'c')!;
  await say({ say: 'stopped', tile, state: 'busy', detail: null, gone: false });
  expect(tiles(page)[2]!.textContent).toContain('The server converts as many streams as it may');
  expect(tiles(page)[2]!.dataset.bad).toBeUndefined();
});

it('is typed into as often as a layout is named', async () => {
  const page = await open();
  for (let i = 0; i < 2; i += 1) {
    await act(() => [...page.querySelectorAll('button')].find((b) => b.textContent === 'Save layout')!.click());
    const field = page.querySelector<HTMLInputElement>('[aria-label="Name of the layout"]')!;
    expect(document.activeElement).toBe(field);
    expect(field.hasAttribute('autofocus')).toBe(false); // which browsers heed once a document
    await press(field, 'Escape');
  }
});

it('keeps a layout by its name, and opens it by its address', async () => {
  const page = await open();
  await choose(page, 'Camera of picture 4', 'a');
  await click(page, '16 pictures');
  await act(() => [...page.querySelectorAll('button')].find((b) => b.textContent === 'Save layout')!.click());
  const field = page.querySelector<HTMLInputElement>('[aria-label="Name of the layout"]')!;
  await act(() => {
    field.value = 'Counters';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(() => void field.form!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })));
  const again = await open('#/live?layout=Counters&alone=1');
  await pass(20);
  expect(names(again)).toEqual(['a', 'b', 'c', 'a']);
  expect(again.querySelectorAll('.live-cell')).toHaveLength(16);
  expect(again.querySelector('.live')!.hasAttribute('data-alone')).toBe(true);
});

it('tours through its pages', async () => {
  const page = await open();
  await click(page, '1 pictures');
  expect(names(page)).toEqual(['a']);
  await press(document.body, 'PageDown');
  expect(names(page)).toEqual(['b']);
  vi.useFakeTimers();
  await choose(page, 'Tour', '5');
  await act(() => void vi.advanceTimersByTime(5000));
  expect(names(page)).toEqual(['c']);
  await act(() => void vi.advanceTimersByTime(5000));
  expect(names(page)).toEqual(['a']);
  await act(() => void vi.advanceTimersByTime(4000));
  await press(document.body, 'PageDown');
  await act(() => void vi.advanceTimersByTime(4000)); // what was turned to by hand is looked at
  expect(names(page)).toEqual(['b']);
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  await act(() => void vi.advanceTimersByTime(20_000)); // nobody does
  hidden.mockRestore();
  expect(names(page)).toEqual(['b']);
  for (let i = 0; i < 3; i += 1) {
    await press(document.body, '1');
    await act(() => void vi.advanceTimersByTime(4000)); // somebody is at it
  }
  expect(names(page)).toEqual(['b']);
  await act(() => void vi.advanceTimersByTime(1000));
  expect(names(page)).toEqual(['c']);
  const sheet = document.body.appendChild(document.createElement('dialog'));
  sheet.setAttribute('open', '');
  await act(() => void vi.advanceTimersByTime(20_000));
  expect(names(page)).toEqual(['c']);
  sheet.remove();
  await press(document.body, 't');
  await act(() => void vi.advanceTimersByTime(20_000));
  expect(names(page)).toEqual(['c']);
  await press(document.body, 't'); // as long as it was
  await act(() => void vi.advanceTimersByTime(5000));
  expect(names(page)).toEqual(['a']);
  await choose(page, 'Tour', '0');
  await act(() => void vi.advanceTimersByTime(20_000));
  expect(names(page)).toEqual(['a']);
});

it('lets one camera be heard', async () => {
  const page = await open();
  const heard = () => {
    const open = new Map<number, string>();
    for (const ask of FakeSocket.last.sent)
      if (ask.do === 'unsubscribe') open.delete(ask.tile);
      else if (ask.sound) open.set(ask.tile, ask.camera);
    return [[...open.values()], tiles(page).flatMap((t) => (t.querySelector('video')!.muted ? [] : [t.dataset.tile]))];
  };
  expect(heard()).toEqual([[], []]);
  await press(document.body, 's');
  expect(heard()).toEqual([['a'], ['a']]);
  await click(page, 'Sound on: camera b');
  expect(heard()).toEqual([['b'], ['b']]);
  await press(document.body, '2');
  await press(document.body, 's');
  expect(heard()).toEqual([[], []]);
});

it('says that one page is no tour', async () => {
  const page = await open();
  const told = () => page.querySelector('.live-bar [role=status]')!.textContent;
  expect([told(), page.querySelector('[aria-label="Tour"]')]).toEqual(['', null]);
  await press(document.body, 't');
  expect(told()).toBe('One page: nothing to turn');
  await click(page, '1 pictures');
  expect(told()).toBe('');
  await click(page, '4 pictures');
  await choose(page, 'Tour', '0');
  expect([told(), page.querySelector('[aria-label="Tour"]')]).toEqual(['', null]);
});

it('lets tiles be dragged, and moved with the keyboard', async () => {
  const page = await open();
  await press(document.body, '1');
  await act(() => {
    const key = { key: 'ArrowRight', shiftKey: true, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', key));
  });
  expect(names(page)).toEqual(['b', 'a', 'c']);
  const carried = new Map<string, string>();
  const dataTransfer = {
    setData: (k: string, v: string) => carried.set(k, v),
    getData: (k: string) => carried.get(k) ?? '',
    types: ['application/x-mingjing-place'],
  };
  const cells = page.querySelectorAll('.live-cell');
  const fire = (cell: Element, type: string) =>
    act(() => {
      cell.dispatchEvent(Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer }));
    });
  // Where a document knows no dragging, the handler has the name that it was given.
  const known = 'ondragstart' in cells[2]!;
  await fire(cells[2]!, known ? 'dragstart' : 'DragStart');
  await fire(cells[0]!, known ? 'drop' : 'Drop');
  expect(names(page)).toEqual(['c', 'a', 'b']);
});

it('says that the connection is lost', async () => {
  const page = await open();
  expect(page.querySelector('.live-bar [role=alert]')).toBeNull();
  await act(() => FakeSocket.last.onclose({ code: 1006 }));
  expect(page.querySelector('.live-bar [role=alert]')!.textContent).toBe('The connection is lost; trying again');
});

it('marks what is on the chosen tile, at the time its picture was taken', async () => {
  const posted: unknown[] = [];
  const page = await open('#/live', 'operator');
  serve((path, init) => {
    if (path === '/mark-kinds')
      return { status: 200, body: { kinds: [{ code: 'absent', zh: 'a', en: 'a', level: 'warning', ended: null }] } };
    if (path === '/marks') posted.push(JSON.parse(String(init?.body)));
    return { status: 400, body: { code: 'invalid', detail: 'not now' } };
  });
  await press(document.body, 'm');
  expect(page.querySelector('dialog')).toBeNull(); // there is no picture yet
  page.querySelector<HTMLElement>('[data-tile="b"] video')!.dataset.wallUs = '1795311065120000';
  await press(document.body, '2');
  await press(document.body, 'm');
  expect(page.querySelector('dialog')!.textContent).toContain('camera b');
  page.querySelector('dialog form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(30);
  expect(posted).toMatchObject([{ camera: 'b', at: '2026-11-22T01:31:05.120000Z', kind: 'absent' }]);
});

it('takes keys for the picture whose camera was just chosen', async () => {
  const page = await open('#/live', 'operator');
  const list = page.querySelector<HTMLSelectElement>('[aria-label="Camera of picture 4"]')!;
  list.focus();
  await choose(page, 'Camera of picture 4', 'b');
  const tile = page.querySelectorAll<HTMLElement>('.live-cell')[3]!;
  tile.querySelector('video')!.dataset.wallUs = '1795311065120000';
  expect(tile.querySelector('[data-chosen]')).not.toBeNull();
  serve(() => ({ status: 200, body: { kinds: [] } }));
  await press(document.activeElement ?? document.body, 'm');
  expect(page.querySelector('dialog')).not.toBeNull();
});

it('tells in a window of its own, and in full screen, of the newest red alarm', async () => {
  const alarm = (id: number, since: string, severity = 'red', taken: string | null = null) =>
    ({
      ...{ id, kind: 'camera', object: 'w07', severity, code: 'offline', detail: '', place: null, alert: null },
      ...{ camera: { id: 'w07', name: `camera ${id}`, places: [] }, at: since, since, quiet: null, until: null },
      ...{ times: 1, note: null, acknowledged: taken, acknowledged_by: taken },
    }) as Alarm;
  const alarms = [
    alarm(1, '2026-11-22T09:10:00+08:00'),
    alarm(2, '2026-11-22T09:20:00+08:00'),
    alarm(3, '2026-11-22T09:30:00+08:00', 'red', 'somebody'),
    alarm(4, '2026-11-22T09:31:00+08:00', 'yellow'),
  ];
  const value = { alarms, unacknowledged: 3 } as Alarms;
  const watch = { answer: null, value, again: () => {} };
  const shown = async (address: string) => {
    const page = await open(address, 'operator', watch);
    return { page, banner: () => page.querySelector<HTMLAnchorElement>('.glass-alarm') };
  };
  const own = await shown('#/live?alone=1');
  expect(own.banner()!.textContent).toContain('camera 2');
  expect(own.banner()!.textContent).toContain('2 more not taken');
  expect(own.banner()!.textContent).toContain('G, then A');
  expect(own.banner()!.getAttribute('href')).toBe('#/alarms');
  const { page, banner } = await shown('#/live');
  expect(banner()).toBeNull(); // the names of the pages tell of it
  const glass = page.querySelector('.wall-glass')!;
  const full = vi.fn();
  Object.assign(glass, { requestFullscreen: full });
  await press(document.body, 'f');
  expect(full).toHaveBeenCalledOnce();
  Object.defineProperty(document, 'fullscreenElement', { value: glass, configurable: true });
  await act(() => void document.dispatchEvent(new Event('fullscreenchange')));
  expect(glass.contains(banner())).toBe(true);
  Object.defineProperty(document, 'fullscreenElement', { value: null, configurable: true });
  await act(() => void document.dispatchEvent(new Event('fullscreenchange')));
  expect(banner()).toBeNull();
});

it('offers no mark to those who may not', async () => {
  const page = await open();
  page.querySelector<HTMLElement>('[data-tile="a"] video')!.dataset.wallUs = '1795311065120000';
  await press(document.body, 'm');
  expect(page.querySelector('dialog')).toBeNull();
});

describe('a layout that was changed', () => {
  const one = (name: string, of: 'own' | 'shared' = 'own'): LayoutKept => ({
    ...{ of, name, size: 4, cameras: ['a', 'b'], tour_seconds: 0, changed: '' },
  });
  const box = (page: HTMLElement) => page.querySelector<HTMLSelectElement>('[aria-label="Layout"]')!;
  const said = (page: HTMLElement) => box(page).selectedOptions[0]!.textContent;
  const button = (page: HTMLElement, words: string) =>
    [...page.querySelectorAll('button')].find((b) => b.textContent === words);
  const go = async (page: HTMLElement, words: string) => {
    await act(() => button(page, words)!.click());
    await pass(20);
  };
  const answer = async (page: HTMLElement) => {
    await act(() => page.querySelector<HTMLFormElement>('dialog form')!.requestSubmit());
    await pass(20);
  };
  const name = async (page: HTMLElement, as: string) => {
    const field = page.querySelector<HTMLInputElement>('[aria-label="Name of the layout"]')!;
    await type(field, as);
    await act(() => field.form!.requestSubmit());
    await pass(20);
  };

  it('is called so, and can be had back', async () => {
    const page = await open();
    expect(said(page)).toBe('All cameras');
    expect(button(page, 'Revert')).toBeUndefined();
    await choose(page, 'Camera of picture 2', 'a');
    expect(said(page)).toBe('All cameras (changed)');
    await go(page, 'Revert');
    expect([said(page), names(page)]).toEqual(['All cameras', ['a', 'b', 'c']]);
  });

  it('keeps its name, and is saved under it', async () => {
    kept = [one('Desk')];
    const page = await open('#/live?layout=Desk');
    await pass(20);
    await choose(page, 'Camera of picture 3', 'c');
    expect([said(page), box(page).value]).toEqual(['Desk (changed)', 'Desk']);
    await go(page, 'Save changes');
    expect(kept.map((l) => [l.name, l.cameras])).toEqual([['Desk', ['a', 'b', 'c']]]);
    expect([said(page), names(page)]).toEqual(['Desk', ['a', 'b', 'c']]);
  });

  it('replaces no other, and none that others have, without being asked', async () => {
    kept = [one('Desk'), one('Lobby', 'shared')];
    const page = await open('#/live?layout=*Lobby', 'supervisor');
    await pass(20);
    await choose(page, 'Camera of picture 1', 'c');
    await go(page, 'Save changes');
    expect(page.querySelector('dialog')!.textContent).toContain('it changes for everybody');
    expect(kept.find((l) => l.of === 'shared')!.cameras).toEqual(['a', 'b']);
    await answer(page);
    expect(kept.find((l) => l.of === 'shared')!.cameras).toEqual(['c', 'b']);
    await go(page, 'Save as');
    await act(() => page.querySelector<HTMLInputElement>('.live-share input')!.click());
    await name(page, 'Desk');
    expect(page.querySelector('dialog')!.textContent).toContain('There is one of that name');
    expect(kept.find((l) => l.of === 'own')!.cameras).toEqual(['a', 'b']);
    await answer(page);
    expect(kept.find((l) => l.of === 'own')!.cameras).toEqual(['c', 'b']);
  });

  it('goes along into a window of its own', async () => {
    kept = [one('Desk')];
    const page = await open('#/live?layout=Desk');
    await pass(20);
    const opened = vi.fn((_: string) => null);
    vi.stubGlobal('open', opened);
    await go(page, 'Own window');
    expect(opened.mock.calls[0]![0]).toBe('#/live?layout=Desk&alone=1');
    await choose(page, 'Camera of picture 4', 'c');
    await go(page, 'Own window');
    const address = opened.mock.calls[1]![0];
    const own = await open(address);
    await pass(20);
    expect([said(own), names(own)]).toEqual(['Desk (changed)', ['a', 'b', 'c']]);
    expect(own.querySelectorAll('.live-cell')[3]!.querySelector('[data-tile="c"]')).not.toBeNull();
  });
});

it('gives the layouts of an earlier version to the server, once', async () => {
  localStorage.setItem('mingjing.live.admin', '[{"name":"Old","size":4,"cameras":["c"]}]');
  const page = await open();
  await pass(20);
  expect(kept.map((l) => [l.of, l.name, l.size, l.cameras])).toEqual([['own', 'Old', 4, ['c']]]);
  expect(localStorage.length).toBe(0);
  expect([...page.querySelectorAll('[aria-label="Layout"] option')].map((o) => o.textContent)).toContain('Old');
});

it('lets a supervisor share a layout, and others only use it', async () => {
  kept = [{ of: 'shared', name: 'Lobby', size: 1, cameras: ['b', 'a'], tour_seconds: 20, changed: '' }];
  const other = await open('#/live?layout=*Lobby', 'operator');
  await pass(20);
  expect(names(other)).toEqual(['b']);
  expect(other.querySelector<HTMLSelectElement>('[aria-label="Tour"]')!.value).toBe('20'); // it brings its tour
  expect(other.textContent).not.toContain('Delete layout');
  const page = await open('#/live?layout=*Lobby', 'supervisor');
  await pass(20);
  await act(() => [...page.querySelectorAll('button')].find((b) => b.textContent === 'Delete layout')!.click());
  expect(kept).toHaveLength(1); // not by a slip of the hand
  expect(page.querySelector('dialog')!.textContent).toContain('Nobody has this layout any more');
  await act(() => page.querySelector<HTMLFormElement>('dialog form')!.requestSubmit());
  await pass(20);
  expect(kept).toEqual([]);
});

it('leads to what the chosen camera recorded, for those who may see that', async () => {
  window.location.hash = '';
  await open('#/live', 'sysadmin');
  await press(document.body, 'b');
  expect(window.location.hash).toBe('');
  await open('#/live', 'operator');
  await press(document.body, '2');
  await press(document.body, 'b');
  const there = parseRoute(window.location.hash);
  expect(there).toMatchObject({ page: 'browse', cameras: ['b'] });
  expect('at' in there && there.at).toBe('2026-11-22T09:39:55.000+08:00');
});

it('plays the last half minute of a stream that plays, where one was recorded', () => {
  const stream = (name: 'main' | 'sub', video: string, record: boolean) =>
    ({ name, video, record }) as Camera['streams'][0];
  const camera = (...streams: Camera['streams']) => ({ id: 'a', name: '', streams }) as Camera;
  const h264 = (video: string | null) => video === 'h264';
  const of = (c: Camera) => lastOf(c, 60e6, h264).stream;
  expect(of(camera(stream('main', 'hevc', true), stream('sub', 'h264', true)))).toBe('sub');
  expect(of(camera(stream('main', 'hevc', true), stream('sub', 'h264', false)))).toBe('main'); // as stills
  expect(of(camera(stream('main', 'h264', true), stream('sub', 'h264', true)))).toBe('main');
});
