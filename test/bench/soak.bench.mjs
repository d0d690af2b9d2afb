// SPDX-License-Identifier: GPL-3.0-or-later
// Hours of recording with bad cameras: memory, descriptors, threads, gaps without a reason
//
//   soak.bench.mjs [--minutes M] [--cameras N] [--seed S] [--segment SECONDS] [--keep]
//
// Half of the cameras are well all the time; the other half do, every few seconds and drawn from a
// seed that is printed, what cameras do: reboot, vanish, fall silent, change their pictures, jump in
// time, lose packets. Twice a minute the recorder's memory, descriptors and threads are counted. Then
// everything is looked at: frames sent against frames on disk, whether covered + gaps is the time that
// was asked for and every gap has a reason, and `mingjing verify --deep`.
//
// Memory is flat if the least of the last third is no more than the least of the second third and a
// tenth: the first third is warming up, and bursts are given back.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Chain } from '../e2e/chain.mjs';
import { Cameras, compareFrames } from './cameras.mjs';
import { cpuSeconds, memoryMb } from './cost.mjs';

const SAMPLE_SECONDS = 30;
const TROUBLE_SECONDS = [2, 12]; // how long one lasts, and how long it is quiet after it
const TROUBLES = ['reboot 3', 'hang-up', 'vanish', 'refuse', 'silent', 'mute-server', 'not-rtsp garbage', 'end bye',
  'end teardown', 'change-resolution', 'change-codec', 'pts-jump 20', 'pts-jump -20', 'pts-wrap 4', 'lose 2', 'garble 1',
  'reorder 3', 'duplicate 5', 'clock-step 3', 'clock-step -3', 'slow', 'burst 2'];
