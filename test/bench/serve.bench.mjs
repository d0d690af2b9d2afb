// SPDX-License-Identifier: GPL-3.0-or-later
// Playback of recorded files by many clients, against nginx with the same files
//
//   serve.bench.mjs [--clients N] [--cameras N] [--record S] [--seconds S] [--idle N]
//
// Cameras of 4 Mbit/s are recorded for a while. Then as many clients as are wanted ask for one part (a group
// of pictures, as playlists name them) after another: of mingjing-api, which asks whether each may and
// tells the audit log, with several accounts, and of nginx (sendfile, a worker a core, no access log), in turns, so
// that what else the machine does falls on both. Everything lies in the page cache by then: what is compared
// is the way from there to the socket. At last so many viewers as --idle says hold their connections and do
// nothing: how many threads the server has then, and before.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Chain, Process } from '../e2e/chain.mjs';
import { Cameras } from './cameras.mjs';
import { makeClip } from './clip.mjs';
import { cpuSeconds } from './cost.mjs';

const TURNS = 6;
const ACCOUNTS = 4; // one alone would be told to go on more slowly

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '64' },
    cameras: { type: 'string', default: '4' },
    record: { type: 'string', default: '25' },
    seconds: { type: 'string', default: '30' },
    idle: { type: 'string', default: '500' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    './mj bench serve [--clients N that play at once] [--cameras N] [--record S of footage] [--seconds S of each server] [--idle N viewers]',
  );
  process.exit(0);
}
const [clients, cameras, record, seconds, idle] = ['clients', 'cameras', 'record', 'seconds', 'idle'].map((name) =>
  Number(values[name]),
);
if (!(clients >= 1 && clients <= 500 && cameras >= 1 && record >= 5 && seconds >= TURNS && idle >= 1 && idle <= 500)) {
  console.error('serve: --clients and --idle from 1 to 500, --cameras from 1, --record from 5, --seconds from 6');
  process.exit(2);
}
if (spawnSync('nginx', ['-v']).error) {
  console.error('serve: nginx is what is compared with: apt-get install --no-install-recommends nginx-light');
  process.exit(1);
}

const build = process.env.MINGJING_BUILD;
const work = join(build, 'test', 'bench');
mkdirSync(work, { recursive: true });
const folder = mkdtempSync(join(work, 'serve-'));
const say = (text) => console.error(`serve: ${text}`);
const chain = new Chain({ build, home: join(folder, 'home'), log: () => {} });

async function recordSome() {
  const clip = await makeClip(work, say);
  const source = new Cameras(build, {
    count: cameras,
    clip,
    sent: join(folder, 'sent.txt'),
    line: ['--line-rate', '0'],
  });
  await source.start();
  await chain.makeHome();
  chain.players = [];
  for (let i = 0; i < ACCOUNTS; i++) chain.players.push(await chain.addAccount(`player${i}`, 'investigator'));
  for (const [i, url] of source.urls.entries()) await chain.command('camera', 'add', `cam${i}`, url, '--kind', 'hall');
  chain.startCapture();
  await chain.recording(60);
  say(`recording ${cameras} cameras for ${record} s`);
  await sleep(record * 1000);
  await chain.capture.stop();
  await source.stop();
}

