// SPDX-License-Identifier: GPL-3.0-or-later
// A person at the live wall; page.test.mjs has the hall and the browser. What is late is read from the pictures.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fresh as freshOn, isFresh, livePictures, until } from './page.mjs';

const CONVERTED_MS = 4000;
const SECONDS = 20;

export function liveTests(at) {
  const tile = (id) => at.page.locator(`.live-tile[data-tile="${id}"]`);
  const playable = () => at.chain.cameras.filter((camera) => camera.video === 'h264').map((camera) => camera.id);
  const state = () => livePictures(at.page);
  const fresh = (ids, what, since = 0, limit = undefined) => freshOn(at.page, ids, what, { since, limit });

  test('the wall shows every camera, now', async () => {
    if ((await at.page.getAttribute('html', 'lang')) !== 'zh-CN') await at.page.click('#language'); // an earlier test failed
    await at.page.evaluate(() => document.activeElement.blur()); // the field of the search
    await at.page.keyboard.press('g');
    await at.page.keyboard.press('l');
    await at.page.waitForSelector('.live-tile');
    assert.equal(await at.page.locator('.live-tile').count(), at.chain.cameras.length);
    await fresh(playable(), 'a fresh picture of every camera');
    // What the page says of a picture's time is what the picture says.
    // (Read between two pictures; on a busy machine the one is told of after the other is on the screen.)
    const right = new Set();
    const look = async () => {
      for (const { camera, stamp, wallUs } of await state())
        if (stamp && Math.abs(stamp.utcUs - wallUs) < 20_000) right.add(camera);
      return playable().filter((id) => !right.has(id));
    };
    await until(look, (wrong) => wrong.length === 0, 'the time of the picture of every camera', SECONDS);
    assert.deepEqual(await at.english(), []);
    await at.shot('live-zh-dark');
  });

  test('H.265 that the browser does not play is converted, and that is said', async () => {
    const hevc = at.chain.cameras.find((camera) => camera.video === 'h265').id;
    await fresh([hevc], 'a fresh picture of the H.265 camera', 0, CONVERTED_MS);
    assert.equal(await tile(hevc).getAttribute('data-transcoded'), 'true');
    assert.equal(await tile(hevc).locator('.live-flag').textContent(), '转码');
  });

  test('a tile says who is served there, and leads to the dossier', async () => {
    const ticket = tile('w01-face').locator('.live-ticket');
    await ticket.waitFor({ timeout: SECONDS * 1000 });
    const number = await ticket.textContent();
    assert.match(await ticket.getAttribute('href'), new RegExp(`^#/tickets/\\d{4}-\\d\\d-\\d\\d/${number}$`));
  });

  test('a camera that stops is red at once, and comes back by itself', async () => {
    const id = 'w03-face';
    at.chain.hall.say(`stop ${id}`);
    at.chain.hall.say(`drop ${id}`);
    await at.page.waitForSelector(`.live-tile[data-tile="${id}"][data-bad]`, { timeout: SECONDS * 1000 });
    assert.match(await tile(id).locator('.live-bad').textContent(), /^未录像 \d\d:\d\d:\d\d$/);
    await at.shot('live-red-zh-dark');
    at.chain.hall.say(`start ${id}`);
    await fresh([id], 'a fresh picture of the camera that is back', Date.now());
    await tile(id)
      .locator('.live-bad')
      .waitFor({ state: 'detached', timeout: SECONDS * 1000 });
  });

  test('keys choose, enlarge and move', async () => {
    const { page } = at;
    const order = () => page.locator('.live-tile').evaluateAll((tiles) => tiles.map((t) => t.dataset.tile));
    const before = await order();
    await page.keyboard.press('2');
    await page.waitForSelector(`.live-tile[data-tile="${before[1]}"][data-chosen]`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.wall[data-enlarged]');
    assert.deepEqual(await order(), [before[1]]);
    await fresh([before[1]], 'the enlarged picture');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+ArrowRight');
    await page.waitForSelector(`.live-cell:nth-child(3) .live-tile[data-tile="${before[1]}"]`);
    assert.deepEqual(await order(), [before[0], before[2], before[1], ...before.slice(3)]);
    await page.getByText('保存布局', { exact: true }).click();
    await page.getByLabel('布局名称').fill('窗口');
    await page.keyboard.press('Enter');
    await page.waitForURL(/layout=/); // it is kept, and shown by its name
    await page.reload();
    await page.waitForSelector(`.live-cell:nth-child(3) .live-tile[data-tile="${before[1]}"]`); // it was kept
  });

  test('a still is saved, and the last half minute played from the recording', async () => {
    const { page } = at;
    const id = playable()[0];
    const order = await page.locator('.live-tile').evaluateAll((tiles) => tiles.map((t) => t.dataset.tile));
    await page.keyboard.press(String(order.indexOf(id) + 1));
    await fresh([id], 'a live picture');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('p')]);
    assert.match(saved.suggestedFilename(), new RegExp(`^${id}_\\d{8}_\\d{6}\\.\\d{3}\\.jpg$`));
    assert.deepEqual([...readFileSync(await saved.path()).subarray(0, 3)], [0xff, 0xd8, 0xff]);
    const asked = Date.now();
    await page.keyboard.press('r');
    const recorded = () =>
      page.evaluate(() => {
        const video = document.querySelector('dialog .replay video');
        return video && window.testStampOf(video);
      });
    const stamp = await until(recorded, (s) => s !== null, 'a recorded picture', SECONDS);
    const ago = (asked - stamp.utcUs / 1000) / 1000;
    assert.ok(ago > 10 && ago < 35, `${ago} s ago`);
    assert.deepEqual(await at.english(), []);
    await at.shot('replay-zh-dark');
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await fresh([id], 'the live picture again');
  });

  test('sixteen tiles run', async () => {
    const { page } = at;
    const ids = playable();
    await page.getByRole('button', { name: '16 个画面' }).click();
    for (let i = 0; i < 16; i++)
      await page.getByLabel(`画面 ${i + 1} 的摄像机`, { exact: true }).selectOption(ids[i % ids.length]);
    const running = async () => (await state()).filter((p) => isFresh(p)).length;
    await until(running, (n) => n === 16, 'sixteen fresh pictures', SECONDS);
    await page.getByLabel('布局', { exact: true }).selectOption('窗口');
  });

  test('pictures come back by themselves after the server was started anew', async () => {
    const port = Number(new URL(at.chain.api).port);
    await at.chain.apiProcess.stop();
    await at.page.waitForSelector('.live-bar [role=alert]');
    const since = Date.now();
    await at.chain.startApi({ port });
    await at.page.locator('.live-bar [role=alert]').waitFor({ state: 'detached', timeout: SECONDS * 1000 });
    await fresh(playable(), 'fresh pictures of the new server', since);
  });
}
