// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { otherOf, shownAt } from './shown';

const h264 = (video: string) => video === 'h264';
const main = { name: 'main', video: 'hevc' };

it('takes another stream that plays', () => {
  expect(otherOf('main', [main, { name: 'sub', video: 'h264' }], h264)).toBe('sub');
  expect(
    otherOf(
      'sub',
      [
        { name: 'main', video: 'h264' },
        { name: 'sub', video: 'hevc' },
      ],
      h264,
    ),
  ).toBe('main');
  expect(otherOf('main', [main, { name: 'sub', video: 'hevc' }], h264)).toBeNull();
  expect(otherOf('main', [main, { name: 'sub', video: null }], h264)).toBeNull();
  expect(otherOf('main', [main], h264)).toBeNull();
  expect(otherOf('main', [], h264)).toBeNull();
});

it('shows it where it was recorded, and stills elsewhere', () => {
  const instead = {
    stream: 'sub',
    covered: [
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ],
  };
  const at = [9, 10, 19, 20, 35, 40].map((moment) => shownAt(true, instead, moment));
  expect(at).toEqual(['stills', 'instead', 'instead', 'stills', 'instead', 'stills']);
  expect(shownAt(true, null, 15)).toBe('stills');
  expect(shownAt(false, instead, 15)).toBe('itself');
});
