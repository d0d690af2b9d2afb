// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import type { GapReason } from '../api/types';
import { SECOND } from '../base/time';
import { gapLines } from './gap-lines';
import type { GapStretch, Row } from './model';

const gap = (from: number, to: number, reason: GapReason = 'offline', detail: string | null = null): GapStretch => ({
  from: from * SECOND,
  to: to * SECOND,
  reason,
  detail,
});
const row = (camera: string, ...gaps: GapStretch[]) => ({ camera, name: camera, gaps }) as unknown as Row;
const lines = (...rows: Row[]) =>
  gapLines(rows, (g) => `${Math.floor(g.from / SECOND)}-${Math.floor(g.to / SECOND)}`).map((l) =>
    [l.rows.map((r) => r.camera).join('+'), l.gap.from / SECOND, l.gap.to / SECOND, l.gap.reason, ...l.details].join(
      ' ',
    ),
  );

it('makes one line of cameras that miss the same for the same reason', () => {
  const all = lines(
    row('a', gap(10, 20)),
    row('b', gap(10, 20, 'ended')),
    row('c', gap(10, 20)),
    row('d', gap(10, 21)),
  );
  expect(all).toEqual(['a+c 10 20 offline', 'b 10 20 ended', 'd 10 21 offline']);
});

it('takes times for the same that are shown the same, and spans both', () => {
  expect(lines(row('a', gap(10.25, 20.5)), row('b', gap(10.5, 20.75)))).toEqual(['a+b 10.25 20.75 offline']);
});

it('joins what adjoins in one camera for the same reason', () => {
  expect(lines(row('a', gap(20, 30), gap(10, 20), gap(30.5, 40)))).toEqual(['a 10 30 offline', 'a 30.5 40 offline']);
  expect(lines(row('a', gap(10, 20), gap(20, 30, 'ended'), gap(30, 40)))).toEqual([
    'a 10 20 offline',
    'a 20 30 ended',
    'a 30 40 offline',
  ]);
});

it('joins first, and shares a line then', () => {
  expect(lines(row('a', gap(10, 20, 'ended'), gap(20, 30, 'ended')), row('b', gap(10, 30, 'ended')))).toEqual([
    'a+b 10 30 ended',
  ]);
});

it('loses nothing that the server says, and says it once', () => {
  const told = (detail: string) => gap(10, 20, 'refused', detail);
  expect(lines(row('a', told('x')), row('b', told('y')), row('c', told('x')))).toEqual(['a+b+c 10 20 refused x y']);
});

it('keeps two gaps of one camera apart, even where they are shown alike', () => {
  expect(lines(row('a', gap(10, 10.2), gap(10.4, 10.6)))).toEqual(['a 10 10.2 offline', 'a 10.4 10.6 offline']);
});
