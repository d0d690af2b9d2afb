// SPDX-License-Identifier: GPL-3.0-or-later
// What api/openapi.yaml promises, as types. Times stay the texts they came as; base/time.ts reads them.

import type { MarkMade } from './types-alarms';

export type ProblemCode =
  | 'failed'
  | 'invalid'
  | 'not-found'
  | 'exists'
  | 'conflict'
  | 'ambiguous'
  | 'busy'
  | 'denied'
  | 'io'
  | 'corrupt'
  | 'unsupported'
  | 'timeout'
  | 'too-large'
  | 'too-many'
  | 'method'
  | 'reason'
  | 'password'
  | 'second'
  | 'coding'
  | 'taken'
  | 'over';

/** Of what is not found: whether those speak who would have told of it. */
export interface Feed {
  sources: { source: string; last: string | null; late_ms: number | null }[];
  day: string | null;
  /** Tickets of that day that queues told of; 1000 at most. */
  told: number | null;
  refused: number;
  refused_last: string | null;
}

export interface Hall {
  code: string;
  name: string;
  timezone: string;
}

export type Permission =
  | 'self'
  | 'state'
  | 'live'
  | 'find'
  | 'view'
  | 'clip'
  | 'mark'
  | 'alarm'
  | 'holds'
  | 'hold'
  | 'release'
  | 'admin.cameras'
  | 'admin.places'
  | 'admin.rules'
  | 'share'
  | 'admin.users'
  | 'admin.tokens'
  | 'audit'
  | 'looks'
  | 'session';

export interface Me {
  name: string;
  role: string;
  permissions: Permission[];
  /** When footage wants a reason. */
  reason: 'never' | 'older' | 'always';
  /** The password was given: nothing else until it is changed. */
  must_change: boolean;
  /** Has a second factor. */
  second: boolean;
  /** What is seen, HALL/CODE each; null: everything. */
  places: string[] | null;
  hall: Hall;
  time: string;
}

export type StreamState =
  | 'starting'
  | 'recording'
  | 'offline'
  | 'unauthorized'
  | 'refused'
  | 'unsupported'
  | 'stalled'
  | 'ended'
  | 'disk'
  | 'capture-down'
  | 'disabled';

export interface Down {
  camera: string;
  name: string;
  places?: string[];
  stream: string;
  state: StreamState;
  since: string;
  detail?: string | null;
}

export type VolumeState = 'ready' | 'full' | 'read-only' | 'failing' | 'stalled' | 'missing' | 'unknown';

export interface Volume {
  path: string;
  state: VolumeState;
  since: string | null;
  detail: string | null;
  total_bytes: number | null;
  free_bytes: number | null;
  outlook: Outlook | null;
}

/** What becomes of a volume, as the last purge found it. */
export interface Outlook {
  at: string;
  used_bytes: number;
  held_bytes: number;
  bound_bytes: number;
  spare_bytes: number;
  room_bytes: number;
  day_bytes: number;
  /** When there is no room left, and nothing that may be deleted. */
  short: string | null;
  cause: 'held' | 'minimum' | null;
  warning: boolean;
}

export interface Status {
  time: string;
  recording: number;
  expected: number;
  down: Down[];
  disk: { total_bytes: number; free_bytes: number; days_left: number | null };
  volumes: Volume[];
  clock: { synchronised: boolean; error_ms: number | null };
  capture: { running: boolean; since: string | null };
}

export interface Stream {
  name: 'main' | 'sub';
  url: string;
  record: boolean;
  state: StreamState;
  since: string | null;
  detail: string | null;
  video: string | null;
  audio: string | null;
  width: number;
  height: number;
}

/** How pictures stand on the live wall. */
export interface LayoutGiven {
  size: number;
  cameras: (string | null)[];
  tour_seconds: number;
}

export interface LayoutKept extends LayoutGiven {
  of: 'own' | 'shared';
  name: string;
  changed: string;
}

export type CameraKind = 'window' | 'hall' | 'room' | 'session';

export interface Camera {
  id: string;
  name: string;
  kind: CameraKind;
  places: string[];
  /** The same places with their halls: two halls may have one code. */
  covers: Cover[];
  streams: Stream[];
}

export interface Cover {
  hall: string;
  code: string;
  name: string;
}

export interface Place {
  code: string;
  name: string;
  hall: string;
  cameras: { camera: string; from: string | null; to: string | null }[];
}

