// SPDX-License-Identifier: GPL-3.0-or-later
// What an operator does with the wall and with a dossier for eight hours: tours, fills the screen, opens a window on a
// second monitor, plays slowly, quickly and backwards, listens to one camera.
//
//   controlTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fresh, moment, until } from './page.mjs';
import { speedTests } from './speeds.mjs';

const TOUR_S = 1;
const LAYOUT = '巡视';
/** By which a timer of the page may be early, in milliseconds. */
const EARLY_MS = 30;
/** And late, on a machine that has better things to do; the shortest tour that the list offers is longer. */
const LATE_MS = 3000;

/** That it is of now is shown in live.mjs; here, that it goes on. */
const GOES_ON_MS = 5000;
const goesOn = (page, ids, what) => fresh(page, ids, what, { since: Date.now(), limit: GOES_ON_MS });

const isFull = (page, what) =>
  until(
    () => page.evaluate(() => document.fullscreenElement?.className ?? null),
    (now) => now === what,
    `${what} fills the screen`,
  );
const tilesOf = (page) => page.locator('.live-tile').evaluateAll((all) => all.map((e) => e.dataset.tile));

// Each turn of the page and each key, by the page's own clock: [{ at, what: 'turn' | 'deed' }].
const watchTurns = (page) =>
  page.evaluate(() => {
    const seen = (window.testTurns = []);
    const pages = document.querySelector('.live-bar span.num');
    const note = (what) => seen.push({ at: performance.now(), what });
    new MutationObserver(() => note('turn')).observe(pages, { characterData: true, childList: true, subtree: true });
    window.addEventListener('keydown', () => note('deed'), true);
  });

