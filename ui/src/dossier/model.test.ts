// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import type { Dossier, DossierCamera, Event, Gap, Span, Visit } from '../api/types';
import { formatUtc, MINUTE, SECOND, type Us } from '../base/time';
import { damageAt, markAt, marksOf, merge, presenceAt, sectionAt, sectionsOf, viewOf, without } from './model';

const T = Date.UTC(2026, 10, 22, 1, 31) * 1000;
const at = (s: number) => formatUtc(T + s * SECOND);

const gap = (from: number, to: number): Gap => ({ from: at(from), to: at(to), reason: 'offline', detail: null });
function span(from: number, to: number, until: number, gaps: Gap[] = [], place = 'W07'): Span {
  return {
    camera: 'c',
    stream: 'main',
    from: at(from),
    to: at(to),
    until: at(until),
    coverage: 1,
    segments: [],
    gaps,
    damage: [],
    notes: [],
    place,
    method: 'visit',
    confidence: 1,
    uncertainty_ms: 0,
  };
}
const camera = (id: string, spans: Span[]): DossierCamera => ({
  camera: id,
  name: id,
  kind: 'window',
  stream: 'main',
  places: ['W07'],
  video: 'h264',
  audio: null,
  clock_offset_ms: 0,
  clock_uncertainty_ms: 20,
  coverage: 1,
  spans,
});
const visit = (called: number, finished: number | null, place = 'W07'): Visit => ({
  ticket: 'A012',
  day: '2026-11-22',
  place,
  called: at(called),
  started: null,
  finished: finished === null ? null : at(finished),
  from: at(called - 30),
  to: at((finished ?? called + 3600) + 60),
  uncertainty_ms: 0,
});
const dossier = (visits: Visit[], cameras: DossierCamera[]): Dossier => ({
  complete: true,
  subject: {
    kind: 'ticket',
    key: 'A012',
    day: '2026-11-22',
    hall: 'H',
    title: null,
    places: ['W07'],
    from: at(0),
    to: at(60),
  },
  hall: { code: 'H', name: 'H', timezone: '+08:00' },
  also: [],
  also_more: false,
  gaps: [],
  related: [],
  visits,
  events: [],
  sources: [],
  cameras,
  holds: [],
  coverage: 1,
  cue: at(0),
});
const event = (id: number, s: number, more: Partial<Event> = {}): Event => ({
  id,
  source: 'q',
  event_id: String(id),
  type: 'hall.ticket.called',
  time: at(s),
  at: at(s),
  received: at(s + 1),
  superseded: false,
  cancelled: false,
  data_ver: 1,
  place: null,
  data: {},
  ...more,
});

describe('stretches', () => {
  const list = (...pairs: [Us, Us][]) => pairs.map(([from, to]) => ({ from, to }));
  it('are merged', () => {
    expect(merge(list([5, 7], [0, 2], [2, 3], [6, 9], [4, 4]))).toEqual(list([0, 3], [5, 9]));
  });
  it('lose their holes', () => {
    expect(without({ from: 0, to: 10 }, list([3, 4], [8, 20]))).toEqual(list([0, 3], [4, 8]));
    expect(without({ from: 0, to: 10 }, list([0, 10]))).toEqual([]);
    expect(without({ from: 0, to: 10 }, [])).toEqual(list([0, 10]));
  });
});

