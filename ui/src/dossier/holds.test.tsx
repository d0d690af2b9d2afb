// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import type { Dossier, Hold, HoldAnswer, Permission } from '../api/types';
import { noLooks, pass, press, serve, show, type } from '../testing';
import { DossierPage } from './page';

afterEach(() => vi.unstubAllGlobals());

const day = (clock: string) => `2026-11-22T${clock}.000000+08:00`;
const stretch = { from: day('09:30:35'), to: day('09:36:05') };
const route = { page: 'ticket', day: '2026-11-22', number: 'A012', t: null } as const;
const hold: Hold = {
  ...{ id: 7, kind: 'ticket', owner: 'inv2', reason: 'a complaint', case: '2026-7', review: '2027-01-01' },
  ...{ subject: { kind: 'ticket', hall: 'H01', key: 'A012', day: '2026-11-22' }, review_due: false, by: 'inv1' },
  ...{ made: day('10:00:00'), released: null, released_by: null, released_reason: null },
  spans: [{ camera: 'w07-face', ...stretch }],
};
const span = {
  ...{ camera: 'w07-face', stream: 'main', until: stretch.to, coverage: 1, segments: [], gaps: [], ...stretch },
  ...{ place: 'W07', method: 'visit' as const, confidence: 1, uncertainty_ms: 0, damage: [], notes: [] },
};
const dossier: Dossier = {
  complete: true,
  subject: {
    ...{ kind: 'ticket', key: 'A012', day: '2026-11-22', hall: 'H01', title: 'Transfer', places: ['W07'] },
    ...{ from: day('09:31:05'), to: day('09:35:05') },
  },
  hall: { code: 'H01', name: 'Hall', timezone: '+08:00' },
  related: [],
  also: [],
  also_more: false,
  gaps: [],
  visits: [
    {
      ...{ ticket: 'A012', day: '2026-11-22', place: 'W07', started: null, uncertainty_ms: 0, ...stretch },
      ...{ called: day('09:31:05'), finished: day('09:35:05') },
    },
  ],
  events: [],
  sources: [],
  cameras: [
    {
      ...{ camera: 'w07-face', name: 'Face', kind: 'window', stream: 'main', places: ['W07'], coverage: 1 },
      ...{ video: 'hevc', audio: null, clock_offset_ms: 0, clock_uncertainty_ms: 20, spans: [span] },
    },
  ],
  holds: [],
  coverage: 1,
  cue: day('09:31:05'),
};
const answer: HoldAnswer = {
  hold,
  keeps: { segments: 6, bytes: 150e6 },
  gone: [],
  journals: { written: 0, of: 1, waiting: 1, failed: null },
};

type Posted = { path: string; body: unknown };

/** The dossier with these holds, which a POST is answered to as a test says. */
function server(holds: Hold[], reply: (post: Posted) => { status: number; body: unknown }): Posted[] {
  const posted: Posted[] = [];
  serve((path, init) => {
    if (path.startsWith('/looks')) return { status: 200, body: noLooks };
    if (init?.method !== 'POST') return { status: 200, body: { ...dossier, holds } };
    const post = { path, body: JSON.parse(String(init.body)) as unknown };
    posted.push(post);
    return reply(post);
  });
  return posted;
}

const never = () => ({ status: 500, body: {} });

const MAY: Record<string, Permission[]> = {
  investigator: ['find', 'view', 'hold', 'release'],
  supervisor: ['find', 'view', 'hold', 'release'],
};

async function open(role: string, name = 'super1', lang: 'en' | 'zh' = 'en'): Promise<HTMLElement> {
  const page = await show(<DossierPage route={route} />, lang, {
    role,
    name,
    permissions: MAY[role] ?? ['find', 'view'],
  });
  await pass(10);
  return page;
}

const click = (e: Element | null) => act(() => (e as HTMLElement).click());

async function submit(form: Element | null) {
  form!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(20);
}

it('shows who holds it, why, since when, what of it, and that on the ruler', async () => {
  server([hold], never);
  const page = await open('operator');
  expect(page.querySelector('.held-count')!.textContent!.trim()).toBe('held 1');
  const held = page.querySelector<HTMLElement>('.coverage .held')!;
  expect(held.title).toContain('held for 2026-7, owner inv2: a complaint');
  expect(held.style.width).toBe('100.000%');
  expect(page.querySelector('[data-coverage]')!.getAttribute('aria-label')).toMatch(/, held$/);
  expect(page.querySelector('.hold-line')!.textContent).toContain('2026-7 inv2');
  await click(page.querySelector('.hold-line'));
  const facts = page.querySelector('dialog .facts')!.textContent;
  expect(facts).toContain('ticket A012 2026-11-22');
  expect(facts).toContain('2026-11-22 10:00:00, by inv1');
  expect(facts).toContain('Review2027-01-01');
  expect(facts).toContain('Face 2026-11-22 09:30:35–09:36:05');
  // Neither a button to put one nor a way to release one for who may not.
  expect(page.querySelector('#hold')).toBeNull();
  expect(page.querySelector('.release')).toBeNull();
  expect(page.querySelector('dialog')!.textContent).toContain('by a supervisor or by its owner, inv2');
});

