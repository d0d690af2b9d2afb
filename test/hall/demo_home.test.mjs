// SPDX-License-Identifier: GPL-3.0-or-later
// Which folders the demo takes, and that it leaves all others as they are, --fresh or not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { emptyHome, kindOfHome, markHome } from './demo_home.mjs';

const top = mkdtempSync(join(tmpdir(), 'mingjing-demo-home-'));
after(() => rmSync(top, { recursive: true, force: true }));

function folder(name, ...files) {
  const path = join(top, name);
  mkdirSync(path);
  for (const file of files) writeFileSync(join(path, file), 'theirs\n');
  return path;
}

function demo(home, ...args) {
  const script = fileURLToPath(new URL('demo.mjs', import.meta.url));
  return spawnSync(process.execPath, [script, '--home', home, '--port', '0', ...args], { encoding: 'utf8' });
}

test('a new folder, an empty one, a marked one, and one of somebody', () => {
  assert.equal(kindOfHome(join(top, 'none')), 'new');
  assert.equal(kindOfHome(folder('empty')), 'new');
  assert.equal(kindOfHome(folder('letters', 'letter.txt')), 'foreign');
  assert.equal(kindOfHome(folder('named', 'demo')), 'foreign');
  const home = folder('home');
  mkdirSync(join(home, 'demo'));
  assert.equal(kindOfHome(home), 'foreign');
  markHome(join(top, 'marked'));
  assert.equal(kindOfHome(join(top, 'marked')), 'demo');
});

for (const [name, ...files] of [
  ['photos', 'holiday.jpg'],
  ['recorder', 'catalogue.db'],
  ['project', 'demo', 'catalogue.db'],
])
  for (const args of [[], ['--fresh']])
    test(`a folder with ${files.join(' and ')} stays as it is ${args}`, () => {
      const home = folder(`${name}${args}`, ...files);
      const { status, stderr } = demo(home, ...args);
      assert.equal(status, 1);
      assert.match(stderr, /is not empty and was not made by a demo: choose another --home/);
      assert.deepEqual(readdirSync(home).sort(), files.sort());
    });

test('a marked home is emptied, and its mark stays', () => {
  const home = join(top, 'old');
  markHome(home);
  mkdirSync(join(home, 'footage', 'w01'), { recursive: true });
  writeFileSync(join(home, 'catalogue.db'), '');
  emptyHome(home);
  assert.deepEqual(readdirSync(home), ['demo']);
  assert.throws(() => emptyHome(folder('other', 'a')), /was not made by a demo/);
  assert.ok(existsSync(join(top, 'other', 'a')));
});
