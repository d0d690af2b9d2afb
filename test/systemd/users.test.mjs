// SPDX-License-Identifier: GPL-3.0-or-later
// Two daemons, two users: what is installed, with the accounts and folders that systemd makes from it, records
// the synthetic hall and serves it. What the server's user may and may not do is tried, not read off.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Chain, Process } from '../e2e/chain.mjs';

const { MINGJING_BUILD: build, PREFIX: prefix, MESON: meson } = process.env;
const [CAPTURE, API, JOB, STRANGER] = ['mingjing-capture', 'mingjing-api', 'mingjing-job', 'stranger'];

function whyNot() {
  if (process.getuid() !== 0) return 'only root can become other users';
  for (const tool of ['setpriv', 'systemd-sysusers', 'systemd-tmpfiles'])
    if (spawnSync(tool, ['--version']).error) return `${tool} is not installed`;
  return false;
}

const skip = whyNot();
const root = mkdtempSync(join(tmpdir(), 'mingjing-users-'));
const home = join(root, 'var/lib/mingjing');
const bin = join(root, prefix, 'bin');
const users = new Map([[STRANGER, { uid: 65534, gid: 65534 }]]);

// The words before a program that make it run as `user`.
function as(user) {
  const { uid, gid } = users.get(user);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
}

// A shell's exit code, as that user.
function tries(user, script, ...args) {
  const [file, ...words] = [...as(user), 'sh', '-c', script, 'sh', ...args];
  return spawnSync(file, words, { stdio: ['ignore', 'ignore', 'pipe'] }).status;
}

class TwoUsers extends Chain {
  program(name) {
    return name.startsWith('mingjing-test') ? super.program(name) : join(bin, name);
  }

  startAs(user, program, args, onLine) {
    const [file, ...words] = [...as(user), this.program(program), '--home', this.home, ...args];
    return this.keep(new Process(program, file, words, { log: this.log, onLine }));
  }

  startCapture() {
    this.capture = this.startAs(CAPTURE, 'mingjing-capture', []);
  }

  async startApi() {
    let found;
    const address = new Promise((resolve) => (found = resolve));
    this.server = this.startAs(API, 'mingjing-api', ['--listen', '127.0.0.1:0'], (line) => {
      const words = /listening on (http:\S+)/.exec(line);
      if (words) found(words[1]);
    });
    this.api = await Promise.race([address, this.failed]);
  }

