// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { layoutFor, pageOf, ticksFor } from './grid';

describe('grid', () => {
  it('makes pictures as large as they can be', () => {
    const columns = (n: number, width: number, height: number) => layoutFor(n, width, height).columns;
    expect([1, 2, 4, 5, 6, 7, 8, 9].map((n) => columns(n, 1066, 500))).toEqual([1, 2, 2, 3, 3, 3, 3, 3]);
    expect(columns(4, 2400, 300)).toBe(4);
    expect(columns(4, 300, 1200)).toBe(1);
    expect(columns(0, 100, 100)).toBe(1);
  });
  it('lets one of three lead where that shows more', () => {
    expect(layoutFor(3, 1066, 500)).toEqual({ columns: 3, lead: true });
    expect(layoutFor(3, 2400, 300)).toEqual({ columns: 3, lead: false });
    expect(layoutFor(3, 300, 1200)).toEqual({ columns: 1, lead: false });
  });
});

describe('ticks', () => {
  it('stand at round times of the hall', () => {
    const minute = 60e6;
    const from = Date.UTC(2026, 10, 22, 1, 30, 40) * 1000;
    const half = ticksFor(from, from + 10 * minute, 5.5 * 60 * minute, 12);
    expect(half[0]).toBe(from + 20e6);
    expect(half).toHaveLength(10);
    const day = ticksFor(from, from + 30 * 60 * minute, 8 * 60 * minute, 4);
    expect(day.map((t) => new Date(t / 1000 + 8 * 3600e3).toISOString().slice(11, 16))).toEqual([
      '12:00',
      '00:00',
      '12:00',
    ]);
  });
});

describe('pages of cameras', () => {
  it('hold every camera once, nine at most', () => {
    expect(pageOf(9, 8)).toEqual({ from: 0, to: 9 });
    expect(pageOf(20, 9)).toEqual({ from: 9, to: 18 });
    expect(pageOf(20, 19)).toEqual({ from: 18, to: 20 });
    expect(pageOf(3, 99)).toEqual({ from: 0, to: 3 });
    expect(pageOf(0, 0)).toEqual({ from: 0, to: 0 });
  });
});
