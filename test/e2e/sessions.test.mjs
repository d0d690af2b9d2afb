// SPDX-License-Identifier: GPL-3.0-or-later
// A face-to-face session in real browsers: two parties join by their links, see each other, an official promises, the
// citizen rates it, both leave; then the dossier replays both legs in step. One sends H.264 and one, whose browser has none,
// VP8. Every party's camera stamps the time into its pictures (camera.mjs).
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lookThrough, lookThroughAll } from './access.mjs';
import { noH264, paintedCamera } from './camera.mjs';
import { Chain } from './chain.mjs';
import { showWithLostSound } from './late-sound.mjs';
import { launch, newPage, pictures, until } from './page.mjs';

const home = mkdtempSync(join(tmpdir(), 'mingjing-sessions-'));
// Of a machine that has no more to do than it can; a busier one has time in proportion, and so has a sanitizer.
const busy = () => Math.max(1, loadavg()[0] / availableParallelism());
const SEES_MS = process.env.MINGJING_SANITIZED ? 8000 : 2000;
const PART_MS = 3000; // of a leg, more than its first pictures
const PROMISE_MS = 10_000; // behind the promise, to look at and to listen to
const IN_STEP_MS = 80 + 50; // and a picture
const build = process.env.MINGJING_BUILD;
const shots = process.env.MINGJING_SCREENSHOTS;
const TONES = { citizen: 700, official: 1500 };
let chain, browser, desk, links;

before(async () => {
  chain = new Chain({ build, home, log: (name, line) => process.env.VERBOSE && console.error(name, line) });
  await chain.makeHome();
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
  if (leg === 'citizen') await page.addInitScript(noH264);
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

async function signIn() {
  desk = await newPage(browser);
  await desk.goto(`${chain.api}/`);
  await desk.fill('#name', chain.account.user);
  await desk.fill('#password', chain.account.password);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('header nav');
}

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const clock = (ms) => new Date(ms + 8 * 3600_000).toISOString().slice(11, 16); // in the hall

let citizen, official, session;
const asked = []; // playlists

test('a slot is published and booked, and the links of its parties are shown once', async () => {
  await signIn();
  await desk.evaluate(() => document.activeElement.blur()); // the field of the search
  await desk.keyboard.press('g');
  await desk.keyboard.press('s');
  await desk.click('.tabs >> text=时段');
  await desk.click('#slot-add');
  const now = Date.now();
  const fields = { dept: '自然资源局', place: 'F01', official: '2001', topics: '不动产登记，社保' };
  // The last minute of a day has no slot behind it.
  const [from, to] = [clock(now), clock(now + 60_000 * 30)];
  const times = from < to ? { from, to } : { from: '23:00', to: '23:59' };
  for (const [name, text] of Object.entries({ ...fields, ...times })) await desk.fill(`#slot-${name}`, text);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[data-link=slot]');
  assert.match(await desk.textContent('[data-link=slot]'), /#\/book\/\d+\?token=[0-9a-f]{64}/);
  await desk.click('dialog .button.primary');
  await desk.click('tr[data-slot] button >> text="预约"');
  await desk.selectOption('#book-topic', '社保');
  await desk.fill('#book-ref', 'c1f0aa');
  await desk.click('dialog button[type=submit]');
  await desk.waitForSelector('[data-link=official]');
  links = await desk.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('[data-link]')].map((e) => [e.dataset.link, e.textContent.trim()]),
    ),
  );
  session = /join\/([^/]+)\//.exec(links.citizen)[1];
  assert.match(session, /^MM-\d{8}-\w{5}$/);
  await desk.click('dialog .button.primary');
  await desk.waitForSelector('tr[data-slot] >> text=已约');
});

// The page is the same whatever the daemons are built with: once is enough.
const shot = (page) => (name) => shots && page.screenshot({ path: join(shots, `${name}.png`) });
const looks = (page, name) => (process.env.MINGJING_SANITIZED ? [] : lookThrough(page, name, shot(page)));

test('two parties join by their links and see each other', async () => {
  citizen = await party(1, 'citizen');
  official = await party(2, 'official');
  await citizen.goto(links.citizen);
  await citizen.waitForSelector('#join-agree');
  assert.deepEqual(await looks(citizen, 'join'), []);
  await Promise.all([arrive(citizen, links.citizen), arrive(official, links.official)]);
  assert.deepEqual(await looks(citizen, 'devices'), []);
  await citizen.click('#join-go');
  await citizen.waitForSelector('[data-recorded]');
  assert.match(await citizen.textContent('.room-state'), /正在录制/);
  const before = busy();
  const began = Date.now();
  await official.click('#join-go');
  const seen = await Promise.all([firstPicture(citizen, 'official'), firstPicture(official, 'citizen')]);
  const [byCitizen, byOfficial] = seen.map(({ at }) => Math.round(at - began));
  console.log(`# the other was seen ${byCitizen} ms (by the citizen) and ${byOfficial} ms after the second joined`);
  assert.equal(seen[0].stamp.camera, 2);
  assert.equal(seen[1].stamp.camera, 1);
  assert.ok(Math.max(byCitizen, byOfficial) < SEES_MS * Math.max(before, busy()));
  assert.deepEqual([...citizen.errors, ...official.errors], []);
});

