// SPDX-License-Identifier: GPL-3.0-or-later
// Addresses of the page live behind the hash, so that any server that hands out index.html can carry them:
//   #/find?q=A012&day=2026-11-22    #/tickets/2026-11-22/A012?t=2026-11-22T09:31:05.120+08:00
//   #/approvals/370281-2026-000317  #/sessions/MM-2026-0042  #/cameras  #/alarms  #/users
//   #/places/W07/footage?from=2026-11-22T09:30:00.000+08:00&to=…&t=…
//   #/browse?c=w07-face,w07-desk&at=2026-11-22T09:31:05.120+08:00    #/browse?p=W07&at=…
//   #/live?layout=Counters&alone=1    #/live?alone=1&show=4,w07-face,,w08-face (what was arranged and not saved)
//   #/sessions  #/sessions?show=slots  #/sessions?show=promises
//   #/join/MM-2026-0042/citizen?token=…  #/book/17?token=…   links of people without an account: no frame
//   #/admin/cameras …              (the parts of administration)
//   #/staff/1023?day=2026-11-22     #/business/…  #/matters/…  #/places/W07
// ?hall=H02 says which hall is meant, where several have the number; ?ticket_id= or ?source= which ticket, where several of
// a hall have it that day.
// A path without a hash (/tickets/…), as a person types it or another system links it, means the same.

import type { FacetKind } from '../api/types';

export type SessionsTab = 'list' | 'slots' | 'promises';

export const ADMIN_PARTS = ['state', 'cameras', 'places', 'retention', 'marks', 'notice', 'volumes', 'audit'] as const;
export type AdminPart = (typeof ADMIN_PARTS)[number];

export type Route =
  | { page: 'find'; q: string; day: string | null }
  | { page: 'ticket'; day: string; number: string; t: string | null; hall?: string; ticketId?: string; source?: string }
  | { page: 'approval'; id: string; t: string | null; hall?: string }
  | { page: 'session'; id: string; t: string | null; hall?: string }
  | { page: 'list'; by: FacetKind; value: string; day: string | null; hall?: string }
  | { page: 'place'; place: string; from: string; to: string; t: string | null; hall?: string }
  | { page: 'browse'; cameras: string[]; place: string | null; at: string | null; hall?: string }
  | { page: 'cameras' }
  | { page: 'live'; layout: string | null; alone: boolean; arranged?: string }
  | { page: 'alarms' }
  | { page: 'sessions'; tab: SessionsTab }
  | { page: 'book'; slot: number; token: string }
  | { page: 'join'; session: string; leg: string; token: string }
  | { page: 'users' }
  | { page: 'admin'; part: AdminPart }
  | { page: 'unknown'; path: string };

const LISTS: readonly (readonly [string, FacetKind])[] = [
  ['staff', 'staff'],
  ['business', 'business'],
  ['matters', 'matter'],
  ['places', 'place'],
];

const DAY = /^(\d{4}-\d{2}-\d{2}|today|latest)$/;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function which(query: URLSearchParams): { ticketId?: string; source?: string } {
  const [ticketId, source] = [query.get('ticket_id'), query.get('source')];
  return { ...(ticketId && { ticketId }), ...(source && { source }) };
}

function arrangedIn(query: URLSearchParams): { arranged?: string } {
  const arranged = query.get('show');
  return arranged ? { arranged } : {};
}

const tabOf = (text: string | null): SessionsTab => (text === 'slots' || text === 'promises' ? text : 'list');

