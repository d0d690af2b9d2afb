// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { addressAt, formatRoute, parseRoute, type Route } from './route';

describe('routes', () => {
  const routes: Route[] = [
    { page: 'find', q: '', day: null },
    { page: 'find', q: 'A0 1&2', day: '2026-11-22' },
    { page: 'ticket', day: '2026-11-22', number: 'A012', t: null },
    { page: 'ticket', day: 'latest', number: '社保/7?', t: '2026-11-22T09:31:05.120+08:00' },
    { page: 'approval', id: '370281-2026-000317', t: null },
    { page: 'ticket', day: '2026-11-22', number: 'A012', t: null, hall: 'H02' },
    { page: 'ticket', day: '2026-11-22', number: 'A012', t: null, hall: 'H02', ticketId: '9f/1&2' },
    { page: 'ticket', day: '2026-11-22', number: 'A012', t: null, source: 'urn:queue:税务?' },
    { page: 'approval', id: 'SP1', t: '2026-11-22T09:31:05.120+08:00', hall: 'H02' },
    { page: 'list', by: 'staff', value: '10/23', day: null },
    { page: 'list', by: 'matter', value: '营业执照 100%', day: '2026-11-22', hall: 'H02' },
    { page: 'list', by: 'place', value: 'W07', day: null },
    { page: 'list', by: 'business', value: '?', day: null },
    {
      page: 'place',
      place: 'W07',
      from: '2026-11-22T09:30:00.000+08:00',
      to: '2026-11-22T09:40:00.000+08:00',
      t: null,
    },
    { page: 'place', place: '窗口/7', from: '', to: '', t: '2026-11-22T09:31:05.120+08:00', hall: 'H02' },
    { page: 'cameras' },
    { page: 'browse', cameras: [], place: null, at: null },
    { page: 'browse', cameras: ['w07-face', 'w07/桌'], place: null, at: '2026-11-22T09:31:05.120+08:00' },
    { page: 'browse', cameras: [], place: 'W07', at: '2026-11-22T09:31:05.120+08:00', hall: 'H02' },
  ];
  it.each(routes.map((r) => [formatRoute(r), r] as const))('%s is read back as it was written', (text, route) => {
    expect(parseRoute(text)).toEqual(route);
  });

  it('takes a moment as a person writes it', () => {
    expect(formatRoute(parseRoute('/browse?c=a,b&at=2026-11-22T09:31:05+08:00'))).toBe(
      '#/browse?c=a,b&at=2026-11-22T09:31:05%2B08:00',
    );
  });

  it('takes a plain path too', () => {
    expect(parseRoute('/tickets/2026-11-22/A012')).toEqual({
      page: 'ticket',
      day: '2026-11-22',
      number: 'A012',
      t: null,
    });
    expect(parseRoute('#/sessions/P9%3A01%3A%E8%AF%84%E6%A0%87')).toEqual({
      page: 'session',
      id: 'P9:01:评标',
      t: null,
    });
    expect(formatRoute({ page: 'session', id: 'MM 1', t: null })).toBe('#/sessions/MM%201');
    expect(parseRoute('/')).toEqual({ page: 'find', q: '', day: null });
  });

  it('names what it does not know', () => {
    for (const bad of [
      '#/tickets/A012',
      '#/tickets/22-11-2026/A012',
      '#/admin/nowhere',
      '#/admin/cameras/x',
      '#/approvals/1/2',
      '#/cameras/%',
      '#/staff',
      '#/places/a/b',
      '#/places/a/footage/b',
      '#/constructor/x',
    ])
      expect(parseRoute(bad).page).toBe('unknown');
  });
});

describe('an address with a moment', () => {
  const moment = '2026-11-22T09:31:05.120+08:00';
  it.each([
    '#/tickets/2026-11-22/A012?hall=H02&ticket_id=9f/1',
    '#/places/W07/footage?from=2026-11-22T09:30:00.000%2B08:00&to=2026-11-22T09:40:00.000%2B08:00&hall=H02',
    '#/sessions/MM-2026-0042?t=2026-11-22T09:00:00.000%2B08:00',
    '#/approvals/370281-2026-000317',
  ])('leads where %s leads, then', (hash) => {
    expect(parseRoute(addressAt(hash, moment))).toEqual({ ...parseRoute(hash), t: moment });
    expect(addressAt(hash, moment)).toContain('T09:31:05');
  });
});
