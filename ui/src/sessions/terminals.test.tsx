// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Booked } from '../api/meetings';
import { JoinPage } from '../meeting/join';
import { NOTICE_VERSION } from '../meeting/notice';
import { pass, serve, show } from '../testing';
import { SessionsPage } from './sessions';

const leg = (role: 'citizen' | 'official', more = {}) => ({
  ...{ leg: role, role, camera: null, consented: null, consent_text_ver: null, sends: false, terminal: null },
  ...more,
});
const row: Booked = {
  ...{ session: 'MM-1', place: 'W07', topic: null, state: 'scheduled', dept: null, official: null, officials: [] },
  ...{ slot_start: null, slot_end: null, opened: null, ended: null, citizen_ref: null, ticket_no: null },
  ...{ approval_id: null, promises: 0, node_code: 'V07', satisfaction: null },
  legs: [leg('citizen'), leg('official')],
};
const TERMINALS = ['T1', 'T2'].map((camera) => ({ camera, name: '终端', place: 'W07' }));
const may = { permissions: ['find', 'session'] as ('find' | 'session')[] };

afterEach(() => vi.unstubAllGlobals());

async function choose(select: HTMLSelectElement, value: string): Promise<void> {
  select.value = value;
  await act(() => void select.dispatchEvent(new Event('change', { bubbles: true })));
}

describe('a room terminal', () => {
  it('is chosen for a party and brought in, with the version of the notice that was shown', async () => {
    const sent: [string, unknown][] = [];
    serve((path, init) => {
      if (init?.method === 'POST') sent.push([path, JSON.parse(init.body as string)]);
      if (path.startsWith('/terminals')) return { status: 200, body: { terminals: TERMINALS, notice: null } };
      return { status: 200, body: { sessions: [row] } };
    });
    const root = await show(<SessionsPage tab="list" />, 'en', may);
    await pass(10);
    await act(() => root.querySelector<HTMLButtonElement>('[data-terminal=official]')!.click());
    await pass(10);
    const agrees = () => root.querySelector<HTMLInputElement>('#terminal-agrees')!;
    await choose(root.querySelector<HTMLSelectElement>('#terminal-camera')!, 'T2');
    await act(() => agrees().click());
    await choose(root.querySelector<HTMLSelectElement>('#terminal-camera')!, 'T1');
    expect(agrees().checked).toBe(false); // who sits at the other was not asked
    await act(() => agrees().click());
    await act(() => root.querySelector<HTMLButtonElement>('dialog button[type=submit]')!.click());
    await pass(10);
    expect(sent).toEqual([
      ['/sessions/MM-1/legs/official/terminal', { camera: 'T1' }],
      ['/sessions/MM-1/legs/official/terminal/join', { consent_text_ver: NOTICE_VERSION }],
    ]);
  });

  it('is not at every place, which is said', async () => {
    serve((path) =>
      path.startsWith('/terminals')
        ? { status: 200, body: { terminals: [], notice: null } }
        : { status: 200, body: { sessions: [row] } },
    );
    const root = await show(<SessionsPage tab="list" />, 'en', may);
    await pass(10);
    await act(() => root.querySelector<HTMLButtonElement>('[data-terminal=citizen]')!.click());
    await pass(10);
    expect(root.querySelector('dialog .warn')!.textContent).toContain('No room terminal');
  });

  it('sends for its party: the link shows the others alone, and their tiles say who is one', async () => {
    const mine = leg('official', { terminal: 'T1', consent_text_ver: NOTICE_VERSION });
    const asked = serve(() => ({
      status: 200,
      body: { ...row, legs: [leg('citizen', { terminal: 'T2' }), mine], notice: null },
    }));
    const root = await show(<JoinPage door={{ session: 'MM-1', leg: 'official', token: 'T0' }} />, 'en');
    await pass(10);
    await pass(10);
    await pass(10);
    expect(root.querySelector('.join')!.getAttribute('data-stage')).toBe('meeting');
    expect(root.querySelector('.room-self')).toBeNull();
    expect(root.querySelector('.room-state')!.textContent).toContain('A room terminal sends');
    expect(root.querySelector('.room-other')!.getAttribute('aria-label')).toBe('Citizen · room terminal');
    expect(asked.some((path) => path.endsWith('/whip'))).toBe(false);
  });

  it('is taken back while the page beside it is open: whoever sits there is asked', async () => {
    let mine = leg('official', { terminal: 'T1', consent_text_ver: NOTICE_VERSION });
    serve(() => ({ status: 200, body: { ...row, legs: [leg('citizen'), mine], notice: null } }));
    const root = await show(<JoinPage door={{ session: 'MM-1', leg: 'official', token: 'T0' }} />, 'en');
    for (let i = 0; i < 3; i++) await pass(10);
    expect(root.querySelector('.join')!.getAttribute('data-stage')).toBe('meeting');
    mine = leg('official');
    for (let i = 0; i < 60 && !root.querySelector('#join-agree'); i++) await pass(50);
    expect(root.querySelector('.join')!.getAttribute('data-stage')).toBe('notice');
  });
});
