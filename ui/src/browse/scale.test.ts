// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, parseTime, SECOND, zoneOf } from '../base/time';
import {
  around,
  askedFor,
  following,
  LONGEST,
  momentAt,
  pan,
  SHORTEST,
  spanOf,
  ticks,
  within,
  zoom,
  zoomStep,
} from './scale';

const NOW = parseTime('2026-11-22T12:00:00+08:00');
const HALL = zoneOf('+08:00');

describe('scale', () => {
  it('goes from a month to a second, and keeps what is under the pointer there', () => {
    let scale = around(NOW - 20 * DAY, 99 * DAY, NOW);
    expect(spanOf(scale)).toBe(LONGEST);
    const at = momentAt(scale, 0.25);
    let steps = 0;
    for (; spanOf(scale) > SHORTEST; steps += 1) {
      scale = zoom(scale, 0.5, at, NOW);
      expect(Math.abs((at - scale.from) / spanOf(scale) - 0.25)).toBeLessThan(0.001);
    }
    expect(steps).toBe(22);
    expect(spanOf(zoom(scale, 0.5, at, NOW))).toBe(SHORTEST);
    expect(spanOf(zoom(scale, 1e12, at, NOW))).toBe(LONGEST);
  });

  it('zooms by keys about the moment if it is seen, else about the middle', () => {
    const scale = around(NOW - DAY, 60 * MINUTE, NOW);
    const at = scale.from + 10 * MINUTE;
    const nearer = zoomStep(scale, 1, at, NOW);
    expect([nearer.from, nearer.to]).toEqual([at - 5 * MINUTE, at + 25 * MINUTE]);
    const elsewhere = zoomStep(scale, -1, at - DAY, NOW);
    expect((elsewhere.from + elsewhere.to) / 2).toBe(NOW - DAY);
    expect(spanOf(elsewhere)).toBe(120 * MINUTE);
  });

  it('shows a little of the future and no more', () => {
    expect(pan(around(NOW, DAY, NOW), 9 * DAY, NOW).from).toBe(NOW - 0.9 * DAY);
    expect(within({ from: -5, to: MINUTE }, NOW).from).toBe(0);
  });

  it('turns a page when what plays leaves it, and stays while it is seen', () => {
    const scale = { from: NOW - DAY, to: NOW - DAY + MINUTE };
    expect(following(scale, scale.to, NOW)).toBe(scale);
    const next = following(scale, scale.to + SECOND, NOW);
    expect(next.from).toBe(scale.to + SECOND - 6 * SECOND);
    const back = following(scale, scale.from - SECOND, NOW);
    expect(back.to).toBe(scale.from - SECOND + 6 * SECOND);
    const far = following(scale, scale.from - DAY, NOW);
    expect((far.from + far.to) / 2).toBe(scale.from - DAY);
    expect(spanOf(far)).toBe(MINUTE);
  });

  it('asks for what is seen and a little more, seldom, and never for more than is answered', () => {
    for (const span of [SECOND, 7 * SECOND, MINUTE, 3600 * SECOND, DAY, 9 * DAY, 16 * DAY, LONGEST]) {
      const scale = around(NOW - 40 * DAY, span, NOW);
      const asked = askedFor(scale);
      expect(asked.from).toBeLessThanOrEqual(scale.from);
      // Of a month, less than a picture point may be left out at its end.
      expect(asked.to).toBeGreaterThanOrEqual(scale.to - span / 600);
      expect(asked.to - asked.from).toBeLessThanOrEqual(LONGEST);
      expect((asked.to - asked.from) / (asked.resolutionMs * 1000)).toBeLessThan(3100);
      // A move of a hundredth mostly asks for the same.
      const moves = Array.from({ length: 100 }, (_, i) => askedFor(pan(scale, (i * span) / 100, NOW)).from);
      expect(new Set(moves).size).toBeLessThan(span > 15 * DAY ? 101 : 5);
    }
  });
});

describe('ticks of the zooming ruler', () => {
  const labels = (from: string, span: number, zone = HALL) =>
    ticks({ from: parseTime(from), to: parseTime(from) + span }, zone, 8).map((t) => t.label);

  it('say what is round: days, hours, seconds, tenths', () => {
    expect(labels('2026-11-20T10:00:00+08:00', 4 * DAY)).toEqual([
      '12:00',
      '11-21',
      '12:00',
      '11-22',
      '12:00',
      '11-23',
      '12:00',
      '11-24',
    ]);
    expect(labels('2026-11-22T22:30:00+08:00', 180 * MINUTE)).toEqual([
      '22:30',
      '23:00',
      '23:30',
      '11-23',
      '00:30',
      '01:00',
      '01:30',
    ]);
    expect(labels('2026-11-22T09:31:04.800+08:00', 3 * SECOND)).toEqual([
      '09:31:05.0',
      '09:31:05.5',
      '09:31:06.0',
      '09:31:06.5',
      '09:31:07.0',
      '09:31:07.5',
    ]);
    expect(labels('2026-11-01T00:00:00+08:00', 31 * DAY).length).toBeLessThanOrEqual(8);
  });

  it('stand at midnight on both sides of summer time', () => {
    const berlin = zoneOf('Europe/Berlin');
    expect(labels('2026-10-24T00:00:00+02:00', 3 * DAY + 3600 * SECOND, berlin).filter((l) => l.includes('-'))).toEqual(
      ['10-24', '10-25', '10-26', '10-27'],
    );
  });
});
