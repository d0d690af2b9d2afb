// SPDX-License-Identifier: GPL-3.0-or-later
// Beside and below the pictures of a dossier: who looked before, and the small pictures along the ruler.
//
//   looksTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, until } from './page.mjs';

const WHY = 'No 66';
const CASE = '2026-66';
const MOMENT_MS = 40;
const SMALL = /\/cameras\/([^/]+)\/frame\.jpg\?at=([^&]+)&width=320&/;

// Signed in, before the pictures of the ticket, having said why.
async function look(on, password, name) {
  const { page, ticket } = on;
  await on.signIn(password, name);
  await page.waitForSelector('#find');
  await page.goto(`${on.chain.api}/#/tickets/${ticket.day}/${ticket.ticket_no}`);
  await page.fill('#reason-why', WHY);
  await page.fill('#reason-case', CASE);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.tile');
  await on.shown(on.playable('W01'));
}

// What the strip shows: of which camera, where on the ruler, which moment it is for, and what the pictures say of themselves.
const strip = (page) =>
  page.evaluate(() => ({
    camera: document.querySelector('[data-strip]').dataset.strip,
    pictures: [...document.querySelectorAll('.strip img')].map((e) => ({
      at: Number(e.dataset.at),
      left: e.getBoundingClientRect().left,
      width: e.getBoundingClientRect().width,
      stamp: window.testStampOf(e),
    })),
    gaps: [...document.querySelectorAll('.strip .gap')].map((e) => {
      const { left, right } = e.getBoundingClientRect();
      return [left, right];
    }),
  }));

// Small pictures that were asked for, and how many at a time at most.
function watchSmall(page) {
  const seen = { asked: [], flying: 0, most: 0 };
  page.on('request', (request) => {
    const [, camera, at] = SMALL.exec(request.url()) ?? [];
    if (!camera) return;
    seen.asked.push({ camera, at: Date.parse(decodeURIComponent(at)) * 1000 });
    seen.most = Math.max(seen.most, (seen.flying += 1));
  });
  for (const end of ['requestfinished', 'requestfailed'])
    page.on(end, (request) => (seen.flying -= SMALL.test(request.url()) ? 1 : 0));
  return seen;
}

