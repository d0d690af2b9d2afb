// SPDX-License-Identifier: GPL-3.0-or-later
// The one door to the API. Nothing here throws: an answer is a value or says what was wrong, so that every caller has to
// decide what a person is told.
import type {
  Camera,
  Dossier,
  Facet,
  FacetKind,
  Found,
  Glance,
  Hold,
  HoldAnswer,
  HoldRequest,
  Me,
  Place,
  ProblemCode,
  Reason,
  ReasonGiven,
  SearchResults,
  Status,
  Token,
  User,
  Users,
} from './types';
import { formatUtc, type Us } from '../base/time';

export interface Problem {
  /** What the server said, or that it could not be asked ('unreachable') or understood ('garbled'). */
  code: ProblemCode | 'unreachable' | 'garbled';
  status: number;
  detail: string;
  /** Of 'ambiguous': what may be meant. */
  candidates?: (Glance | Facet)[];
}

export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem } | { ok: false; aborted: true };

const BASE = '/api/v1';

let onSignedOut: () => void = () => {};

/** Called whenever the server no longer knows who is asking. */
export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

const fail = (code: Problem['code'], status: number, detail: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { code, status, detail },
});

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem> & { title?: string };
    if (typeof body.code === 'string')
      return {
        code: body.code,
        status: response.status,
        detail: body.detail ?? body.title ?? '',
        ...(body.candidates && { candidates: body.candidates }),
      };
  } catch {
    // No problem document: a proxy or another server answered.
  }
  return { code: 'garbled', status: response.status, detail: `HTTP ${response.status}` };
}

async function request<T>(path: string, init: RequestInit = {}): Promise<Result<T>> {
  let response: Response;
  try {
    response = await fetch(BASE + path, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch (e) {
    if (init.signal?.aborted) return { ok: false, aborted: true };
    return fail('unreachable', 0, e instanceof Error ? e.message : '');
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && path !== '/login') onSignedOut();
    if (problem.code === 'password' && path !== '/me/password') onSignedOut();
    return { ok: false, problem };
  }
  if (response.status === 204) return { ok: true, value: undefined as T };
  try {
    return { ok: true, value: (await response.json()) as T };
  } catch (e) {
    if (init.signal?.aborted) return { ok: false, aborted: true };
    return fail('garbled', response.status, e instanceof Error ? e.message : '');
  }
}

const get = <T>(path: string, signal?: AbortSignal): Promise<Result<T>> => request<T>(path, signal ? { signal } : {});

const post = <T>(path: string, body: unknown): Promise<Result<T>> =>
  request<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

const part = encodeURIComponent;

/** What is not given is left out. */
function query(values: Record<string, string | null | undefined>): string {
  const parts = Object.entries(values).flatMap(([k, v]) => (v ? [`${k}=${part(v)}`] : []));
  return parts.length ? `?${parts.join('&')}` : '';
}

export const api = {
  login: (name: string, password: string, code?: string) =>
    post<Me>('/login', { name, password, ...(code ? { code } : {}) }),
  logout: () => post<void>('/logout', {}),
  logoutEverywhere: () => post<void>('/me/logout', {}),
  changePassword: (old: string, fresh: string) => post<void>('/me/password', { old, new: fresh }),
  beginSecond: (password: string) => post<{ secret: string; uri: string }>('/me/second', { password }),
  confirmSecond: (code: string) => post<{ recovery: string[] }>('/me/second/confirm', { code }),
  endSecond: (code: string) => post<void>('/me/second/end', { code }),
  reasons: (signal?: AbortSignal) => get<{ reasons: Reason[] }>('/reasons', signal),
  giveReason: (given: ReasonGiven) => post<Reason>('/reasons', given),
  users: (signal?: AbortSignal) => get<Users>('/users', signal),
  addUser: (name: string, role: string, places: string[] | null) =>
    post<{ user: User; password: string }>('/users', { name, role, ...(places ? { places } : {}) }),
  changeUser: (name: string, change: { role?: string; places?: string[] | null; disabled?: boolean }) =>
    post<User>(`/users/${part(name)}`, change),
  resetPassword: (name: string) => post<{ name: string; password: string }>(`/users/${part(name)}/password`, {}),
  resetSecond: (name: string) => post<User>(`/users/${part(name)}/second/reset`, {}),
  logoutUser: (name: string) => post<User>(`/users/${part(name)}/logout`, {}),
  tokens: (signal?: AbortSignal) => get<{ tokens: Token[] }>('/tokens', signal),
  addToken: (name: string, scope: string, expires: string | null) =>
    post<{ name: string; scope: string; token: string }>('/tokens', { name, scope, expires }),
  revokeToken: (name: string) => post<void>(`/tokens/${part(name)}/revoke`, {}),
  me: (signal?: AbortSignal) => get<Me>('/me', signal),
  status: (signal?: AbortSignal) => get<Status>('/status', signal),
  cameras: (signal?: AbortSignal) => get<{ cameras: Camera[] }>('/cameras', signal),
  places: (signal?: AbortSignal) => get<{ places: Place[] }>('/places', signal),
  ticket: (day: string, number: string, hall: string | undefined, signal?: AbortSignal) =>
    get<Dossier>(`/tickets/${part(day)}/${part(number)}${query({ hall })}`, signal),
  approval: (id: string, hall: string | undefined, signal?: AbortSignal) =>
    get<Dossier>(`/approvals/${part(id)}${query({ hall })}`, signal),
  session: (id: string, hall: string | undefined, signal?: AbortSignal) =>
    get<Dossier>(`/sessions/${part(id)}${query({ hall })}`, signal),
  addHold: (hold: HoldRequest) => post<HoldAnswer>('/holds', hold),
  releaseHold: (id: number, reason: string) => post<Hold>(`/holds/${id}/release`, { reason }),
  search: (q: string, day: string | null, limit: number, signal?: AbortSignal) =>
    get<SearchResults>(`/search${query({ q, day, limit: String(limit) })}`, signal),
  found: (by: FacetKind, value: string, more: Record<string, string | null | undefined>, signal?: AbortSignal) =>
    get<Found>(`/find${query({ [by]: value, ...more })}`, signal),
};

let lookingFor: number | null = null;

/** The reason that footage is looked at for from now on: it goes into every address of footage. */
export function setLookingFor(reason: number | null): void {
  lookingFor = reason;
}

const why = (): string => (lookingFor === null ? '' : `&reason=${lookingFor}`);

/** Where the playlist of a camera between two moments is. */
export function playlistUrl(camera: string, stream: string, from: Us, to: Us): string {
  const q = `from=${part(formatUtc(from))}&to=${part(formatUtc(to))}&stream=${part(stream)}`;
  return `${BASE}/cameras/${part(camera)}/playlist.m3u8?${q}${why()}`;
}

/** Where a still of a camera at a moment is. */
export function frameUrl(camera: string, stream: string, at: Us, width: number): string {
  return `${BASE}/cameras/${part(camera)}/frame.jpg?at=${part(formatUtc(at))}&width=${width}&stream=${part(stream)}${why()}`;
}
