// SPDX-License-Identifier: GPL-3.0-or-later
// How quickly a dossier plays, read from the pictures; and which of its cameras is heard.
//
//   speedTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, pictures, until } from './page.mjs';

// In step: no two further apart than two pictures of the slowest.
const STEP_PICTURES = 2;
const LOOK_MS = 1500;
/** A busy machine may lose a second: then another one is looked at. */
const TRIES = 4;

// For so long, by the page's own clock: what each picture said at the beginning and at the end, and how often the clock
// had to wait. [{ camera, kind, media, wall }], both in milliseconds.
const advance = (page, ms) =>
  page.evaluate(async (length) => {
    const look = () => ({
      at: performance.now(),
      all: window.testStamps().filter((p) => p.stamp),
      waits: document.querySelector('.tile-note') !== null,
    });
    const first = look();
    let last = first;
    let waited = 0;
    for (; last.at - first.at < length; last = look()) {
      waited += last.waits;
      await new Promise((done) => setTimeout(done, 50));
    }
    const began = new Map(first.all.map((p) => [p.camera, p.stamp.utcUs]));
    return {
      wall: last.at - first.at,
      waited,
      media: last.all
        .filter((p) => began.has(p.camera))
        .map((p) => ({ ...p, media: (p.stamp.utcUs - began.get(p.camera)) / 1000 })),
    };
  }, ms);

const apart = (all) => {
  const times = all.map((p) => p.stamp.utcUs / 1000);
  return Math.max(...times) - Math.min(...times);
};