// A new picture of the other, drawn after `sinceUs`.
const fresh = (page, leg, sinceUs) =>
  until(
    () =>
      page.evaluate(
        (name) => window.testStampOf(document.querySelector(`video[data-leg="${name}"]`) ?? new Image()),
        leg,
      ),
    (stamp) => stamp?.utcUs > sinceUs,
    `the picture of the ${leg}`,
    20,
  );

test('parties are back by themselves when the recorder was killed', async () => {
  await rest(PART_MS); // there is something before the gap
  await chain.capture.stop('SIGKILL');
  await citizen.waitForSelector('.room-state:not(:has([data-recorded]))');
  chain.startCapture();
  const began = Date.now();
  await Promise.all([fresh(citizen, 'official', began * 1000), fresh(official, 'citizen', began * 1000)]);
  console.log(`# back in the meeting ${Date.now() - began} ms after the recorder's restart`);
  await citizen.waitForSelector('[data-recorded]');
});

test('what the official promises in mid-meeting is written down', async () => {
  assert.deepEqual(await looks(official, 'room'), []);
  await official.keyboard.press('p');
  assert.deepEqual(await looks(official, 'promise'), []);
  await official.fill('.room-form [name=text]', '三日内补发证书');
  await official.fill('.room-form [name=owner]', '2001');
  await official.keyboard.press('Enter');
  await official.waitForSelector('text=承诺已登记');
  await citizen.keyboard.press('m');
  await citizen.waitForSelector('text=取消静音');
  await citizen.keyboard.press('m');
  await rest(PROMISE_MS);
  await citizen.click('#room-leave');
  await citizen.waitForSelector('text=您已离开会话');
  await citizen.check('[name=level][value="4"]');
  await citizen.click('text=提交评价');
  await citizen.waitForSelector('text=感谢您的评价');
  await official.click('#room-leave');
  await desk.click('.tabs >> text=承诺');
  await desk.waitForSelector('tr[data-promise][data-state=open] >> text=三日内补发证书');
  await desk.click('.tabs a >> nth=0');
  await desk.click(`tr[data-session="${session}"] >> text="结束"`);
  await desk.click('dialog button[type=submit]');
  await desk.waitForSelector(`tr[data-session="${session}"][data-state=ended] >> text="满意"`);
  const { events } = await desk.evaluate((id) => fetch(`/api/v1/sessions/${id}`).then((r) => r.json()), session);
  const left = events.filter((e) => e.type === 'hall.session.left').map((e) => e.data.round_trip_ms);
  console.log(`# round trips of the legs, in ms: ${left}`);
  assert.ok(left.length > 0 && left.every((ms) => ms >= 0 && ms < 2000)); // browsers tell it when they are asked
});

// Behind what a tile says of a gap lies the last picture before it.
const stamps = async () => {
  const [all, gaps] = await Promise.all([
    pictures(desk),
    desk.locator('[data-tile]:has([data-gap])').evaluateAll((tiles) => tiles.map((e) => e.dataset.tile)),
  ]);
  return all.filter((p) => p.camera.startsWith(session) && p.stamp && !gaps.includes(p.camera));
};

// Where each leg's player stands, for whoever has to understand a failure.
const players = async () => ({
  moment: await desk.textContent('#moment'),
  legs: await desk.evaluate(() =>
    Promise.all(
      [...document.querySelectorAll('video[data-camera]')].map(async (v) => ({
        camera: v.dataset.camera,
        shows: v.dataset.wallUs ? new Date(v.dataset.wallUs / 1000).toISOString() : null,
        at: [v.currentTime, v.readyState, v.seeking, v.paused, v.error?.message],
        buffered: Array.from(v.buffered, (_, i) => [v.buffered.start(i), v.buffered.end(i)]),
        tile: v.closest('[data-tile]').innerText,
      })),
    ),
  ),
  playlists: await Promise.all(
    asked.map(async (url) => `${url}\n${await desk.evaluate((u) => fetch(u).then((r) => r.text()), url)}`),
  ),
});

// The loudest frequency of what a tile plays, which is not muted.
const toneOf = (camera) =>
  desk.evaluate(async (name) => {
    const video = document.querySelector(`video[data-camera="${name}"]`);
    if (video.muted) return NaN;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaStreamSource(new MediaStream(video.captureStream().getAudioTracks())).connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    for (let i = 0, best; i < 30; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      analyser.getFloatFrequencyData(levels);
      best = levels.indexOf(Math.max(...levels));
      if (levels[best] > -60) return (best * context.sampleRate) / analyser.fftSize;
    }
    return NaN;
  }, camera);

