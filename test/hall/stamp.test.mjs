// SPDX-License-Identifier: GPL-3.0-or-later
/* Does stamp.mjs read what stamp.c draws? TEST_STAMP is the path of the C test program, which writes
 * a known stamp as raw RGBA. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { readStamp } from './stamp.mjs';

function sample(width, height) {
  const raw = execFileSync(process.env.TEST_STAMP, ['--sample', `${width}x${height}`], {
    maxBuffer: 64 << 20,
  });
  return { width, height, data: new Uint8ClampedArray(raw) };
}

const EXPECTED = { camera: 6, utcUs: 1795311065120456, frame: 4000000000 };

for (const [width, height] of [
  [640, 360],
  [320, 180],
  [768, 576],
  [1280, 720],
])
  test(`reads ${width}x${height}`, () => assert.deepEqual(readStamp(sample(width, height)), EXPECTED));

test('a damaged stamp is not read', () => {
  const image = sample(640, 360);
  for (let y = 340; y < 350; y++)
    for (let x = 200; x < 210; x++)
      for (let c = 0; c < 3; c++) {
        const at = 4 * (y * 640 + x) + c;
        image.data[at] = 255 - image.data[at];
      }
  assert.equal(readStamp(image), null);
});

test('nothing there, or too small', () => {
  assert.equal(readStamp({ width: 640, height: 360, data: new Uint8ClampedArray(4 * 640 * 360) }), null);
  assert.equal(readStamp({ width: 100, height: 60, data: new Uint8ClampedArray(4 * 6000) }), null);
});
