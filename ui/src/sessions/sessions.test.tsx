// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Booked, Commitment, Slot } from '../api/meetings';
import { BookPage } from '../meeting/book';
import { pass, serve, show, type } from '../testing';
import { zoneOf } from '../base/time';
import { Done } from './promises';
import { groupsOf, SessionsPage } from './sessions';

const row: Booked = {
  ...{
    session: 'MM-1',
    place: 'W07',
    topic: '社保',
    state: 'scheduled',
    dept: '人社局',
    official: '2001',
    officials: ['2001', '2002'],
  },
  ...{ slot_start: '2026-11-22T10:00:00.000000+08:00', slot_end: '2026-11-22T10:30:00.000000+08:00' },
  ...{ opened: null, ended: null, citizen_ref: null, ticket_no: null, approval_id: null, promises: 1 },
  ...{ node_code: 'V07', satisfaction: null },
  legs: (['citizen', 'official'] as const).map((role) => ({
    ...{ leg: role, role, camera: null, consented: null, consent_text_ver: null, sends: false },
  })),
};
const slot: Slot = {
  ...{ id: 17, dept: '人社局', official: null, place: 'W07', topics: ['社保'], state: 'free', session: null },
  ...{ start: row.slot_start!, end: row.slot_end! },
};
const promise: Commitment = {
  ...{ promise_id: 'P-1', session: 'MM-1', dept: '人社局', owner: '2001', text: 'Send it', state: 'overdue' },
  ...{ due: '2026-11-20', made: row.slot_start!, done: null, done_by: null, proof: null, proof_sha256: null },
};
const departments = [{ dept: '人社局', open: 0, due: 2, overdue: 1, done: 0 }];
const booked = { ...row, legs: row.legs.map((l) => ({ ...l, token: `t-${l.leg}` })) };

afterEach(() => vi.unstubAllGlobals());

const may = { permissions: ['find', 'session'] as ('find' | 'session')[] };
const button = (root: ParentNode, text: string): HTMLButtonElement =>
  [...root.querySelectorAll('button')].find((b) => b.textContent!.includes(text))!;

describe('sessions', () => {
  it('are searched by what is typed, and say what can be done', async () => {
    const asked = serve(() => ({ status: 200, body: { sessions: [row] } }));
    const root = await show(<SessionsPage tab="list" />, 'en', may);
    await pass(10);
    expect(root.querySelector('[data-session="MM-1"]')!.textContent).toContain('W07 Registry');
    expect(root.querySelector('[data-session="MM-1"]')!.textContent).toContain('2001 2002');
    expect(button(root, 'Cancel')).toBeDefined();
    expect(button(root, 'End')).toBeUndefined();
    await type(root.querySelectorAll<HTMLInputElement>('.filters input')[1]!, '社保');
    await pass(400);
    expect(asked.at(-1)).toBe(`/sessions?topic=${encodeURIComponent('社保')}`);
  });

  it('go on behind the first page, and stay with what is asked for again', async () => {
    const asked = serve((path) => ({
      status: 200,
      body: path.includes('cursor=7-1')
        ? { sessions: [{ ...row, session: 'MM-0' }], next: null }
        : { sessions: [row], next: '7-1' },
    }));
    const root = await show(<SessionsPage tab="list" />, 'en', may);
    await pass(10);
    expect(root.querySelectorAll('[data-session]').length).toBe(1);
    await act(() => button(root, 'Show more').click());
    await pass(10);
    expect(asked).toEqual(['/sessions', '/sessions', '/sessions?cursor=7-1']);
    expect([...root.querySelectorAll<HTMLElement>('[data-session]')].map((r) => r.dataset.session)).toEqual([
      'MM-1',
      'MM-0',
    ]);
    expect(button(root, 'Show more')).toBeUndefined();
  });

  it('are grouped: now and today, what comes with the next first, the past with the last first', () => {
    const at = (session: string, day: string, state: Booked['state'] = 'scheduled'): Booked => ({
      ...{ ...row, session, state },
      ...{ slot_start: `${day}T10:00:00.000000+08:00`, slot_end: `${day}T10:30:00.000000+08:00` },
    });
    const rows = [at('d', '2026-11-25'), at('c', '2026-11-23'), at('b', '2026-11-22'), at('a', '2026-11-20', 'ended')];
    const groups = groupsOf([...rows, at('z', '2026-11-19', 'open')], '2026-11-22', zoneOf('+08:00'));
    expect(groups.map(([word, some]) => [word, some.map((r) => r.session).join('')])).toEqual([
      ['sessToday', 'zb'],
      ['sessComing', 'cd'],
      ['sessPast', 'a'],
    ]);
  });

  it('tell the station and how the citizen rated them, what is bad in red', async () => {
    serve(() => ({ status: 200, body: { sessions: [{ ...row, state: 'ended', satisfaction: 2 }] } }));
    const root = await show(<SessionsPage tab="list" />, 'zh', may);
    await pass(10);
    expect(root.querySelector('[data-session] .bad')!.textContent).toBe('不满意');
    expect(root.querySelector('[data-session]')!.textContent).toContain('V07');
    expect(root.querySelector('[data-group=sessToday]')).not.toBeNull();
  });

  it('offer nothing to who may only look', async () => {
    serve(() => ({ status: 200, body: { sessions: [row] } }));
    const root = await show(<SessionsPage tab="list" />, 'en', { permissions: ['find'] });
    await pass(10);
    expect(root.querySelector('[data-session] button')).toBeNull();
    expect(root.textContent).not.toContain('Slots');
  });
});

