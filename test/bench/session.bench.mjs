// SPDX-License-Identifier: GPL-3.0-or-later
// Face-to-face sessions: what a leg costs the recorder, and how late the other party sees it
//
//   session.bench.mjs [--sessions N] [--seconds S]
//
// Two parties a session, 720p at 1.5 Mbit/s with Opus, each recorded and each watched by the other. Counted is the recorder
// alone; that many sessions are a core's is 100 % over what one took, so give it as many as are to be believed. It fails
// where a leg was not recorded, lost packets, or was not shown. Parties are on the same machine: they send what was coded
// beforehand, and decode nothing, so that two cores carry ten sessions and their parties. relay_ms_p95 is from a picture's leaving
// the sender to its arrival at the viewer, without coding and decoding; what else goes on on the machine is told, since it is in that.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('./mj bench session [--sessions N, 1 to 32] [--seconds S, measured]');
  process.exit(0);
}
const sessions = Number(values.sessions);
const seconds = Number(values.seconds);
if (!(sessions >= 1 && sessions <= 32 && seconds >= 1)) {
  console.error('session: --sessions 1 to 32, --seconds from 1');
  process.exit(2);
}
const build = process.env.MINGJING_BUILD;
const run = spawnSync(join(build, 'test', 'meet', 'bench-meet'), [String(sessions), String(seconds)], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    CAPTURE: join(build, 'capture', 'mingjing-capture'),
    MINGJING_API: join(build, 'api', 'mingjing-api'),
  },
});
process.exit(run.status ?? 1);