/** From what follows the '#', or from a path with its query. */
export function parseRoute(address: string): Route {
  const text = address.replace(/^#/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1));
  const of = query.get('hall');
  const hall = of ? { hall: of } : {};
  const [page, a, b, ...more] = path.split('/').filter(Boolean).map(decode);
  if (page === undefined || (page === 'find' && a === undefined))
    return { page: 'find', q: query.get('q') ?? '', day: query.get('day') };
  if (page === 'tickets' && a && b && more.length === 0 && DAY.test(a))
    return { page: 'ticket', day: a, number: b, t: query.get('t'), ...hall, ...which(query) };
  if (page === 'approvals' && a && b === undefined) return { page: 'approval', id: a, t: query.get('t'), ...hall };
  if (page === 'sessions' && a && b === undefined) return { page: 'session', id: a, t: query.get('t'), ...hall };
  if (page === 'places' && a && b === 'footage' && more.length === 0)
    return {
      page: 'place',
      place: a,
      from: query.get('from') ?? '',
      to: query.get('to') ?? '',
      t: query.get('t'),
      ...hall,
    };
  const by = LISTS.find(([name]) => name === page)?.[1];
  if (by && a && b === undefined) return { page: 'list', by, value: a, day: query.get('day'), ...hall };
  if (page === 'browse' && a === undefined)
    return {
      page: 'browse',
      cameras: (query.get('c') ?? '').split(',').filter(Boolean),
      place: query.get('p'),
      // A plus that a person wrote is a blank to who reads queries.
      at: query.get('at')?.replace(' ', '+') ?? null,
      ...hall,
    };
  if (page === 'live' && a === undefined)
    return { page: 'live', layout: query.get('layout'), alone: query.get('alone') === '1', ...arrangedIn(query) };
  if (page === 'cameras' && a === undefined) return { page: 'cameras' };
  if (page === 'alarms' && a === undefined) return { page: 'alarms' };
  if (page === 'sessions' && a === undefined) return { page: 'sessions', tab: tabOf(query.get('show')) };
  if (page === 'book' && /^\d+$/.test(a ?? '') && b === undefined)
    return { page: 'book', slot: Number(a), token: query.get('token') ?? '' };
  if (page === 'join' && a && b && more.length === 0)
    return { page: 'join', session: a, leg: b, token: query.get('token') ?? '' };
  if (page === 'users' && a === undefined) return { page: 'users' };
  const adminPart = ADMIN_PARTS.find((p) => p === (a ?? 'state'));
  if (page === 'admin' && adminPart && b === undefined) return { page: 'admin', part: adminPart };
  return { page: 'unknown', path };
}

function query(values: Record<string, string | null | undefined>): string {
  // '+' and ':' stay readable in links; only what would break them is escaped.
  const parts = Object.entries(values)
    .filter((e): e is [string, string] => Boolean(e[1]))
    .map(([k, v]) => `${k}=${encodeURIComponent(v).replaceAll('%3A', ':').replaceAll('%2C', ',')}`);
  return parts.length ? `?${parts.join('&')}` : '';
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case 'find':
      return `#/find${query({ q: route.q, day: route.day })}`;
    case 'ticket':
      return `#/tickets/${route.day}/${encodeURIComponent(route.number)}${query({
        ...{ t: route.t, hall: route.hall, ticket_id: route.ticketId, source: route.source },
      })}`;
    case 'approval':
      return `#/approvals/${encodeURIComponent(route.id)}${query({ t: route.t, hall: route.hall })}`;
    case 'session':
      return `#/sessions/${encodeURIComponent(route.id)}${query({ t: route.t, hall: route.hall })}`;
    case 'list': {
      const name = LISTS.find(([, by]) => by === route.by)![0];
      return `#/${name}/${encodeURIComponent(route.value)}${query({ day: route.day, hall: route.hall })}`;
    }
    case 'place':
      return `#/places/${encodeURIComponent(route.place)}/footage${query({ from: route.from, to: route.to, t: route.t, hall: route.hall })}`;
    case 'browse':
      return `#/browse${query({
        c: route.place ? null : route.cameras.join(','),
        ...{ p: route.place, at: route.at, hall: route.hall },
      })}`;
    case 'live':
      return `#/live${query({ layout: route.layout, alone: route.alone ? '1' : null, show: route.arranged })}`;
    case 'cameras':
      return '#/cameras';
    case 'alarms':
      return '#/alarms';
    case 'sessions':
      return `#/sessions${query({ show: route.tab === 'list' ? null : route.tab })}`;
    case 'book':
      return `#/book/${route.slot}${query({ token: route.token })}`;
    case 'join':
      return `#/join/${encodeURIComponent(route.session)}/${encodeURIComponent(route.leg)}${query({ token: route.token })}`;
    case 'users':
      return '#/users';
    case 'admin':
      return `#/admin/${route.part}`;
    case 'unknown':
      return `#${route.path}`;
  }
}

/** An address with the moment in it: which hall, which ticket and which stretch it is about stay. */
export function addressAt(hash: string, moment: string): string {
  const [path, words] = hash.split('?');
  const values = new URLSearchParams(words);
  values.set('t', moment);
  return `${path}?${values.toString().replaceAll('%3A', ':')}`;
}

/** As many as are shown there in step. */
const BROWSED = 4;

/** What was before and after: cameras at a moment, whatever they were looked at for. */
export const browseAt = (cameras: readonly string[], at: string): Route => ({
  ...{ page: 'browse', cameras: cameras.slice(0, BROWSED), place: null, at },
});
