// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest';
import { forgetRecent, keepRecent, readRecent } from './recent';
import type { Other } from './results';

const hit = (number: string): Other => ({
  route: { page: 'ticket', day: '2026-11-22', number, t: null },
  name: number,
  more: '2026-11-22',
  hall: null,
  last: null,
});

beforeEach(() => forgetRecent());

it('keeps the last eight, each once, for whoever opened them', () => {
  for (let i = 1; i <= 9; i += 1) keepRecent('wang', hit(`A00${i}`));
  keepRecent('wang', hit('A005'));
  expect(readRecent('wang').map((h) => h.name)).toEqual('A005 A009 A008 A007 A006 A004 A003 A002'.split(' '));
  expect(readRecent('li')).toEqual([]);
});

it('forgets all, and leaves nothing where it outlives the window', () => {
  keepRecent('wang', hit('A001'));
  expect(localStorage.length).toBe(0);
  forgetRecent();
  expect(readRecent('wang')).toEqual([]);
  expect(sessionStorage.length).toBe(0);
});
