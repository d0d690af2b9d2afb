// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { zoneOf } from '../base/time';
import { stillName } from './still';

it('names a still by its camera and its moment, fit for any disk', () => {
  const at = Date.UTC(2026, 10, 22, 1, 31, 5, 120) * 1000;
  expect(stillName('w07-face', at, zoneOf('+08:00'))).toBe('w07-face_20261122_093105.120.jpg');
  expect(stillName('a/b c:"1', at, zoneOf('+08:00'))).toBe('a-b-c--1_20261122_093105.120.jpg');
});
