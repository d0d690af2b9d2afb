// SPDX-License-Identifier: GPL-3.0-or-later
// A face-to-face session in real browsers: two parties join by their links, see each other, an official promises, both
// leave; then the dossier replays both legs in step. Every party's camera stamps the time into its pictures (camera.mjs).
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { paintedCamera } from './camera.mjs';
import { Chain } from './chain.mjs';
import { launch, newPage, until } from './page.mjs';

const home = mkdtempSync(join(tmpdir(), 'mingjing-sessions-'));
const SEES_MS = 2000;
const build = process.env.MINGJING_BUILD;
const TONES = { citizen: 700, official: 1500 };
let chain, browser, desk, links;

before(async () => {
  chain = new Chain({ build, home, log: (name, line) => process.env.VERBOSE && console.error(name, line) });
  await chain.makeHome({ role: 'supervisor' });
  chain.startCapture();
  await chain.startApi();
  browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});

after(async () => {
  await browser?.close();
  await chain?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function party(number, leg) {
  const page = await newPage(browser);
  await page.addInitScript(paintedCamera, { number, hz: TONES[leg] });
  return page;
}

async function arrive(page, link) {
  await page.goto(link);
  await page.check('#join-agree');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#join-go:enabled');
}

// When the first picture of the other was decoded, in ms since the start of the epoch.
const firstPicture = (page, leg) =>
  page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const look = () => {
          const video = document.querySelector(`video[data-leg="${name}"]`);
          const stamp = video && window.testStampOf(video);
          if (stamp) resolve({ at: performance.timeOrigin + performance.now(), stamp });
          else requestAnimationFrame(look);
        };
        look();
      }),
    leg,
  );

// A session as the API plans it; the links of its parties.
async function plan(session, place) {
  return desk.evaluate(
    async ([id, where]) => {
      const legs = ['citizen', 'official'].map((leg) => ({ leg, role: leg }));
      const answer = await fetch('/api/v1/sessions', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ session: id, place: where, topic: '不动产登记', legs }),
      });
      const made = await answer.json();
      return Object.fromEntries(
        made.legs.map((l) => [l.leg, `${location.origin}/#/join/${id}/${l.leg}?token=${l.token}`]),
      );
    },
    [session, place],
  );
}

async function signIn() {
  desk = await newPage(browser);
  await desk.goto(`${chain.api}/`);
  await desk.fill('#name', chain.account.user);
  await desk.fill('#password', chain.account.password);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('header nav');
}

let citizen, official;

test('two parties join by their links and see each other', async () => {
  await signIn();
  links = await plan('MM-2026-0042', 'F01');
  citizen = await party(1, 'citizen');
  official = await party(2, 'official');
  await Promise.all([arrive(citizen, links.citizen), arrive(official, links.official)]);
  await citizen.click('#join-go');
  await citizen.waitForSelector('[data-recorded]');
  assert.match(await citizen.textContent('.room-state'), /正在录制/);
  const began = Date.now();
  await official.click('#join-go');
  const seen = await Promise.all([firstPicture(citizen, 'official'), firstPicture(official, 'citizen')]);
  const [byCitizen, byOfficial] = seen.map(({ at }) => Math.round(at - began));
  console.log(`# the other was seen ${byCitizen} ms (by the citizen) and ${byOfficial} ms after the second joined`);
  assert.equal(seen[0].stamp.camera, 2);
  assert.equal(seen[1].stamp.camera, 1);
  assert.ok(Math.max(byCitizen, byOfficial) < SEES_MS);
  assert.deepEqual([...citizen.errors, ...official.errors], []);
});
