// SPDX-License-Identifier: GPL-3.0-or-later
// What the API says and takes of administration, as in api/openapi.yaml.
import type { CameraKind, GapReason, Outlook, Volume } from './types';

export interface StreamNow {
  camera: string;
  stream: 'main' | 'sub';
  frame_rate: number;
  bitrate: number;
  clock: 'camera' | 'arrival' | null;
  clock_offset_us: number | null;
}

export interface Beside {
  url: string;
  video: string;
  width: number;
  height: number;
  frame_rate: number | null;
}

export interface Found {
  video: string;
  width: number;
  height: number;
  frame_rate: number | null;
  bitrate: number | null;
  key_interval_us: number | null;
  audio: string | null;
  sample_rate: number;
  channels: number;
  clock: 'camera' | 'arrival';
  clock_offset_us: number | null;
  beside: Beside[];
}

export interface Probe {
  found: Found | null;
  /** JPEG in base64. */
  picture: string | null;
  /** The camera that has this address already. */
  recorded_by: string | null;
  problem: { reason: 'offline' | 'unauthorized' | 'refused' | 'unsupported' | 'stalled'; detail: string } | null;
}

export interface CameraChange {
  url?: string;
  sub?: string | null;
  name?: string;
  kind?: CameraKind;
  audio?: string;
  record?: string;
}

export interface NewCamera extends CameraChange {
  id: string;
  url: string;
  place?: string;
}

export type RuleKind = CameraKind | 'any';

export interface Days {
  min_days: number;
  max_days: number | null;
}

export interface Rule extends Days {
  kind: RuleKind;
  purpose: string;
}

export type RuleChange = Partial<Days> & { kind: RuleKind; purpose: string; remove?: boolean };

export interface Effect {
  kind: CameraKind;
  purpose: string;
  before: Days;
  after: Days;
  cameras: { id: string; name: string }[];
}

export interface Preview {
  before: Days | null;
  after: Days | null;
  below_law: boolean;
  effects: Effect[];
}

export interface Kept {
  camera: string;
  stream: 'main' | 'sub';
  kind: CameraKind;
  removed: boolean;
  oldest: string | null;
  kept_since: string | null;
  deleted_until: string | null; // null: nothing was deleted yet
  promised_days: number;
  achieved_days: number; // of footage, without its gaps
  due_days: number; // of footage that should be there: achieved and missing
  kept_days: number; // so long nothing was deleted
  met: boolean;
  missing_s: number;
  gaps: number;
  reasons: { reason: GapReason; count: number; missing_s: number }[]; // the longest sum first
  held_bytes: number;
}

export interface Report {
  at: string;
  /** False while events wait to be linked anew: more may be held. */
  complete: boolean;
  rules: Rule[];
  cameras: Kept[];
  /** The legs of face-to-face sessions, together. */
  sessions: {
    legs: number;
    oldest: string | null;
    promised_days: number;
    missed: number;
    missing_s: number;
    held_bytes: number;
  };
  volumes: { id: number; path: string; state: string; when_full: 'keep' | 'oldest'; outlook: Outlook | null }[];
}

export interface VolumeKept extends Volume {
  id: number;
  removed: boolean;
  when_full: 'keep' | 'oldest';
  reserve_bytes: number | null;
  max_bytes: number | null;
}

export interface AuditPage {
  rows: AuditRow[];
  next: string | null;
  /** After so many rows of the log the page was ended. */
  looked: number | null;
}

export interface AuditRow {
  seq: number;
  time: string;
  who: string;
  role: string;
  address: string | null;
  what: string;
  object_kind: string | null;
  object: string | null;
  day: string | null;
  camera: string | null;
  from: string | null;
  to: string | null;
  reason: string | null;
  case_no: string | null;
  result: 'ok' | 'denied' | 'failed';
  words: string | null;
  detail: Record<string, unknown> | null;
  hash: string;
}

export interface AuditReport {
  rows: number;
  head: { seq: number; hash: string };
  noted_seq: number;
  wrong: number;
  first_wrong: { seq: number; words: string } | null;
  findings: { seq: number; words: string }[];
  set_back: { rows: number; first_seq: number };
}

export interface Recorder {
  shard: number;
  shards: number;
  pid: number;
  alive: boolean;
  started: string | null;
  heartbeat: string | null;
  stopped: string | null;
}

export interface System {
  version: string;
  catalogue: number;
  api: { started: string; secure: boolean };
  transcode: boolean;
  recorders: Recorder[];
  purge: { started: string; ended: string | null; segments: number; bytes: number } | null;
  backup: { at: string; bytes: number } | null;
  links_pending: number;
  audit_rows: number;
}

/** A business system that sends events, and its clock. */
export interface Source {
  source: string;
  clock: { how: 'unknown' | 'measured' | 'set'; offset_ms: number; uncertainty_ms: number; from: string | null };
  delay_ms: number | null;
  last_arrival: string | null;
  late_ms: number | null; // all that it sends comes so late
  remark: string | null; // null also of a clock that is set by hand
  command: string | null;
}

/** All footage of a stream that goes or stays for one reason. */
export interface KeptWhy {
  camera: string;
  stream: 'main' | 'sub';
  because: 'open' | 'held' | 'bound' | 'spare' | 'due';
  /** KIND/PURPOSE */
  rule: string;
  days: number | null;
  segments: number;
  bytes: number;
  oldest: string | null;
  first_until: string | null;
  last_until: string | null;
}

export interface CameraRetention {
  camera: string;
  at: string;
  /** As that of Report. */
  complete: boolean;
  /** Why a purge would delete nothing at all; null: it would go on. */
  refused: string | null;
  segments: number;
  more: boolean;
  reasons: KeptWhy[];
}