  async post(path, body, headers) {
    return fetch(`${this.api}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async get(path) {
    return fetch(`${this.api}/api/v1/${path}`, { headers: { cookie: this.cookie } });
  }

  async signIn(name, password) {
    const login = await this.post('login', { name, password }, { 'content-type': 'application/json' });
    assert.equal(login.status, 200); // a session was written
    return login.headers.get('set-cookie').split(';')[0];
  }

  async addEvent(id, more = {}) {
    const event = {
      specversion: '1.0',
      source: '/queue/h01',
      id,
      type: 'hall.ticket.called',
      time: new Date().toISOString(),
      data: { ticket_no: 'A012', window_no: 'W01' },
      ...more,
    };
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/cloudevents+json' };
    const answer = await this.post('events', event, headers);
    return { status: answer.status, text: await answer.text() };
  }
}

const chain = new TwoUsers({ build, home });
const journal = join(home, 'footage/.mingjing-holds');
let segment; // a closed one: its file

function ownerOf(path) {
  const { uid, gid, mode } = statSync(join(home, path));
  const name = [...users].find(([, user]) => user.uid === uid)?.[0] ?? uid;
  return `${name} ${gid === users.get(CAPTURE).gid ? 'mingjing' : gid} ${(mode & 0o7777).toString(8)}`;
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return [path, ...(entry.isDirectory() ? files(path) : [])];
  });
}

before(async () => {
  if (skip) return;
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'etc'));
  execFileSync(meson, ['install', '--no-rebuild', '--destdir', root, '-C', build]);
  execFileSync('systemd-sysusers', [`--root=${root}`], { stdio: 'ignore' });
  execFileSync('systemd-tmpfiles', [`--root=${root}`, '--create']);
  for (const line of readFileSync(join(root, 'etc/passwd'), 'utf8').trim().split('\n')) {
    const [name, , uid, gid] = line.split(':');
    users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  await chain.command('init'); // as root, who becomes the recorder's user
  chain.account = await chain.command('user', 'add', 'op', '--role', 'operator', '--lasting');
  await chain.startHall();
  chain.cameras = chain.cameras.slice(0, 1);
  await chain.register();
  chain.startCapture();
  await chain.recording();
  await chain.startApi();
  const { user: name, password } = chain.account;
  chain.cookie = await chain.signIn(name, password);
  chain.token = (await chain.command('token', 'add', 'queue')).token;
  for (const deadline = Date.now() + 60_000; !segment; await sleep(200)) {
    segment = files(join(home, 'footage')).find((path) => path.endsWith('.mp4'));
    assert.ok(Date.now() < deadline, 'no footage');
  }
});

after(async () => {
  await chain.stop();
  rmSync(root, { recursive: true, force: true });
});

test('what root began belongs to the recorder, and its group takes part', { skip }, () => {
  assert.equal(ownerOf('catalogue.db'), 'mingjing-capture mingjing 660');
  assert.equal(ownerOf('catalogue.db-wal'), 'mingjing-capture mingjing 660');
  assert.equal(ownerOf('catalogue.db-shm'), 'mingjing-capture mingjing 660');
  assert.equal(ownerOf('audit.head'), 'mingjing-capture mingjing 660');
  assert.equal(ownerOf('keys/camera.key'), 'mingjing-capture mingjing 600');
  assert.equal(ownerOf('web/totp.key'), 'mingjing-capture mingjing 640');
  assert.equal(ownerOf('web/tls.key'), 'mingjing-capture mingjing 640');
  assert.equal(ownerOf('run/capture-1.sock'), 'mingjing-capture mingjing 660');
  assert.equal(ownerOf(segment.slice(home.length + 1)), 'mingjing-capture mingjing 640');
  for (const path of files(home)) {
    const { uid, gid, mode } = statSync(path);
    assert.equal(gid, users.get(CAPTURE).gid, path);
    assert.notEqual(uid, 0, path);
    assert.equal(mode & 0o007, 0, `${path} is everybody's`);
  }
});

test('what each program adds to the audit log fits together', { skip }, async () => {
  const log = await chain.command('audit', 'verify');
  assert.equal(log.wrong, 0, JSON.stringify(log));
  assert.equal(log.noted_seq, log.head.seq, JSON.stringify(log));
  assert.equal(tries(API, 'test -w "$1/audit.head"', home), 0);
});

test('the server writes events and reads footage, live pictures and stills', { skip }, async () => {
  const added = await chain.addEvent('1');
  assert.equal(added.status, 200, added.text);
  const camera = chain.cameras[0].id;
  const streams = await (await chain.get('streams')).json();
  assert.equal(streams.streams.find((stream) => stream.camera === camera)?.state, 'recording'); // by the socket
  const frame = await chain.get(
    `cameras/${camera}/frame.jpg?at=${encodeURIComponent(new Date(Date.now() - 2000).toISOString())}`,
  );
  assert.equal(frame.status, 200, await frame.clone().text());
  assert.equal(tries(API, 'test -s "$1" && cat "$1" >/dev/null', segment), 0);
});

