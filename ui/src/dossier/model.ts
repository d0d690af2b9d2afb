// SPDX-License-Identifier: GPL-3.0-or-later
// A dossier as the page needs it: moments as numbers, one visit at a time, per camera what is recorded and what is not.
import type { Damage, Dossier, DossierCamera, Event, Gap, GapReason, Hold, Note, Span, Visit } from '../api/types';
import type { KindWords } from '../api/types-alarms';
import { formatUtc, MINUTE, parseTime, SECOND, type Us } from '../base/time';

export interface Stretch {
  from: Us;
  to: Us;
}

export interface GapStretch extends Stretch {
  reason: GapReason;
  detail: string | null;
  /** Several that are too close to be drawn apart, and how much of it they are. */
  several?: { n: number; missing: Us };
}

/** Footage that is there and not whole. */
export interface DamageStretch extends Stretch {
  track: Damage['track'];
}

/** What a hold in force keeps of a camera. */
export interface HeldStretch extends Stretch {
  hold: Hold;
}

/** Nothing is missing here, and something is to be known. */
export interface NoteMark {
  at: Us;
  reason: Note['reason'];
  detail: string | null;
}

export interface Row {
  camera: string;
  name: string;
  stream: string;
  video: string | null;
  audio: string | null;
  clockOffsetMs: number | null;
  clockUncertaintyMs: number | null;
  /** What is linked to the visit; [from, to) of the playlist too. */
  from: Us;
  to: Us;
  /** Later than this is still to come. */
  until: Us;
  covered: Stretch[];
  gaps: GapStretch[];
  damage: DamageStretch[];
  notes: NoteMark[];
  /** Recorded part of what was to be recorded; null if there is nothing of that yet. */
  coverage: number | null;
  /** It follows the clock to other times: what it has outside of this one is not known yet, and nothing is said of it. */
  roams?: Stretch;
  /** Of a party in a meeting. */
  party?: true;
}

export interface Mark {
  id: number;
  at: Us;
  type: string;
  place: string | null;
  superseded: boolean;
  /** It never was: cancelled, or what cancels it. */
  cancelled: boolean;
  /** It may be of another ticket with the number. */
  unassigned: boolean;
  lateBy: Us;
  staff: string | null;
  rating: number | null;
  /** Of an alert: what it is about. */
  alert: { rule: string | null; then: KindWords; words: string | null; still: string | null; by: string | null } | null;
  /** Of a session. */
  told: { role: string | null; mark: string | null; words: string } | null;
}

export interface Section {
  visit: Visit;
  from: Us;
  to: Us;
  called: Us;
  open: boolean;
}

export interface View {
  section: Section;
  rows: Row[];
  /** What the ruler shows. */
  from: Us;
  to: Us;
  /** Where the clock can be. */
  end: Us;
  live: boolean;
  /** Recorded part of what was to be recorded; null if there is nothing of that yet. */
  coverage: number | null;
}

const time = (text: string | null): Us | null => (text === null ? null : parseTime(text));

function sectionOf(visit: Visit): Section {
  const from = parseTime(visit.from);
  return {
    visit,
    from,
    to: parseTime(visit.to),
    called: time(visit.called) ?? time(visit.started) ?? from,
    open: visit.finished === null && visit.ticket !== null,
  };
}

/** A place and a time, as if somebody had been there all of it. */
export function sectionOfPlace(place: string, from: Us, to: Us): Section {
  const text = { from: formatUtc(from), to: formatUtc(to) };
  const nobody = { ticket: null, day: null, called: null, started: null, finished: null, uncertainty_ms: 0 };
  return { visit: { ...nobody, place, ...text }, from, to, called: from, open: false };
}

/** Two that overlap at one place are one stay: an approval's steps happen while its ticket is being served. */
function joined(a: Section, b: Section): Section {
  const lead = a.visit.ticket === null && b.visit.ticket !== null ? b : a;
  return { ...lead, from: Math.min(a.from, b.from), to: Math.max(a.to, b.to), open: a.open || b.open };
}