describe('view of a visit', () => {
  it('has the cameras of its place, with gaps and what is covered', () => {
    const d = dossier(
      [visit(0, 100)],
      [camera('a', [span(-30, 160, 160, [gap(10, 20)])]), camera('b', [span(-30, 160, 160, [], 'W08')])],
    );
    const view = viewOf(d, sectionsOf(d)[0]!);
    expect(view.rows.map((r) => r.camera)).toEqual(['a']);
    const row = view.rows[0]!;
    expect(row.covered).toEqual([
      { from: T - 30 * SECOND, to: T + 10 * SECOND },
      { from: T + 20 * SECOND, to: T + 160 * SECOND },
    ]);
    expect(row.coverage).toBeCloseTo(180 / 190);
    expect(view).toMatchObject({ from: T - 30 * SECOND, to: T + 160 * SECOND, end: T + 160 * SECOND, live: false });
    expect(presenceAt(row, T).kind).toBe('covered');
    expect(presenceAt(row, T + 10 * SECOND)).toMatchObject({ kind: 'gap', gap: { reason: 'offline' } });
    expect(presenceAt(row, T + 20 * SECOND).kind).toBe('covered');
    expect(presenceAt(row, T + 160 * SECOND).kind).toBe('covered');
    expect(presenceAt(row, T + 161 * SECOND).kind).toBe('outside');
  });

  it('knows what is there and not whole, once', () => {
    const hurt = (from: number, to: number, track: 'video' | 'audio') => ({ from: at(from), to: at(to), track });
    const whole = { ...span(-30, 160, 160), damage: [hurt(10, 12, 'video'), hurt(11, 13, 'audio')] };
    const again = { ...span(0, 160, 160), damage: [hurt(10, 12, 'video')] };
    const d = dossier([visit(0, 100)], [camera('a', [whole, again])]);
    const row = viewOf(d, sectionsOf(d)[0]!).rows[0]!;
    expect(row.damage.map((x) => x.track)).toEqual(['video', 'audio']);
    expect(row.coverage).toBe(1);
    expect(presenceAt(row, T + 11 * SECOND).kind).toBe('covered');
    expect(damageAt(row, T + 11 * SECOND)?.track).toBe('video');
    expect(damageAt(row, T + 12 * SECOND)?.track).toBe('audio');
    expect(damageAt(row, T + 13 * SECOND)).toBeNull();
  });

  it('knows what is noted of moments, once and in order', () => {
    const note = (s: number, detail: string) => ({ at: at(s), reason: 'clock' as const, detail });
    const whole = { ...span(-30, 160, 160), notes: [note(20, 'ahead'), note(20, 'set'), note(40, 'set')] };
    const again = { ...span(-60, 160, 160), notes: [note(10, 'set'), note(20, 'ahead'), note(20, 'set')] };
    const d = dossier([visit(0, 100)], [camera('a', [whole, again])]);
    const row = viewOf(d, sectionsOf(d)[0]!).rows[0]!;
    expect(row.notes.map((n) => [n.at, n.detail])).toEqual([
      [T + 10 * SECOND, 'set'],
      [T + 20 * SECOND, 'ahead'],
      [T + 20 * SECOND, 'set'],
      [T + 40 * SECOND, 'set'],
    ]);
    expect(row.coverage).toBe(1);
    expect(presenceAt(row, T + 20 * SECOND).kind).toBe('covered');
  });

  it('puts the conversation first and the whole hall last', () => {
    const hall = { ...camera('all', [span(-30, 160, 160)]), kind: 'hall', audio: 'aac' };
    const face = { ...camera('face', [span(-30, 160, 160)]), audio: 'aac' };
    const d = dossier([visit(0, 100)], [hall, camera('desk', [span(-30, 160, 160)]), face]);
    expect(viewOf(d, sectionsOf(d)[0]!).rows.map((r) => r.camera)).toEqual(['face', 'desk', 'all']);
  });

  it('ends shortly after what is recorded while the visit goes on', () => {
    const d = dossier([visit(0, null)], [camera('a', [span(-30, 3660, 45)])]);
    const view = viewOf(d, sectionsOf(d)[0]!);
    expect(view).toMatchObject({ to: T + 75 * SECOND, end: T + 45 * SECOND, live: true });
    expect(view.rows[0]!.coverage).toBe(1);
    expect(presenceAt(view.rows[0]!, T + 50 * SECOND).kind).toBe('future');
  });

  it('does not count a gap twice that two spans name', () => {
    const d = dossier(
      [visit(0, 100)],
      [camera('a', [span(-30, 160, 160, [gap(10, 20)]), span(0, 50, 50, [gap(10, 20)])])],
    );
    const view = viewOf(d, sectionsOf(d)[0]!);
    expect(view.rows[0]!.gaps).toHaveLength(1);
    expect(view.coverage).toBeCloseTo(180 / 190);
  });

  it('is empty when no camera sees the place', () => {
    const d = dossier([visit(0, 100)], []);
    expect(viewOf(d, sectionsOf(d)[0]!)).toMatchObject({ rows: [], coverage: 0, live: false });
  });
});