describe('what cannot be undone is asked once more', () => {
  const tries = async (tab: 'list' | 'slots', word: string, go: string) => {
    const posted: string[] = [];
    let status = 503;
    serve((path, init) => {
      if (init?.method !== 'POST') return { status: 200, body: { sessions: [row], slots: [slot] } };
      posted.push(path);
      return status === 200
        ? { status, body: { token: 'fresh' } }
        : { status, body: { code: 'busy', detail: 'later' } };
    });
    const root = await show(<SessionsPage tab={tab} />, 'en', may);
    await pass(10);
    await act(() => button(root, word).click());
    expect(posted).toEqual([]);
    const ask = async () => {
      await act(() => button(root.querySelector('dialog')!, go).click());
      await pass(10);
    };
    await ask();
    expect(root.querySelector('dialog [role=alert]')!.textContent).toContain('later');
    status = 200;
    await ask();
    return { posted, root };
  };

  it("a party's new link, since the old one is dead then", async () => {
    const { posted, root } = await tries('list', 'Join link · Citizen', 'Make a new link');
    expect(posted.at(-1)).toBe('/sessions/MM-1/legs/citizen/token');
    expect(root.querySelector('[data-link=citizen]')!.textContent).toContain('token=fresh');
  });

  it('a slot that is withdrawn', async () => {
    const { posted, root } = await tries('slots', 'Withdraw', 'Withdraw');
    expect(posted.at(-1)).toBe('/slots/17/withdraw');
    expect(root.querySelector('dialog')).toBeNull();
  });
});

it('where no slot is free, a session cannot be moved, and that is said', async () => {
  serve(() => ({ status: 200, body: { sessions: [row], slots: [{ ...slot, state: 'booked' }] } }));
  const root = await show(<SessionsPage tab="list" />, 'en', may);
  await pass(10);
  await act(() => button(root, 'Move').click());
  await pass(10);
  expect(root.querySelector('dialog')!.textContent).toContain('No slot is free');
});

describe('a slot', () => {
  it('is booked by the clerk, who gets a link for each party', async () => {
    const bodies: unknown[] = [];
    serve((path, init) => {
      if (init?.method === 'POST') bodies.push(JSON.parse(init.body as string));
      return { status: 200, body: path.endsWith('/book') ? booked : { slots: [slot] } };
    });
    const root = await show(<SessionsPage tab="slots" />, 'en', may);
    await pass(10);
    await act(() => button(root, 'Book').click());
    await type(root.querySelector<HTMLInputElement>('#book-ref')!, 'c1');
    await act(() => root.querySelector<HTMLButtonElement>('dialog button[type=submit]')!.click());
    await pass(10);
    expect(bodies).toEqual([{ topic: '社保', citizen_ref: 'c1', observer: false }]);
    expect([...root.querySelectorAll('[data-link]')].map((e) => e.textContent!.trim().split('#')[1])).toEqual([
      '/join/MM-1/citizen?token=t-citizen',
      '/join/MM-1/official?token=t-official',
    ]);
  });

  it('is booked by who has its link, or says that it is gone', async () => {
    const headers: HeadersInit[] = [];
    serve((_, init) => {
      headers.push(init!.headers!);
      if (init?.method === 'POST') return { status: 409, body: { code: 'conflict', detail: 'booked' } };
      return { status: 200, body: slot };
    });
    const root = await show(<BookPage slot={17} token="k" />);
    await pass(10);
    await act(() => root.querySelector<HTMLButtonElement>('button[type=submit]')!.click());
    await pass(10);
    expect(headers[0]).toEqual({ Authorization: 'Bearer k', 'Mingjing-Asked': 'person' });
    expect(root.textContent).toContain('can no longer be booked');
  });

  it('says when it is, before it is booked and after', async () => {
    serve((_, init) => ({ status: 200, body: init?.method === 'POST' ? booked : slot }));
    const root = await show(<BookPage slot={17} token="k" />);
    await pass(10);
    expect(root.textContent).toContain('2026-11-22 10:00–10:30');
    await act(() => root.querySelector<HTMLButtonElement>('button[type=submit]')!.click());
    await pass(10);
    expect(root.querySelector('[data-link]')).not.toBeNull();
    expect(root.textContent).toContain('2026-11-22 10:00–10:30. You are let in from 30 minutes before');
  });
});

