// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { scrollFor } from './lists';

it('scrolls no further than a row needs to be wholly in the box', () => {
  const box = { top: 100, bottom: 300 };
  expect(scrollFor(50, box, { top: 120, bottom: 150 })).toBe(50);
  expect(scrollFor(50, box, { top: 290, bottom: 320 })).toBe(70);
  expect(scrollFor(50, box, { top: 80, bottom: 110 })).toBe(30);
});