describe('sections', () => {
  it('are in order and found by a moment', () => {
    const d = dossier([visit(7200, 7300), visit(0, 100)], []);
    const sections = sectionsOf(d);
    expect(sections.map((s) => s.called)).toEqual([T, T + 7200 * SECOND]);
    expect(sectionAt(sections, T + 50 * SECOND)).toBe(0);
    expect(sectionAt(sections, T + 7000 * SECOND)).toBe(1);
    expect(sectionAt(sections, T - 9 * MINUTE)).toBe(0);
    expect(sectionAt([], T)).toBe(-1);
  });
});

describe('steps of an approval', () => {
  const step = (s: number): Visit => ({ ...visit(s, s), ticket: null, day: null });
  const places = (visits: Visit[]) => sectionsOf(dossier(visits, [])).map((s) => [s.visit.ticket, s.from, s.to]);

  it('belong to the visit during which they happened', () => {
    expect(places([step(10), visit(20, 100), step(90), step(5000)])).toEqual([
      ['A012', T - 20 * SECOND, T + 160 * SECOND],
      [null, T + 4970 * SECOND, T + 5060 * SECOND],
    ]);
    const [section] = sectionsOf(dossier([step(10), visit(20, null)], []));
    expect(section).toMatchObject({ called: T + 20 * SECOND, open: true });
  });

  it('do not make one visit of two, nor of two places', () => {
    expect(places([visit(0, 50), visit(60, 100)])).toHaveLength(2);
    expect(places([visit(0, 50), { ...step(10), place: 'W08' }])).toHaveLength(2);
  });
});

describe('marks', () => {
  it('stand where they were by the clock of the host, and tell what was cancelled', () => {
    const marks = marksOf([
      event(1, 10, { superseded: true }),
      event(2, 10, { event_id: '1', data_ver: 2, cancelled: true }),
      event(3, 20, { at: at(32), event_id: 'x' }),
      event(4, 40, { superseded: true }),
      event(5, 41, { cancelled: true, data: { correction_of: '4' } }),
      event(6, 50, { superseded: true }),
    ]);
    expect(marks.find((m) => m.id === 3)!.at - marks.find((m) => m.id === 1)!.at).toBe(22_000_000);
    expect(marks.filter((m) => m.cancelled).map((m) => m.id)).toEqual([1, 2, 4, 5]);
    expect(marks.filter((m) => m.superseded).map((m) => m.id)).toEqual([1, 2, 4, 5, 6]);
  });

  it('are in order of what happened and know what came late', () => {
    const marks = marksOf([event(2, 50), event(1, 0, { received: at(300) }), event(3, 20, { superseded: true })]);
    expect(marks.map((m) => m.id)).toEqual([1, 3, 2]);
    expect(marks.map((m) => m.lateBy)).toEqual([300 * SECOND, 0, 0]);
    expect(markAt(marks, T + 30 * SECOND)?.id).toBe(1);
    expect(markAt(marks, T + 50 * SECOND)?.id).toBe(2);
    expect(markAt(marks, T - SECOND)).toBeNull();
  });

  it('carry staff and rating', () => {
    const raised = { type: 'hall.alert.raised', data: { marked_by: 'wang', raised_by: 'manual' } };
    expect(marksOf([event(1, 0, { ...raised, source: '/mingjing/H01/marks' })])[0]!.alert!.by).toBe('wang');
    expect(marksOf([event(1, 0, raised)])[0]!.alert!.by).toBeNull();
    const [m] = marksOf([event(1, 0, { data: { staff_id: '1023', rating: 4 } })]);
    expect(m).toMatchObject({ staff: '1023', rating: 4 });
    expect(marksOf([event(1, 0, { data: { rating: 9, staff_id: 7 } })])[0]).toMatchObject({
      staff: null,
      rating: null,
    });
  });
});
