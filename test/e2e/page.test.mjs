// SPDX-License-Identifier: GPL-3.0-or-later
// A person at the page: signs in, types the number of a ticket that was just served, and sees what every camera saw.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessTests } from './access.mjs';
import { accountTests } from './accounts.mjs';
import { browseTests } from './browse.mjs';
import { startChain } from './chain.mjs';
import { journeys } from './journeys.mjs';
import { liveTests } from './live.mjs';
import { looksTests } from './looks.mjs';
import { bareWords, launch, moment, newPage, pictures, playSome, until } from './page.mjs';

const build = process.env.MINGJING_BUILD;
const shots = process.env.MINGJING_SCREENSHOTS;
const home = mkdtempSync(join(tmpdir(), 'mingjing-browser-'));

// A camera says its own time, so the picture for a moment is the one taken then: one picture early, never one late.
const MOMENT_MS = 40;
// In step: no two cameras further apart than two pictures of the slowest of them.
const STEP_PICTURES = 2;
const GAP_MS = 5000;
let chain, browser, page, ticket, gone, gap;

const cameraOf = (id) => chain.cameras.find((camera) => camera.id === id);
const pictureMs = (id) => 1000 / cameraOf(id).fps;
const seeing = (window) => chain.cameras.filter((camera) => camera.places.includes(window));
const playable = (window) => seeing(window).filter((camera) => camera.video === 'h264');
const shot = (name) => shots && page.screenshot({ path: join(shots, `${name}.png`) });
const us = (text) => Date.parse(text) * 1000;

async function signIn(password, name = chain.account.user) {
  await page.fill('#name', name);
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
}

async function signOut() {
  await page.locator('.top summary').last().click();
  await page.getByText('退出', { exact: true }).click();
  await page.waitForSelector('#password');
}

async function chooseTicket(number) {
  await page.goto(`${chain.api}/`);
  await page.fill('#find', number);
  await page.waitForSelector(`[role=option] >> text="${number}"`);
  await page.keyboard.press('Enter');
}

async function openTicket(number) {
  await chooseTicket(number);
  await page.waitForSelector('.tile');
}

// Why, from the keyboard alone; there is no picture before.
async function sayWhy(reason, caseNo) {
  await page.waitForSelector('#reason-why');
  assert.equal(await page.locator('.tile').count(), 0);
  await page.keyboard.type(reason);
  await page.keyboard.press('Tab');
  await page.keyboard.type(caseNo);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.tile');
}

// The dossier's pictures, once each camera that the browser can play shows one at the clock's moment.
const shown = (cameras) =>
  until(
    () => pictures(page),
    (all) => cameras.every(({ id }) => all.some((p) => p.camera === id && p.stamp && p.wallUs)),
    `a stamped picture of ${cameras.map((c) => c.id)}`,
  );

// Every picture that is on the screen, stills too, has come to the clock's moment.
const nearClock = () =>
  until(
    async () => [await moment(page, ticket.day), await pictures(page)],
    ([at, all]) =>
      all.length === seeing('W01').length && all.every((p) => p.stamp && Math.abs(p.stamp.utcUs - at) < 500_000),
    'all pictures at the moment',
  );

// One camera goes away for a while; the ticket is one that was called soon after it came back. A ticket may be passed,
// corrected or sent elsewhere; then it all happens once more.
async function ticketAfterGap(last) {
  gone = 'w01-desk';
  gap = { from: Date.now() };
  chain.hall.say(`stop ${gone}`);
  await sleep(GAP_MS);
  chain.hall.say(`start ${gone}`);
  gap.to = Date.now();
  const soon = (t) => us(t.called) / 1000 > gap.to + 6000 && us(t.called) / 1000 < gap.to + 25_000;
  try {
    return await chain.nextTicket((t) => t.window === 'W01' && t.visits.length === 1 && !t.corrected && soon(t), 45);
  } catch (error) {
    if (last) throw error;
    return null;
  }
}

before(async () => {
  assert.ok(build, 'MINGJING_BUILD names the build folder');
  if (shots) mkdirSync(shots, { recursive: true });
  const lines = [];
  chain = await startChain({
    build,
    home,
    queue: { visitSeconds: '8-12', seed: 7 },
    log: (name, line) => lines.push(`${name}: ${line}`),
  });
  chain.lines = lines;
  browser = await launch();
  page = await newPage(browser);
  for (let tries = 3; !ticket; tries -= 1) ticket = await ticketAfterGap(tries === 1);
});

