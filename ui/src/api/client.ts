// SPDX-License-Identifier: GPL-3.0-or-later
// The one door to the API. Nothing here throws: an answer is a value or says what was wrong, so that every caller has to
// decide what a person is told.
import type {
  Calendar,
  Camera,
  ClipRequest,
  ClipState,
  Dossier,
  Facet,
  FacetKind,
  Feed,
  Found,
  Glance,
  Hold,
  HoldAnswer,
  HoldRequest,
  LayoutGiven,
  LayoutKept,
  Me,
  Outline,
  Place,
  PlaceFootage,
  PlaceName,
  ProblemCode,
  Reason,
  ReasonGiven,
  SearchResults,
  Status,
  Token,
  User,
  Users,
} from './types';
import { whoAsks } from './asked';
import type { Looks } from './types-looks';
import type { Alarm, Alarms, MarkKind, MarkMade, MarkPlace, MarkRequest } from './types-alarms';
import { formatUtc, type Us } from '../base/time';

export interface Problem {
  /** What the server said, or that it could not be asked ('unreachable') or understood ('garbled'). */
  code: ProblemCode | 'unreachable' | 'garbled';
  status: number;
  detail: string;
  /** Of 'ambiguous': what may be meant. */
  candidates?: (Glance | Facet | PlaceName)[];
  /** Of 'not-found', where a number was looked for. */
  feed?: Feed;
  /** Of 401: why a sign-in is over. */
  over?: Over;
}

/** After a pause; it had lasted as long as one may; from elsewhere. */
export type Over = 'idle' | 'longest' | 'ended';

export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem } | { ok: false; aborted: true };

const BASE = '/api/v1';

let onSignedOut: (over?: Over) => void = () => {};

/** Called whenever the server no longer knows who is asking. */
export function setSignedOutHandler(handler: (over?: Over) => void): void {
  onSignedOut = handler;
}

/** For those who learn by another way that nobody is signed in any more: the server is asked why. */
export const signedOut = (): void =>
  void request('/me').then((answer) => ('problem' in answer && answer.problem.status === 401) || onSignedOut());

const fail = (code: Problem['code'], status: number, detail: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { code, status, detail },
});

export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem> & { title?: string };
    if (typeof body.code === 'string')
      return {
        code: body.code,
        status: response.status,
        detail: body.detail ?? body.title ?? '',
        ...(body.candidates && { candidates: body.candidates }),
        ...(body.feed && { feed: body.feed }),
        ...(body.over && { over: body.over }),
      };
  } catch {
    // No problem document: a proxy or another server answered.
  }
  return { code: 'garbled', status: response.status, detail: `HTTP ${response.status}` };
}

export async function request<T>(path: string, init: RequestInit = {}): Promise<Result<T>> {
  let response: Response;
  try {
    const headers = { ...whoAsks(), ...(init.headers as Record<string, string>) };
    response = await fetch(BASE + path, { credentials: 'same-origin', cache: 'no-store', ...init, headers });
  } catch (e) {
    if (init.signal?.aborted) return { ok: false, aborted: true };
    return fail('unreachable', 0, e instanceof Error ? e.message : '');
  }
  const known = kept.get(path);
  if (response.status === 304 && known) return { ok: true, value: known.value as T };
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && path !== '/login') onSignedOut(problem.over);
    if (problem.code === 'password' && path !== '/me/password') onSignedOut();
    return { ok: false, problem };
  }
  if (response.status === 204) return { ok: true, value: undefined as T };
  try {
    const value = (await response.json()) as T;
    const tag = response.headers.get('ETag');
    if (tag) kept.set(path, { tag, value });
    return { ok: true, value };
  } catch (e) {
    if (init.signal?.aborted) return { ok: false, aborted: true };
    return fail('garbled', response.status, e instanceof Error ? e.message : '');
  }
}

