// SPDX-License-Identifier: GPL-3.0-or-later
// mingjing-test-rtsp as the bench uses it, and what of its frames is on disk.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from '../e2e/chain.mjs';

const READY_SECONDS = 30;
const QUIT_SECONDS = 10;

// Rejects when `process` ends and nobody asked it to.
export function endsEarly(process) {
  const failed = process.ended.then((end) => {
    if (process.stopping) return new Promise(() => {}); // never
    throw new Error(`${process.name} ended: ${JSON.stringify(end)}`);
  });
  failed.catch(() => {});
  return failed;
}

export class Cameras {
  constructor(build, { count, clip, sent, line }) {
    this.file = join(build, 'test', 'rtsp', 'mingjing-test-rtsp');
    this.args = ['--cameras', String(count), '--sent', sent, '--exit-on-eof', ...(clip ? ['--file', clip] : []), ...line];
  }

  get pid() {
    return this.process.pid;
  }

  async start() {
    const ready = new Promise((resolve) => {
      const onLine = (line) => resolve(JSON.parse(line)); // the first; later ones change nothing
      this.process = new Process('cameras', this.file, this.args, { onLine, log: (name, text) => console.error(`${name}: ${text}`) });
    });
    this.failed = endsEarly(this.process);
    const late = sleep(READY_SECONDS * 1000, null, { ref: false });
    const answer = await Promise.race([ready, this.failed, late]);
    if (!answer?.ready) throw new Error('the cameras did not become ready');
    this.urls = answer.cameras.map((camera) => camera.url);
  }

  // When it has ended, the list of what was sent is whole.
  async stop() {
    if (!this.process) return;
    this.process.stopping = true;
    this.process.child.stdin.end();
    await Promise.race([this.process.ended, sleep(QUIT_SECONDS * 1000, null, { ref: false })]);
    await this.process.stop();
  }
}

// What mingjing-test-frames says of `footage`, of one camera if `mount` says which; frames missing is an
// answer, not an error.
export function compareFrames(build, footage, sent, mount = -1) {
  const program = join(build, 'test', 'rtsp', 'mingjing-test-frames');
  return new Promise((resolve, reject) => {
    execFile(program, [footage, '--sent', sent, '--mount', String(mount), '--json'], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (stdout) resolve(JSON.parse(stdout));
      else reject(new Error(`mingjing-test-frames: ${stderr.trim() || error?.message}`));
    });
  });
}