export function looksTests(on) {
  test('who looked before is told to who looks next, with why and for which case', async () => {
    const [first, next] = [await on.account('inv6', 'investigator'), await on.account('sup6', 'supervisor')];
    const people = async () => Number(/(\d+)/.exec((await on.page.locator('.looks h2').textContent()) ?? '')?.[1] ?? 0);
    let before;
    await on.asOthers(async () => {
      await look(on, first, 'inv6');
      await on.page.waitForSelector('.looks');
      before = await people();
      assert.equal(await on.page.locator('[data-look=inv6]').count(), 0); // she is the one who looks
    });
    await on.asOthers(async () => {
      const { page } = on;
      await look(on, next, 'sup6');
      const line = page.locator('[data-look=inv6]');
      await line.waitFor();
      assert.match(
        await line.textContent(),
        new RegExp(`inv6 核查员.*${on.ticket.day} \\d\\d:\\d\\d.*${CASE}.*${WHY}`),
      );
      assert.equal(await page.locator('.looks li').first().getAttribute('data-look'), 'inv6');
      assert.equal(await people(), before + 1);
      assert.deepEqual(await on.english(), []);
      await on.shot('looks-zh-dark');
      const { looks } = await page.evaluate(
        (url) => fetch(url).then((r) => r.json()),
        `/api/v1/looks?kind=ticket&key=${on.ticket.ticket_no}&day=${on.ticket.day}`,
      );
      while ((await page.locator('.looks-more').count()) > 0) {
        const shown = await page.locator('.looks li').count();
        await page.click('.looks-more');
        await until(
          () => page.locator('.looks li').count(),
          (n) => n > shown,
          'more of those who looked',
        );
      }
      assert.equal(await page.locator('.looks li').count(), looks.length);
      await page.click('#language');
      assert.deepEqual(await on.chinese(), []);
      await page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
      await on.shot('looks-en-light');
      const { rows } = await on.chain.command('audit', 'list', '--who', 'sup6', '--what', 'look.list');
      assert.equal(rows[0].object, on.ticket.ticket_no);
    });
  });

  test('small pictures stand along the ruler, and lead to their moments', async (t) => {
    const password = await on.account('inv7', 'investigator');
    await on.asOthers(async () => {
      const { page, ticket } = on;
      const small = watchSmall(page);
      const [camera] = on.seeing('W01').filter(({ id }) => id === 'w01-desk'); // the one with a gap
      await look(on, password, 'inv7');
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press(
        String((await page.locator('.ruler-name').allTextContents()).findIndex((name) => name.includes('desk')) + 1),
      );
      const settled = async () => {
        const before = small.asked.length;
        const now = await strip(page);
        return { ...now, still: small.flying === 0 && before === small.asked.length };
      };
      const shown = await until(
        settled,
        (now) =>
          now.still && now.camera === camera.id && now.pictures.length >= 5 && now.pictures.every((p) => p.stamp),
        'small pictures of the desk',
        30,
      );
      const late = 1000 / camera.fps + MOMENT_MS;
      for (const { at, stamp } of shown.pictures) {
        const early = (at - stamp.utcUs) / 1000;
        assert.equal(stamp.camera, camera.number);
        assert.ok(early > -MOMENT_MS && early < late, `taken ${early.toFixed(0)} ms before its moment`);
      }
      for (const { width } of shown.pictures.slice(0, -1)) assert.ok(width > 80 && width < 130, `${width} px wide`);
      assert.ok(shown.gaps.length > 0, 'the gap is hatched there too');
      const { from, to } = on.gap;
      const within = small.asked.filter(
        (a) => a.camera === camera.id && a.at / 1000 > from + 1500 && a.at / 1000 < to - 500,
      );
      assert.deepEqual(within, [], 'nothing is asked for where nothing was recorded');
      assert.ok(small.most <= 4, `${small.most} at a time`);
      t.diagnostic(`${shown.pictures.length} pictures, ${small.most} at a time`);
      assert.deepEqual(await on.english(), []);
      await on.shot('strip-zh-dark');

      // With the mouse: the moment under it, larger, and a click goes there.
      const track = await page.locator('.ruler-track').boundingBox();
      const line = await page.locator('.strip').boundingBox();
      const y = line.y + line.height / 2;
      const wanted = shown.pictures[2];
      await page.mouse.move(wanted.left + 20, y);
      const under = () =>
        page.evaluate(() => {
          const e = document.querySelector('.preview img');
          const words = document.querySelector('.preview')?.textContent ?? null;
          return { words, at: e && Number(e.dataset.at), stamp: e && window.testStampOf(e) };
        });
      const larger = await until(under, (now) => now.stamp && now.at !== wanted.at, 'the picture under the mouse');
      const early = (larger.at - larger.stamp.utcUs) / 1000;
      assert.ok(early > -MOMENT_MS && early < late, `taken ${early.toFixed(0)} ms before`);
      await on.shot('strip-preview-zh-dark');
      await page.mouse.click(wanted.left + 20, y);
      const clicked = await until(
        () => moment(page, ticket.day),
        (at) => Math.abs(at - larger.at) < 100_000,
        'the click',
      );
      assert.ok(clicked > wanted.at);

      // While somebody drags nothing is asked for; the picture of the piece is shown, and of when it is.
      await page.mouse.down();
      const before = small.asked.length;
      for (let x = wanted.left + 20; x < wanted.left + 60; x += 4) await page.mouse.move(x, y);
      await until(under, (now) => now.at === wanted.at && /的画面/.test(now.words), 'the picture of the piece');
      assert.equal(small.asked.length, before);
      await page.mouse.up();

      // A finger does what the mouse does while it is down.
      const touch = await page.context().newCDPSession(page);
      await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
      const finger = (type, x) =>
        touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
      await page.mouse.move(track.x + 10, 10);
      await finger('touchStart', wanted.left + 5);
      for (let x = wanted.left + 5; x < wanted.left + 50; x += 5) await finger('touchMove', x);
      await until(under, (now) => now.at === wanted.at && now.stamp, 'the picture under the finger');
      await finger('touchEnd');
      await until(under, (now) => now.words === null, 'nothing under no finger');
      await touch.send('Emulation.setTouchEmulationEnabled', { enabled: false });

      // And so do keys on the playhead.
      await page.locator('.playhead').focus();
      await page.keyboard.press('ArrowRight');
      await until(
        async () => ({ ...(await under()), now: await moment(page, ticket.day) }),
        ({ at, stamp, now }) => stamp && now !== clicked && Math.abs(at - now) < 1500,
        'the picture where a key led',
      );

      // One row tells of them all: a playlist's.
      const { rows } = await on.chain.command('audit', 'list', '--who', 'inv7', '--what', 'view');
      const of = rows.filter((row) => row.camera === camera.id);
      assert.ok(of.length > 0 && of.length <= 3, `${of.length} rows of ${small.asked.length} pictures`);
      await page.click('#language');
      await page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
      assert.deepEqual(await on.chinese(), []);
      await on.shot('strip-en-light');
    });
  });
}
