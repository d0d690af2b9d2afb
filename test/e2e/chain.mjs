// SPDX-License-Identifier: GPL-3.0-or-later
// The whole chain as real processes: hall → capture → catalogue → api, and the queue system that
// posts events. Used by the demo and by every end-to-end test.
//
//   const chain = await startChain({ build, home, queue: { visitSeconds: '4-8' } });
//   … chain.api, chain.account, chain.hall, await chain.nextTicket() …
//   await chain.stop();
//
// stop() ends every process it started and waits for them; a process that ends by itself before that
// makes chain.failed reject and is told on chain.log.
import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyHome, markHome, refuseForeign } from '../hall/demo_home.mjs';

const STOP_MS = 5000;

export class Process {
  // onLine(text) for each line of standard output; standard error goes to log(name, text).
  constructor(name, file, args, { onLine = () => {}, log = () => {} } = {}) {
    this.name = name;
    this.child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => resolve({ error: error.message }));
      this.child.on('close', (code, signal) => resolve({ code, signal }));
    });
    createInterface({ input: this.child.stdout }).on('line', onLine);
    this.said = []; // its last words, for when it fails
    createInterface({ input: this.child.stderr }).on('line', (line) => {
      this.said.push(line);
      if (this.said.length > 5) this.said.shift();
      log(name, line);
    });
  }

  // Why it ended, in a sentence.
  explain({ error, code, signal }) {
    const how = error ?? (signal ? `signal ${signal}` : `exit code ${code}`);
    return `${this.name} ended (${how})${this.said.length ? `:\n  ${this.said.join('\n  ')}` : ''}`;
  }

  get pid() {
    return this.child.pid;
  }

  say(line) {
    this.child.stdin.write(`${line}\n`);
  }

  async stop(signal = 'SIGTERM') {
    this.stopping = true;
    this.child.kill(signal);
    const late = Symbol('late');
    const timer = sleep(STOP_MS, late, { ref: false });
    if ((await Promise.race([this.ended, timer])) === late) this.child.kill('SIGKILL');
    return this.ended;
  }
}

