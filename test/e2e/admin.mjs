// SPDX-License-Identifier: GPL-3.0-or-later
// Administration in the browser: a camera of the running hall is added by its address, and the log says so.
//
//   adminTests(on)   on: as in accounts.mjs
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { until } from './page.mjs';

const ADDED = 'extra-1';
const SECRET = 'never-shown';

// A camera that wants another password.
async function guardedCamera() {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const turn = /CSeq: *(\d+)/i.exec(data)?.[1] ?? 1;
      socket.write(`RTSP/1.0 401 Unauthorized\r\nCSeq: ${turn}\r\nWWW-Authenticate: Basic realm="camera"\r\n\r\n`);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `rtsp://viewer:${SECRET}@127.0.0.1:${server.address().port}/main` };
}

// Units, commands and names of formats are the same in every language.
const words = async (on) =>
  (await on.english())
    .map((w) => w.replace(/(systemctl|mingjing)( [\w.-]+)+|Mbit|AAC|kHz|CSV|rtsp:\S*|\/\S+/g, ''))
    .filter((w) => /[A-Za-z]{3,}/.test(w));

async function look(on, url) {
  await on.page.fill('#camera-url', url);
  await on.page.keyboard.press('Enter');
}

async function addCamera(on) {
  const { page } = on;
  const camera = on.playable('W01')[0];
  const guarded = await guardedCamera();
  await page.click('#camera-add');
  await look(on, guarded.url);
  await page.waitForSelector('.probe-failed');
  assert.match(await page.locator('.probe-failed').textContent(), /用户名或密码/);
  await on.shot('admin-camera-refused-zh-dark');
  guarded.server.close();
  await look(on, camera.url);
  const picture = page.locator('.probe-picture');
  await picture.waitFor({ timeout: 25_000 });
  const stamp = await until(
    () => page.evaluate(() => window.testStampOf(document.querySelector('.probe-picture'))),
    (read) => read !== null,
    'a stamp in the picture of the probe',
  );
  assert.equal(stamp.camera, camera.number);
  await page.fill('#camera-id', ADDED);
  await page.fill('#camera-name', '补充摄像机');
  await page.selectOption('#camera-place', 'W02');
  assert.deepEqual(await words(on), []);
  await on.shot('admin-camera-zh-dark');
  await page.locator('#camera-name').press('Enter');
  await page.locator(`tr[data-camera-row=${ADDED}]`).waitFor();
}

async function removeCamera(on) {
  const row = on.page.locator(`tr[data-camera-row=${ADDED}]`);
  await row.locator('button').last().click();
  assert.match(await on.page.locator('dialog[open]').textContent(), /录像和历史都保留/);
  await on.page.locator('dialog[open] .risky').click();
  await row.waitFor({ state: 'detached' });
}

// What the hall wants marked besides, before what is last.
async function declareKind(on) {
  const { page } = on;
  await page.evaluate(() => (location.hash = '#/admin/marks'));
  await page.click('#kind-add');
  await page.fill('#kind-code', 'smoking');
  await page.fill('#kind-zh', '吸烟');
  await page.fill('#kind-en', 'smoking');
  await page.selectOption('#kind-level', 'yellow');
  await page.keyboard.press('Enter');
  await page.click('tr[data-kind=smoking] [data-does=up]');
  await page.locator('tr[data-kind=smoking] kbd', { hasText: '5' }).waitFor();
  const kinds = await page.evaluate(() => fetch('/api/v1/mark-kinds').then((r) => r.json()));
  assert.deepEqual(
    kinds.kinds.map((k) => k.code),
    ['absent', 'attitude', 'phone', 'dispute', 'smoking', 'other'],
  );
  await on.shot('admin-marks-zh-dark');
}

// The hall's own words for both sides of a session; the page's stay until then.
async function declareNotice(on) {
  const { page } = on;
  await page.evaluate(() => (location.hash = '#/admin/notice'));
  await page.click('#notice-new');
  await page.fill('#notice-version', '2027-1');
  await page.fill('#notice-zh', '本次会话全程录音录像。\n由本大厅保存。');
  await on.shot('admin-notice-zh-dark');
  await page.click('dialog button[type=submit]');
  await page.locator('[data-version="2027-1"] .notice-text p >> nth=1').waitFor();
  const { notices } = await page.evaluate(() => fetch('/api/v1/notices').then((r) => r.json()));
  assert.deepEqual(
    notices.map((n) => [n.version, n.en]),
    [['2027-1', null]],
  );
}

export function adminTests(on) {
  test('a system administrator adds a camera by its address, and sees it record', async () => {
    const { password } = await on.chain.addAccount('sys1', 'sysadmin');
    await on.asOthers(async () => {
      await on.signIn(password, 'sys1');
      await on.page.waitForSelector('tr[data-camera-row]'); // who cares for cameras begins here
      await addCamera(on);
      const row = await until(
        () => on.page.locator(`tr[data-camera-row=${ADDED}]`).textContent(),
        (text) => text.includes('正在录像'),
        'the camera records',
        30,
      );
      assert.match(row, /W02/);
      assert.deepEqual(await words(on), []);
      await on.shot('admin-cameras-zh-dark');
      for (const part of ['state', 'places', 'retention', 'volumes']) {
        await on.page.evaluate((to) => (location.hash = `#/admin/${to}`), part);
        await on.page.waitForSelector(`#admin-${part}`);
        assert.deepEqual(await words(on), [], part);
        await on.shot(`admin-${part}-zh-dark`);
      }
      await declareKind(on);
      await declareNotice(on);
      await on.page.keyboard.press('g');
      await on.page.keyboard.press('d');
      await on.page.waitForSelector('#admin-state');
      await on.page.evaluate(() => (location.hash = '#/admin/cameras'));
      await removeCamera(on);
    });
  });

  test('an auditor finds that in the log, takes it away as a table, and proves the log whole', async () => {
    const { password } = await on.chain.addAccount('aud1', 'auditor');
    await on.asOthers(async () => {
      const { page } = on;
      await on.signIn(password, 'aud1');
      await page.waitForSelector('tr[data-seq]');
      await page.selectOption('#audit-what', { label: '添加摄像机' });
      await page.fill('#audit-object', ADDED);
      await page.click('#audit-go');
      await until(
        () => page.locator('tr[data-seq]').count(),
        (n) => n === 1,
        'one row',
      );
      assert.match(await page.locator('tr[data-seq]').textContent(), /sys1.*添加摄像机/);
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#audit-csv')]);
      const table = readFileSync(await download.path(), 'utf8');
      const lines = table.trim().split('\r\n');
      assert.equal(lines.length, 2);
      assert.match(lines[1], new RegExp(`,sys1,.*camera\\.add,camera,${ADDED},`));
      assert.ok(!table.includes(SECRET));
      await page.click('.chain summary');
      await page.click('#audit-verify');
      await page.waitForSelector('#audit-report');
      assert.match(await page.locator('#audit-report').textContent(), /日志完整/);
      await on.shot('admin-audit-zh-dark');
      await page.click('#language');
      await page.click('.chain summary');
      await page.selectOption('#audit-what', { label: 'any' });
      await page.fill('#audit-object', '');
      await page.click('#audit-go');
      await until(
        () => page.locator('tr[data-seq]').count(),
        (n) => n > 10,
        'all rows',
      );
      await on.shot('admin-audit-en-dark');
    });
    const { rows } = await on.chain.command('audit', 'list', '--who', 'sys1');
    assert.ok(rows.some((row) => row.what === 'camera.probe'));
    assert.ok(!JSON.stringify(rows).includes(SECRET));
  });
}
