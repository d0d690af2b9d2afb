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

// Memory, each shared page divided among those who share it.
export function pssMb(pids) {
  let kb = 0;
  for (const pid of pids) kb += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
  return kb / 1024;
}

// { busy, all }: processor seconds of the whole machine so far.
export function machineSeconds() {
  const [user, nice, system, idle, iowait, irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0].split(/\s+/).slice(1).map((ticks) => Number(ticks) / TICKS);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, all: busy + idle + iowait };
}
