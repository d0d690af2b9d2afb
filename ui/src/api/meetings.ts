// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions as the hall plans them: slots, bookings, promises. What parties ask: party.ts.
import { get, paged, post, query, request, type Result } from './client';
import type { Meet, MeetLeg, MeetNotice } from './party';

export interface Slot {
  id: number;
  dept: string;
  official: string | null;
  place: string;
  topics: string[];
  start: string;
  end: string;
  state: 'free' | 'booked' | 'past' | 'withdrawn';
  session: string | null;
  /** Only of one that was just published. */
  link?: string;
}

export interface Booked extends Omit<Meet, 'legs'> {
  legs: (MeetLeg & { token?: string })[];
  dept: string | null;
  /** The first of the officials. */
  official: string | null;
  officials: string[];
  citizen_ref: string | null;
  ticket_no: string | null;
  approval_id: string | null;
  promises: number;
  node_code: string | null;
  /** 5 very satisfied … 1 very dissatisfied. */
  satisfaction: number | null;
}

export interface KeptRule {
  kind: string;
  purpose: string;
  days: number;
}

/** What a session's dossier begins with. */
export interface SessionRecord extends Booked {
  notices: MeetNotice[];
  retention: {
    rule: KeptRule | null;
    kept_until: string;
    last_rule: KeptRule | null;
    gone_by: string | null;
    held: boolean;
  } | null;
}

export interface Department {
  dept: string | null;
  open: number;
  due: number;
  overdue: number;
  done: number;
}

export interface Commitment {
  promise_id: string;
  session: string;
  dept: string | null;
  owner: string;
  text: string;
  state: 'open' | 'due' | 'overdue' | 'done';
  due: string;
  made: string;
  done: string | null;
  done_by: string | null;
  proof: string | null;
  proof_sha256: string | null;
}

export interface SlotRequest {
  dept: string;
  official: string | null;
  place: string;
  topics: string[];
  start: string;
  end: string;
}

export interface BookRequest {
  topic?: string;
  citizen_ref?: string;
  ticket_no?: string;
  approval_id?: string;
  node_code?: string;
  observer?: boolean;
  /** The room terminal that a party is, by leg. */
  terminals?: Record<string, string>;
}

export interface Terminal {
  camera: string;
  name: string;
  place: string;
}

export type SessionFilter = Partial<Record<'session' | 'topic' | 'dept' | 'official' | 'node' | 'day', string>>;
export type PromiseFilter = Partial<Record<'session' | 'dept' | 'owner' | 'state', string>>;

const part = encodeURIComponent;
const id = (slot: number): string => `/slots/${slot}`;

export const promisesCsv = (filter: PromiseFilter): string => `/api/v1/promises${query({ ...filter, format: 'csv' })}`;

export const meetings = {
  sessions: (filter: SessionFilter, pages: number, signal?: AbortSignal) =>
    paged<'sessions', { sessions: Booked[] }>('/sessions', 'sessions', pages, filter, signal),
  record: (session: string, signal?: AbortSignal) => get<SessionRecord>(`/sessions/${part(session)}/record`, signal),
  end: (session: string, reason: string) => post<Meet>(`/sessions/${part(session)}/end`, reason ? { reason } : {}),
  cancel: (session: string, reason: string) =>
    post<Booked>(`/sessions/${part(session)}/cancel`, reason ? { reason } : {}),
  move: (session: string, slot: number) => post<Booked>(`/sessions/${part(session)}/move`, { slot }),
  token: (session: string, leg: string) =>
    post<{ session: string; leg: string; token: string }>(`/sessions/${part(session)}/legs/${part(leg)}/token`, {}),
  terminals: (place: string, node: string, signal?: AbortSignal) =>
    get<{ terminals: Terminal[]; notice: MeetNotice | null }>(`/terminals${query({ place, node })}`, signal),
  setTerminal: (session: string, leg: string, camera: string | null) =>
    post<Meet>(`/sessions/${part(session)}/legs/${part(leg)}/terminal`, { camera }),
  joinTerminal: (session: string, leg: string, version: string) =>
    post<Meet>(`/sessions/${part(session)}/legs/${part(leg)}/terminal/join`, { consent_text_ver: version }),
  slots: (signal?: AbortSignal) => get<{ slots: Slot[] }>('/slots', signal),
  addSlot: (slot: SlotRequest) => post<Slot>('/slots', slot),
  withdraw: (slot: number) => post<Slot>(`${id(slot)}/withdraw`, {}),
  book: (slot: number, booking: BookRequest) => post<Booked>(`${id(slot)}/book`, booking),
  promises: (filter: PromiseFilter, pages: number, signal?: AbortSignal) =>
    paged<'promises', { promises: Commitment[]; departments: Department[] }>(
      '/promises',
      'promises',
      pages,
      filter,
      signal,
    ),
  addPromise: (session: string, promise: { text: string; owner: string; due: string }) =>
    post<Commitment>(`/sessions/${part(session)}/promises`, promise),
  promiseDone: (promise: string, proof: string, sha256: string) =>
    post<Commitment>(`/promises/${part(promise)}/done`, { proof, ...(sha256 && { proof_sha256: sha256 }) }),
};

/** For a citizen who has a slot's link and no account. */
export const slotLink = {
  slot: (slot: number, token: string, signal?: AbortSignal): Promise<Result<Slot>> =>
    request<Slot>(`${id(slot)}/link`, {
      credentials: 'omit',
      headers: { Authorization: `Bearer ${token}` },
      ...(signal && { signal }),
    }),
  book: (slot: number, token: string, booking: BookRequest): Promise<Result<Booked>> =>
    request<Booked>(`${id(slot)}/link`, {
      method: 'POST',
      credentials: 'omit',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(booking),
    }),
};
