// SPDX-License-Identifier: GPL-3.0-or-later
// CPU, memory and lost frames of recording, against one ffmpeg -c copy process per camera
//
//   record.bench.mjs [--cameras N] [--seconds S] [--warmup S] [--line-rate MBIT] [--piece N] [--keep]
//
// The same RTSP streams, 1080p25 H.264 at 4 Mbit/s over TCP, are recorded by Mingjing and by ffmpeg
// in turn: half of the time each, then the other half in reverse order, so that what else the machine
// does falls on both. A last, short turn of Mingjing with one camera tells what a further camera takes
// of memory. Time is user + system of all processes of a recorder and their children, between two
// instants at which everything is being recorded.
//
// Cameras send over a line of 100 Mbit/s, of which the recorder gets two packets at a time: about what
// a network card hands over at once. How the bytes arrive decides what the reading costs, so it is part
// of the measurement: --line-rate 0 is loopback at its best, each picture in one piece.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeClip } from './clip.mjs';
import { cpuSeconds, machineSeconds, memoryMb } from './cost.mjs';
import { Ffmpeg, Mingjing } from './recorders.mjs';
import { Cameras, compareFrames } from './cameras.mjs';

const ORDER = [Mingjing, Ffmpeg, Ffmpeg, Mingjing];
const ALONE_SECONDS = 5;

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '60' },
    warmup: { type: 'string', default: '5' },
    'line-rate': { type: 'string', default: '100' },
    piece: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('./mj bench record [--cameras N] [--seconds S, measured of each] [--warmup S] [--line-rate MBIT of each camera, 0 = no limit] [--piece PACKETS that arrive together] [--keep the footage]');
  process.exit(0);
}
const cameras = Number(values.cameras);
const seconds = Number(values.seconds);
const warmup = Number(values.warmup);
if (!(cameras >= 1 && cameras <= 1000 && seconds >= 2 && warmup >= 0)) {
  console.error('record: --cameras from 1 to 1000, --seconds from 2, --warmup from 0');
  process.exit(2);
}

const build = process.env.MINGJING_BUILD;
const work = join(build, 'test', 'bench');
mkdirSync(work, { recursive: true });
const say = (text) => console.error(`record: ${text}`);
const per = (value, digits = 2) => value.toFixed(digits);

// No process and no footage is left behind when somebody loses patience.
let stopped = () => process.exit(130);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped());

// One turn: { cpu, elapsed, memory, frames } of `Recorder` with so many cameras for so long.
async function turn(Recorder, clip, { count, measured }) {
  const folder = mkdtempSync(join(work, `${Recorder.label}-`));
  const sent = join(folder, 'sent.txt');
  const source = new Cameras(build, { count, clip, sent, line: ['--line-rate', values['line-rate'], '--piece', values.piece] });
  const recorder = new Recorder(build, folder);
  const tidy = async () => {
    await recorder.stop();
    await source.stop();
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  };
  stopped = async () => {
    await tidy();
    process.exit(130);
  };
  try {
    await source.start();
    await recorder.start(source.urls);
    await sleep(warmup * 1000);
    const before = { cpu: cpuSeconds(recorder.pids), source: cpuSeconds([source.pid]), machine: machineSeconds(), at: performance.now() };
    await Promise.race([sleep(measured * 1000), recorder.failed, source.failed]);
    const cpu = cpuSeconds(recorder.pids) - before.cpu;
    const elapsed = (performance.now() - before.at) / 1000;
    const machine = machineSeconds();
    const served = cpuSeconds([source.pid]) - before.source;
    const memory = memoryMb(recorder.pids);
    await recorder.stop();
    await source.stop();
    const frames = await compareFrames(build, recorder.footage, sent);
    const others = Math.max(0, machine.busy - before.machine.busy - cpu - served);
    const share = others / (machine.all - before.machine.all);
    say(`${Recorder.label}, ${count} cameras, ${per(elapsed, 0)} s: ${per((100 * cpu) / elapsed / count)} % of a core and ${per(memory.pss / count, 1)} MB each; `
      + `${frames.stored} of ${frames.sent} frames on disk, ${frames.lost} lost, ${frames.damaged} damaged, first ${frames.head} and last ${frames.tail} not recorded; `
      + `the cameras took ${per((100 * served) / elapsed / count)} % each, others ${per(100 * share, 0)} % of the machine`);
    return { cpu, elapsed, memory, frames };
  } finally {
    await tidy();
  }
}

// What a recorder must not do: lose one inside, lose the beginning, store one twice, or not as it was.
const wrong = ({ lost, head, repeated, disordered, damaged, unmarked, unknown }) =>
  lost + head + repeated + disordered + damaged + unmarked + unknown;

const clip = await makeClip(work, say);
const total = new Map(ORDER.map((Recorder) => [Recorder, { cpu: 0, elapsed: 0, pss: 0, own: 0, lost: 0 }]));
for (const Recorder of ORDER) {
  const { cpu, elapsed, memory, frames } = await turn(Recorder, clip, { count: cameras, measured: seconds / 2 });
  const sum = total.get(Recorder);
  sum.cpu += cpu;
  sum.elapsed += elapsed;
  sum.pss = Math.max(sum.pss, memory.pss);
  sum.own = Math.max(sum.own, memory.own);
  sum.lost += wrong(frames);
}
const alone = cameras > 1 ? await turn(Mingjing, clip, { count: 1, measured: ALONE_SECONDS }) : { memory: { own: 0 } };
const ours = total.get(Mingjing);
const theirs = total.get(Ffmpeg);
const ratio = ours.cpu / ours.elapsed / (theirs.cpu / theirs.elapsed);
say(`ffmpeg: ${per((100 * theirs.cpu) / theirs.elapsed / cameras)} % of a core and ${per(theirs.pss / cameras, 1)} MB per camera, ${theirs.lost} frames lost`);
console.log(`record cameras=${cameras} cpu_vs_ffmpeg=${per(ratio)} cpu_per_camera_pct=${per((100 * ours.cpu) / ours.elapsed / cameras)} `
  + `pss_per_camera_mb=${per((ours.own - alone.memory.own) / Math.max(1, cameras - 1), 1)} frames_lost=${ours.lost}`);
