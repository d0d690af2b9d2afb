// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import type { Glance } from '../api/types';
import { group, routeOf } from './results';

const subject = (kind: Glance['kind'], key: string, day: string | null): Glance => ({
  kind,
  key,
  day,
  hall: 'H1',
  title: null,
  places: [],
  from: '2026-11-22T09:00:00.000000+08:00',
  to: '2026-11-22T09:10:00.000000+08:00',
  coverage: 1,
  gaps: [],
  holds: 0,
});
const today = subject('ticket', 'A012', '2026-11-22');
const old = subject('ticket', 'A012', '2026-11-20');
const approval = subject('approval', 'A0-1', null);

describe('results', () => {
  it('put the chosen day first and name nothing twice', () => {
    expect(group([today], [today, old, approval], '2026-11-22')).toEqual([
      { kind: 'day', results: [today] },
      { kind: 'approvals', results: [approval] },
      { kind: 'other', results: [old] },
    ]);
  });

  it('keep the order of the server when no day was chosen', () => {
    expect(group([], [old, today, approval], null)).toEqual([
      { kind: 'tickets', results: [old, today] },
      { kind: 'approvals', results: [approval] },
    ]);
    expect(group([], [], null)).toEqual([]);
  });

  it('are told apart where several tickets have a number', () => {
    const tax = { ...today, shared: true, ticket_id: null, source: 'urn:tax' };
    const land = { ...today, shared: true, ticket_id: '9f-1', source: 'urn:land' };
    expect(group([tax], [tax, land], '2026-11-22')).toEqual([{ kind: 'day', results: [tax, land] }]);
    expect(routeOf(tax, 'H1')).toEqual({ ...routeOf(today), hall: 'H1', source: 'urn:tax' });
    expect(routeOf(land)).toEqual({ ...routeOf(today), ticketId: '9f-1' });
    expect(routeOf({ ...land, shared: false })).toEqual(routeOf(today));
  });

  it('lead to their dossiers', () => {
    expect(routeOf(today)).toEqual({ page: 'ticket', day: '2026-11-22', number: 'A012', t: null });
    expect(routeOf(approval)).toEqual({ page: 'approval', id: 'A0-1', t: null });
  });
});