after(async () => {
  await browser?.close();
  await chain?.stop();
  rmSync(home, { recursive: true, force: true });
});

// What a Chinese page says in English.
async function english() {
  const known = /English|Esc|Space|Shift|Enter|H\.26[45]|MJPEG|SHA-256|\b[0-9a-f]{12,64}\b/g;
  return (await bareWords(page, chain, ticket)).map((w) => w.replace(known, '')).filter((w) => /[A-Za-z]{3,}/.test(w));
}

// What an English page says in Chinese.
async function chinese() {
  return (await bareWords(page, chain, ticket))
    .map((w) => w.replace('中文', ''))
    .filter((w) => /\p{Script=Han}/u.test(w));
}

test('a wrong password is told', async () => {
  await page.goto(`${chain.api}/`);
  await page.waitForSelector('#name');
  await shot('sign-in-zh-dark');
  await signIn('not the password');
  const told = page.locator('.form-problem:not(:empty)');
  await told.waitFor();
  assert.equal(await told.textContent(), '用户名或密码不对。请检查大小写后再试。');
  assert.equal(await page.locator('#find').count(), 0);
});

test('the right one leads to the search', async () => {
  await signIn(chain.account.password);
  await page.waitForSelector('#find');
  const status = page.locator('footer.status');
  await until(
    () => status.textContent(),
    (text) => /录像 \d+\/\d+/.test(text),
    'the state of the recorder',
  );
});

test('results appear as one types', async () => {
  await page.fill('#find', ticket.ticket_no.slice(0, 2));
  await page.waitForSelector(`[role=option] >> text="${ticket.ticket_no}"`);
  await shot('find-zh-dark');
});

test('a ticket shows every camera that saw it, at the moment it was called', async () => {
  await openTicket(ticket.ticket_no);
  assert.match(page.url(), new RegExp(`#/tickets/${ticket.day}/${ticket.ticket_no}`));
  const ids = await page.locator('.tile').evaluateAll((all) => all.map((e) => e.dataset.tile));
  assert.deepEqual(
    ids.sort(),
    seeing('W01')
      .map((c) => c.id)
      .sort(),
  );
  const cameras = playable('W01');
  assert.ok(cameras.length >= 2);
  const all = await shown(cameras);
  const called = us(ticket.called);
  assert.ok(Math.abs((await moment(page, ticket.day)) - called) < 2000, 'the clock stands at the call');
  for (const { id, number } of cameras) {
    const { stamp, wallUs } = all.find((p) => p.camera === id);
    assert.equal(stamp.camera, number, `${id} shows its own pictures`);
    const early = (called - stamp.utcUs) / 1000;
    assert.ok(early > -MOMENT_MS && early < pictureMs(id) + MOMENT_MS, `${id} shows the call, ${early} ms before it`);
    assert.ok(
      Math.abs(wallUs - stamp.utcUs) < 1000 * (MOMENT_MS + pictureMs(id)),
      `${id} tells the time of its picture`,
    );
  }
});

test('the whole dossier fits the screen', async () => {
  const over = await page.evaluate(() => [
    document.documentElement.scrollHeight - innerHeight,
    document.documentElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll('main, .stage, .tiles, .tile, figcaption')].flatMap((e) => [
      e.scrollHeight - e.clientHeight,
      e.scrollWidth - e.clientWidth,
    ]),
  ]);
  assert.deepEqual(
    over.filter((n) => n > 0),
    [],
  );
});

test('what the browser cannot play is shown as stills', async (t) => {
  const { id, number } = seeing('W01').find((c) => c.video !== 'h264');
  const all = await until(
    () => pictures(page),
    (list) => list.some((p) => p.camera === id && p.stamp),
    `a picture of ${id}`,
  );
  const { kind, stamp } = all.find((p) => p.camera === id);
  t.diagnostic(`H.265 is shown as ${kind === 'video' ? 'video' : 'stills'}`);
  assert.equal(stamp.camera, number);
  assert.ok(Math.abs(stamp.utcUs - us(ticket.called)) < 1000 * (pictureMs(id) + 1000));
  if (kind === 'img') assert.match(await page.locator(`[data-tile="${id}"]`).textContent(), /不能播放 H\.265/);
});