/** The visits in their order. */
export function sectionsOf(dossier: Dossier): Section[] {
  const out: Section[] = [];
  for (const section of dossier.visits.map(sectionOf).sort((a, b) => a.from - b.from)) {
    const at = out.findIndex((o) => o.visit.place === section.visit.place && o.to >= section.from);
    // Two tickets stay two visits, however close they are.
    const before = out[at];
    if (before && (before.visit.ticket === null || section.visit.ticket === null)) out[at] = joined(before, section);
    else out.push(section);
  }
  return out;
}

/** The visit that holds a moment, else the one nearest to it; −1 if there is no visit. */
export function sectionAt(sections: readonly Section[], moment: Us): number {
  let best = -1;
  let distance = Infinity;
  sections.forEach((s, i) => {
    const off = moment < s.from ? s.from - moment : moment > s.to ? moment - s.to : 0;
    if (off < distance) {
      best = i;
      distance = off;
    }
  });
  return best;
}

/** Sorted, and what touches or overlaps made one. */
export function merge(stretches: readonly Stretch[]): Stretch[] {
  const out: Stretch[] = [];
  for (const s of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = out[out.length - 1];
    if (last && s.from <= last.to) last.to = Math.max(last.to, s.to);
    else if (s.to > s.from) out.push({ from: s.from, to: s.to });
  }
  return out;
}

/** What is left of a stretch without its holes. */
export function without(whole: Stretch, holes: readonly Stretch[]): Stretch[] {
  const out: Stretch[] = [];
  let at = whole.from;
  for (const hole of merge(holes)) {
    if (hole.from > at) out.push({ from: at, to: Math.min(hole.from, whole.to) });
    at = Math.max(at, hole.to);
    if (at >= whole.to) break;
  }
  if (at < whole.to) out.push({ from: at, to: whole.to });
  return out.filter((s) => s.to > s.from);
}

const gapOf = (g: Gap): GapStretch => ({
  from: parseTime(g.from),
  to: parseTime(g.to),
  reason: g.reason,
  detail: g.detail,
});

const damageOf = (d: Damage): DamageStretch => ({ from: parseTime(d.from), to: parseTime(d.to), track: d.track });

/** In their order; spans may overlap, and one moment may have several. */
function notesOf(spans: readonly Span[]): NoteMark[] {
  const all = spans.flatMap((s) => s.notes.map((n) => ({ at: parseTime(n.at), reason: n.reason, detail: n.detail })));
  const same = (a: NoteMark, b: NoteMark) => a.at === b.at && a.reason === b.reason && a.detail === b.detail;
  return all.filter((n, i) => all.findIndex((o) => same(n, o)) === i).sort((a, b) => a.at - b.at);
}

/** Spans of one camera may overlap, and then both name it. */
const once = <T extends Stretch>(all: T[]): T[] =>
  all.sort((a, b) => a.from - b.from).filter((g, i) => !all.slice(0, i).some((o) => o.from <= g.from && o.to >= g.to));

function rowOf(camera: DossierCamera, spans: readonly Span[]): Row {
  const stretches = spans.map((s) => ({
    from: parseTime(s.from),
    to: parseTime(s.to),
    until: parseTime(s.until),
    span: s,
  }));
  const gaps = once(stretches.flatMap((s) => s.span.gaps.map(gapOf)));
  const damage = stretches.flatMap((s) => s.span.damage.map(damageOf));
  const covered = merge(
    stretches.flatMap((s) => {
      const to = Math.min(s.to, s.until);
      return to > s.from ? without({ from: s.from, to }, s.span.gaps.map(gapOf)) : [];
    }),
  );
  const asked = merge(stretches.map((s) => ({ from: s.from, to: Math.min(s.to, s.until) })));
  const total = (list: Stretch[]) => list.reduce((sum, s) => sum + s.to - s.from, 0);
  return {
    camera: camera.camera,
    name: camera.name || camera.camera,
    stream: camera.stream,
    video: camera.video,
    audio: camera.audio,
    clockOffsetMs: camera.clock_offset_ms,
    clockUncertaintyMs: camera.clock_uncertainty_ms,
    from: Math.min(...stretches.map((s) => s.from)),
    to: Math.max(...stretches.map((s) => s.to)),
    until: Math.max(...stretches.map((s) => s.until)),
    covered,
    gaps,
    damage: [...once(damage.filter((d) => d.track === 'video')), ...once(damage.filter((d) => d.track === 'audio'))],
    notes: notesOf(spans),
    coverage: total(asked) ? total(covered) / total(asked) : null,
  };
}

