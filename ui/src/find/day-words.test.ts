// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { readDay } from './day-words';

const said = (typed: string) => {
  const { q, day } = readDay(typed, '2026-11-22');
  return `${q} | ${day}`;
};

it('knows a day that is said first or last', () => {
  expect(
    [
      'A012 今天',
      'A012 昨天',
      '前天 A012',
      'yesterday a012',
      '2026-11-20 A012',
      'A012 11-23',
      '不动产 登记 11月2日',
    ].map(said),
  ).toEqual([
    'A012 | 2026-11-22',
    'A012 | 2026-11-21',
    'A012 | 2026-11-20',
    'a012 | 2026-11-21',
    'A012 | 2026-11-20',
    'A012 | 2025-11-23', // the one to come has no tickets yet
    '不动产 登记 | 2026-11-02',
  ]);
});

it('takes no day for one that is none, nor out of a number', () => {
  expect(['A012', '370281-2026-000317', 'A012 2026-02-30', '今天', 'MM-2026-11-22'].map(said)).toEqual([
    'A012 | null',
    '370281-2026-000317 | null',
    'A012 2026-02-30 | null',
    '今天 | null',
    'MM-2026-11-22 | null',
  ]);
});