function run(file, args) {
  return new Promise((resolve, reject) => {
    execFile(file, args, { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${args.slice(0, 2).join(' ')}: ${stderr.trim() || error.message}`)) : resolve(stdout),
    );
  });
}

// Starts a program and waits for a line that `wanted` turns into something.
async function startAndWait(keep, name, file, args, wanted, { log, onLine = () => {}, seconds = 20 }) {
  let found;
  const ready = new Promise((resolve) => {
    found = resolve;
  });
  const process = new Process(name, file, args, {
    log,
    onLine: (line) => {
      const value = wanted(line);
      if (value) found(value);
      onLine(line);
    },
  });
  keep(process);
  const result = await Promise.race([
    ready.then((value) => ({ value })),
    process.ended.then((end) => ({ failed: process.explain(end) })),
    sleep(seconds * 1000, { failed: `${name} was not ready within ${seconds} s` }, { ref: false }),
  ]);
  if (result.failed) {
    await process.stop();
    throw new Error(result.failed);
  }
  return { process, value: result.value };
}

function parseJson(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export class Chain {
  constructor({ build, home, log = () => {} }) {
    Object.assign(this, { build, home, log, processes: [], tickets: [], waiting: [] });
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => {});
  }

  program(name) {
    const folder = name.startsWith('mingjing-test')
      ? 'test/hall'
      : { mingjing: 'index', 'mingjing-capture': 'capture', 'mingjing-transcode': 'capture' }[name];
    return join(this.build, folder ?? 'api', name);
  }

  // `mingjing WORDS… --json`, parsed.
  async command(...args) {
    return JSON.parse(await run(this.program('mingjing'), [...args, '--home', this.home, '--json']));
  }

  // Remembers a process so that stop() ends it, and notices when it ends alone.
  keep(process) {
    if (this.stopped) {
      process.stop();
      throw new Error('stopped while starting');
    }
    this.processes.push(process);
    process.ended.then((end) => {
      if (!process.stopping) this.fail(new Error(process.explain(end)));
    });
    return process;
  }

  async #refuseRecorded() {
    const { cameras } = await this.command('camera', 'list');
    if (cameras.some((camera) => camera.streams.some((stream) => !['capture-down', 'disabled'].includes(stream.state))))
      throw new Error(`${this.home} is being recorded by another demo: end that one, or choose another --home`);
  }

  // A new home, or the one of an earlier demo; never one that somebody else made or is using. `fresh`:
  // without what the earlier one recorded.
  // An operator says no reason for what is of the last minutes.
  async makeHome({ fresh, role = 'operator' } = {}) {
    const made = () => existsSync(join(this.home, 'catalogue.db'));
    refuseForeign(this.home);
    if (made()) await this.#refuseRecorded();
    if (fresh) emptyHome(this.home);
    if (!made()) {
      markHome(this.home);
      this.admins = await this.command('init', '--hall-name', '演示大厅');
    }
    this.account = await this.addAccount(role, role);
  }

  // An account whose password need not be changed; a new password for one that there is.
  async addAccount(name, role) {
    const { users } = await this.command('user', 'list');
    if (users.some((user) => user.name === name)) return this.command('user', 'passwd', name, '--lasting');
    return this.command('user', 'add', name, '--role', role, '--lasting');
  }

  async startHall(args = []) {
    const { process, value } = await startAndWait(
      (started) => this.keep(started),
      'hall',
      this.program('mingjing-test-hall'),
      ['--port', '0', '--exit-on-eof', ...args],
      (line) => parseJson(line)?.ready && parseJson(line),
      { log: this.log },
    );
    this.hall = process;
    this.cameras = value.cameras;
  }

  // Makes the catalogue know the hall's cameras and what they see; what it knows already is kept.
  async register() {
    const known = new Set((await this.command('camera', 'list')).cameras.map((camera) => camera.id));
    const places = new Map((await this.command('coverage', 'list')).places.map((place) => [place.code, place]));
    for (const camera of this.cameras) {
      const words = known.has(camera.id)
        ? ['camera', 'set', camera.id, '--url', camera.url]
        : ['camera', 'add', camera.id, camera.url];
      await this.command(...words, '--name', camera.name, '--kind', camera.kind);
      for (const code of camera.places) {
        if (!places.has(code)) {
          await this.command('place', 'add', code, '--name', `${code} 窗口`);
          places.set(code, { code, cameras: [] });
        }
        const seenBy = places.get(code).cameras.map((entry) => entry.camera);
        if (!seenBy.includes(camera.id)) await this.command('coverage', 'add', code, camera.id);
      }
    }
  }

  startCapture(args = []) {
    this.capture = this.keep(
      new Process('capture', this.program('mingjing-capture'), ['--home', this.home, ...args], { log: this.log }),
    );
  }

  // For cameras that the browser does not play.
  startTranscode(args = []) {
    this.transcode = this.keep(
      new Process('transcode', this.program('mingjing-transcode'), ['--home', this.home, ...args], { log: this.log }),
    );
  }

  async startApi({ port = 0, ui = join(this.build, 'ui/dist') } = {}) {
    const { process, value } = await startAndWait(
      (started) => this.keep(started),
      'api',
      this.program('mingjing-api'),
      ['--home', this.home, '--listen', `127.0.0.1:${port}`, '--ui', ui],
      (line) => /listening on (http:\S+)/.exec(line)?.[1],
      { log: this.log },
    );
    this.apiProcess = process;
    this.api = value.replace(/\/$/, '');
  }

  // Resolves when every camera is being recorded, or throws with what is not after `seconds`.
  async recording(seconds = 20) {
    await Promise.race([this.#allRecording(seconds), this.failed]);
  }

  async #allRecording(seconds) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (this.stopped) throw new Error('stopped while starting');
      const { cameras } = await this.command('camera', 'list');
      const ours = this.cameras
        ? cameras.filter((camera) => this.cameras.some((known) => known.id === camera.id))
        : cameras;
      const missing = ours.filter((camera) => camera.streams.some((stream) => stream.state !== 'recording'));
      if (missing.length === 0) return;
      if (Date.now() > deadline) {
        const why = missing.map(({ id, streams }) => `${id} is ${streams[0].state} (${streams[0].detail ?? ''})`);
        throw new Error(`not recording after ${seconds} s: ${why.join(', ')}`);
      }
      await sleep(250);
    }
  }

  async startQueue({ visitSeconds, seed, tickets } = {}) {
    this.tokenName = `queue-${Date.now()}`;
    const { token } = await this.command('token', 'add', this.tokenName);
    const tokenFile = join(this.home, 'run', 'queue.token');
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const args = ['--api', this.api, '--token-file', tokenFile];
    if (visitSeconds) args.push('--visit-seconds', visitSeconds);
    if (seed !== undefined) args.push('--seed', String(seed));
    if (tickets) args.push('--tickets', String(tickets));
    const onLine = (line) => {
      const ticket = parseJson(line);
      if (ticket?.ticket_no) this.#served(ticket);
    };
    this.queue = new Process('queue', this.program('mingjing-test-queue'), args, { log: this.log, onLine });
    this.keep(this.queue);
    if (tickets) this.queue.stopping = true; // it ends by itself when all are served
  }

  #served(ticket) {
    this.tickets.push(ticket);
    const rest = [];
    for (const waiter of this.waiting)
      if (waiter.wanted(ticket)) waiter.resolve(ticket);
      else rest.push(waiter);
    this.waiting = rest;
  }

  // The next ticket whose visit ends and that `wanted` takes.
  async nextTicket(wanted = () => true, seconds = 120) {
    const served = new Promise((resolve) => this.waiting.push({ wanted, resolve }));
    const late = sleep(seconds * 1000, null, { ref: false });
    const ticket = await Promise.race([served, late, this.failed]);
    if (!ticket) throw new Error(`no such ticket was served within ${seconds} s`);
    return ticket;
  }

  // May be called at any moment, also while start() is under way: what that starts later ends at once.
  async stop() {
    this.stopped = true;
    const ending = this.processes.reverse();
    this.processes = [];
    for (const process of ending) await process.stop();
    if (this.tokenName) await this.command('token', 'revoke', this.tokenName).catch(() => {});
    this.tokenName = null;
  }

  async start({ hall = [], port, ui, fresh, role, queue = {} } = {}) {
    await this.makeHome({ fresh, role });
    await this.startHall(hall);
    await this.register();
    this.startCapture();
    this.startTranscode();
    await this.startApi({ port, ui });
    await this.recording();
    if (queue) await this.startQueue(queue);
  }
}

export async function startChain({ build, home, log, ...options }) {
  const chain = new Chain({ build, home, log });
  try {
    await chain.start(options);
  } catch (error) {
    await chain.stop();
    throw error;
  }
  return chain;
}