test('the server signs what it tells with a key that root made, and sees no other key', { skip }, async () => {
  let told;
  const came = new Promise((resolve) => {
    told = resolve;
  });
  const receiver = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => (response.writeHead(204).end(), told([request.headers, Buffer.concat(parts).toString()])));
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${receiver.address().port}/`;
  try {
    const { secret } = await chain.command('webhook', 'add', url, '--plain', '--kinds', 'alert');
    assert.equal(ownerOf('webhook.key'), 'mingjing-capture mingjing 640');
    const data = { alert_id: 'Y1', level: '黄牌' };
    assert.equal((await chain.addEvent('y1', { type: 'hall.alert.raised', data })).status, 200);
    const late = sleep(20_000, null, { ref: false });
    const [headers, body] = (await Promise.race([came, late])) ?? assert.fail('nothing was told');
    const signed = `${headers['mingjing-timestamp']}.${body}`;
    const expected = createHmac('sha256', secret).update(signed).digest('hex');
    assert.equal(headers['mingjing-signature'], `sha256=${expected}`);
    assert.notEqual(tries(API, 'cat "$1/keys/camera.key"', home), 0);
    assert.notEqual(tries(STRANGER, 'cat "$1/webhook.key"', home), 0);
  } finally {
    await chain.command('webhook', 'remove', url);
    receiver.close();
  }
});

// Each is possible for the recorder's user, so that it is not something else that forbids it.
const DEEDS = {
  'make a file in footage/': ['echo x > "$1/footage/x" && rm "$1/footage/x"'],
  'make a file beside footage': ['echo x > "$(dirname "$2")/x" && rm "$(dirname "$2")/x"'],
  'open footage for writing': ['true 3>> "$2"'],
  'touch footage': ['touch "$2"'],
  'make footage writable': ['chmod 0660 "$2" && chmod 0640 "$2"'],
  'move footage away': ['mv "$2" "$2.away" && mv "$2.away" "$2"'],
  'move the folder of all footage away': ['mv "$1/footage" "$1/away" && mv "$1/away" "$1/footage"'],
  'make a file in the home': ['echo x > "$1/x" && rm "$1/x"'],
  'put another catalogue in its place': [
    'ln "$1/catalogue.db" "$1/other.db" && mv "$1/other.db" "$1/other" && rm "$1/other"',
  ],
  'read the key of the passwords': ['cat "$1/keys/camera.key" > /dev/null'],
  'list the keys': ['ls "$1/keys"'],
  'change the keys of the page': ['touch "$1/web/totp.key"'],
  'take a lock away': ['mv "$1/run/capture-1.lock" "$1/run/x" && mv "$1/run/x" "$1/run/capture-1.lock"'],
};

for (const [deed, [script]] of Object.entries(DEEDS))
  test(`neither the server nor a job can ${deed}`, { skip }, () => {
    assert.equal(tries(CAPTURE, script, home, segment), 0, `${CAPTURE} cannot either`);
    assert.notEqual(tries(API, script, home, segment), 0);
    assert.notEqual(tries(JOB, script, home, segment), 0);
  });

test('neither the server nor a job can remove footage', { skip }, () => {
  for (const user of [API, JOB, STRANGER]) assert.notEqual(tries(user, 'rm -f "$1"', segment), 0);
  assert.ok(statSync(segment).size > 0);
});

test('a stranger sees nothing and connects to nothing', { skip }, () => {
  assert.notEqual(tries(STRANGER, 'ls "$1"', home), 0);
  assert.notEqual(tries(STRANGER, 'cat "$1/catalogue.db"', home), 0);
  assert.notEqual(tries(STRANGER, 'cat "$1"', segment), 0);
  const connect = `require('net').connect(process.argv[1]).on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
  const path = join(home, 'run/capture-1.sock');
  const script = `"${process.execPath}" -e "${connect}" "$1"`;
  assert.equal(tries(API, script, path), 0);
  assert.notEqual(tries(STRANGER, script, path), 0);
  const [file, ...words] = [...as(STRANGER), join(bin, 'mingjing'), 'camera', 'list', '--home', home];
  assert.match(spawnSync(file, words).stderr.toString(), /not yours to look into; try with sudo/);
});

test('a job copies the catalogue while it is written, to where nobody else looks', { skip }, () => {
  const folder = join(root, 'var/backups/mingjing');
  const [file, ...words] = [...as(JOB), join(bin, 'mingjing'), 'backup', folder, '--home', home, '--json'];
  const copy = JSON.parse(execFileSync(file, words).toString());
  assert.ok(copy.segments > 0 && copy.events > 0 && copy.cameras === 1, JSON.stringify(copy));
  assert.equal(tries(JOB, 'test -s "$1"', copy.path), 0);
  for (const user of [API, CAPTURE, STRANGER]) assert.notEqual(tries(user, 'cat "$1"', copy.path), 0);
});