export function speedTests(on) {
  test('a dossier plays from a quarter to sixteen times as quickly, and backwards, in step', async (t) => {
    const { page } = on;
    const cameras = on.playable('W01');
    const allowed = STEP_PICTURES * Math.max(...cameras.map((c) => 1000 / c.fps));
    const speed = page.getByLabel('速度', { exact: true });
    const ours = (list) => list.filter((p) => p.kind === 'video' && cameras.some((c) => c.id === p.camera));
    // One that was not recorded then shows that over its picture: the others are in step.
    const covered = () => page.locator('.tile:has(.tile-over)').evaluateAll((all) => all.map((e) => e.dataset.tile));
    const inStep = (what, seconds) =>
      until(
        async () => [await covered(), await moment(page, on.ticket.day), ours(await pictures(page))],
        ([over, at, all]) => {
          const seen = all.filter((p) => p.stamp && !over.includes(p.camera));
          return (
            seen.length > 0 &&
            seen.length + over.filter((id) => cameras.some((c) => c.id === id)).length === cameras.length &&
            seen.every((p) => Math.abs(p.stamp.utcUs - at) / 1000 <= allowed) &&
            apart(seen) <= allowed
          );
        },
        what,
        seconds,
      );
    // Where there is footage before and after. A hall that was kept waiting by a busy machine took no pictures for a
    // while: then a little later.
    const stand = async () => {
      await page.keyboard.press('k');
      await page.locator('.event', { hasText: '开始受理' }).first().click();
      for (let tries = 1; ; tries += 1)
        try {
          return await inStep('standing', 4);
        } catch (error) {
          if (tries === TRIES) throw error;
          await page.keyboard.press('ArrowRight');
        }
    };
    // `start` makes it play, from the start of the visit.
    const plays = async (rate, least, most, start) => {
      const rates = [];
      for (let tries = 0; tries < TRIES; tries += 1) {
        await stand();
        await start();
        await says(rate);
        const { wall, waited, media } = await advance(page, LOOK_MS);
        const mine = ours(media);
        rates.push(mine.map((p) => (p.media / wall).toFixed(2)).join('/') + (waited ? ` (waited ${waited})` : ''));
        if (mine.length < cameras.length || mine.some((p) => p.media / wall < least || p.media / wall > most)) continue;
        t.diagnostic(`×${rate}: ${rates.join(', ')}; ${apart(mine).toFixed(0)} ms apart`);
        await page.keyboard.press('k');
        return inStep(`in step after ×${rate}`);
      }
      return assert.fail(`×${rate} was ${rates.join(', ')}`);
    };
    const says = (rate) =>
      until(
        () => speed.inputValue(),
        (now) => now === String(rate),
        `the speed is ×${rate}`,
      );
    const press = (keys) => async () => {
      for (const key of keys) await page.keyboard.press(key);
    };

    await on.openTicket(on.ticket.ticket_no);
    await plays(1, 0.6, 1.4, press('l'));
    await plays(4, 2.8, 5.5, press('lll'));
    await speed.focus(); // the list, by the keyboard: the focus is given back
    await press(['Home', 'Enter'])();
    await plays(0.25, 0.1, 0.5, press(' '));
    await speed.selectOption('16');
    await plays(16, 6, 24, press(' '));
    await plays(-1, -1.6, -0.4, press('j')); // with stills
    await press('jj')();
    await says(-2);
    await page.keyboard.press('k');
    await says(2); // forwards again
    await speed.selectOption('1');

    await stand();
    for (const [key, at] of [
      ['Shift+ArrowLeft', on.ticket.called],
      ['Shift+ArrowRight', on.ticket.started],
      ['Shift+ArrowRight', on.ticket.finished],
    ]) {
      await page.keyboard.press(key);
      await until(
        () => moment(page, on.ticket.day),
        (now) => Math.abs(now - on.us(at)) < 2000,
        `${key} to ${at}`,
      );
    }
  });

  // The sound of a part begins up to a third of a second before its pictures, which must not cost the part before its last.
  test('the last pictures of a part are there, though the sound of the next one begins before them', async () => {
    const { page } = on;
    const { id, fps } = on.chain.cameras.find((c) => c.audio === 'pcma');
    const link = (us) => new Date(us / 1000 + 8 * 3600e3).toISOString().replace('Z', '+08:00');
    const [from, to] = [on.us(on.ticket.started), on.us(on.ticket.started) + 20e6].map((at) =>
      encodeURIComponent(link(at)),
    );
    const list = await page.evaluate(
      (url) => fetch(url).then((r) => r.text()),
      `/api/v1/cameras/${id}/playlist.m3u8?from=${from}&to=${to}&stream=main`,
    );
    const parts = [...list.matchAll(/#EXT-X-PROGRAM-DATE-TIME:(\S+)\n#EXTINF:([\d.]+)/g)].slice(1, 4);
    assert.equal(parts.length, 3);
    for (const [, at, seconds] of parts) {
      const end = on.us(at) + Number(seconds) * 1e6 - 0.6e6 / fps;
      await page.goto('about:blank');
      await page.goto(`${on.chain.api}/#/browse?c=${id}&at=${encodeURIComponent(link(end))}`);
      const early = async () => end - ((await pictures(page))[0]?.stamp?.utcUs ?? NaN);
      await until(early, (us) => us > -40_000 && us < 1e6 / fps + 40_000, `the last picture before ${link(end)}`);
    }
  });

  test('one camera is heard, at the wall and in step', async () => {
    const { page } = on;
    const heard = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('video[data-camera]')].flatMap((v) => (v.muted ? [] : [v.dataset.camera])),
      );
    const becomes = (ids, what) => until(heard, (now) => now.join() === ids.join(), what);
    const hears = on.chain.cameras.filter((c) => c.video === 'h264' && c.audio).map((c) => c.id);
    assert.ok(hears.length >= 2);
    await page.evaluate(() => (window.location.hash = '#/live'));
    await page.waitForSelector('.live-tile');
    const order = await page.locator('.live-tile').evaluateAll((all) => all.map((e) => e.dataset.tile));
    const sound = async (id) => {
      await page.keyboard.press(String(order.indexOf(id) + 1));
      await page.keyboard.press('s');
    };
    await becomes([], 'a wall is silent');
    await sound(hears[0]);
    await becomes([hears[0]], 'one is heard');
    await sound(hears[1]);
    await becomes([hears[1]], 'another instead');
    await sound(hears[1]);
    await becomes([], 'silent again');

    // What that camera recorded a moment ago, at an address that leads there again.
    await page.keyboard.press('b');
    await page.waitForURL(/#\/browse\?/);
    const query = new URLSearchParams(page.url().split('?')[1]);
    assert.equal(query.get('c'), hears[1]);
    const ago = Date.now() - Date.parse(query.get('at'));
    assert.ok(ago > 0 && ago < 20_000, `${ago} ms ago`);
    await page.goBack();
    await page.waitForSelector('.live-tile');

    const at = new Date(on.us(on.ticket.called) / 1000 + 8 * 3600e3).toISOString().replace('Z', '+08:00');
    await page.evaluate(
      ([ids, there]) => (window.location.hash = `#/browse?c=${ids}&at=${encodeURIComponent(there)}`),
      [hears.join(','), at],
    );
    const list = page.getByLabel('声音', { exact: true });
    await page.waitForSelector('.browse .tile');
    await becomes([], 'it begins silent');
    await list.selectOption(hears[0]);
    await becomes([hears[0]], 'one is heard');
    await list.focus();
    for (const key of ['End', 'Enter']) await page.keyboard.press(key); // the last of the list
    await becomes([hears[hears.length - 1]], 'another instead');
    await list.selectOption('*');
    await becomes(hears, 'all of them');
    await list.selectOption('');
    await becomes([], 'silent again');
  });
}
