// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms and marks, as api/openapi.yaml has them.
import type { StreamState, VolumeState } from './types';

export interface SubjectRef {
  kind: 'ticket' | 'approval' | 'session';
  hall: string;
  key: string;
  day: string | null;
}

export type MarkLevel = 'warning' | 'yellow' | 'red';

/** What a mark may say, as the hall declares it. */
export interface MarkKind {
  code: string;
  zh: string;
  en: string;
  level: MarkLevel;
  /** Since when it is offered no more. */
  ended: string | null;
}

/** What is not given stays as it is. */
export type MarkKindChange = { code: string; order?: number; ended?: boolean } & Partial<
  Pick<MarkKind, 'zh' | 'en' | 'level'>
>;

/** What a kind was called then. */
export interface KindWords {
  zh: string | null;
  en: string | null;
}

export interface Alert {
  subjects: SubjectRef[];
  mark: { id: number; kind: string } | null;
  /** Of the place that it names. */
  hall: string | null;
  /** Who made that mark; null: it is a business system's. */
  marked_by: string | null;
  level: string | null;
  rule_code: string | null;
  monitor_point: string | null;
  monitor_point_en: string | null;
  reason: string | null;
  dept_code: string | null;
  staff_id: string | null;
  limit_at: string | null;
}

export type AlarmKind =
  'camera' | 'recorder' | 'volume' | 'room' | 'purge' | 'retention' | 'clock' | 'promise' | 'alert';

export interface Alarm {
  id: number;
  kind: AlarmKind;
  /** A camera and its stream, a disk … */
  object: string;
  severity: 'yellow' | 'red';
  code: StreamState | VolumeState | string;
  detail: string;
  camera: { id: string; name: string; places: string[] } | null;
  place: string | null;
  alert: Alert | null;
  /** The moment to look at. */
  at: string;
  since: string;
  /** It holds no longer, and ends unless it comes back. */
  quiet: string | null;
  until: string | null;
  times: number;
  acknowledged: string | null;
  acknowledged_by: string | null;
  note: string | null;
}

export interface Alarms {
  open: number;
  unacknowledged: number;
  /** False: nobody looks, so it may be old. */
  watched: boolean;
  alarms: Alarm[];
  next: string | null;
}

export interface MarkRequest {
  camera: string;
  at: string;
  kind: string;
  words?: string;
  place?: string;
  hall?: string;
  /** The same whenever the same mark is asked for. */
  key: string;
}

/** Where a mark may be, and whose it would be there. */
export interface MarkPlace {
  hall: string;
  code: string;
  name: string;
  subject: SubjectRef | null;
}

export interface MarkMade {
  id: number;
  camera: { id: string; name: string };
  at: string;
  kind: string;
  kind_words: KindWords;
  words: string | null;
  by: string;
  made: string;
  place: string | null;
  hall: string | null;
  still_sha256: string;
  event: number;
  alert_id: string;
  subject: SubjectRef | null;
}