test('a job checks everything', { skip }, async () => {
  const [file, ...words] = [...as(JOB), join(bin, 'mingjing'), 'verify', '--home', home, '--json'];
  const { findings, segments } = JSON.parse(execFileSync(file, words).toString());
  assert.deepEqual(findings, []);
  assert.ok(segments > 0);
});

test(
  'the server starts and writes with nobody else there, after the last one closed the catalogue',
  { skip },
  async () => {
    await chain.capture.stop();
    assert.equal((await chain.server.stop()).code, 0);
    await chain.startApi();
    const added = await chain.addEvent('2');
    assert.equal(added.status, 200, added.text);
    assert.equal(ownerOf('catalogue.db-wal'), 'mingjing-capture mingjing 660');
  },
);

// The server may not write where the journals of holds lie; the recorder may, and looks.
test('the server puts a hold, which the recorder writes down beside the footage', { skip }, async () => {
  const { password } = await chain.command('user', 'add', 'inv', '--role', 'investigator', '--lasting');
  const headers = { cookie: await chain.signIn('inv', password), 'content-type': 'application/json' };
  const hold = {
    cameras: [chain.cameras[0].id],
    from: new Date(statSync(segment).birthtimeMs - 1000).toISOString(),
    to: new Date(statSync(segment).birthtimeMs + 1000).toISOString(),
    reason: '投诉',
    case: '2026-7',
  };
  chain.startCapture();
  await chain.recording();
  const answer = await chain.post('holds', hold, headers);
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  const { journals, keeps } = JSON.parse(text);
  // The recorder may have been quick.
  assert.deepEqual([journals.of, journals.written + journals.waiting, journals.failed], [1, 1, null], text);
  assert.ok(keeps.segments > 0, text);
  const { holds } = await (await chain.get('holds')).json();
  assert.equal(holds.length, 1); // in force at once
  for (const deadline = Date.now() + 10_000; !existsSync(journal); await sleep(50))
    assert.ok(Date.now() < deadline, 'no journal');
  for (const deadline = Date.now() + 10_000; !readFileSync(journal, 'utf8').includes('2026-7'); await sleep(50))
    assert.ok(Date.now() < deadline, 'not in the journal');
  assert.equal(ownerOf('footage/.mingjing-holds'), 'mingjing-capture mingjing 640');
  for (const user of [API, JOB]) {
    assert.equal(tries(user, 'test -r "$1"', journal), 0);
    for (const script of ['true 3>> "$1"', 'true 3> "$1"', 'rm -f "$1"', 'mv "$1" "$1.away"', 'chmod 0660 "$1"'])
      assert.notEqual(tries(user, script, journal), 0, `${user}: ${script}`);
  }
  await chain.capture.stop();
});

// A volume that may hold next to nothing, and whose policy lets go of everything but what is held.
test('no purge deletes what the server held', { skip }, async () => {
  const footage = join(home, 'footage');
  const { volumes } = await chain.command('volume', 'list');
  const before = files(footage).filter((path) => path.endsWith('.mp4'));
  assert.ok(before.length > 1);
  await chain.command('volume', 'add', volumes[0].path, '--max', '1');
  await chain.command('retention', 'policy', volumes[0].path, 'oldest');
  // It fails, since footage went below its minimum; as the unit's user.
  const [file, ...words] = [...as(CAPTURE), join(bin, 'mingjing'), 'purge', '--home', home];
  const said = spawnSync(file, words).stderr.toString();
  const after = files(footage).filter((path) => path.endsWith('.mp4'));
  assert.ok(after.includes(segment), said);
  assert.ok(after.length < before.length, said);
  await chain.command('volume', 'add', volumes[0].path, '--max', '0');
  await chain.command('retention', 'policy', volumes[0].path, 'keep');
});