test('all cameras play in step', async (t) => {
  const cameras = playable('W01');
  const allowed = STEP_PICTURES * Math.max(...cameras.map((c) => pictureMs(c.id)));
  const inStep = ([apart]) => apart.length >= 15 && apart[Math.floor(apart.length * 0.9)] <= allowed;
  const before = await pictures(page);
  await page.keyboard.press('Space');
  await sleep(2000);
  // A busy machine may lose a second: then the next ones are looked at.
  let played = await playSome(page, ticket.day, cameras);
  for (let tries = 2; tries > 0 && !inStep(played); tries -= 1) {
    t.diagnostic(`not in step, allowed ${allowed} ms: ${played[0].join(', ')} ms`);
    played = await playSome(page, ticket.day, cameras);
  }
  await page.keyboard.press('Space');
  const after = await pictures(page);
  for (const { id } of cameras) {
    const [from, to] = [before, after].map((all) => all.find((p) => p.camera === id).stamp.utcUs);
    assert.ok(to - from > 2_000_000, `${id} advanced ${(to - from) / 1000} ms`);
  }
  const [apart, trailing] = played;
  t.diagnostic(
    `apart: median ${apart[apart.length >> 1]} ms, most ${apart[apart.length - 1]} ms, allowed ${allowed} ms`,
  );
  if (trailing.length > 0) {
    const [least, median, most] = [0, trailing.length >> 1, trailing.length - 1].map((i) => Math.round(trailing[i]));
    t.diagnostic(`stills trail the clock: median ${median} ms, least ${least} ms, most ${most} ms`);
    // The clock is read a moment before the pictures.
    assert.ok(least > -200, 'no still is shown before its time');
    assert.ok(median < 750, `stills are in step with the clock, ${median} ms behind it`);
  }
  assert.ok(inStep(played), `apart by ${apart.join(', ')} ms in 20 instants`);
});

test('one picture on and one back', async () => {
  const id = 'w01-face';
  const stampOf = async () => (await pictures(page)).find((p) => p.camera === id).stamp;
  const tiles = await page.locator('.tile').evaluateAll((all) => all.map((e) => e.dataset.tile));
  await page.keyboard.press(String(1 + tiles.indexOf(id)));
  await sleep(600);
  const first = await stampOf();
  for (const [key, frame] of [
    ['.', 1],
    ['.', 2],
    [',', 1],
  ]) {
    await page.keyboard.press(key);
    await until(stampOf, (stamp) => stamp?.frame === first.frame + frame, `picture ${frame} behind the first`);
    await sleep(300); // and no further
    assert.equal((await stampOf()).frame, first.frame + frame);
  }
});

test('events move everything', async () => {
  await page.locator('.event', { hasText: '开始受理' }).click();
  const started = us(ticket.started);
  for (const { id } of playable('W01')) {
    await until(
      async () => (await pictures(page)).find((p) => p.camera === id)?.stamp?.utcUs,
      (at) => at && (started - at) / 1000 > -MOMENT_MS && (started - at) / 1000 < pictureMs(id) + MOMENT_MS,
      `${id} at the start of the visit`,
    );
  }
  await page.keyboard.press('Shift+ArrowLeft');
  await until(
    () => moment(page, ticket.day),
    (at) => Math.abs(at - us(ticket.called)) < 2000,
    'the event before',
  );
});

