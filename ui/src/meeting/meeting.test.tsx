// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseIceLinks } from '../api/party';
import { formatRoute, parseRoute } from '../base/route';
import { pass, serve, show, type } from '../testing';
import { JoinPage } from './join';
import { lossOf, type LossSample } from './loss';
import { NOTICE_VERSION } from './notice';
import { dayAfter, PromiseForm } from './promise-form';
import { Rating } from './rating';

const door = { session: 'MM-1', leg: 'citizen', token: 'T0' };
const leg = (name: string, more = {}) => ({
  leg: name,
  role: name,
  camera: null,
  consented: null,
  consent_text_ver: null,
  sends: false,
  ...more,
});
const meet = (mine = {}) => ({
  ...{ session: 'MM-1', place: 'F01', topic: '社保', state: 'scheduled' },
  ...{ slot_start: null, slot_end: null, opened: null, ended: null },
  legs: [leg('citizen', mine), leg('official')],
});

afterEach(() => vi.unstubAllGlobals());

describe('a promise', () => {
  const next = ['2027-02-13', '2027-02-14', '2027-02-22', '2027-02-23', '2027-02-24', '2027-02-25'];
  const open = async (workDays = 200) => {
    const sent: unknown[] = [];
    serve((path, init) => {
      if (path === '/workdays') return { status: workDays, body: { next, days: [] } };
      sent.push(JSON.parse(init!.body as string));
      return { status: 201, body: {} };
    });
    const root = await show(<PromiseForm door={{ ...door, leg: 'official' }} onDone={() => {}} onClose={() => {}} />);
    await pass(10);
    const days = root.querySelector<HTMLInputElement>('input[name=working-days]');
    const due = root.querySelector<HTMLInputElement>('#promise-due')!;
    await type(root.querySelector('input[name=text]')!, '补证');
    await type(root.querySelector('input[name=owner]')!, '1023');
    const save = async () => {
      await act(() => root.querySelector('form')!.requestSubmit());
      await pass(10);
      return sent.at(-1);
    };
    return { days, due, save };
  };
  const said = { text: '补证', owner: '1023' };

  it('is due within working days, which are shown as the day they end with', async () => {
    const { days, due, save } = await open();
    expect([days!.value, due.value]).toEqual(['5', '2027-02-24']);
    await type(days!, '3');
    expect(due.value).toBe('2027-02-22');
    expect(await save()).toEqual({ ...said, working_days: 3 });
    await type(due, '2027-03-01');
    expect(days!.value).toBe('');
    expect(await save()).toEqual({ ...said, due: '2027-03-01' });
  });

  it('is due on a day where nobody tells which days are worked', async () => {
    const { days, due, save } = await open(503);
    expect(days).toBeNull();
    expect(due.value).toBe(dayAfter(5));
    expect(await save()).toEqual({ ...said, due: dayAfter(5) });
  });
});

