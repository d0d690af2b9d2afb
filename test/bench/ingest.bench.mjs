// SPDX-License-Identifier: GPL-3.0-or-later
// Events a second, durable and linked, from a file of NDJSON into a new catalogue
//
//   ingest.bench.mjs [--events N] [--windows N]
//
// Each ticket is taken, called, started, finished and rated, names an approval that two others share, and
// is linked to the camera of its window. Time is that of `mingjing event add`, start to end: what it took
// in is on disk then. Others that use the machine make it slower: `uptime` tells.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    windows: { type: 'string', default: '125' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('./mj bench ingest [--events N] [--windows N, one camera each]');
  process.exit(0);
}
const [events, windows] = [Number(values.events), Number(values.windows)];
const root = mkdtempSync(join(tmpdir(), 'mingjing-bench-'));
const home = join(root, 'home');
const mingjing = join(process.env.MINGJING_BUILD, 'index', 'mingjing');

function run(...args) {
  const done = spawnSync(mingjing, [...args, '--home', home], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`mingjing ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

const STEPS = ['taken', 'called', 'started', 'finished', 'rated'];
const PER_DAY = 2000; // tickets of a hall

function eventOf(n) {
  const ticket = Math.floor(n / STEPS.length), step = n % STEPS.length;
  const day = Math.floor(ticket / PER_DAY), number = ticket % PER_DAY;
  const at = new Date(Date.UTC(2026, 0, 1 + day, 1) + (number * 14 + step * 90) * 1000);
  return JSON.stringify({
    specversion: '1.0',
    id: `e${n}`,
    source: 'queue.bench',
    type: `hall.ticket.${STEPS[step]}`,
    time: at.toISOString(),
    data: {
      ticket_no: `A${String(number).padStart(4, '0')}`,
      window_no: `W${ticket % windows}`,
      staff_id: String(1000 + (ticket % windows)),
      business_type: '不动产登记',
      number_type: 1,
      approval_id: `SP-${Math.floor(ticket / 3)}`,
    },
  });
}

function writeEvents(path) {
  const file = openSync(path, 'w');
  for (let n = 0; n < events; n += 1000) {
    const many = Array.from({ length: Math.min(1000, events - n) }, (_, i) => eventOf(n + i));
    writeSync(file, `${many.join('\n')}\n`);
  }
  closeSync(file);
}

try {
  run('init');
  for (let w = 0; w < windows; w++) {
    run('camera', 'add', `c${w}`, `rtsp://192.0.2.1/${w}`);
    run('place', 'add', `W${w}`);
    run('coverage', 'add', `W${w}`, `c${w}`);
  }
  const path = join(root, 'events.ndjson');
  writeEvents(path);
  const began = process.hrtime.bigint();
  const answer = JSON.parse(run('event', 'add', path, '--json'));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (answer.accepted !== events) throw new Error(`${answer.accepted} of ${events} events were accepted`);
  const spans = JSON.parse(run('find', 'ticket', 'A0000', '--json')).cameras.length;
  if (spans === 0) throw new Error('nothing was linked');
  console.log(`ingest events=${events} windows=${windows} seconds=${seconds.toFixed(2)} events_per_s=${Math.round(events / seconds)}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