/** The camera of the conversation first (it has the sound), then what else is aimed at the place, then the whole hall. */
const rank = (camera: DossierCamera): number => (camera.kind === 'hall' ? 2 : camera.audio ? 0 : 1);

/** One visit with the cameras that saw it. An open visit's ruler ends a little after what is recorded. */
export function viewOf(dossier: Pick<Dossier, 'cameras'>, section: Section): View {
  const belongs = (s: Span) =>
    s.place === section.visit.place && parseTime(s.from) < section.to && parseTime(s.to) > section.from;
  const rows = dossier.cameras
    .map((c) => ({ camera: c, spans: c.spans.filter(belongs) }))
    .filter(({ spans }) => spans.length > 0)
    .sort((a, b) => rank(a.camera) - rank(b.camera))
    .map(({ camera, spans }) => rowOf(camera, spans));
  const from = Math.min(section.from, ...rows.map((r) => r.from));
  const last = Math.max(section.to, ...rows.map((r) => r.to));
  const until = rows.length ? Math.max(...rows.map((r) => r.until)) : last;
  const to = section.open ? Math.min(last, Math.max(until, section.called) + MINUTE / 2) : last;
  const asked = (r: Row) => Math.max(0, Math.min(r.to, r.until) - r.from);
  const seconds = rows.reduce((sum, r) => sum + asked(r), 0);
  const covered = rows.reduce((sum, r) => sum + (r.coverage ?? 0) * asked(r), 0);
  return {
    section,
    rows,
    from,
    to: Math.max(to, from + SECOND),
    end: Math.max(from, Math.min(to, until)),
    live: until < last,
    // A visit that no camera sees is not covered at all.
    coverage: seconds > 0 ? covered / seconds : rows.length ? null : 0,
  };
}

/** What forms and lists need of cameras. */
export interface Named {
  cameras: readonly { camera: string; name: string }[];
}

/** What people call a camera; its ID if the dossier does not show it. */
export const cameraName = (dossier: Named, camera: string): string =>
  dossier.cameras.find((c) => c.camera === camera)?.name || camera;

export const inForce = (hold: Hold): boolean => hold.released === null;

/** What holds in force keep of a camera, as far as the view goes. */
export function heldOf(holds: readonly Hold[], camera: string, view: Stretch): HeldStretch[] {
  return holds
    .filter(inForce)
    .flatMap((hold) =>
      hold.spans
        .filter((s) => s.camera === camera)
        .map((s) => ({ from: parseTime(s.from), to: parseTime(s.to), hold })),
    )
    .filter((s) => s.from < view.to && s.to > view.from);
}

/** Who may put a hold: the server refuses everybody else. */
export const mayHold = (me: { permissions: readonly string[] }): boolean => me.permissions.includes('hold');

/** Why somebody may not release a hold; null: may. Two people have to agree that it goes, as the server insists. */
export function whyNotRelease(hold: Hold, me: { name: string; role: string }): 'own' | 'others' | null {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (same(hold.by, me.name)) return 'own';
  return me.role === 'supervisor' || same(hold.owner, me.name) ? null : 'others';
}

/** Told more than this after it happened is worth a word. */
const LATE = MINUTE;

function rating(data: Record<string, unknown>): number | null {
  const n = Number(data.rating ?? data.evalevel ?? data.eva_level);
  return Number.isInteger(n) && n >= 1 && n <= 5 ? n : null;
}