test('a gap is shown as a gap, and why', async () => {
  const at = (clock) => Date.parse(`${ticket.day}T${clock}+08:00`);
  const { name } = cameraOf(gone);
  const lines = page.locator('.gap-line', { hasText: name });
  // It may be told in parts: the stream ended, then the camera refused. Together they are the time it was away.
  const told = (await lines.allTextContents())
    .map((text) => /(\d\d:\d\d:\d\d)[.\d]*–(\d\d:\d\d:\d\d)[.\d]* (.+)$/.exec(text))
    .map(([, from, to, reason]) => ({ from: at(from), to: at(to), reason }))
    .filter(({ to }) => to > gap.from);
  assert.ok(Math.abs(told[0].from - gap.from) < 3000, `begins ${new Date(told[0].from).toISOString()}`);
  const end = told[told.length - 1].to;
  assert.ok(end >= gap.to - 2000 && end < gap.to + 15_000, `ends ${new Date(end).toISOString()}`);
  for (const { reason } of told) assert.match(reason, /摄像机|码流/);
  assert.ok((await page.locator(`[data-coverage="${gone}"] .gap`).count()) >= told.length);
  await lines.last().click();
  const over = page.locator(`[data-tile="${gone}"] .tile-over`);
  await over.waitFor();
  assert.match(await over.textContent(), new RegExp(`无录像${told[told.length - 1].reason}`));
  const other = playable('W01').find((c) => c.id !== gone).id;
  const picture = await until(
    async () => (await pictures(page)).find((p) => p.camera === other)?.stamp,
    (s) => s && Math.abs(s.utcUs / 1000 - gap.from) < 3000,
    `${other} during the gap`,
  );
  assert.equal(picture.camera, cameraOf(other).number);
  assert.match(await over.textContent(), new RegExp(`${name}.*。.*请`));
  assert.deepEqual(await english(), [], 'the gap is told in Chinese only');
  await shot('gap-zh-dark');
});

// The page follows a click a moment later.
const becomes = (attribute, value) =>
  until(
    () => page.getAttribute('html', attribute),
    (now) => now === value,
    `${attribute} of the page is ${value}`,
  );

test('the page speaks Chinese and English, wholly', async () => {
  assert.deepEqual(await english(), []);
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  await page.click('#language');
  await becomes('lang', 'en');
  assert.deepEqual(await chinese(), []);
  await page.click('#theme');
  await page.getByText('Light', { exact: true }).click();
  await becomes('data-theme', 'light');
  await page.locator('.event', { hasText: 'started' }).click();
  await nearClock();
  await shot('dossier-en-light');
  await page.reload();
  await page.waitForSelector('.tile');
  await becomes('lang', 'en'); // the choice is remembered
  await page.click('#language');
  await becomes('lang', 'zh-CN');
  await page.click('#theme');
  await page.getByText('深色', { exact: true }).click();
  await becomes('data-theme', 'dark');
});

test('footage that cannot be fetched is told in its tile; the others go on', async () => {
  const camera = cameraOf('w01-face');
  const others = playable('W01').filter((c) => c.id !== camera.id);
  const url = `/api/v1/tickets/${ticket.day}/${ticket.ticket_no}`;
  const dossier = await page.evaluate((u) => fetch(u).then((r) => r.json()), url);
  const { spans } = dossier.cameras.find((c) => c.camera === camera.id);
  const ids = new Set(spans.flatMap((s) => s.segments.map((g) => `${g.id}.mp4`)));
  const files = (address) => ids.has(address.pathname.split('/').pop());
  await page.route(files, (route) => route.fulfill({ status: 404, body: '' }));
  await page.reload();
  const told = page.locator(`[data-tile="${camera.id}"] .tile-over[role=alert]`);
  await told.waitFor();
  assert.match(await told.textContent(), new RegExp(`取不到${camera.name}的录像.*请管理员检查录像磁盘`));
  await shown(others);
  const at = await moment(page, ticket.day);
  await page.keyboard.press('Space');
  await until(
    () => moment(page, ticket.day),
    (now) => now - at > 2_000_000,
    'the clock goes on',
  );
  assert.equal(await told.count(), 1);
  await page.keyboard.press('Space');
  await shot('missing-zh-dark');
  await page.unroute(files);
  await told.waitFor({ state: 'detached' });
  await shown([camera]);
});

test('the search is reached from full screen', async () => {
  await page.keyboard.press('f');
  await until(
    () => page.evaluate(() => !!document.fullscreenElement),
    (full) => full,
    'full screen',
  );
  await page.keyboard.press('/');
  await until(
    () => page.evaluate(() => !document.fullscreenElement && document.activeElement.id),
    (id) => id === 'search',
    'the search field',
  );
  await page.keyboard.press('Escape');
});

