// SPDX-License-Identifier: GPL-3.0-or-later
// What is compared: each records the cameras at `urls` until it is stopped.
//   start(urls) resolves when all are being recorded; pids, footage, failed; stop() may be called twice.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Chain, Process } from '../e2e/chain.mjs';
import { endsEarly } from './cameras.mjs';

const SEGMENT_SECONDS = 60;
const START_SECONDS = 60;

const log = (name, text) => console.error(`${name}: ${text}`);

export class Mingjing {
  static label = 'mingjing';

  constructor(build, folder) {
    this.chain = new Chain({ build, home: join(folder, 'home'), log: () => {} });
    this.footage = join(folder, 'home');
  }

  get pids() {
    return [this.chain.capture.pid];
  }

  get failed() {
    return this.chain.failed;
  }

  async start(urls) {
    await this.chain.makeHome();
    for (const [i, url] of urls.entries()) await this.chain.command('camera', 'add', `cam${i}`, url, '--kind', 'hall');
    this.chain.startCapture();
    await this.chain.recording(START_SECONDS);
  }

  stop() {
    return this.chain.stop();
  }
}

export class Ffmpeg {
  static label = 'ffmpeg';

  constructor(build, folder) {
    this.footage = join(folder, 'footage');
    this.processes = [];
  }

  get pids() {
    return this.processes.map((process) => process.pid);
  }

  get failed() {
    return Promise.race(this.processes.map(endsEarly));
  }

  async start(urls) {
    mkdirSync(this.footage, { recursive: true });
    this.processes = urls.map((url, i) => new Process(`ffmpeg ${i}`, 'ffmpeg', [
      '-nostdin', '-v', 'error', '-rtsp_transport', 'tcp', '-i', url, '-c', 'copy',
      '-f', 'segment', '-segment_time', String(SEGMENT_SECONDS), '-segment_format', 'mp4',
      '-segment_format_options', 'movflags=frag_keyframe+empty_moov+default_base_moof',
      join(this.footage, `cam${i}-%05d.mp4`)], { log }));
    const deadline = Date.now() + START_SECONDS * 1000;
    while (this.#begun() < urls.length) {
      if (Date.now() > deadline) throw new Error(`ffmpeg recorded ${this.#begun()} of ${urls.length} cameras after ${START_SECONDS} s`);
      await Promise.race([sleep(250), this.failed]);
    }
  }

  #begun() {
    return readdirSync(this.footage).filter((name) => statSync(join(this.footage, name)).size > 4096).length;
  }

  async stop() {
    await Promise.all(this.processes.map((process) => process.stop()));
  }
}
