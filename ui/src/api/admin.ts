// SPDX-License-Identifier: GPL-3.0-or-later
// The API's part for administrators.
import { door } from './client';
import type { Camera, Place } from './types';
import type { MeetNotice } from './party';
import type { MarkKind, MarkKindChange } from './types-alarms';
import type {
  AuditReport,
  AuditPage,
  CameraRetention,
  CameraChange,
  NewCamera,
  Preview,
  Probe,
  Report,
  Rule,
  RuleChange,
  Source,
  StreamNow,
  System,
  VolumeKept,
} from './types-admin';

const { get, post, query, part } = door;
const camera = (id: string) => `/cameras/${part(id)}`;
const place = (code: string) => `/places/${part(code)}`;

export type AuditFilter = Partial<
  Record<'who' | 'what' | 'object' | 'case' | 'camera' | 'result' | 'from' | 'to', string>
>;

type Volumes = { volumes: VolumeKept[] };
type Rules = { rules: Rule[] };

/** Whose place is meant; null: the first hall's. */
type Hall = string | null;
const of = (hall: Hall) => hall && { hall };

export const admin = {
  probe: (ask: { url: string } | { camera: string; stream: string }) => post<Probe>('/probe', ask),
  streams: (signal?: AbortSignal) => get<{ streams: StreamNow[] }>('/streams', signal),
  addCamera: (fresh: NewCamera) => post<Camera>('/cameras', fresh),
  changeCamera: (id: string, change: CameraChange) => post<Camera>(camera(id), change),
  removeCamera: (id: string) => post<Camera>(`${camera(id)}/remove`, {}),
  moveCamera: (id: string, from: string, to: string, at: string | null, hall: Hall) =>
    post<Camera>(`${camera(id)}/move`, { from, to, at, ...of(hall) }),
  addPlace: (code: string, name: string, hall: Hall) =>
    post<Place>('/places', { code, name: name || null, ...of(hall) }),
  renamePlace: (code: string, name: string, hall: Hall) => post<Place>(place(code), { name, ...of(hall) }),
  addCoverage: (code: string, id: string, from: string | null, to: string | null, hall: Hall) =>
    post<Place>(`${place(code)}/coverage`, { camera: id, from, to, ...of(hall) }),
  endCoverage: (code: string, id: string, to: string | null, hall: Hall) =>
    post<Place>(`${place(code)}/coverage/end`, { camera: id, to, ...of(hall) }),
  removeCoverage: (code: string, id: string, at: string | null, hall: Hall) =>
    post<Place>(`${place(code)}/coverage/remove`, { camera: id, at, ...of(hall) }),
  renumber: (pairs: { old: string; new: string }[], at: string | null, hall: Hall) =>
    post<{ places: Place[] }>('/renumber', { pairs, at, ...of(hall) }),
  setMarkKind: (kind: MarkKindChange) => post<{ kinds: MarkKind[] }>('/mark-kinds', kind),
  notices: (signal?: AbortSignal) => get<{ notices: MeetNotice[] }>('/notices', signal),
  setNotice: (notice: Pick<MeetNotice, 'version' | 'zh' | 'en'>) => post<{ notices: MeetNotice[] }>('/notices', notice),
  setRule: (rule: RuleChange) => post<Rules>('/retention/rules', rule),
  previewRule: (rule: RuleChange) => post<Preview>('/retention/rules/preview', rule),
  whyKept: (id: string, signal?: AbortSignal) => get<CameraRetention>(`${camera(id)}/retention`, signal),
  report: (signal?: AbortSignal) => get<Report>('/retention/report', signal),
  volumes: (signal?: AbortSignal) => get<Volumes>('/volumes', signal),
  addVolume: (path: string, reserve_bytes: number | null, max_bytes: number | null) =>
    post<Volumes>('/volumes', { path, reserve_bytes, max_bytes }),
  removeVolume: (path: string) => post<Volumes>('/volumes/remove', { path }),
  setPolicy: (path: string, when_full: string) => post<Volumes>('/volumes/policy', { path, when_full }),
  audit: (filter: AuditFilter, cursor: string | null, signal?: AbortSignal) =>
    get<AuditPage>(`/audit${query({ ...filter, cursor })}`, signal),
  verifyAudit: (head: string | null) => post<AuditReport>('/audit/verify', { head }),
  system: (signal?: AbortSignal) => get<System>('/system', signal),
  sources: (signal?: AbortSignal) => get<{ sources: Source[] }>('/sources', signal),
};

/** Where the tables for spreadsheets are. */
export const auditTable = (filter: AuditFilter): string => `${door.base}/audit${query({ ...filter, format: 'csv' })}`;
export const reportTable = `${door.base}/retention/report?format=csv`;