async function signIn({ user: name, password }) {
  const body = JSON.stringify({ name, password });
  const answer = await fetch(`${chain.api}/api/v1/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  if (!answer.ok) throw new Error(`signing in: HTTP ${answer.status}`);
  return `${answer.headers.get('set-cookie').split(';')[0]}`;
}

async function giveReason(headers, key) {
  const answer = await fetch(`${chain.api}/api/v1/reasons`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind: 'camera', key, reason: 'measuring', case: '0' }),
  });
  if (!answer.ok) throw new Error(`giving a reason: HTTP ${answer.status}`);
  return (await answer.json()).id;
}

// What players would ask for, by either server: [{ path of ours, file, first, last, header of ours }].
async function listParts(account) {
  const headers = { Cookie: await signIn(account) };
  const get = async (path) => {
    const answer = await fetch(`${chain.api}/api/v1${path}`, { headers });
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
    return answer.text();
  };
  const range = `from=${new Date(Date.now() - 3600e3).toISOString()}&to=${new Date().toISOString()}`;
  const parts = [];
  for (let i = 0; i < cameras; i++) {
    const reason = await giveReason(headers, `cam${i}`);
    const { segments } = JSON.parse(await get(`/cameras/cam${i}/timeline?${range}`));
    const files = new Map(segments.map((s) => [String(s.id), s.path]));
    const lines = (await get(`/cameras/cam${i}/playlist.m3u8?${range}&reason=${reason}`)).split('\n');
    for (const [n, line] of lines.entries()) {
      const bytes = /^#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(line);
      const named = bytes && /segments\/(\d+)\.mp4\?reason=\d+/.exec(lines[n + 1]);
      if (!named) continue;
      const [length, first] = [Number(bytes[1]), Number(bytes[2])];
      parts.push({
        path: `/api/v1/${named[0]}`,
        file: `/${files.get(named[1])}`,
        first,
        last: first + length - 1,
        header: ` Cookie: ${headers.Cookie}`,
      });
    }
  }
  return parts;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function startNginx() {
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  writeFileSync(
    file,
    `daemon off; worker_processes auto; pid ${join(folder, 'nginx.pid')}; error_log stderr crit;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 2048; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; ${paths.join(' ')}
  types { video/mp4 mp4; }
  server { listen 127.0.0.1:${port}; root ${join(folder, 'home', 'footage')}; }
}
`,
  );
  const nginx = chain.keep(
    new Process('nginx', 'nginx', ['-c', file, '-p', folder], { log: (name, text) => say(`${name}: ${text}`) }),
  );
  for (let i = 0; i < 100; i++) {
    const up = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (up) return { nginx, port };
    await sleep(50);
  }
  throw new Error('nginx does not answer');
}

const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const threadsOf = (pid) => Number(/^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

async function load(port, list, pids) {
  const before = cpuSeconds(pids);
  const program = join(build, 'test', 'bench', 'serve-load');
  let text = '';
  const process = chain.keep(
    new Process(
      'serve-load',
      program,
      [String(port), String(clients), String(seconds / TURNS), list],
      { onLine: (line) => (text += line) },
    ),
  );
  process.stopping = true; // it ends by itself
  const end = await process.ended;
  if (end.code !== 0) throw new Error(process.explain(end));
  return { ...JSON.parse(text), cpu: cpuSeconds(pids) - before };
}

async function measure() {
  await chain.startApi();
  const parts = [];
  for (const account of chain.players) parts.push(...(await listParts(account)));
  if (parts.length < 2) throw new Error('nothing was recorded');
  const lists = ['path', 'file'].map((key) => {
    const file = join(folder, `${key}.txt`);
    writeFileSync(file, parts.map((p) => `${p[key]} ${p.first} ${p.last}${key === 'path' ? p.header : ''}\n`).join(''));
    return file;
  });
  const { nginx, port } = await startNginx();
  const ours = {
    port: Number(new URL(chain.api).port),
    list: lists[0],
    pids: [chain.apiProcess.pid],
    label: 'mingjing-api',
  };
  const theirs = { port, list: lists[1], pids: childrenOf(nginx.pid), label: 'nginx' };
  for (const server of [ours, theirs]) server.sum = { bytes: 0, seconds: 0, cpu: 0, parts: 0, wrong: 0, p99: [] };
  const size = parts.reduce((sum, p) => sum + p.last - p.first + 1, 0) / parts.length;
  say(`${clients} clients, ${parts.length} parts of ${(size / 1000).toFixed(0)} kB`);
  for (let turn = 0; turn < TURNS; turn++)
    for (const server of turn % 2 ? [theirs, ours] : [ours, theirs]) {
      const got = await load(server.port, server.list, server.pids);
      for (const key of ['bytes', 'seconds', 'cpu', 'wrong']) server.sum[key] += got[key];
      server.sum.parts += got.parts;
      server.sum.p99.push(got.p99_ms);
    }
  for (const { label, sum } of [ours, theirs])
    say(
      `${label}: ${(sum.bytes / sum.seconds / 1e6).toFixed(0)} MB/s, ${(sum.parts / sum.seconds).toFixed(0)} parts/s, ${((1e6 * sum.cpu) / sum.parts).toFixed(0)} us of CPU a part, ` +
        `p99 ${Math.max(...sum.p99).toFixed(0)} ms, ${sum.wrong} wrong`,
    );
  return { ours: ours.sum, theirs: theirs.sum };
}

// Viewers that hold a connection and do nothing: each has asked once and keeps it.
async function idleThreads() {
  const port = Number(new URL(chain.api).port);
  const before = threadsOf(chain.apiProcess.pid);
  const sockets = await Promise.all(
    Array.from(
      { length: idle },
      () =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () =>
            socket.write('GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
          );
          socket.once('data', () => resolve(socket));
          socket.once('error', reject);
          socket.once('close', () => reject(new Error('an idle viewer was not let in')));
        }),
    ),
  );
  await sleep(1000);
  const held = threadsOf(chain.apiProcess.pid);
  const open = sockets.filter((socket) => !socket.destroyed).length;
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  say(`${open} of ${idle} idle viewers are there: ${held} threads, ${before} before`);
  return { before, held, open };
}

let status = 0;
try {
  await recordSome();
  const { ours, theirs } = await measure();
  const threads = await idleThreads();
  const rate = (sum) => sum.bytes / sum.seconds;
  console.log(
    `serve throughput_vs_nginx=${(rate(ours) / rate(theirs)).toFixed(2)} mb_per_s=${(rate(ours) / 1e6).toFixed(0)} nginx_mb_per_s=${(rate(theirs) / 1e6).toFixed(0)} ` +
      `wrong=${ours.wrong + theirs.wrong} idle_viewers=${threads.open} threads_more=${threads.held - threads.before}`,
  );
} catch (error) {
  console.error(`serve: ${error.message}`);
  status = 1;
} finally {
  await chain.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
