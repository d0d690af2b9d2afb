// SPDX-License-Identifier: GPL-3.0-or-later
// ./mj bench index still runs, at a thousandth of its size: what its last line says can be so. No speed is
// asked for here.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bench = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'index.bench.mjs');
const FORM =
  /^index segments=(\d+) find_p50_us=(\d+) find_p99_us=(\d+) ingest_events_per_s=(\d+) purge_segments_per_s=(\d+) insert_stall_max_ms=(\d+\.\d) db_bytes_per_segment=(\d+)$/;

function measure(...args) {
  return run(process.execPath, [
    bench,
    '--segments',
    '20000',
    '--events',
    '3000',
    '--finds',
    '50',
    '--ingest',
    '1000',
    '--purge',
    '2',
    ...args,
  ]);
}

test('its last line is for programs, and can be so', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mingjing-bench-test-'));
  try {
    const { stdout, stderr } = await measure('--dir', dir);
    const lines = stdout.trimEnd().split('\n');
    const figures = FORM.exec(lines.at(-1))?.slice(1).map(Number);
    assert.ok(figures, stdout);
    assert.match(stderr, /linking anew: [1-9]\d* events, [1-9]\d* a second/);
    const [segments, p50, p99, ingest, purge, stall, bytes] = figures;
    assert.equal(segments, 20000);
    assert.ok(p50 > 0 && p99 >= p50, stdout);
    assert.ok(ingest > 0 && purge > 0 && stall > 0, stdout);
    assert.ok(bytes > 500 && bytes < 5000, stdout); // a row, its fragments and its part of the events
    for (const words of ['cold', 'the disk alone', 'transactions of the recorder', 'looking at all there is'])
      assert.ok(stderr.includes(words), words);
    assert.deepEqual(readdirSync(dir), []);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a home that is kept is measured again, and no other', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mingjing-bench-test-'));
  try {
    await measure('--keep', join(dir, 'home'));
    const { stdout, stderr } = await measure('--keep', join(dir, 'home'));
    assert.match(stdout.trimEnd(), FORM);
    assert.ok(stderr.includes('measured for the 2. time'), stderr);
    await assert.rejects(measure('--keep', join(dir, 'home'), '--seed', '2'), /of other sizes or another seed/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('what is wrong with the options is said', async () => {
  await assert.rejects(measure('--segments', '5'), /--segments from 10000/);
});