describe('a join link', () => {
  it('keeps its token behind the hash', () => {
    const route = { page: 'join', session: 'MM-1', leg: 'citizen', token: 'ab12' } as const;
    expect(formatRoute(route)).toBe('#/join/MM-1/citizen?token=ab12');
    expect(parseRoute(formatRoute(route))).toEqual(route);
    expect(parseRoute('#/book/17?token=x')).toEqual({ page: 'book', slot: 17, token: 'x' });
    expect(parseRoute('#/sessions?show=slots')).toEqual({ page: 'sessions', tab: 'slots' });
  });

  it('shows the notice first, and says its version with the consent', async () => {
    const sent: RequestInit[] = [];
    const asked = serve((path, init) => {
      if (path.endsWith('/consent')) sent.push(init!);
      return { status: 200, body: meet() };
    });
    const root = await show(<JoinPage door={door} />);
    await pass(10);
    const go = root.querySelector<HTMLButtonElement>('button.primary')!;
    expect(root.textContent).toContain(NOTICE_VERSION);
    expect(go.disabled).toBe(true);
    await act(() => root.querySelector<HTMLInputElement>('#join-agree')!.click());
    expect(go.disabled).toBe(false);
    await act(() => go.click());
    await pass(10);
    expect(asked).toContain('/sessions/MM-1/legs/citizen/consent');
    expect(JSON.parse(sent[0]!.body as string)).toEqual({ consent_text_ver: NOTICE_VERSION });
    expect((sent[0]!.headers as Record<string, string>).Authorization).toBe('Bearer T0');
    expect(root.querySelector('.join')!.getAttribute('data-stage')).toBe('devices');
  });

  it("shows the hall's own words under their version, and when it is", async () => {
    const sent: RequestInit[] = [];
    const notice = { version: '2027-1', zh: '第一条\n第二条', en: null, sha256: '', since: '' };
    const slot = { slot_start: '2026-11-22T10:00:00+08:00', slot_end: '2026-11-22T10:30:00+08:00' };
    serve((path, init) => {
      if (path.endsWith('/consent')) sent.push(init!);
      return { status: 200, body: { ...meet(), ...slot, notice } };
    });
    const root = await show(<JoinPage door={door} />);
    await pass(10);
    const said = [...root.querySelectorAll('form p')].map((p) => p.textContent);
    expect(said.slice(0, 2)).toEqual(['第一条', '第二条']);
    expect(root.querySelector('.join-top')!.textContent).toContain('2026-11-22 10:00–10:30');
    await act(() => root.querySelector<HTMLInputElement>('#join-agree')!.click());
    await act(() => root.querySelector<HTMLButtonElement>('button.primary')!.click());
    await pass(10);
    expect(JSON.parse(sent[0]!.body as string)).toEqual({ consent_text_ver: '2027-1' });
  });

  it('asks again if the words have changed since, and not if they have not', async () => {
    serve(() => ({ status: 200, body: meet({ consent_text_ver: '2025-1' }) }));
    const old = await show(<JoinPage door={door} />);
    await pass(10);
    expect(old.querySelector('#join-agree')).not.toBeNull();
    serve(() => ({ status: 200, body: meet({ consent_text_ver: NOTICE_VERSION }) }));
    const same = await show(<JoinPage door={door} />);
    await pass(10);
    expect(same.querySelector('#join-go')).not.toBeNull();
  });

  it('says so when the browser has no camera to give, or the link is void', async () => {
    serve(() => ({ status: 200, body: meet({ consent_text_ver: NOTICE_VERSION }) }));
    vi.stubGlobal('navigator', { ...navigator, mediaDevices: undefined });
    const root = await show(<JoinPage door={door} />);
    await pass(10);
    expect(root.textContent).toContain('https');
    expect(root.querySelector<HTMLButtonElement>('#join-go')!.disabled).toBe(true);
    serve(() => ({ status: 401, body: { code: 'denied', detail: 'no' } }));
    const wrong = await show(<JoinPage door={{ ...door, token: 'T1' }} />);
    await pass(10);
    expect(wrong.textContent).toContain('good for nothing');
  });
});

it('a session is rated once, in five levels', async () => {
  const sent: unknown[] = [];
  let status = 204;
  serve((_, init) => {
    sent.push(JSON.parse(init!.body as string));
    return status === 204 ? { status, body: {} } : { status, body: { code: 'conflict', detail: 'rated already' } };
  });
  const fill = async () => {
    const root = await show(<Rating door={door} />);
    expect(root.querySelectorAll('[type=radio]').length).toBe(5);
    expect(root.querySelector<HTMLButtonElement>('button.primary')!.disabled).toBe(true);
    await act(() => root.querySelector<HTMLInputElement>('[value="4"]')!.click());
    await act(() => root.querySelector<HTMLButtonElement>('button.primary')!.click());
    await pass(10);
    return root.textContent;
  };
  expect(await fill()).toContain('Thank you');
  status = 409;
  expect(await fill()).toContain('rated already');
  expect(sent).toEqual([{ evalevel: 4 }, { evalevel: 4 }]);
});

describe('ICE servers of an answer', () => {
  it('are those of rel="ice-server", with their secrets', () => {
    expect(parseIceLinks(null)).toEqual([]);
    expect(
      parseIceLinks(
        '<stun:10.0.0.1:3478>; rel="ice-server", <turn:10.0.0.2:443?transport=tcp>; rel="ice-server"; username="u,v"; credential="p;q"; credential-type="password", <https://x>; rel="next"',
      ),
    ).toEqual([
      { urls: 'stun:10.0.0.1:3478' },
      { urls: 'turn:10.0.0.2:443?transport=tcp', username: 'u,v', credential: 'p;q' },
    ]);
  });
});

describe('loss', () => {
  it('is that of the last ten seconds, and begins anew with a connection', () => {
    const samples: LossSample[] = [];
    expect(lossOf(samples, { at: 0, packets: 1000, lost: 500 })).toBe(0);
    expect(lossOf(samples, { at: 2000, packets: 1095, lost: 505 })).toBe(5);
    expect(lossOf(samples, { at: 13_000, packets: 2095, lost: 505 })).toBe(0);
    expect(lossOf(samples, { at: 14_000, packets: 10, lost: 0 })).toBe(0);
  });
});

it('a due day is counted from the day here', () => {
  expect(dayAfter(5, new Date(2026, 11, 29, 23, 59))).toBe('2027-01-03');
});