it('says when one is due, and what was released', async () => {
  const released = { released: day('11:00:00'), released_by: 'super1', released_reason: 'closed' };
  server(
    [
      { ...hold, review_due: true },
      { ...hold, ...released, id: 6, case: '2026-6' },
    ],
    never,
  );
  const page = await open('operator');
  const lines = [...page.querySelectorAll('.hold-line')];
  expect(lines.map((l) => l.querySelector('.strong')!.textContent)).toEqual(['2026-7', '2026-6']);
  expect(lines[0]!.querySelector('.warn')!.textContent).toBe('review 2027-01-01');
  expect(lines[1]!.textContent).toContain('released');
  expect(page.querySelectorAll('.coverage .held')).toHaveLength(1);
  expect(page.querySelector('.held-count')!.textContent).toContain('held 1');
  await click(lines[1]!);
  expect(page.querySelector('dialog')!.textContent).toContain('2026-11-22 11:00:00, by super1: closed');
  expect(page.querySelector('dialog form')).toBeNull();
});

it('begins with why the footage was opened', async () => {
  const why = { reason: 'complaint 12345', case: '2026-8', given: null };
  const reasons = [{ id: 3, kind: 'ticket', key: 'A012', day: '2026-11-22', ...why }];
  const bodies: Record<string, unknown> = { '/reasons': { reasons } };
  serve((path) => ({ status: 200, body: path.startsWith('/looks') ? noLooks : (bodies[path] ?? dossier) }));
  const page = await show(<DossierPage route={route} />, 'en', { role: 'investigator', reason: 'always' });
  await pass(10); // the dossier
  await pass(10); // what was said of it
  await click(page.querySelector('#hold'));
  const value = (id: string) => page.querySelector<HTMLInputElement>(id)!.value;
  expect([value('#hold-reason'), value('#hold-case')]).toEqual(['complaint 12345', '2026-8']);
});

it('puts one by keyboard, and says what is kept', async () => {
  const posted = server([], () => ({ status: 201, body: answer }));
  const page = await open('investigator', 'inv1');
  expect(page.querySelector('.holds')!.textContent).toContain('No holds');
  await press(document.body, 'h');
  const field = (id: string) => page.querySelector<HTMLInputElement>(`#hold-${id}`)!;
  expect(document.activeElement).toBe(field('reason'));
  expect(field('owner').value).toBe('inv1');
  expect(field('review').value).toBe('2027-02-20');
  await type(field('reason'), ' a complaint ');
  await type(field('case'), '2026-7');
  await type(field('owner'), 'inv2');
  await press(field('review'), 'ArrowUp');
  await submit(page.querySelector('dialog form'));
  expect(posted).toEqual([
    {
      path: '/holds',
      body: {
        subject: { kind: 'ticket', key: 'A012', hall: 'H01', day: '2026-11-22' },
        ...{ reason: 'a complaint', case: '2026-7', owner: 'inv2', review: '2027-02-21' },
      },
    },
  ]);
  const told = page.querySelector('.hold-result')!.textContent;
  expect(told).toContain('6 segments (150 MB)');
  expect(told).toContain('about to be written');
});

it('warns of a hold that keeps nothing', async () => {
  server([], () => ({
    status: 201,
    body: { ...answer, warning: 'it keeps nothing now', keeps: { segments: 0, bytes: 0 } },
  }));
  const page = await open('investigator');
  await click(page.querySelector('#hold'));
  await submit(page.querySelector('dialog form'));
  expect(page.querySelector('.hold-result .warn')!.textContent).toContain('A012 · 2026-11-22 · H01');
});

it('takes no day that is past, and no text that is too long', async () => {
  const posted = server([], () => ({ status: 201, body: answer }));
  const page = await open('supervisor');
  await click(page.querySelector('#hold'));
  const field = (id: string) => page.querySelector<HTMLInputElement>(`#hold-${id}`)!;
  const go = () => page.querySelector<HTMLButtonElement>('dialog [type=submit]')!;
  await type(field('review'), '2026-11-22');
  expect(page.querySelector('#hold-review-told')!.textContent).toContain('later than today');
  expect(go().disabled).toBe(true);
  await type(field('review'), '');
  expect(go().disabled).toBe(false);
  await type(field('reason'), '\u6295'.repeat(86)); // 258 bytes
  expect(page.querySelector('#hold-reason-told')!.textContent).toContain('Too long');
  await submit(page.querySelector('dialog form'));
  expect(posted).toEqual([]);
});

