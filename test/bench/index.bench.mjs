// SPDX-License-Identifier: GPL-3.0-or-later
// The index of a big hall: finds, ingest, purge, and how long a recorder waits meanwhile
//
//   index.bench.mjs [--segments N] [--events M] [--seed S] [--finds N] [--ingest N] [--purge SECONDS]
//                   [--dir FOLDER] [--keep HOME]
//
// A catalogue of 100 cameras and of months of citizens is built (test/index/big/) and measured:
//   find_…_us             a dossier as the API answers it, serialised, over one open connection; who is asked
//                         for is drawn, recent ones more often. What was not in memory at first is apart.
//   ingest_events_per_s   NDJSON as `mingjing event add` takes it, durable and linked; one ticket in 125 is of an
//                         approval that is held
//   purge_segments_per_s  in the catalogue: without what goes into files, of which there are none, and
//                         without the look for what is due at the beginning of a run and the one at all
//                         that is left behind it; the three are told apart
//   insert_stall_max_ms   the longest transaction of a recorder while the purge runs and people find
//   linking anew          (told, no part of the last line) what `link --rebuild` does in ten seconds, from the first event on
//   db_bytes_per_segment  the whole file, events too, by the number of segments
// What a disk makes of it, the syncs of a file beside the catalogue tell, alone and meanwhile.
//
// --keep HOME builds there and leaves it; if it is there, it is measured again as the last run left it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    segments: { type: 'string', default: '20000000' },
    events: { type: 'string' },
    seed: { type: 'string', default: '1' },
    finds: { type: 'string', default: '4000' },
    ingest: { type: 'string' },
    purge: { type: 'string', default: '40' },
    dir: { type: 'string', default: tmpdir() },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    './mj bench index [--segments N] [--events M, a quarter of it] [--seed S] [--finds N that are measured] [--ingest N events, measured] ' +
      '[--purge SECONDS at the longest] [--dir FOLDER to work in] [--keep HOME, which is used again if it is there]',
  );
  process.exit(0);
}
const segments = Number(values.segments);
const events = Number(values.events ?? Math.ceil(segments / 4));
const ingest = Number(values.ingest ?? Math.max(1000, Math.min(100000, Math.round(events / 10))));
const [seed, finds, purge] = [values.seed, values.finds, values.purge].map(Number);
if (
  ![segments, events, ingest, seed, finds, purge].every((n) => Number.isSafeInteger(n) && n >= 1) ||
  segments < 10000 ||
  events < 1000
) {
  console.error('index: whole numbers; --segments from 10000, --events from 1000');
  process.exit(2);
}

const base = process.env.MJ_CWD ?? process.cwd();
const work = values.keep ? undefined : mkdtempSync(join(resolve(base, values.dir), 'mingjing-bench-'));
const home = values.keep ? resolve(base, values.keep) : join(work, 'home');
const program = join(process.env.MINGJING_BUILD, 'test', 'index', 'bench-index');
const child = spawn(program, [home, segments, events, seed, finds, ingest, purge].map(String), {
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  if (work) rmSync(work, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});