export interface Subject {
  kind: 'ticket' | 'approval' | 'session';
  key: string;
  day: string | null;
  hall: string;
  title: string | null;
  places: string[];
  from: string;
  to: string;
  /** All that was said of it was corrected to be another's, or cancelled. */
  superseded?: boolean;
  /** Of a ticket, as the next two: its vendor's own name of it. */
  ticket_id?: string | null;
  /** Which source tells that, or speaks of it first. */
  source?: string | null;
  /** Other tickets have the number that day: by ticket_id, or else by source it is told from them. */
  shared?: boolean;
  /** Of a ticket: a queue spoke of it. If not, it is only named, by these approvals or by a rating. */
  spoken?: boolean;
  named_by?: string[];
}

/** A gap, and the camera that has it; null where no camera looked. */
export interface MissingAt {
  camera: string | null;
  place: string;
  from: string;
  to: string;
  reason: GapReason | 'no-camera';
  detail: string | null;
}

/** A subject, or a sitting of one, with how much of it is recorded. */
export interface Glance extends Subject {
  /** Null while nothing was to be recorded. */
  coverage: number | null;
  gaps: MissingAt[];
  /** In force on it, or on footage of it. */
  holds: number;
}

/** What a subject is called, where something else is called so. */
export type SubjectName = Pick<Subject, 'kind' | 'key' | 'day' | 'hall' | 'ticket_id' | 'source' | 'shared'>;

export type FacetKind = 'staff' | 'business' | 'matter' | 'place';

export interface Facet {
  by: FacetKind;
  value: string;
  hall: string;
  last: string;
}

export interface PlaceName {
  hall: string;
  code: string;
  name: string;
}

export interface SearchResults {
  q: string;
  results: Glance[];
  places: PlaceName[];
  cameras: { id: string; name: string }[];
  staff: Facet[];
  business: Facet[];
  matters: Facet[];
  marks: MarkMade[];
  holds: Hold[];
  /** False while what an earlier version stored is still being read, or events wait to be linked anew. */
  complete: boolean;
  next: string | null;
}

export interface Found {
  by: FacetKind;
  value: string;
  hall: Hall;
  from: string | null;
  to: string | null;
  complete: boolean;
  items: Glance[];
  next: string | null;
}

export interface Event {
  id: number;
  source: string;
  event_id: string;
  type: string;
  /** By the clock of its source. */
  time: string;
  /** By the host's clock, as far as the source's is known. */
  at: string;
  received: string;
  superseded: boolean;
  /** It says that what it corrects never was. */
  cancelled: boolean;
  /** Nobody knows which ticket of the number it is of. */
  unassigned?: boolean;
  data_ver: number;
  place: string | null;
  data: Record<string, unknown>;
}

export type GapReason =
  | 'offline'
  | 'unauthorized'
  | 'refused'
  | 'unsupported'
  | 'stalled'
  | 'ended'
  | 'disk'
  | 'capture-down'
  | 'lost'
  | 'clock'
  | 'not-recorded'
  | 'purged'
  | 'unknown';

export interface Gap {
  from: string;
  to: string;
  reason: GapReason;
  detail: string | null;
}

/** Recorded, and not whole. */
export interface Damage {
  from: string;
  to: string;
  track: 'video' | 'audio';
}

/** To be known of a moment at which nothing is missing. */
export interface Note {
  at: string;
  reason: 'clock';
  detail: string | null;
}

export interface Timeline {
  camera: string;
  stream: string;
  from: string;
  to: string;
  until: string;
  coverage: number | null;
  segments: { id: number; path: string; start: string; end: string }[];
  gaps: Gap[];
  damage: Damage[];
  notes: Note[];
}

/** A timeline as a ruler draws it. */
export interface Outline {
  camera: string;
  stream: string;
  from: string;
  to: string;
  until: string;
  resolution_s: number;
  coverage: number | null;
  /** One each, or several that lie close together. */
  gaps: (Gap & { missing_s: number; gaps: number })[];
  damage: Damage[];
}

export interface CalendarDay {
  day: string;
  from: string;
  to: string;
  /** Null while all of it is still to come. */
  coverage: number | null;
  recorded_s: number;
  missing: { reason: GapReason; seconds: number }[];
  holds: number;
}

export interface Calendar {
  camera: string;
  stream: string;
  month: string;
  first: string | null;
  last: string | null;
  days: CalendarDay[];
}

export interface Span extends Timeline {
  place: string;
  method: 'visit' | 'step' | 'session';
  confidence: number;
  uncertainty_ms: number;
}

export interface Visit {
  ticket: string | null;
  day: string | null;
  place: string;
  called: string | null;
  started: string | null;
  finished: string | null;
  from: string;
  to: string;
  uncertainty_ms: number;
}

