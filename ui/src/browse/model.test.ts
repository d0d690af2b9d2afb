// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import type { CalendarDay, Camera, Outline, Place } from '../api/types';
import { DAY, formatUtc, MINUTE, parseTime, SECOND, type Us } from '../base/time';
import { presenceAt } from '../dossier/model';
import {
  beginnings,
  covering,
  daysOf,
  emptyRuns,
  leading,
  nextFootage,
  REACH,
  rowOf,
  shiftMonth,
  somethingAt,
  sourceOf,
  timeAbout,
  timeFor,
  toggled,
  whyEmpty,
} from './model';

const T = parseTime('2026-11-22T09:30:00+08:00');
const at = (s: number): string => formatUtc(T + s * SECOND);
const camera = (id: string, kind: Camera['kind'] = 'window'): Camera => ({
  ...{ id, name: `N ${id}`, kind, places: [], covers: [] },
  streams: [
    {
      ...{ name: 'main' as const, url: '', record: true, state: 'recording' as const, since: null, detail: null },
      ...{ video: 'h264', audio: 'aac', width: 1, height: 1 },
    },
  ],
});
const outline = (gaps: [number, number, number?][], from = 0, to = 600, until = to): Outline => ({
  ...{ camera: 'a', stream: 'main', from: at(from), to: at(to), until: at(until), resolution_s: 1, coverage: 0.5 },
  gaps: gaps.map(([f, e, n]) => ({
    ...{ from: at(f), to: at(e), reason: 'offline' as const, detail: null },
    ...{ gaps: n ?? 1, missing_s: (e - f) / (n ?? 1) },
  })),
  damage: [],
});
const time = { from: T, to: T + 600 * SECOND };
const row = (gaps: [number, number, number?][], until = 600) =>
  rowOf(sourceOf('a', [camera('a')]), time, outline(gaps, 0, 600, until));

describe('cameras that are browsed', () => {
  it('are known by their code, also when they are gone', () => {
    expect(sourceOf('a', [camera('a')])).toEqual({
      camera: 'a',
      name: 'N a',
      stream: 'main',
      video: 'h264',
      audio: 'aac',
    });
    expect(sourceOf('gone', [])).toMatchObject({ camera: 'gone', name: 'gone', stream: 'main', video: null });
  });

  it('are those that look at a place at that moment, the whole hall last', () => {
    const place: Place = {
      ...{ code: 'W07', name: '', hall: 'H01' },
      cameras: [
        { camera: 'hall', from: null, to: null },
        { camera: 'old', from: null, to: at(0) },
        { camera: 'new', from: at(0), to: null },
        { camera: 'new', from: null, to: null },
      ],
    };
    const cameras = [camera('hall', 'hall'), camera('old'), camera('new')];
    expect(covering(place, cameras, T - 1)).toEqual(['new', 'old', 'hall']);
    expect(covering(place, cameras, T)).toEqual(['new', 'hall']);
  });

  it('are four at most', () => {
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
    expect(toggled(['a', 'b', 'c', 'd'], 'e')).toEqual(['b', 'c', 'd', 'e']);
  });
});