test('a lost catalogue learns the hold from the journal', { skip }, async () => {
  assert.equal((await chain.server.stop()).code, 0);
  for (const name of ['catalogue.db', 'catalogue.db-wal', 'catalogue.db-shm'])
    rmSync(join(home, name), { force: true });
  await assert.rejects(chain.command('init'), /mingjing rebuild/);
  await chain.command('rebuild');
  await chain.command('camera', 'set', chain.cameras[0].id, '--url', chain.cameras[0].url);
  const { holds } = await chain.command('hold', 'list');
  const known = holds.find(({ case: number }) => number === '2026-7');
  assert.equal(known?.spans[0].camera, chain.cameras[0].id, JSON.stringify(holds));
  chain.startCapture();
  await chain.recording();
  await chain.capture.stop();
});

// As the unit does with what its ReadWritePaths do not name.
test('a volume that the service may not write is named, with what to do', { skip }, async (t) => {
  const volume = join(root, 'disk2');
  mkdirSync(volume);
  chownSync(volume, users.get(CAPTURE).uid, users.get(CAPTURE).gid);
  const bind = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
  const inside = ['unshare', ['--mount', 'sh', '-c', bind, 'sh', volume]];
  if (spawnSync(inside[0], [...inside[1], 'true']).status !== 0) return t.skip('no mount namespaces here');
  await chain.command('volume', 'add', volume);
  const said = [];
  const words = [...inside[1], ...as(CAPTURE), join(bin, 'mingjing-capture'), '--home', home];
  const started = chain.keep(new Process('capture', inside[0], words, { log: (_, line) => said.push(line) }));
  const hint = () => said.find((line) => line.includes(volume) && line.includes('ReadWritePaths='));
  for (const deadline = Date.now() + 60_000; !hint(); await sleep(100))
    assert.ok(Date.now() < deadline, said.join('\n'));
  await chain.recording(); // on the other one
  await started.stop();
  const { volumes } = await chain.command('volume', 'list');
  assert.match(volumes.find(({ path }) => path === volume).detail, /ReadWritePaths=/);
  await chain.command('volume', 'remove', volume);
});

test('root works in the home as the recorder, and leaves nothing of his', { skip }, async () => {
  await chain.command('place', 'add', 'W99');
  const started = new Process('capture', join(bin, 'mingjing-capture'), ['--home', home]);
  chain.keep(started);
  for (const deadline = Date.now() + 60_000; ; await sleep(100)) {
    const uid = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m
      .exec(readFileSync(`/proc/${started.pid}/status`, 'utf8'))
      .slice(1)
      .map(Number);
    if (uid.every((id) => id === users.get(CAPTURE).uid)) break;
    assert.ok(Date.now() < deadline, `runs as ${uid}`);
  }
  await started.stop();
  for (const path of files(home)) assert.notEqual(statSync(path).uid, 0, path);
});

test('the server has the recorder seal a password and mark a disk, neither of which it may', { skip }, async () => {
  chain.startCapture();
  await chain.startApi();
  const { password } = await chain.command('user', 'add', 'sys', '--role', 'sysadmin', '--lasting');
  const headers = { cookie: await chain.signIn('sys', password), 'content-type': 'application/json' };
  const post = async (path, body) => {
    const answer = await chain.post(path, body, headers);
    return `${answer.status} ${answer.ok ? '' : await answer.text()}`;
  };
  const disk = join(home, 'volumes/disk2');
  mkdirSync(disk, { mode: 0o2750 });
  chownSync(disk, users.get(CAPTURE).uid, users.get(CAPTURE).gid);
  assert.equal(await post('cameras', { id: 'guarded', url: 'rtsp://viewer:hush@127.0.0.1:1/x' }), '201 ');
  assert.equal(await post('volumes', { path: disk }), '200 ');
  assert.equal(ownerOf('volumes/disk2/.mingjing-volume'), 'mingjing-capture mingjing 640');
  const state = async () =>
    (await chain.command('camera', 'list')).cameras.find(({ id }) => id === 'guarded').streams[0].state;
  for (let tries = 0; (await state()) === 'starting' && tries < 40; tries += 1) await sleep(250);
  assert.equal(await state(), 'offline'); // it tried with what was sealed
  assert.equal(await post('cameras/guarded/remove', {}), '200 ');
  assert.equal(await post('volumes/remove', { path: disk }), '200 ');
});