/** Whether one of the others says that it never was. */
function isCancelled(event: Event, events: readonly Event[]): boolean {
  return (
    event.superseded &&
    events.some(
      (e) =>
        e.cancelled &&
        !e.superseded &&
        e.source === event.source &&
        (e.event_id === event.event_id || e.data.correction_of === event.event_id),
    )
  );
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value ? value : null);

/** As the server names what is marked and said on this page (index/event/source.h). */
const OURS = '/mingjing/';

/** What an alert says; of one that a person marked in a picture, by which name that is kept. */
function alertOf(event: Event): Mark['alert'] {
  if (!event.type.startsWith('hall.alert.')) return null;
  const { rule_code: rule, reason, alert_id: id, raised_by: by, evidence_ref: evidence } = event.data;
  const { monitor_point: zh, monitor_point_en: en, marked_by: who } = event.data;
  const still = (evidence as { still_sha256?: unknown } | null | undefined)?.still_sha256;
  return {
    rule: textOf(rule),
    then: { zh: textOf(zh), en: textOf(en) },
    words: textOf(reason),
    still: by === 'manual' && typeof still === 'string' ? textOf(id) : null,
    by: event.source.startsWith(OURS) ? textOf(who) : null,
  };
}

/** Of a session's event: who it is about, and what was said. */
function toldOf(event: Event): Mark['told'] {
  if (!event.type.startsWith('hall.session.')) return null;
  const { role, mark, text, proof, reason, owner, due } = event.data;
  const words = [textOf(text) ?? textOf(proof) ?? textOf(reason), textOf(owner), textOf(due)];
  return { role: textOf(role), mark: textOf(mark), words: words.filter(Boolean).join(' · ') };
}

export function marksOf(events: readonly Event[]): Mark[] {
  return events
    .map((e) => {
      const at = parseTime(e.at);
      const lateBy = parseTime(e.received) - at;
      return {
        id: e.id,
        at,
        type: e.type,
        place: e.place,
        superseded: e.superseded || e.cancelled,
        cancelled: e.cancelled || isCancelled(e, events),
        unassigned: e.unassigned === true,
        // What a person marks in a replay is not late.
        lateBy: lateBy > LATE && e.data.raised_by !== 'manual' ? lateBy : 0,
        staff: typeof e.data.staff_id === 'string' ? e.data.staff_id : null,
        rating: rating(e.data),
        alert: alertOf(e),
        told: toldOf(e),
      };
    })
    .sort((a, b) => a.at - b.at || a.id - b.id);
}

/** The last mark at or before a moment. */
export function markAt(marks: readonly Mark[], moment: Us): Mark | null {
  let found: Mark | null = null;
  for (const m of marks) if (!m.superseded && m.at <= moment) found = m;
  return found;
}

export type Presence =
  { kind: 'covered' } | { kind: 'gap'; gap: GapStretch } | { kind: 'future' } | { kind: 'outside' };

/** What a camera has at a moment. */
export function presenceAt(row: Row, moment: Us): Presence {
  const gap = row.gaps.find((g) => moment >= g.from && moment < g.to);
  if (gap) return { kind: 'gap', gap };
  if (row.covered.some((s) => moment >= s.from && moment < s.to)) return { kind: 'covered' };
  if (moment >= row.until && moment < row.to) return { kind: 'future' };
  // The very last moment of a camera's footage still shows its last picture.
  if (row.covered.some((s) => moment === s.to)) return { kind: 'covered' };
  const elsewhere = row.roams && (moment < row.roams.from || moment >= row.roams.to);
  return { kind: elsewhere ? 'covered' : 'outside' };
}

/** What of a camera's footage is damaged at a moment, pictures before sound; null if nothing is known to be. */
export const damageAt = (row: Row, moment: Us): DamageStretch | null =>
  row.damage.find((d) => moment >= d.from && moment < d.to) ?? null;