const LASTING = ['change-resolution', 'change-codec'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    cameras: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    segment: { type: 'string', default: '20' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('./mj bench soak [--minutes M] [--cameras N, every second of them bad] [--seed S, to have the same troubles again] [--segment SECONDS of a file] [--keep the footage]');
  process.exit(0);
}
const minutes = Number(values.minutes);
const count = Number(values.cameras);
if (!(minutes >= 1 && minutes <= 10000 && count >= 2 && count <= 200)) {
  console.error('soak: --minutes from 1 to 10000, --cameras from 2 to 200');
  process.exit(2);
}

const build = process.env.MINGJING_BUILD;
const work = join(build, 'test', 'bench');
mkdirSync(work, { recursive: true });
const folder = mkdtempSync(join(work, 'soak-'));
const say = (text) => console.error(`soak: ${text}`);

// A small generator (mulberry32), so that a seed gives the same troubles on every machine.
let drawn = Number(values.seed) >>> 0;
function draw(least, most) {
  drawn = (drawn + 0x6d2b79f5) >>> 0;
  let z = drawn;
  z = Math.imul(z ^ (z >>> 15), z | 1);
  z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
  return least + (((z ^ (z >>> 14)) >>> 0) / 2 ** 32) * (most - least);
}

function sample(pid, at) {
  const fds = readdirSync(`/proc/${pid}/fd`).length;
  const threads = readdirSync(`/proc/${pid}/task`).length;
  return { at, pss: memoryMb([pid]).own, fds, threads };
}

const least = (samples, what) => Math.min(...samples.map((one) => one[what]));

// One bad camera: trouble, well, quiet, and again.
async function misbehave(cameras, name, until) {
  while (performance.now() < until) {
    const trouble = TROUBLES[Math.floor(draw(0, TROUBLES.length))];
    const [verb, argument = ''] = trouble.split(' ');
    cameras.process.say(`${verb} ${name} ${argument}`);
    await sleep(1000 * draw(...TROUBLE_SECONDS));
    if (!LASTING.includes(verb)) cameras.process.say(`well ${name}`);
    await sleep(1000 * draw(...TROUBLE_SECONDS));
  }
  cameras.process.say(`well ${name}`);
}

// Microseconds of an RFC 3339 time; below 2^53.
const us = (text) => Date.parse(text) * 1000 + Number((/\.\d{3}(\d{3})/.exec(text) ?? [0, '0'])[1]);

// Of one camera: its gaps, those without a reason, and microseconds that are neither footage nor gap,
// or both.
async function judge(chain, code, from) {
  const line = await chain.command('timeline', code, '--from', from, '--to', new Date().toISOString());
  const begin = us(line.from);
  const end = us(line.until);
  const spans = [
    ...line.segments.map((segment) => ({ from: us(segment.start), to: us(segment.end) })),
    ...line.gaps.map((gap) => ({ from: us(gap.from), to: gap.to ? us(gap.to) : end })),
  ].sort((a, b) => a.from - b.from);
  let at = begin;
  let off = 0;
  for (const span of spans) {
    const first = Math.max(span.from, begin);
    off += Math.abs(first - at);
    at = Math.max(Math.min(span.to, end), first);
  }
  off += Math.abs(end - at);
  const unnamed = line.gaps.filter((gap) => !gap.reason || gap.reason === 'unknown');
  for (const gap of unnamed) say(`${code}: no reason for ${gap.from} … ${gap.to}`);
  return { gaps: line.gaps.length, unnamed: unnamed.length, off };
}

const chain = new Chain({ build, home: join(folder, 'home'), log: () => {} });
const sent = join(folder, 'sent.txt');
const cameras = new Cameras(build, { count, sent, line: ['--clip', 'h264-320x240+alaw'] });
const tidy = async () => {
  await chain.stop();
  await cameras.stop();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tidy().then(() => process.exit(130)));

try {
  say(`${count} cameras for ${minutes} minutes, seed ${values.seed}`);
  await cameras.start();
  await chain.makeHome();
  for (const [i, url] of cameras.urls.entries()) await chain.command('camera', 'add', `cam${i}`, url, '--kind', 'hall');
  const from = new Date().toISOString();
  chain.startCapture(['--segment', values.segment]);
  await chain.recording(60);
  const { pid } = chain.capture;
  const began = performance.now();
  const until = began + minutes * 60000;
  const bad = cameras.urls.map((_, i) => `cam${i}`).filter((_, i) => i % 2 === 1);
  const troubles = bad.map((name) => misbehave(cameras, name, until - 20000));
  const samples = [];
  const cpu = cpuSeconds([pid]);
  while (performance.now() < until) {
    await Promise.race([sleep(Math.min(SAMPLE_SECONDS * 1000, until - performance.now())), chain.failed, cameras.failed]);
    const now = sample(pid, (performance.now() - began) / 60000);
    samples.push(now);
    say(`${now.at.toFixed(1)} min: ${now.pss.toFixed(1)} MB, ${now.fds} descriptors, ${now.threads} threads`);
  }
  await Promise.all(troubles);
  const percent = (100 * (cpuSeconds([pid]) - cpu)) / ((performance.now() - began) / 1000) / count;
  await chain.recording(60);
  const verdicts = [];
  for (let i = 0; i < count; i++) verdicts.push(await judge(chain, `cam${i}`, from));
  await chain.stop();
  await cameras.stop();
  const verify = await chain.command('verify', '--deep');
  const frames = await compareFrames(build, chain.home, sent);
  const third = Math.ceil(samples.length / 3);
  const middle = samples.slice(third - 1, 2 * third);
  const last = samples.slice(2 * third - 1);
  const sum = (what) => verdicts.reduce((all, one) => all + Math.abs(one[what]), 0);
  let wellLost = 0;
  for (let i = 0; i < count; i += 2) {
    const { lost, damaged } = await compareFrames(build, chain.home, sent, i);
    wellLost += lost + damaged;
  }
  say(`frames: ${frames.sent} sent, ${frames.stored} stored, ${frames.lost} not, ${frames.repeated} twice, ${frames.unknown} never sent; ${percent.toFixed(2)} % of a core each`);
  const flat = least(last, 'pss') <= least(middle, 'pss') * 1.1;
  console.log(`soak minutes=${minutes} cameras=${count} memory_mb_middle=${least(middle, 'pss').toFixed(1)} memory_mb_end=${least(last, 'pss').toFixed(1)} memory_flat=${flat ? 1 : 0} `
    + `fds_middle=${least(middle, 'fds')} fds_end=${least(last, 'fds')} threads_end=${least(last, 'threads')} gaps=${sum('gaps')} gaps_without_reason=${sum('unnamed')} `
    + `unaccounted_us=${sum('off')} findings=${verify.findings.length} frames_lost_of_well=${wellLost} frames_twice=${frames.repeated} frames_invented=${frames.unknown}`);
} finally {
  await tidy();
}
