// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import type { Dossier } from '../api/types';
import { pass, serve, show } from '../testing';
import { DossierPage } from './page';

afterEach(() => vi.unstubAllGlobals());

const route = { page: 'ticket', day: '2026-11-22', number: 'A012', t: null } as const;
const dossier: Dossier = {
  complete: true,
  subject: {
    kind: 'ticket',
    key: 'A012',
    day: '2026-11-22',
    hall: 'H01',
    title: 'Transfer',
    places: [],
    from: '2026-11-22T09:31:05.000000+08:00',
    to: '2026-11-22T09:31:05.000000+08:00',
  },
  hall: { code: 'H01', name: 'Hall', timezone: '+08:00' },
  also: [],
  also_more: false,
  gaps: [],
  related: [],
  visits: [],
  events: [],
  sources: [],
  cameras: [],
  holds: [],
  coverage: null,
  cue: null,
};

it('says that there is no such ticket, and where to go on', async () => {
  serve(() => ({ status: 404, body: { code: 'not-found', detail: 'no ticket A012 on 2026-11-22' } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(page.querySelector('h2')!.textContent).toBe('There is no ticket A012 (2026-11-22)');
  expect(page.querySelector('.notice-detail')!.textContent).toBe('no ticket A012 on 2026-11-22');
  expect(page.querySelector('a')!.getAttribute('href')).toBe('#/find?q=A012&day=any');
});

it('says whether the queue is heard, where there is no such ticket', async () => {
  const last = '2026-11-22T09:41:00.000000+08:00';
  const feed = {
    sources: [
      { source: '/queue/h01', last, late_ms: null },
      { source: '/kiosk', last: null, late_ms: 3_600_000 },
    ],
    ...{ day: '2026-11-22', told: 0, refused: 3, refused_last: last },
  };
  serve(() => ({ status: 404, body: { code: 'not-found', detail: 'no ticket A012 on 2026-11-22', feed } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect([...page.querySelectorAll('.feed li')].map((li) => li.textContent)).toEqual([
    '/queue/h01: last spoke at 2026-11-22 09:41:00',
    '/kiosk: when it last spoke is not known (everything of it comes 01:00:00 late)',
    'Of 2026-11-22 no queue told of any ticket: it may not have been heard',
    '3 events were refused then, the last of them at 2026-11-22 09:41:00',
  ]);
});

it('says so in Chinese too', async () => {
  serve(() => ({ status: 404, body: { code: 'not-found', detail: 'no approval X-1' } }));
  const page = await show(<DossierPage route={{ page: 'approval', id: 'X-1', t: null }} />, 'zh');
  await pass(10);
  expect(page.querySelector('h2')!.textContent).toBe('没有办件 X-1');
  expect(page.textContent).not.toContain('no approval');
  expect(page.querySelector('details')!.textContent).toBe('技术信息');
});

it('tells another trouble from that', async () => {
  serve(() => ({ status: 500, body: { code: 'corrupt', detail: 'catalogue.db: malformed' } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(page.querySelector('h2')!.textContent).toBe('Footage or catalogue is damaged. Tell the administrator.');
});

it('waits with a ticket that was not called yet', async () => {
  serve(() => ({ status: 200, body: dossier }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(page.querySelector('h1')!.textContent).toContain('A012');
  expect(page.querySelector('.notice h2')!.textContent).toBe('Not called yet');
  expect(page.querySelector('.dossier-head [role=status]')).toBeNull();
  expect(page.querySelector('.trust')!.textContent).toMatch(/^coverage —Nothing was to be recorded yet/);
});

it('says when events wait to be linked anew', async () => {
  serve(() => ({ status: 200, body: { ...dossier, complete: false } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  const words = page.querySelector('.dossier-head [role=status]')!;
  expect(words.textContent).toBe('being linked anew');
  expect(words.getAttribute('title')).toMatch(/^After a change of clocks or of the map/);
});

it('says when no camera sees the place', async () => {
  const visit = {
    ticket: 'A012',
    day: '2026-11-22',
    place: 'W07',
    called: '2026-11-22T09:31:05.000000+08:00',
    started: null,
    finished: '2026-11-22T09:35:05.000000+08:00',
    from: '2026-11-22T09:30:35.000000+08:00',
    to: '2026-11-22T09:36:05.000000+08:00',
  };
  serve(() => ({ status: 200, body: { ...dossier, visits: [visit], coverage: 0 } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(page.querySelector('.notice h2')!.textContent).toBe('No camera sees W07 Registry');
  expect(page.querySelector('.notice p')!.textContent).toContain('mingjing coverage add W07 CAMERA');
  expect(page.querySelector('.trust')!.textContent).toMatch(/^coverage 0.0 %No camera sees W07.*coverage add W07/);
});

it('says of footage that is not whole that it is not, and what was noted of it', async () => {
  const day = (clock: string) => `2026-11-22T${clock}.000000+08:00`;
  const stretch = { from: day('09:30:35'), to: day('09:36:05') };
  const visit = {
    ...{ ticket: 'A012', day: '2026-11-22', place: 'W07', started: null, ...stretch },
    ...{ called: day('09:31:05'), finished: day('09:35:05') },
  };
  const span = {
    ...{ camera: 'w07-face', stream: 'main', until: stretch.to, coverage: 1, segments: [], gaps: [], ...stretch },
    ...{ place: 'W07', method: 'visit' as const, confidence: 1, uncertainty_ms: 0 },
    damage: [{ from: day('09:31:00'), to: day('09:31:10'), track: 'video' as const }],
    notes: [{ at: day('09:32:00'), reason: 'clock' as const, detail: 'the clock was set back by 5.000 s' }],
  };
  const camera = {
    ...{ camera: 'w07-face', name: 'Face', kind: 'window' as const, stream: 'main', places: ['W07'], coverage: 1 },
    ...{ video: 'hevc', audio: null, clock_offset_ms: 0, clock_uncertainty_ms: 20, spans: [span] },
  };
  serve(() => ({ status: 200, body: { ...dossier, visits: [visit], cameras: [camera], cue: day('09:31:05') } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(page.querySelector('.tile-damage')!.textContent).toBe('pictures damaged');
  expect(page.querySelector('.gap-line[data-damage]')!.textContent).toContain('pictures damaged');
  expect(page.querySelector('.coverage .damaged')!.getAttribute('title')).toContain('not to be taken for whole');
  const note = page.querySelector('.gap-line[data-note]')!;
  expect(note.textContent).toBe('Face 09:32:00 a clock was set; no picture is missing');
  expect(note.getAttribute('title')).toContain('the clock was set back by 5.000 s');
  const chinese = await show(<DossierPage route={route} />, 'zh');
  await pass(10);
  expect(chinese.querySelector('.gap-line[data-note]')!.textContent).toContain('时钟被调整，画面没有缺失');
});

it('tells an outage once, however many cameras had it, and leads to its beginning', async () => {
  const day = (clock: string) => `2026-11-22T${clock}.000000+08:00`;
  const stretch = { from: day('09:30:35'), to: day('09:36:05') };
  const visit = {
    ...{ ticket: 'A012', day: '2026-11-22', place: 'W07', started: null, ...stretch },
    ...{ called: day('09:31:05'), finished: day('09:35:05') },
  };
  const lost = (from: string, to: string, reason: string) => ({ from: day(from), to: day(to), reason, detail: null });
  const camera = (id: string, gaps: unknown[]) => ({
    ...{ camera: id, name: id, kind: 'window', stream: 'main', places: ['W07'], coverage: 1, video: 'hevc' },
    ...{ audio: null, clock_offset_ms: 0, clock_uncertainty_ms: 20 },
    spans: [{ camera: id, stream: 'main', until: stretch.to, place: 'W07', gaps, damage: [], notes: [], ...stretch }],
  });
  const cameras = [
    camera('face', [lost('09:32:00', '09:32:20', 'offline')]),
    camera('desk', [lost('09:32:00', '09:32:12', 'offline'), lost('09:32:12', '09:32:20', 'offline')]),
    camera('side', [lost('09:32:00', '09:32:20', 'refused')]),
  ];
  const event = {
    ...{ id: 1, source: 'q', event_id: '1', type: 'hall.ticket.rated', data_ver: 1, place: 'W07' },
    ...{
      time: visit.called,
      at: visit.called,
      received: visit.called,
      superseded: false,
      cancelled: false,
      unassigned: true,
    },
    data: { staff_id: '1023', rating: 5 },
  };
  serve(() => ({ status: 200, body: { ...dossier, visits: [visit], cameras, events: [event], cue: visit.called } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  const lines = [...page.querySelectorAll<HTMLElement>('.gap-line')];
  expect(lines.map((l) => l.textContent)).toEqual([
    '2 cameras 09:32:00–09:32:20 camera offline',
    'side 09:32:00–09:32:20 camera refused the connection',
  ]);
  expect(lines[0]!.title).toContain('face, desk');
  lines[0]!.click();
  await pass(40);
  expect(page.querySelector('#moment')!.textContent).toBe('09:32:00.000');
  expect(page.querySelector('.event-notes')!.textContent).toBe(
    'W07 · staff 1023 · of which ticket with this number, nobody knows ★★★★★',
  );
});

it('tells how far the clocks of business systems were off, and strikes out what was cancelled', async () => {
  const event = {
    ...{ id: 1, source: 'queue.h01', event_id: '1', type: 'hall.ticket.called', data_ver: 1, place: 'W07', data: {} },
    ...{ time: dossier.subject.from, at: dossier.subject.from, received: dossier.subject.from },
    ...{ superseded: false, cancelled: true },
  };
  const sources = [
    { source: 'queue.h01', clock: 'measured', offset_ms: 12000, uncertainty_ms: 1000 },
    { source: 'windows', clock: 'set', offset_ms: -30500, uncertainty_ms: 500 },
    { source: 'approval.h01', clock: 'unknown', offset_ms: 0, uncertainty_ms: 0 },
  ];
  serve(() => ({ status: 200, body: { ...dossier, visits: [], events: [event], sources } }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  const text = page.querySelector('.trust')!.textContent;
  expect(text).toContain('the clock of queue.h01 is 12.0 s behind, ±1.0 s');
  expect(text).toContain('the clock of windows is 30.5 s ahead, ±0.5 s');
  expect(text).not.toContain('approval.h01');
  expect(page.querySelector('.event[data-superseded]')!.textContent).toContain('cancelled');
});

it('opens a session, and says so if there is none', async () => {
  serve((path) =>
    path.endsWith('/sessions/MM-1')
      ? { status: 200, body: { ...dossier, subject: { ...dossier.subject, kind: 'session', key: 'MM-1', day: null } } }
      : { status: 404, body: { code: 'not-found', detail: 'no session MM-2' } },
  );
  const page = await show(<DossierPage route={{ page: 'session', id: 'MM-1', t: null }} />);
  await pass(10);
  expect(page.querySelector('.dossier-head')!.textContent).toContain('session');
  expect(page.querySelector('h1')!.textContent).toContain('MM-1');
  const none = await show(<DossierPage route={{ page: 'session', id: 'MM-2', t: null }} />, 'zh');
  await pass(10);
  expect(none.querySelector('h2')!.textContent).toBe('没有会话 MM-2');
});

it('tells of a session what was agreed to, how it was rated, and until when it is kept by which rule', async () => {
  const told = {
    ...{
      session: 'MM-1',
      place: 'W07',
      topic: null,
      state: 'ended',
      dept: '人社局',
      official: '2001',
      officials: ['2001'],
      node_code: 'V07',
    },
    ...{ slot_start: null, slot_end: null, opened: null, ended: null, satisfaction: 5, promises: 0 },
    legs: [{ leg: 'citizen', role: 'citizen', consented: '2026-11-22T10:00:00+08:00', consent_text_ver: '2027-1' }],
    notices: [{ version: '2027-1', zh: '第一条', en: null, sha256: 'ab', since: '2026-11-01T00:00:00+08:00' }],
    retention: {
      ...{ rule: { kind: 'session', purpose: 'footage', days: 365 }, kept_until: '2027-11-22T10:30:00+08:00' },
      ...{
        last_rule: { kind: 'any', purpose: 'session', days: 1825 },
        gone_by: '2031-11-21T10:30:00+08:00',
        held: true,
      },
    },
  };
  serve((path) => {
    if (path.endsWith('/record')) return { status: 200, body: told };
    if (path.startsWith('/promises')) return { status: 200, body: { promises: [], departments: [] } };
    return {
      status: 200,
      body: { ...dossier, subject: { ...dossier.subject, kind: 'session', key: 'MM-1', day: null } },
    };
  });
  const page = await show(<DossierPage route={{ page: 'session', id: 'MM-1', t: null }} />);
  await pass(10);
  await pass(10);
  const line = (name: string) => page.querySelector(`[data-line=${name}]`)!.textContent;
  expect(line('recKept')).toContain('at least until 2027-11-22');
  expect(line('recKept')).toContain('365 days');
  expect(line('recKept')).toContain('gone by 2031-11-21');
  expect(line('recKept')).toContain('held');
  expect(line('recConsent')).toContain('version 2027-1');
  expect(line('recConsent')).toContain('第一条');
  expect(line('sessRating')).toContain('Very satisfied');
  expect(line('sessNode')).toContain('V07');
});

it('shows whose it may be where two halls have it, and opens neither', async () => {
  const candidates = ['H01', 'H02'].map((hall) => ({ ...dossier.subject, hall, coverage: 1, gaps: [] }));
  const asked = serve(() => ({
    status: 409,
    body: { code: 'ambiguous', detail: '2 halls have ticket A012', candidates },
  }));
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(asked).toEqual(['/tickets/2026-11-22/A012']);
  expect(page.querySelector('h1')!.textContent).toBe('2 halls have “A012”');
  expect([...page.querySelectorAll('a')].map((a) => a.getAttribute('href'))).toEqual([
    '#/tickets/2026-11-22/A012?hall=H01',
    '#/tickets/2026-11-22/A012?hall=H02',
  ]);
});

it('asks for the hall that is meant, and tells what else is called so', async () => {
  const also = [
    { kind: 'approval' as const, key: 'A012', day: null, hall: 'H01' },
    { kind: 'ticket' as const, key: 'A012', day: '2026-11-20', hall: 'H02' },
    { kind: 'ticket' as const, key: 'A012', day: '2026-11-19', hall: 'H01' },
  ];
  const asked = serve(() => ({ status: 200, body: { ...dossier, also, also_more: true } }));
  const page = await show(<DossierPage route={{ ...route, hall: 'H01' }} />);
  await pass(10);
  expect(asked[0]).toBe('/tickets/2026-11-22/A012?hall=H01');
  const links = [...page.querySelectorAll('.also a')].map((a) => `${a.textContent} ${a.getAttribute('href')}`);
  expect(links).toEqual([
    'approval #/approvals/A012?hall=H01',
    '2026-11-20 H02 #/tickets/2026-11-20/A012?hall=H02',
    '2026-11-19 #/tickets/2026-11-19/A012?hall=H01',
  ]);
  expect(page.querySelector('.also summary')!.textContent).toBe('2+ more');
});

it('shows which tickets of one number there are, each by what names it', async () => {
  const one = { ...dossier.subject, coverage: 1, gaps: [], shared: true, ticket_id: null, source: 'urn:tax' };
  const candidates = [one, { ...one, ticket_id: '9f-1', source: 'urn:land', places: ['W08'] }];
  const detail = '2 tickets have the number A012';
  const asked = serve((path) =>
    path.includes('?')
      ? { status: 200, body: { ...dossier, subject: candidates[1], also: [{ ...one, kind: 'ticket' }] } }
      : { status: 409, body: { code: 'ambiguous', detail, candidates } },
  );
  const page = await show(<DossierPage route={route} />);
  await pass(10);
  expect(page.querySelector('h1')!.textContent).toBe('2 tickets have the number “A012”');
  expect([...page.querySelectorAll('.result-which')].map((e) => e.textContent)).toEqual(['urn:tax', '9f-1']);
  expect([...page.querySelectorAll('a')].map((a) => a.getAttribute('href'))).toEqual([
    '#/tickets/2026-11-22/A012?source=urn:tax',
    '#/tickets/2026-11-22/A012?ticket_id=9f-1',
  ]);
  const named = await show(<DossierPage route={{ ...route, ticketId: '9f-1' }} />);
  await pass(10);
  expect(asked[1]).toBe('/tickets/2026-11-22/A012?ticket_id=9f-1');
  expect(named.querySelector('.dossier-head .result-which')!.textContent).toBe('9f-1');
  const link = named.querySelector('.also a')!;
  expect([link.textContent, link.getAttribute('href')]).toEqual([
    '2026-11-22 urn:tax',
    '#/tickets/2026-11-22/A012?hall=H01&source=urn:tax',
  ]);
});
