// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import {
  formatClockMs,
  formatDay,
  formatDayRange,
  formatLink,
  formatRange,
  formatSigned,
  formatSpan,
  formatUtc,
  isDay,
  parseTime,
  shiftDay,
  zoneOf,
} from './time';

describe('time', () => {
  it('keeps microseconds both ways', () => {
    const us = parseTime('2026-11-22T09:31:05.120456+08:00');
    expect(us).toBe(Date.UTC(2026, 10, 22, 1, 31, 5) * 1000 + 120456);
    expect(formatUtc(us)).toBe('2026-11-22T01:31:05.120456Z');
    expect(parseTime(formatUtc(us))).toBe(us);
  });

  it('refuses what is no moment', () => {
    for (const bad of ['', '09:31', '2026-11-22', '2026-11-22T09:31:05', 'tomorrow']) expect(parseTime(bad)).toBeNaN();
  });

  it('shows the time of the hall, not of the browser', () => {
    const us = parseTime('2026-11-22T17:00:00.007Z');
    expect(formatDay(us, zoneOf('+08:00'))).toBe('2026-11-23');
    expect(formatClockMs(us, zoneOf('+08:00'))).toBe('01:00:00.007');
    expect(formatClockMs(us, zoneOf('-03:30'))).toBe('13:30:00.007');
    expect(formatClockMs(us, zoneOf('Asia/Shanghai'))).toBe('01:00:00.007');
    expect(formatClockMs(us, zoneOf('no such place'))).toBe('17:00:00.007');
  });

  it('follows summer time', () => {
    const zone = zoneOf('Europe/Berlin');
    expect(formatClockMs(parseTime('2026-07-01T12:00:00Z'), zone)).toBe('14:00:00.000');
    expect(formatClockMs(parseTime('2026-01-01T12:00:00Z'), zone)).toBe('13:00:00.000');
  });

  it('writes moments into links so that they can be read again', () => {
    const us = parseTime('2026-11-22T09:31:05.120+08:00');
    for (const name of ['+08:00', '-03:30', 'Asia/Shanghai']) expect(parseTime(formatLink(us, zoneOf(name)))).toBe(us);
    expect(formatLink(us, zoneOf('+08:00'))).toBe('2026-11-22T09:31:05.120+08:00');
  });

  it('knows days', () => {
    expect(shiftDay('2026-02-28', 1)).toBe('2026-03-01');
    expect(shiftDay('2027-01-01', -1)).toBe('2026-12-31');
    expect(isDay('2028-02-29')).toBe(true);
    for (const bad of ['2026-02-29', '2026-13-01', '22-11-2026', '2026-11-2', '']) expect(isDay(bad)).toBe(false);
  });

  it('writes ranges, short ones with tenths', () => {
    const from = parseTime('2026-11-22T09:31:05.120+08:00');
    expect(formatRange(from, from + 400_000, zoneOf('+08:00'))).toBe('09:31:05.1–09:31:05.5');
    expect(formatRange(from, from + 65e6, zoneOf('+08:00'))).toBe('09:31:05–09:32:10');
  });

  it('writes ranges with their days', () => {
    const from = parseTime('2026-11-22T23:59:30.000+08:00');
    expect(formatDayRange(from, from + 20e6, zoneOf('+08:00'))).toBe('2026-11-22 23:59:30–23:59:50');
    expect(formatDayRange(from, from + 60e6, zoneOf('+08:00'))).toBe('2026-11-22 23:59:30 – 2026-11-23 00:00:30');
  });

  it('writes lengths', () => {
    expect(formatSpan(192_999_999)).toBe('00:03:12');
    expect(formatSpan(52 * 3600 * 1e6)).toBe('52:00:00');
    expect(formatSigned(-5e6)).toBe('−00:00:05');
    expect(formatSigned(35e6)).toBe('+00:00:35');
  });
});