it('says what the server refuses, and what was gone before', async () => {
  let status = 404;
  const lost = { camera: 'w07-face', stream: 'main', ...stretch, segments: 3, bytes: 1, detail: 'its time was over' };
  server([], () =>
    status === 404
      ? { status, body: { code: 'not-found', detail: 'no ticket A012 on 2026-11-22' } }
      : { status, body: { ...answer, gone: [lost], journals: { written: 0, of: 1, waiting: 0, failed: 'full' } } },
  );
  const page = await open('investigator');
  await click(page.querySelector('#hold'));
  await submit(page.querySelector('dialog form'));
  const told = page.querySelector('dialog [role=alert]')!.textContent;
  expect(told).toContain('It was not found.');
  expect(told).toContain('no ticket A012 on 2026-11-22');
  status = 201;
  await submit(page.querySelector('dialog form'));
  expect(page.querySelector('.hold-result .num')!.textContent).toBe('Face 2026-11-22 09:30:35–09:36:05');
  expect(page.querySelector('.hold-result')!.textContent).toContain('could not be written beside the footage yet');
});

it('releases one for who may, with a reason; not for the one who put it', async () => {
  const posted = server([hold], ({ path }) =>
    path === '/holds/7/release'
      ? { status: 200, body: { ...hold, released: day('11:00:00') } }
      : { status: 404, body: { code: 'not-found' } },
  );
  const own = await open('supervisor', 'INV1');
  await click(own.querySelector('.hold-line'));
  expect(own.querySelector('dialog')!.textContent).toContain('You put it yourself');
  expect(own.querySelector('.release')).toBeNull();
  const page = await open('investigator', 'inv2'); // its owner
  await click(page.querySelector('.hold-line'));
  await type(page.querySelector('#release-reason')!, 'case closed');
  await submit(page.querySelector('.release'));
  expect(posted).toEqual([{ path: '/holds/7/release', body: { reason: 'case closed' } }]);
  expect(page.querySelector('dialog')).toBeNull();
});

it('speaks Chinese', async () => {
  server([hold], () => ({ status: 409, body: { code: 'conflict', detail: 'hold 7 was released by super2' } }));
  const page = await open('supervisor', 'super1', 'zh');
  expect(page.querySelector('.held-count')!.textContent).toContain('已锁定 1');
  await click(page.querySelector('.hold-line'));
  await type(page.querySelector('#release-reason')!, '结案');
  await submit(page.querySelector('.release'));
  expect(page.querySelector('.release [role=alert]')!.textContent).toBe(
    '与现有内容冲突。请刷新页面，核对后再试。技术信息',
  );
});

it('asks which ticket is meant where the number turns out to be two, and holds that one', async () => {
  const one = { ...dossier.subject, coverage: 1, gaps: [], shared: true, ticket_id: null, source: 'urn:tax' };
  const candidates = [one, { ...one, ticket_id: '9f-1', source: 'urn:land' }];
  const posted = server([], ({ body }) =>
    'ticket_id' in (body as { subject: object }).subject
      ? { status: 201, body: answer }
      : { status: 409, body: { code: 'ambiguous', detail: '2 tickets', candidates } },
  );
  const page = await open('investigator', 'inv1');
  await click(page.querySelector('#hold'));
  await type(page.querySelector<HTMLInputElement>('#hold-reason')!, 'a complaint');
  await type(page.querySelector<HTMLInputElement>('#hold-case')!, '2026-7');
  await submit(page.querySelector('dialog form'));
  const choices = [...page.querySelectorAll('.hold-which button')];
  expect(choices.map((c) => c.textContent)).toEqual([
    'A012 urn:tax 09:31:05 W07 Registry',
    'A012 9f-1 09:31:05 W07 Registry',
    'all 2 tickets',
  ]);
  const go = () => page.querySelector<HTMLButtonElement>('dialog button[type=submit]')!;
  expect(go().disabled).toBe(true);
  await click(choices[1]!);
  expect(go().disabled).toBe(false);
  await submit(page.querySelector('dialog form'));
  expect((posted[1]!.body as { subject: object }).subject).toEqual({
    ...{ kind: 'ticket', key: 'A012', hall: 'H01', day: '2026-11-22', ticket_id: '9f-1' },
  });
  expect(page.querySelector('.hold-result')).not.toBeNull();
});

it('holds all tickets that have the number', async () => {
  const one = { ...dossier.subject, coverage: 1, gaps: [], shared: true, ticket_id: null, source: 'urn:tax' };
  const candidates = [one, { ...one, ticket_id: '9f-1', source: 'urn:land' }];
  const posted = server([], ({ body }) =>
    'all' in (body as { subject: object }).subject
      ? { status: 201, body: answer }
      : { status: 409, body: { code: 'ambiguous', detail: '2 tickets', candidates } },
  );
  const page = await open('investigator', 'inv1');
  await click(page.querySelector('#hold'));
  await type(page.querySelector<HTMLInputElement>('#hold-reason')!, 'a complaint');
  await type(page.querySelector<HTMLInputElement>('#hold-case')!, '2026-7');
  await submit(page.querySelector('dialog form'));
  await click(page.querySelector('.hold-which button:last-of-type'));
  expect(page.querySelector('.hold-which [aria-pressed=true]')!.textContent).toBe('all 2 tickets');
  await submit(page.querySelector('dialog form'));
  expect((posted[1]!.body as { subject: object }).subject).toEqual({
    ...{ kind: 'ticket', key: 'A012', hall: 'H01', day: '2026-11-22', all: true },
  });
});
