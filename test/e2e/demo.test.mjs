// SPDX-License-Identifier: GPL-3.0-or-later
// ./mj demo as a newcomer meets it: what it prints, what it refuses, and that it leaves nothing running.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../hall/demo.mjs', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'mingjing-demo-'));
after(() => rmSync(home, { recursive: true, force: true }));

function start(...args) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const demo = { child, text: '' };
  const read = (chunk) => {
    demo.text += chunk;
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  demo.ended = new Promise((resolve) => child.on('close', resolve));
  demo.says = async (pattern, seconds = 60) => {
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline;) {
      if (pattern.test(demo.text)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(`the demo did not say ${pattern}:\n${demo.text}`);
  };
  return demo;
}

function find(...args) {
  return JSON.parse(execFileSync(join(process.env.MINGJING_BUILD, 'index/mingjing'), ['find', ...args, '--json']));
}

// Processes of ours that have the home on their command line.
function running() {
  const all = execFileSync('ps', ['-eo', 'args']).toString().split('\n');
  return all.filter((line) => line.includes(home) && /mingjing-(capture|api|test)/.test(line));
}

test('tells where to look, the account and a ticket to try; Ctrl-C leaves nothing', async () => {
  const demo = start('--home', join(home, 'a'), '--port', '0');
  await demo.says(/look at +http:\/\/127\.0\.0\.1:\d+\//);
  await demo.says(/account +investigator\s+password +\w{20}/);
  const second = start('--home', join(home, 'a'), '--port', '0');
  assert.equal(await second.ended, 1);
  assert.match(second.text, /being recorded by another demo/);
  const fresh = start('--home', join(home, 'a'), '--port', '0', '--fresh');
  assert.equal(await fresh.ended, 1);
  assert.match(fresh.text, /being recorded by another demo/);
  assert.ok(existsSync(join(home, 'a', 'footage')));
  await demo.says(/A ticket to try: \w+ +http\S+\/tickets\/\d{4}-\d\d-\d\d\/\w+/, 180);
  const [, day, ticket] = /\/tickets\/([-\d]+)\/(\w+)/.exec(demo.text);
  const { cameras, gaps } = find('ticket', ticket, '--day', day, '--home', join(home, 'a'));
  assert.ok(cameras.length > 0);
  assert.deepEqual(gaps, []);
  demo.child.kill('SIGINT');
  assert.equal(await demo.ended, 0);
  assert.deepEqual(running(), []);
});

test('stopped while it starts, it leaves nothing', async () => {
  const demo = start('--home', join(home, 'a'), '--port', '0');
  await demo.says(/opening the hall/);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  demo.child.kill('SIGTERM');
  assert.equal(await demo.ended, 0);
  assert.deepEqual(running(), []);
});

test('says why it cannot', async () => {
  const footage = start('--home', join(home, 'b'), '--port', '0', '--footage', 'no-such-file.mp4');
  assert.equal(await footage.ended, 1);
  assert.match(footage.text, /no-such-file\.mp4/);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const second = start('--home', join(home, 'c'), '--port', String(port));
  assert.equal(await second.ended, 1);
  assert.match(second.text, new RegExp(`port ${port} is in use already: choose another with --port`));
  assert.ok(!existsSync(join(home, 'c')), 'nothing was started');
  taken.close();
  const option = start('--colour');
  assert.equal(await option.ended, 2);
  assert.match(option.text, /unknown option --colour/);
});