test('a link leads to a moment, and back leads back', async () => {
  const at = new Date(us(ticket.called) / 1000 + 3000 + 8 * 3600e3).toISOString().replace('Z', '+08:00');
  await page.goto(`${chain.api}/tickets/${ticket.day}/${ticket.ticket_no}?t=${encodeURIComponent(at)}`);
  await page.waitForSelector('.tile');
  await until(
    () => moment(page, ticket.day),
    (m) => Math.abs(m / 1000 - Date.parse(at)) < 2,
    'the moment of the link',
  );
  await nearClock();
  await shot('dossier-zh-dark');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForSelector('.table');
  assert.equal(await page.locator('tbody tr').count(), chain.cameras.length);
  assert.deepEqual(await english(), []);
  await shot('cameras-zh-dark');
  // One that is away: a sentence for people, the server's own words only on demand.
  chain.hall.say(`stop ${gone}`);
  const row = page.locator('tbody tr', { hasText: cameraOf(gone).name });
  const detail = row.locator('.detail');
  await detail.waitFor();
  assert.match(await detail.textContent(), /。.*请|请.*。/);
  assert.deepEqual(await english(), []);
  await shot('cameras-failing-zh-dark');
  await page.click('#language');
  assert.deepEqual(await chinese(), []);
  await page.click('#language');
  chain.hall.say(`start ${gone}`);
  await detail.waitFor({ state: 'detached' });
  await page.goBack();
  await page.waitForSelector('.tile');
  await until(
    () => moment(page, ticket.day),
    (m) => Math.abs(m / 1000 - Date.parse(at)) < 2,
    'the moment before',
  );
});

test('an unknown ticket is told, with what to do', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('Z999');
  await page.keyboard.press('Enter');
  const notice = page.locator('.notice h2', { hasText: 'Z999' });
  await notice.waitFor();
  assert.match(await notice.textContent(), /没有号票 Z999/);
  assert.match(await page.locator('.notice').textContent(), /请核对号码和日期/);
  assert.deepEqual(await english(), []);
});

// Others at a page of their own; what goes on in it is left to `deeds`.
async function asOthers(deeds) {
  const mine = page;
  page = await newPage(browser);
  try {
    await page.goto(`${chain.api}/`);
    await deeds();
    assert.deepEqual(page.errors, []);
  } catch (error) {
    const shown = () => `${document.querySelector('dialog[open]')?.innerText ?? ''} ${document.body.innerText}`;
    const text = await page.evaluate(shown).catch(() => '');
    error.message += `\nat ${page.url()}: ${page.errors.join('; ')} ${text.slice(0, 800)}`;
    throw error;
  } finally {
    await page.context().close();
    page = mine;
  }
}

const account = async (name, role) => (await chain.addAccount(name, role)).password;
const sheet = () => page.locator('dialog[open]');