describe('footage around a moment', () => {
  it('is taken for recorded until the answer is there, and is told by the answer then', () => {
    const before = rowOf(sourceOf('a', []), time, null);
    expect(presenceAt(before, T + SECOND).kind).toBe('covered');
    expect(presenceAt(before, T - DAY).kind).toBe('covered'); // another time: nothing is said of it
    const after = row(
      [
        [0, 60],
        [100, 130, 3],
      ],
      300,
    );
    expect(presenceAt(after, T + SECOND)).toMatchObject({ kind: 'gap', gap: { reason: 'offline' } });
    expect(presenceAt(after, T + 80 * SECOND).kind).toBe('covered');
    expect(presenceAt(after, T + 400 * SECOND).kind).toBe('future');
    expect(after.gaps[0]!.several).toBeUndefined();
    expect(after.gaps[1]!.several).toEqual({ n: 3, missing: 10 * SECOND });
    expect(after.coverage).toBe(0.5);
  });

  it('ends where an account may see no more', () => {
    const hers = rowOf(sourceOf('a', []), time, outline([], 100, 300));
    expect([hers.from, hers.to]).toEqual([T + 100 * SECOND, T + 300 * SECOND]);
    expect(presenceAt(hers, T + 200 * SECOND).kind).toBe('covered');
    expect(presenceAt(hers, T + 400 * SECOND).kind).toBe('outside');
    expect(presenceAt(hers, T + DAY).kind).toBe('covered'); // another time
  });

  it('is looked for where any camera has some', () => {
    const rows = [
      row([
        [0, 100],
        [200, 600],
      ]),
      row([
        [0, 150],
        [180, 600],
      ]),
    ];
    expect(somethingAt(rows, T + 50 * SECOND)).toBe(false);
    expect(somethingAt(rows, T + 120 * SECOND)).toBe(true);
    expect(nextFootage(rows, T + 50 * SECOND, 1)).toBe(T + 100 * SECOND);
    expect(nextFootage(rows, T + 250 * SECOND, 1)).toBeNull();
    expect(nextFootage(rows, T + 250 * SECOND, -1)).toBe(T + 200 * SECOND - 1);
    expect(nextFootage(rows, T + 120 * SECOND, 1)).toBe(T + 120 * SECOND);
    expect(beginnings(rows)).toEqual([T + 100 * SECOND, T + 150 * SECOND]);
  });

  it('moves with the moment before its end is reached', () => {
    const about = timeAbout(T);
    expect(about).toEqual({ from: T - REACH, to: T + REACH });
    expect(timeFor(about, T + REACH - MINUTE)).toBe(about);
    // Who has to say why of what is older stays with what was just now.
    const now = timeAbout(T, T + MINUTE);
    expect(now.from).toBe(T - 2 * MINUTE);
    expect(timeFor(now, T + MINUTE, T + MINUTE)).toBe(now);
    expect(timeFor(now, T + 12 * MINUTE, T + 12 * MINUTE).from).toBe(T + 10 * MINUTE);
    expect(timeAbout(T, T + 11.5 * MINUTE).from).toBe(T - 1.5 * MINUTE);
    expect(timeAbout(T, T + 20 * MINUTE)).toEqual(about);
    const next: Us = T + REACH - 10 * SECOND;
    expect(timeFor(about, next)).toEqual({ from: next - REACH, to: next + REACH });
  });
});

describe('calendar', () => {
  const day = (coverage: number | null, holds: number, ...missing: CalendarDay['missing']): CalendarDay => ({
    ...{ day: '2026-11-22', from: at(0), to: at(86400), coverage, recorded_s: 0, missing, holds },
  });

  it('is of all cameras that can say', () => {
    const [one] = daysOf([[day(0.5, 0)], [day(1, 2)], [day(null, 0)]]);
    expect(one).toMatchObject({ coverage: 0.75, holds: 2 });
    expect(daysOf([[day(null, 0)]])[0]!.coverage).toBeNull();
    expect(daysOf([])).toEqual([]);
  });

  it('says why a day is empty by the longest reason, deleted or never recorded', () => {
    const purged = day(0, 0, { reason: 'purged', seconds: 9 }, { reason: 'unknown', seconds: 1 });
    const never = day(0, 0, { reason: 'not-recorded', seconds: 8 });
    expect(whyEmpty(daysOf([[never], [purged]])[0]!)).toBe('purged');
    expect(whyEmpty(daysOf([[never]])[0]!)).toBe('not-recorded');
    expect(whyEmpty(daysOf([[day(0.1, 0, { reason: 'purged', seconds: 9 })]])[0]!)).toBeNull();
    expect(whyEmpty(daysOf([[day(null, 0)]])[0]!)).toBeNull();
  });

  it('names days without footage, those in a row at once', () => {
    const of = (n: number, one: CalendarDay) => ({ ...daysOf([[one]])[0]!, day: `2026-11-0${n}` });
    const why = (reason: 'purged' | 'offline' | 'not-recorded') => day(0, 0, { reason, seconds: 9 });
    const days = [why('not-recorded'), why('purged'), why('purged'), day(1, 0), why('purged'), why('offline')];
    expect(emptyRuns(days.map((d, i) => of(i + 1, d)))).toEqual([
      { days: '02–03', reason: 'purged' },
      { days: '05', reason: 'purged' },
      { days: '06', reason: 'offline' },
    ]);
  });

  it('turns its months, and weeks begin on Monday', () => {
    expect(shiftMonth('2026-12', 1)).toBe('2027-01');
    expect(shiftMonth('2026-01', -1)).toBe('2025-12');
    expect(leading('2026-11-01')).toBe(6); // a Sunday
    expect(leading('2026-06-01')).toBe(0); // a Monday
  });
});
