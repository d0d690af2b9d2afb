// SPDX-License-Identifier: GPL-3.0-or-later
// Reads meson's testlog.json and says what passed, failed and was skipped, counted by the tests'
// own TAP lines. Exit 1 if anything failed or nothing ran.
import { readFileSync } from 'node:fs';

const log = readFileSync(process.argv[2], 'utf8')
  .trim()
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

// Top-level TAP results of one program: [{ ok, skip, text }].
function tapResults(text) {
  return [...text.matchAll(/^(not )?ok\b(?: \d+)?(?: - )?(.*)$/gm)].map(([, not, rest]) => {
    const skip = /#\s*SKIP\b\s*(.*)$/i.exec(rest);
    return { ok: !not, skip: skip && (skip[1] || 'no reason given'), text: rest.trim() };
  });
}

for (const test of log) {
  const results = tapResults(test.stdout ?? '');
  for (const result of results) {
    if (result.skip) skips.push(`${test.name}: ${result.text}`);
    total[result.skip ? 'skipped' : result.ok ? 'passed' : 'failed'] += 1;
  }
  const good = test.result === 'OK' || test.result === 'EXPECTEDFAIL';
  const told = results.some((result) => !result.ok);
  if (test.result === 'SKIP' && results.length === 0) {
    total.skipped += 1;
    skips.push(`${test.name}: ${(test.stdout ?? '').trim().split('\n').pop() || 'skipped'}`);
  } else if (good && results.length === 0) total.passed += 1;
  else if (!good && test.result !== 'SKIP' && !told) total.failed += 1;
  if (!good && test.result !== 'SKIP') failures.push(test);
}

// What failed may stand far above the end: each "not ok" with what was said just before it.
function failed(text) {
  const lines = (text ?? '').trim().split('\n');
  return lines.flatMap((line, at) => {
    if (!line.startsWith('not ok')) return [];
    let from = at;
    while (from > 0 && at - from < 12 && lines[from - 1].startsWith('#')) from -= 1;
    return [...lines.slice(from, at + 1), ''];
  });
}

for (const test of failures) {
  const tail = (text) => (text ?? '').trim().split('\n').slice(-60).join('\n');
  console.log(`\n──── ${test.name}: ${test.result}\n${tail(test.stdout)}\n${tail(test.stderr)}`);
}
// Last, so that it is seen first.
for (const test of failures) console.log([`\n──── ${test.name} failed in`, ...failed(test.stdout)].join('\n'));
for (const skip of skips) console.log(`skipped: ${skip}`);
if (total.passed + total.failed === 0) total.failed = 1;
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || failures.length > 0 ? 1 : 0);