test('an investigator puts a hold with the keyboard, and a supervisor releases it', async () => {
  const passwords = { inv1: await account('inv1', 'investigator'), sup1: await account('sup1', 'supervisor') };
  assert.equal(await page.locator('#hold').count(), 0); // the administrator holds nothing
  await asOthers(async () => {
    await signIn(passwords.inv1, 'inv1');
    await page.waitForSelector('#find');
    await chooseTicket(ticket.ticket_no);
    await page.waitForSelector('#reason-why');
    assert.deepEqual(await english(), []);
    await shot('reason-zh-dark');
    await sayWhy('窗口服务投诉', '2026-7');
    await shown(playable('W01'));
    const { rows } = await chain.command('audit', 'list', '--who', 'inv1', '--what', 'view');
    assert.ok(rows.length > 0);
    for (const row of rows) {
      const told = [row.reason, row.case_no, row.object_kind, row.object];
      assert.deepEqual(told, ['窗口服务投诉', '2026-7', 'ticket', ticket.ticket_no]);
    }
    await openTicket(ticket.ticket_no); // once is enough
    await shown(playable('W01'));
    assert.match(await page.locator('.holds').textContent(), /没有锁定/);
    await page.keyboard.press('h');
    await sheet().waitFor();
    await page.keyboard.type('窗口服务投诉');
    await page.keyboard.press('Tab');
    await page.keyboard.type('2026-7');
    await shot('hold-form-zh-dark');
    assert.deepEqual(await english(), []);
    await page.keyboard.press('Enter');
    await page.locator('.hold-result').waitFor();
    assert.match(await page.locator('.hold-result').textContent(), /锁定已生效/);
    await shot('hold-put-zh-dark');
    await page.keyboard.press('Enter');
    await sheet().waitFor({ state: 'detached' });
    await page.locator('.held-count', { hasText: '已锁定 1' }).waitFor();
    const cameras = seeing('W01').map(({ id }) => id);
    const held = await page.$$eval('.coverage:has(.held)', (rows) => rows.map((row) => row.dataset.coverage));
    assert.deepEqual(held.sort(), cameras.sort());
    const { holds } = await chain.command('hold', 'list');
    assert.deepEqual(
      holds.map((hold) => [hold.case, hold.reason, hold.owner, hold.by, hold.subject.key, hold.subject.day]),
      [['2026-7', '窗口服务投诉', 'inv1', 'inv1', ticket.ticket_no, ticket.day]],
    );
    assert.deepEqual(await english(), []);
    await shot('dossier-held-zh-dark');
    await page.keyboard.press('e');
    await sheet().waitFor();
    assert.deepEqual(await english(), []);
    await shot('clip-form-zh-dark');
    await page.keyboard.press('Enter');
    const links = page.locator('.clip-ready a');
    await until(
      () => links.count(),
      (n) => n === cameras.length,
      'a clip of each camera',
    );
    assert.deepEqual(await english(), []);
    await shot('clip-ready-zh-dark');
    const [saved] = await Promise.all([page.waitForEvent('download'), links.first().click()]);
    assert.match(saved.suggestedFilename(), /^w01-.*_main_\d{8}-\d{6}\.mp4$/);
    const bytes = readFileSync(await saved.path());
    const hash = createHash('sha256').update(bytes).digest('hex');
    assert.ok((await page.locator('.clip-ready .copy').first().getAttribute('aria-label')).includes(hash));
    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'detached' });
    await page.locator('.hold-line').focus();
    await page.keyboard.press('Enter');
    await sheet().waitFor();
    assert.match(await sheet().textContent(), /要由别人/);
    assert.equal(await page.locator('.release').count(), 0);
    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'detached' });
    await signOut();

    await signIn(passwords.sup1, 'sup1'); // where the other one was
    await sayWhy('复核', '2026-7');
    await page.locator('.hold-line').click();
    await page.fill('#release-reason', '投诉已办结');
    assert.deepEqual(await english(), []);
    await shot('hold-release-zh-dark');
    await page.keyboard.press('Enter');
    await sheet().waitFor({ state: 'detached' });
    await page.locator('.held-count').waitFor({ state: 'detached' });
    assert.match(await page.locator('.hold-line').textContent(), /已解除/);
    assert.equal(await page.locator('.coverage .held').count(), 0);
    const [released] = (await chain.command('hold', 'list', '--all')).holds;
    assert.deepEqual([released.released_by, released.released_reason], ['sup1', '投诉已办结']);
    await page.click('#language');
    await page.keyboard.press('h');
    await page.fill('#hold-review', '2026');
    await page.locator('#hold-review-told', { hasText: 'later than today' }).waitFor();
    assert.deepEqual(await chinese(), []);
    await page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
    await shot('hold-form-en-light');
    await page.keyboard.press('Escape');
    await page.locator('.hold-line').click();
    await shot('hold-released-en-light');
    await page.keyboard.press('Escape');
    await sheet().waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.className), 'hold-line');
  });
});

const on = {
  get page() {
    return page;
  },
  get chain() {
    return chain;
  },
  get ticket() {
    return ticket;
  },
  get gap() {
    return gap;
  },
  ...{ account, asOthers, signIn, openTicket, seeing, playable, shown, us, sheet, shot, english, chinese },
};
for (const tests of [liveTests, journeys, browseTests, looksTests, accountTests, accessTests]) tests(on);

test('signing out ends it', async () => {
  await signOut();
  assert.equal(await page.evaluate(() => fetch('/api/v1/me').then((r) => r.status)), 401);
});

test('the browser had nothing to complain of', () => assert.deepEqual(page.errors, []));