/** A business system that told of the subject, and its clock then. */
export interface DossierSource {
  source: string;
  clock: 'unknown' | 'measured' | 'set';
  offset_ms: number;
  uncertainty_ms: number;
}

export interface DossierCamera {
  camera: string;
  name: string;
  kind: string;
  stream: string;
  places: string[];
  video: string | null;
  audio: string | null;
  clock_offset_ms: number | null;
  clock_uncertainty_ms: number | null;
  coverage: number | null;
  spans: Span[];
}

/** What keeps footage from being deleted. */
export interface Hold {
  id: number;
  kind: Subject['kind'] | 'camera';
  /** Null for a hold on cameras. */
  subject: { kind: string; hall: string; key: string; day: string | null; ticket_id?: string; source?: string } | null;
  owner: string;
  reason: string;
  case: string;
  review: string | null;
  review_due: boolean;
  made: string;
  by: string;
  released: string | null;
  released_by: string | null;
  released_reason: string | null;
  spans: { camera: string; from: string; to: string }[];
}

export interface ClipRequest {
  camera: string;
  stream: string;
  /** RFC 3339, or hall time as 2026-11-22 09:31:05. */
  from: string;
  to: string;
}

/** A stretch of a stream as one file. */
export interface Clip {
  name: string;
  type: 'video/mp4' | 'video/quicktime';
  bytes: number;
  pictures: number;
  first: string;
  last: string;
  rest: string | null; // from where on it is coded otherwise, and is a clip of its own
  sha256: string | null;
  coverage: number;
  gaps: Gap[];
}

export interface ClipState {
  id: string;
  camera: string;
  stream: string;
  state: 'waiting' | 'reading' | 'hashing' | 'ready' | 'failed';
  progress: number;
  clip: Clip | null;
  problem: { code: ProblemCode; detail: string } | null;
}

export type HoldTarget =
  | {
      subject: {
        kind: Subject['kind'];
        key: string;
        hall?: string;
        day?: string;
        ticket_id?: string;
        source?: string;
        /** Every ticket that has the number. */
        all?: boolean;
      };
    }
  | { cameras: string[]; from: string; to: string };

export type HoldRequest = HoldTarget & {
  reason: string;
  case: string;
  owner?: string;
  review?: string;
};

export interface HoldAnswer {
  hold: Hold;
  /** That it keeps nothing now. */
  warning?: string | null;
  /** Of a hold on all that have a number: which these are. */
  tickets?: { ticket_id: string | null; source: string | null }[];
  keeps: { segments: number; bytes: number };
  /** What had been deleted before it could be held. */
  gone: { camera: string; stream: string; from: string; to: string; segments: number; bytes: number; detail: string }[];
  /** Its record beside the footage: in how many volumes, of how many; and in how many the recorder is about to write it. */
  journals: { written: number; of: number; waiting: number; failed: string | null };
}

/** What every camera that covers a place saw between two moments. */
export interface PlaceFootage {
  /** False while events wait to be linked anew. */
  complete: boolean;
  place: string;
  hall: Hall;
  from: string;
  to: string;
  cameras: DossierCamera[];
  gaps: MissingAt[];
  holds: Hold[];
  coverage: number | null;
}

export interface Dossier {
  /** False while events wait to be linked anew: what is held may be of before. */
  complete: boolean;
  subject: Subject;
  hall: Hall;
  /** What else is called so: on other days, in other halls, of other kinds. */
  also: SubjectName[];
  also_more: boolean;
  gaps: MissingAt[];
  related: Subject[];
  visits: Visit[];
  events: Event[];
  sources: DossierSource[];
  cameras: DossierCamera[];
  /** On the subject, released ones too, and those in force that touch its footage. */
  holds: Hold[];
  /** Null while nothing was to be recorded: no visit yet. */
  coverage: number | null;
  cue: string | null;
}

export interface Reason {
  id: number;
  kind: string;
  key: string;
  day: string | null;
  reason: string;
  case: string;
  given: string | null;
}

export interface ReasonGiven {
  kind: string;
  key: string;
  day?: string | null | undefined;
  hall?: string | undefined;
  ticket_id?: string | undefined;
  source?: string | undefined;
  reason: string;
  case: string;
}

export interface User {
  name: string;
  role: string;
  disabled: boolean;
  must_change: boolean;
  second: boolean;
  places: string[] | null;
  created: string | null;
  seen: string | null;
}

export interface Users {
  users: User[];
  roles: { role: string; limitable: boolean }[];
}

export interface Token {
  name: string;
  scope: 'events' | 'read';
  usable: boolean;
  created: string | null;
  expires: string | null;
  revoked: string | null;
  used: string | null;
}