// From the promise on, however far it played before; returns what both legs show then.
async function playPromise() {
  await desk.click('.events >> text=承诺 >> nth=0');
  const began = await desk.textContent('#moment');
  if (await desk.locator('#play[aria-label^="播放"]').count()) await desk.click('#play'); // it had come to its end
  await until(
    () => desk.textContent('#moment'),
    (text) => text !== began,
    'it plays',
  );
  // A picture that lost packets on its way has no stamp, and the dossier says so.
  return until(stamps, (all) => all.length === 2, 'both legs');
}

// How far apart the legs are while they play on from the promise, and what is heard of them.
async function lookAtBoth() {
  await playPromise();
  const tones = Promise.all(['citizen', 'official'].map((leg) => toneOf(`${session}-${leg}`)));
  const apart = [];
  for (let i = 0; i < 100 && apart.length < 20; i++) {
    const all = await stamps();
    if (all.length === 2) apart.push(Math.abs(all[0].stamp.utcUs - all[1].stamp.utcUs) / 1000);
    await rest(75);
  }
  apart.sort((a, b) => a - b);
  const middle = apart[apart.length >> 1];
  console.log(`# the legs are ${middle} ms apart in the middle, ${apart.at(-1)} ms at most, in ${apart.length} looks`);
  return { inStep: apart.length >= 10 && middle <= IN_STEP_MS, heard: await tones };
}

test('the dossier replays both legs in step', async () => {
  desk.on('request', (request) => request.url().includes('playlist.m3u8') && asked.push(request.url()));
  await desk.click(`tr[data-session="${session}"] a`);
  await desk.waitForSelector('.tile');
  // A year by the rule for sessions, unless somebody says otherwise.
  await desk.waitForSelector('[data-line=recKept] >> text=365');
  // Over the end of a part, where there is sound without a picture, and into a gap; then elsewhere.
  await desk.click('.events >> text=加入 >> nth=1');
  await desk.click('#play');
  await until(stamps, (all) => all.length === 2, 'both legs before the gap');
  await desk.waitForSelector('[data-tile] [data-gap]');
  await rest(500);
  const both = await playPromise();
  assert.deepEqual(both.map((p) => p.stamp.camera).sort(), [1, 2]);
  const { cameras } = await desk.evaluate((s) => fetch(`/api/v1/sessions/${s}`).then((r) => r.json()), session);
  const codings = cameras.filter((c) => c.camera.startsWith(session)).map((c) => c.video);
  assert.deepEqual(codings.sort(), ['h264', 'vp8']);
  await shot(desk)('session-zh-dark');
  await desk.selectOption('.transport .sound select', '*');
  // A machine that has other things to do shows a picture late now and then; what stands still does so each time.
  let seen;
  for (let i = 0; i < 3 && !seen?.inStep; i++) seen = await lookAtBoth();
  if (!seen.inStep) assert.fail(JSON.stringify(await players(), null, 1));
  const { heard } = seen;
  assert.ok(Math.abs(heard[0] - TONES.citizen) < 40 && Math.abs(heard[1] - TONES.official) < 40, `heard ${heard}`);
  assert.deepEqual(await desk.locator('.transport .sound option').allTextContents(), [
    '静音',
    '全部声音',
    '群众',
    '部门人员',
  ]);
  for (const word of ['加入', '同意录像', '静音', '会话结束'])
    assert.ok(await desk.locator(`.events >> text=${word}`).count());
  assert.deepEqual(desk.errors, []);
});

test('each moment has its own picture, whatever became of the sound', async () => {
  for (const [leg, codec] of Object.entries({ citizen: 'vp08', official: 'avc1.42C01F' })) {
    const playlist = asked.find((url) => url.includes(`${session}-${leg}`));
    const looks = await showWithLostSound(desk, playlist, `video/mp4;codecs=opus,${codec}`);
    console.log(`# ${looks.length} pictures of the ${leg} beside lost sound`);
    for (const { asked: there, shown, state } of looks) assert.equal(shown, there, `${leg} ${state}`);
  }
});

test('axe finds nothing in the pages of sessions, and nothing is too wide', async () => {
  if (process.env.MINGJING_SANITIZED) return;
  const at = {};
  const wrong = await lookThrough(desk, 'session', shot(desk));
  wrong.push(...(await lookThroughAll(desk, 'clerk', at)));
  const stranger = await newPage(browser);
  await stranger.goto(`${chain.api}/#/book/${at.free.id}?token=${at.free.link}`);
  await stranger.waitForSelector('#book-topic');
  wrong.push(...(await lookThrough(stranger, 'book', shot(stranger))));
  assert.deepEqual(wrong, []);
});