/** What was wrong with a picture that did not come, of which the browser says nothing; null: nothing now. */
export async function whyNot(url: string): Promise<Problem | null> {
  try {
    const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', headers: whoAsks() });
    return response.ok ? null : await problemOf(response);
  } catch (e) {
    return fail('unreachable', 0, e instanceof Error ? e.message : '').problem;
  }
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<Result<T>> =>
  request<T>(path, signal ? { signal } : {});

/** What was answered last, by address, with its tag: asked for again and unchanged it is the same object. */
const kept = new Map<string, { tag: string; value: unknown }>();

/** For what is asked every other second: the server says in a few bytes that nothing has changed. */
async function getKept<T>(path: string, signal?: AbortSignal): Promise<Result<T>> {
  const known = kept.get(path);
  return request<T>(path, {
    ...(signal && { signal }),
    headers: known ? { 'If-None-Match': known.tag } : {},
  });
}

export const post = <T>(path: string, body: unknown): Promise<Result<T>> =>
  request<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

const put = (path: string, body: unknown): Promise<Result<void>> =>
  request<void>(path, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

const part = encodeURIComponent;

/** What is not given is left out. */
export function query(values: Record<string, string | null | undefined>): string {
  const parts = Object.entries(values).flatMap(([k, v]) => (v ? [`${k}=${part(v)}`] : []));
  return parts.length ? `?${parts.join('&')}` : '';
}

/** Of a list that answers by the page: where it goes on. */
export interface Paged {
  next: string | null;
}

/** The first pages of a list, as one; `next` where it goes on behind them. */
export async function paged<K extends string, T extends Record<K, unknown[]>>(
  path: string,
  list: K,
  pages: number,
  asked: Record<string, string | null | undefined> = {},
  signal?: AbortSignal,
): Promise<Result<T & Paged>> {
  type Page = T & Paged;
  const first = await get<Page>(`${path}${query(asked)}`, signal);
  if (!first.ok || !first.value.next) return first;
  let next: string | null = first.value.next;
  const all = [...first.value[list]];
  for (let n = 1; next && n < pages; n++) {
    const page: Result<Page> = await get<Page>(`${path}${query({ ...asked, cursor: next })}`, signal);
    if (!page.ok) return page;
    all.push(...page.value[list]);
    next = page.value.next;
  }
  return { ok: true, value: { ...first.value, [list]: all, next } };
}

/** All pages of a list, as one. */
const whole = <K extends string, T extends Record<K, unknown[]>>(path: string, list: K, signal?: AbortSignal) =>
  paged<K, T>(path, list, Infinity, {}, signal);

/** For the other files of this folder, which add what is asked for by few. */
export const door = { get, post, query, part, base: BASE };

export const api = {
  login: (name: string, password: string, code?: string) =>
    post<Me>('/login', { name, password, ...(code ? { code } : {}) }),
  logout: () => post<void>('/logout', {}),
  logoutEverywhere: () => post<void>('/me/logout', {}),
  changePassword: (old: string, fresh: string) => post<void>('/me/password', { old, new: fresh }),
  beginSecond: (password: string) => post<{ secret: string; uri: string }>('/me/second', { password }),
  confirmSecond: (code: string) => post<{ recovery: string[] }>('/me/second/confirm', { code }),
  endSecond: (code: string) => post<void>('/me/second/end', { code }),
  reasons: (signal?: AbortSignal) => whole<'reasons', { reasons: Reason[] }>('/reasons', 'reasons', signal),
  giveReason: (given: ReasonGiven) => post<Reason>('/reasons', given),
  users: (signal?: AbortSignal) => whole<'users', Users>('/users', 'users', signal),
  addUser: (name: string, role: string, places: string[] | null) =>
    post<{ user: User; password: string }>('/users', { name, role, ...(places ? { places } : {}) }),
  changeUser: (name: string, change: { role?: string; places?: string[] | null; disabled?: boolean }) =>
    post<User>(`/users/${part(name)}`, change),
  resetPassword: (name: string) => post<{ name: string; password: string }>(`/users/${part(name)}/password`, {}),
  resetSecond: (name: string) => post<User>(`/users/${part(name)}/second/reset`, {}),
  logoutUser: (name: string) => post<User>(`/users/${part(name)}/logout`, {}),
  tokens: (signal?: AbortSignal) => whole<'tokens', { tokens: Token[] }>('/tokens', 'tokens', signal),
  addToken: (name: string, scope: string, expires: string | null) =>
    post<{ name: string; scope: string; token: string }>('/tokens', { name, scope, expires }),
  revokeToken: (name: string) => post<void>(`/tokens/${part(name)}/revoke`, {}),
  me: (signal?: AbortSignal) => get<Me>('/me', signal),
  status: (signal?: AbortSignal) => get<Status>('/status', signal),
  cameras: (signal?: AbortSignal) => whole<'cameras', { cameras: Camera[] }>('/cameras', 'cameras', signal),
  places: (signal?: AbortSignal) => whole<'places', { places: Place[] }>('/places', 'places', signal),
  /** `which`: hall, ticket_id and source, where more than the number is needed. */
  ticket: (day: string, number: string, which: Record<string, string | undefined>, signal?: AbortSignal) =>
    get<Dossier>(`/tickets/${part(day)}/${part(number)}${query(which)}`, signal),
  approval: (id: string, hall: string | undefined, signal?: AbortSignal) =>
    get<Dossier>(`/approvals/${part(id)}${query({ hall })}`, signal),
  session: (id: string, hall: string | undefined, signal?: AbortSignal) =>
    get<Dossier>(`/sessions/${part(id)}${query({ hall })}`, signal),
  placeFootage: (place: string, hall: string | undefined, from: Us, to: Us, signal?: AbortSignal) =>
    get<PlaceFootage>(
      `/places/${part(place)}/footage${query({ hall, from: formatUtc(from), to: formatUtc(to) })}`,
      signal,
    ),
  calendar: (camera: string, stream: string, month: string, signal?: AbortSignal) =>
    get<Calendar>(`/cameras/${part(camera)}/calendar${query({ month, stream })}`, signal),
  outline: (camera: string, stream: string, asked: { from: Us; to: Us; resolutionMs: number }, signal?: AbortSignal) =>
    get<Outline>(
      `/cameras/${part(camera)}/outline${query({
        ...{ from: formatUtc(asked.from), to: formatUtc(asked.to) },
        ...{ resolution_ms: String(asked.resolutionMs), stream },
      })}`,
      signal,
    ),
  looks: (of: Record<string, string | null | undefined>, limit: number, signal?: AbortSignal) =>
    get<Looks>(`/looks${query({ ...of, limit: String(limit) })}`, signal),
  holds: (signal?: AbortSignal) => get<{ holds: Hold[] }>('/holds', signal),
  addHold: (hold: HoldRequest) => post<HoldAnswer>('/holds', hold),
  releaseHold: (id: number, reason: string) => post<Hold>(`/holds/${id}/release`, { reason }),
  makeClip: (clip: ClipRequest) => post<ClipState>(`/clips${why('?', null, clip.camera)}`, clip),
  clip: (id: string, signal?: AbortSignal) => get<ClipState>(`/clips/${part(id)}`, signal),
  alarms: (signal?: AbortSignal) => getKept<Alarms>('/alarms', signal),
  alarmHistory: (cursor: string | null, signal?: AbortSignal) =>
    get<Alarms>(`/alarms${query({ all: '1', cursor })}`, signal),
  acknowledge: (id: number, note: string) => post<Alarm>(`/alarms/${id}/acknowledge`, note ? { note } : {}),
  marks: (cursor: string | null, signal?: AbortSignal) =>
    get<{ marks: MarkMade[]; next: string | null }>(`/marks${query({ cursor })}`, signal),
  marksOf: (camera: string, asked: { from: string; to: string; cursor: string | null }, signal?: AbortSignal) =>
    get<{ marks: MarkMade[]; next: string | null }>(`/marks${query({ camera, ...asked, limit: '200' })}`, signal),
  markKinds: (signal?: AbortSignal) => get<{ kinds: MarkKind[] }>('/mark-kinds', signal),
  markPlaces: (camera: string, at: string, signal?: AbortSignal) =>
    get<{ places: MarkPlace[] }>(`/marks/places${query({ camera, at })}`, signal),
  addMark: (mark: MarkRequest) => post<MarkMade>('/marks', mark),
  layouts: (signal?: AbortSignal) => whole<'layouts', { layouts: LayoutKept[] }>('/layouts', 'layouts', signal),
  saveLayout: (name: string, shared: boolean, layout: LayoutGiven) =>
    put(`/layouts/${shared ? 'shared/' : ''}${part(name)}`, layout),
  removeLayout: (name: string, shared: boolean) =>
    request<void>(`/layouts/${shared ? 'shared/' : ''}${part(name)}`, { method: 'DELETE' }),
  search: (q: string, day: string | null, limit: number, cursor: string | null, signal?: AbortSignal) =>
    get<SearchResults>(`/search${query({ q, day, limit: String(limit), cursor })}`, signal),
  found: (by: FacetKind, value: string, more: Record<string, string | null | undefined>, signal?: AbortSignal) =>
    get<Found>(`/find${query({ [by]: value, ...more })}`, signal),
};

let lookingFor: number | null = null;
let lookingAt: ReadonlyMap<string, number> = new Map();

/** The reason that footage is looked at for from now on: it goes into every address of footage. `cameras`: of these
 * another one each. */
export function setLookingFor(reason: number | null, cameras: ReadonlyMap<string, number> = new Map()): void {
  lookingFor = reason;
  lookingAt = cameras;
}

/** What footage of a camera is looked at for on this page; null: nobody said. */
export const reasonFor = (camera: string): number | null => lookingAt.get(camera) ?? lookingFor;

/** Joined with `sign`. `reason`: another one than is looked for. */
function why(sign: '?' | '&', reason: number | null = null, camera = ''): string {
  const given = reason ?? reasonFor(camera);
  return given === null ? '' : `${sign}reason=${given}`;
}

/** Where the playlist of a camera between two moments is. */
export function playlistUrl(camera: string, stream: string, from: Us, to: Us): string {
  const q = `from=${part(formatUtc(from))}&to=${part(formatUtc(to))}&stream=${part(stream)}`;
  return `${BASE}/cameras/${part(camera)}/playlist.m3u8?${q}${why('&', null, camera)}`;
}

/** Where the file of a clip that is ready is. */
export const clipUrl = (id: string, camera: string): string =>
  `${BASE}/clips/${part(id)}/media${why('?', null, camera)}`;

/** Where a still of a camera at a moment is. */
export function frameUrl(camera: string, stream: string, at: Us, width: number, reason: number | null = null): string {
  return `${BASE}/cameras/${part(camera)}/frame.jpg?at=${part(formatUtc(at))}&width=${width}&stream=${part(stream)}${why('&', reason, camera)}`;
}

/** Where the picture of a mark is; by its number, or by the id of its event. */
export const stillUrl = (mark: number | string, reason: number | null = null): string =>
  `${BASE}/marks/${part(String(mark))}/still.jpg${why('?', reason)}`;