it('a promise that is overdue is done with proof', async () => {
  const bodies: unknown[] = [];
  const asked = serve((_, init) => {
    if (init?.method === 'POST') bodies.push(JSON.parse(init.body as string));
    return { status: 200, body: { promises: [promise], departments } };
  });
  const root = await show(<SessionsPage tab="promises" />, 'en', may);
  await pass(10);
  expect(root.querySelector('[data-promise] .bad')!.textContent).toBe('Overdue');
  await act(() => button(root.querySelector('[data-promise]')!, 'Done').click());
  await type(root.querySelector<HTMLInputElement>('#done-proof')!, 'sent');
  await act(() => root.querySelector<HTMLButtonElement>('dialog button[type=submit]')!.click());
  await pass(10);
  expect(asked).toContain('/promises/P-1/done');
  expect(bodies).toEqual([{ proof: 'sent' }]);
});

it('of the file that shows a promise is kept the hash of the last one, which is waited for', async () => {
  vi.stubGlobal('isSecureContext', true);
  serve(() => ({ status: 200, body: {} }));
  const root = await show(<Done promise={promise} onClose={() => {}} onDone={() => {}} />);
  const field = root.querySelector<HTMLInputElement>('#done-file')!;
  const choose = (bytes: Promise<ArrayBuffer>) =>
    act(() => {
      Object.defineProperty(field, 'files', { value: [{ arrayBuffer: () => bytes }], configurable: true });
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  const go = () => root.querySelector<HTMLButtonElement>('dialog button[type=submit]')!;
  let slow = (_: ArrayBuffer) => {};
  await choose(new Promise((done) => (slow = done)));
  expect(go().disabled).toBe(true);
  await choose(Promise.resolve(new ArrayBuffer(0)));
  await pass(20);
  slow(new ArrayBuffer(9));
  await pass(20);
  expect(root.querySelector('.hash')!.textContent).toMatch(/^e3b0c442/); // of nothing
  expect(go().disabled).toBe(false);
  await choose(Promise.reject(new Error('NotReadableError')));
  await pass(20);
  expect(root.querySelector('.hash')).toBeNull();
  expect(root.querySelector('[role=alert].bad')!.textContent).toContain('cannot be read');
});

it('promises go on behind the first page', async () => {
  serve((path) => ({
    status: 200,
    body: path.includes('cursor')
      ? { promises: [{ ...promise, promise_id: 'P-2' }], departments, next: null }
      : { promises: [promise], departments, next: '7-1' },
  }));
  const root = await show(<SessionsPage tab="promises" />, 'en', may);
  await pass(10);
  await act(() => button(root, 'Show more').click());
  await pass(10);
  expect(root.querySelectorAll('[data-promise]').length).toBe(2);
  expect(button(root, 'Show more')).toBeUndefined();
});

it('promises are counted by department, and a number shows those', async () => {
  const asked = serve(() => ({ status: 200, body: { promises: [promise], departments } }));
  const root = await show(<SessionsPage tab="promises" />, 'en', may);
  await pass(10);
  const row = root.querySelector('[data-dept="人社局"]')!;
  expect([...row.querySelectorAll('button')].map((b) => b.textContent)).toEqual(['1', '2']);
  await act(() => row.querySelector<HTMLButtonElement>('button.bad')!.click());
  await pass(400);
  expect(asked.at(-1)).toBe(`/promises?dept=${encodeURIComponent('人社局')}&state=overdue`);
});
