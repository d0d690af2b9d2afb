// SPDX-License-Identifier: GPL-3.0-or-later
// What a party of a meeting asks, who has no account: the token of the join link stands for it.
// Offers go out and answers come back as SDP (WHIP, RFC 9725, and WHEP); all else is JSON.
import { problemOf, request, type Result } from './client';

export interface MeetLeg {
  leg: string;
  role: 'citizen' | 'official' | 'observer';
  camera: string | null;
  consented: string | null;
  consent_text_ver: string | null;
  /** The camera that is this party: a room terminal, which sends by itself. */
  terminal?: string | null;
  sends: boolean;
  /** Connected, but nothing comes of it. */
  interrupted?: boolean;
  /** Only of a leg that somebody is connected to. */
  recorded?: boolean;
  why?: string | null;
  viewers?: number;
  /** Legs that see it, and for whose own line pictures are left out. */
  slow?: string[];
  packets?: number;
  lost?: number;
  /** In what its picture comes. */
  video?: 'h264' | 'vp8' | null;
  /** This party is to offer again: somebody who came takes nothing else. */
  turns_to?: 'h264' | 'vp8' | null;
}

/** The hall's own words; without any, the page's (meeting/notice.ts). */
export interface MeetNotice {
  version: string;
  zh: string;
  en: string | null;
  sha256: string;
  since: string;
}

export interface Meet {
  session: string;
  place: string;
  topic: string | null;
  state: 'scheduled' | 'open' | 'ended' | 'cancelled';
  slot_start: string | null;
  slot_end: string | null;
  opened: string | null;
  ended: string | null;
  legs: MeetLeg[];
  /** Only for parties. */
  notice?: MeetNotice | null;
}

export interface PartyPromise {
  text: string;
  owner: string;
  /** Either this or working_days. */
  due?: string;
  working_days?: number;
}

export interface WorkDays {
  /** The working days after today, in order. */
  next: string[];
}

export interface Answered {
  sdp: string;
  /** Of the connection: DELETE ends it, PATCH names candidates. */
  location: string;
  ice: RTCIceServer[];
}

export interface Door {
  session: string;
  leg: string;
  token: string;
}

/** The ICE servers of Link headers: <stun:host:port>; rel="ice-server"; username="…"; credential="…" */
export function parseIceLinks(header: string | null): RTCIceServer[] {
  const servers: RTCIceServer[] = [];
  for (const [, url, rest] of (header ?? '').matchAll(/<([^>]+)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)/g)) {
    const values = new Map<string, string>();
    for (const [, name, quoted, bare] of (rest ?? '').matchAll(/;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]+))/g))
      values.set(name!.toLowerCase(), quoted ?? bare ?? '');
    if (values.get('rel') !== 'ice-server' || !/^(stun|turns?):/.test(url!)) continue;
    const username = values.get('username');
    const credential = values.get('credential');
    servers.push({ urls: url!, ...(username && { username }), ...(credential && { credential }) });
  }
  return servers;
}

/** Of this page as long as it is loaded: the server lets nobody else into a seat that is taken (409 "taken"). */
const PAGE = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, '0')).join('');

const part = encodeURIComponent;
const legPath = (door: Door, leg: string): string => `/sessions/${part(door.session)}/legs/${part(leg)}`;

const withToken = (door: Door, type: string, body: string | null, signal?: AbortSignal): RequestInit => ({
  headers: { Authorization: `Bearer ${door.token}`, ...(body !== null && { 'Content-Type': type }) },
  credentials: 'omit',
  ...(body !== null && { method: 'POST', body }),
  ...(signal && { signal }),
});

const post = (door: Door, path: string, body: unknown): Promise<Result<void>> =>
  request<void>(path, withToken(door, 'application/json', JSON.stringify(body)));

export const party = {
  meet: (door: Door, signal?: AbortSignal): Promise<Result<Meet>> =>
    request<Meet>(`/sessions/${part(door.session)}/party`, withToken(door, '', null, signal)),

  consent: (door: Door, version: string) =>
    post(door, `${legPath(door, door.leg)}/consent`, { consent_text_ver: version }),

  /** What the party says of itself; what the official or the clerk marks. */
  note: (
    door: Door,
    note:
      { kind: 'muted' | 'unmuted' | 'picture_off' | 'picture_on' } | { kind: 'marked'; mark: string; text?: string },
  ) => post(door, `${legPath(door, door.leg)}/notes`, note),

  /** Of the citizen, once; also when the session is over. */
  rate: (door: Door, evalevel: number, evacontent: string) =>
    post(door, `/sessions/${part(door.session)}/rating`, { evalevel, ...(evacontent && { evacontent }) }),

  workDays: (signal?: AbortSignal): Promise<Result<WorkDays>> =>
    request<WorkDays>('/workdays', { credentials: 'omit', ...(signal && { signal }) }),

  promise: (door: Door, promise: PartyPromise) => post(door, `${legPath(door, door.leg)}/promises`, promise),

  offer: async (
    door: Door,
    leg: string,
    as: 'whip' | 'whep',
    sdp: string,
    takes = false,
  ): Promise<Result<Answered>> => {
    let response: Response;
    const init = withToken(door, 'application/sdp', sdp);
    const headers = { ...init.headers, 'Mingjing-Page': PAGE, ...(takes && { 'Mingjing-Take-Over': 'true' }) };
    try {
      response = await fetch(`/api/v1${legPath(door, leg)}/${as}`, { ...init, headers });
      if (!response.ok) return { ok: false, problem: await problemOf(response) };
      const location = response.headers.get('Location') ?? '';
      return {
        ok: true,
        value: { sdp: await response.text(), location, ice: parseIceLinks(response.headers.get('Link')) },
      };
    } catch (e) {
      return { ok: false, problem: { code: 'unreachable', status: 0, detail: e instanceof Error ? e.message : '' } };
    }
  },

  /** What of ours can be reached from outside; no answer is waited for. */
  candidates: (door: Door, location: string, fragment: string): void => {
    void fetch(location, {
      ...withToken(door, 'application/trickle-ice-sdpfrag', fragment),
      method: 'PATCH',
    }).catch(() => {});
  },

  /** Also while the page goes away. */
  hangUp: (door: Door, location: string): void => {
    void fetch(location, { ...withToken(door, '', null), method: 'DELETE', keepalive: true }).catch(() => {});
  },
};