export function controlTests(on) {
  const playable = () => on.chain.cameras.filter((c) => c.video === 'h264').map((c) => c.id);
  const onWall = async (page, query) => {
    await page.evaluate((to) => (window.location.hash = `#/live${to}`), query);
    await page.waitForSelector('.live-tile');
  };

  test('a tour turns the pages, and waits for a hand', async (t) => {
    const { page } = on;
    await onWall(page, '');
    const kept = await page.evaluate(
      ([name, body]) =>
        fetch(`/api/v1/layouts/${encodeURIComponent(name)}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }).then((r) => r.status),
      [LAYOUT, { size: 4, cameras: playable(), tour_seconds: TOUR_S }],
    );
    assert.ok(kept < 300, `kept: ${kept}`);
    await onWall(page, `?layout=${encodeURIComponent(LAYOUT)}`); // of somebody who is at the wall already
    const length = page.getByLabel('轮巡', { exact: true });
    await until(
      () => length.inputValue(),
      (s) => s === String(TOUR_S),
      'the tour of the layout',
    );
    await watchTurns(page);
    const all = () => page.evaluate(() => window.testTurns);
    const turns = async () => (await all()).filter((e) => e.what === 'turn');
    const turned = (n) => until(turns, (list) => list.length >= n, `page ${n} of the tour`);
    const [first, second] = await turned(2);
    t.diagnostic(`a page was shown for ${Math.round(second.at - first.at)} ms`);
    assert.ok(second.at - first.at > 1000 * TOUR_S - EARLY_MS && second.at - first.at < 1000 * TOUR_S + LATE_MS);

    // T holds it: what is shown then is of now.
    await page.keyboard.press('t');
    const since = Date.now();
    const held = await turns();
    const shown = await tilesOf(page);
    assert.ok(shown.length > 0 && shown.length <= 4);
    await fresh(page, shown, 'fresh pictures of the page that was turned to', { since });
    assert.deepEqual(await on.english(), []);
    await page.waitForTimeout(Math.max(0, since + 1300 * TOUR_S - Date.now()));
    assert.equal((await turns()).length, held.length, 'T ends the tour');
    assert.equal(await length.inputValue(), '0');

    // It goes on as it was, and to other cameras.
    await page.keyboard.press('T');
    assert.equal(await length.inputValue(), String(TOUR_S));
    await turned(held.length + 1);
    const next = await tilesOf(page);
    assert.ok(next.every((id) => !shown.includes(id)));

    // A key in the middle of a page keeps that page; on a busy machine it may come too late for one.
    const kept2 = async () => {
      const before = (await turns()).length;
      await page.waitForTimeout(400 * TOUR_S);
      await page.keyboard.press('1');
      await turned(before + 1);
      const list = await all();
      const turn = list.findLastIndex((e) => e.what === 'turn');
      if (list[turn - 1].what !== 'deed') return false;
      assert.ok(list[turn].at - list[turn - 1].at > 1000 * TOUR_S - EARLY_MS, JSON.stringify(list));
      return true;
    };
    let sure = false;
    for (let tries = 0; tries < 4 && !sure; tries += 1) sure = await kept2();
    assert.ok(sure, 'a key during a page');

    // One that is enlarged stays, and Esc lets the tour go on.
    await page.keyboard.press('Enter');
    await page.waitForSelector('.wall[data-enlarged]');
    const enlarged = await turns();
    await page.waitForTimeout(1300 * TOUR_S);
    assert.equal((await turns()).length, enlarged.length, 'an enlarged picture stays');
    await page.keyboard.press('Escape');
    await turned(enlarged.length + 1);

    // Its length is chosen by the keyboard, too.
    await length.focus();
    for (const key of ['Home', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    assert.equal(await length.inputValue(), '5'); // the shortest that is offered to all
    await length.focus();
    for (const key of ['Home', 'Enter']) await page.keyboard.press(key);
    assert.equal(await length.inputValue(), '0');
  });

  test('the wall and a dossier fill the screen, and an alarm is told there', async () => {
    const { page } = on;
    const camera = on.chain.cameras.find((c) => c.id === 'w03-face');
    // What is at the middle of the glass's upper edge, and whether the header is on it.
    const onGlass = () =>
      page.evaluate(() => {
        const at = document.elementFromPoint(innerWidth / 2, 4);
        return [at?.closest('.glass-alarm') !== null, at?.closest('header') !== null];
      });
    const told = async (glass) => {
      await page.locator(`.${glass}:fullscreen .glass-alarm`, { hasText: camera.name }).waitFor({ timeout: 20_000 });
      assert.deepEqual(await onGlass(), [true, false]);
    };
    const leave = async () => {
      await page.keyboard.press('Escape');
      await isFull(page, null);
      assert.deepEqual(await onGlass(), [false, true]);
    };
    await onWall(page, '?layout=');
    on.chain.hall.say(`stop ${camera.id}`);
    try {
      await page.keyboard.press('f');
      await isFull(page, 'wall-glass');
      await told('wall-glass');
      const others = playable().filter((id) => id !== camera.id);
      await goesOn(page, others, 'pictures in full screen');
      await on.shot('live-full-zh-dark');
      await leave();

      await on.openTicket(on.ticket.ticket_no);
      await on.shown(on.playable('W01'));
      await page.keyboard.press('f');
      await isFull(page, 'stage');
      await told('stage');
      const at = await moment(page, on.ticket.day);
      await page.keyboard.press('Space'); // its keys are there, too
      await until(
        () => moment(page, on.ticket.day),
        (now) => now > at + 500_000,
        'it plays in full screen',
      );
      await page.keyboard.press('k');
      await on.shot('dossier-full-zh-dark');
      await leave();
    } finally {
      on.chain.hall.say(`start ${camera.id}`);
      await page.evaluate(() => document.fullscreenElement && document.exitFullscreen());
    }
  });

  test('the wall has a window of its own for a second monitor', async () => {
    const { page } = on;
    await onWall(page, '');
    await page.keyboard.press('3');
    const before = [page.url(), await tilesOf(page)];
    await page.getByRole('button', { name: '新窗口' }).focus();
    const [own] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')]);
    const errors = [];
    own.on('pageerror', (error) => errors.push(error.message));
    await own.waitForSelector('.live-tile');
    assert.deepEqual(await tilesOf(own), before[1]);
    await goesOn(own, playable(), 'pictures in the window');
    const seen = (what) => own.locator(what).evaluateAll((all) => all.some((e) => e.checkVisibility()));
    assert.deepEqual([await seen('header'), await seen('nav'), await seen('footer.status')], [false, false, true]);
    // Keys are of the window in which they are pressed.
    await own.keyboard.press('Enter');
    await own.waitForSelector('.wall[data-enlarged]');
    assert.equal(await page.locator('.wall[data-enlarged]').count(), 0);
    await own.keyboard.press('Escape');
    assert.deepEqual(await on.english(), []);
    await own.close();
    assert.deepEqual(errors, []);
    await goesOn(page, playable(), 'pictures in the first window');
    assert.deepEqual([page.url(), await tilesOf(page)], before);
    assert.equal(await page.locator('.live-tile[data-chosen]').getAttribute('data-tile'), before[1][2]);
  });

  speedTests(on);
}
