// SPDX-License-Identifier: GPL-3.0-or-later
// A room terminal in a session, in a real browser: the clerk brings it in from the list of sessions, the citizen sees and
// hears it, and the page beside the terminal shows the citizen without sending anything. The terminal is a camera of the
// synthetic hall, which stamps the time into its pictures.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { paintedCamera } from './camera.mjs';
import { Chain } from './chain.mjs';
import { launch, newPage, until } from './page.mjs';

const home = mkdtempSync(join(tmpdir(), 'mingjing-terminal-'));
const FACE = { id: 'w02-face', number: 3 }; // H.264 and A-law
let chain, browser;

before(async () => {
  chain = new Chain({ build: process.env.MINGJING_BUILD, home });
  await chain.makeHome();
  await chain.startHall(['--cameras', FACE.id]);
  chain.startCapture();
  await chain.startApi();
  browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});

after(async () => {
  await browser?.close();
  await chain?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function plan() {
  const { url } = chain.cameras.find(({ id }) => id === FACE.id);
  await chain.command('place', 'add', 'F01');
  await chain.command('camera', 'add', 'TERM', url, '--kind', 'room', '--record', 'none');
  await chain.command('coverage', 'add', 'F01', 'TERM');
  const { legs } = await chain.command('meeting', 'add', 'S1', 'F01', 'citizen', 'official');
  return Object.fromEntries(legs.map(({ leg, token }) => [leg, `${chain.api}/#/join/S1/${leg}?token=${token}`]));
}

async function bringIn() {
  const desk = await newPage(browser);
  await desk.goto(`${chain.api}/`);
  await desk.fill('#name', chain.account.user);
  await desk.fill('#password', chain.account.password);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('header nav');
  await desk.goto(`${chain.api}/#/sessions`);
  await desk.click('tr[data-session=S1] [data-terminal=official]');
  await desk.selectOption('#terminal-camera', 'TERM');
  await desk.check('#terminal-agrees');
  await desk.click('dialog button[type=submit]');
  await desk.waitForSelector('dialog', { state: 'detached' });
  return desk;
}

const seen = (page, leg, number) =>
  until(
    () =>
      page.evaluate((name) => {
        const video = document.querySelector(`video[data-leg="${name}"]`);
        return video && window.testStampOf(video);
      }, leg),
    (stamp) => stamp?.camera === number,
    `a picture of the ${leg}`,
    20,
  );

test('a room terminal is a party of a session', async () => {
  const links = await plan();
  const desk = await bringIn();
  const citizen = await newPage(browser);
  await citizen.addInitScript(paintedCamera, { number: 1, hz: 700 });
  await citizen.goto(links.citizen);
  await citizen.check('#join-agree');
  await citizen.keyboard.press('Enter');
  await citizen.waitForSelector('#join-go:enabled');
  await citizen.click('#join-go');
  await seen(citizen, 'official', FACE.number);
  assert.match(await citizen.textContent('[data-terminal=TERM] figcaption'), /会议终端/);
  const heard = () =>
    citizen.evaluate(() => document.querySelector('video[data-leg=official]').srcObject.getAudioTracks()[0]?.muted);
  await until(heard, (muted) => muted === false, 'sound of the terminal', 20);
  const beside = await newPage(browser);
  await beside.goto(links.official);
  await seen(beside, 'citizen', 1);
  assert.equal(await beside.locator('.room-self').count(), 0);
  await citizen.waitForSelector('[data-recorded]');
  assert.deepEqual([...desk.errors, ...citizen.errors, ...beside.errors], []);
});
