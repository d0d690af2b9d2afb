// SPDX-License-Identifier: GPL-3.0-or-later
// What processes cost, from /proc.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

// User + system time of these processes so far, with all threads and all children they waited for.
export function cpuSeconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // from the third on: state, ppid …
    for (const field of [14, 15, 16, 17]) ticks += Number(fields[field - 3]);
  }
  return ticks / TICKS;
}

// { pss, own } in MB. pss: memory, each shared page divided among those who share it. own: the same
// without pages of files, that is of programs and libraries, whose share moves with who else runs.
export function memoryMb(pids) {
  const sum = { pss: 0, own: 0 };
  for (const pid of pids) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)[1]);
    sum.pss += kb('Pss') / 1024;
    sum.own += (kb('Pss') - kb('Pss_File')) / 1024;
  }
  return sum;
}

// { busy, all }: processor seconds of the whole machine so far.
export function machineSeconds() {
  const [user, nice, system, idle, iowait, irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0].split(/\s+/).slice(1).map((ticks) => Number(ticks) / TICKS);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, all: busy + idle + iowait };
}
