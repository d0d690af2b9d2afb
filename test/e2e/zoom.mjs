// SPDX-License-Identifier: GPL-3.0-or-later
// The ruler of browsing under a wheel, a trackpad and two fingers: from a month to a second, and what lies under them.
//
//   zoomTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, until } from './page.mjs';

const CAMERA = 'w01-face';
const MONTH_S = 31 * 86400;
const WHEEL = -400;
/** The range is told to a tenth of a second. */
const TOLD_MS = 150;

export function zoomTests(on) {
  test('a ruler zooms under wheel and fingers, and shows what lies under them', async (t) => {
    const { page } = on;
    const { number, fps } = on.chain.cameras.find((c) => c.id === CAMERA);
    const at = new Date(on.us(on.ticket.started) / 1000 + 8 * 3600e3).toISOString().replace('Z', '+08:00');
    const track = page.locator('.zoom-ruler .ruler-track');
    const head = page.locator('.zoom-ruler .playhead');
    const seconds = async () => Number(await head.getAttribute('aria-valuemax'));
    const becomes = (good, what) => until(seconds, good, what);
    const length = async (name, s) => {
      await page.click(`[data-length=${name}]`);
      await becomes((now) => now === s, name);
      await page.locator('.zoom-ruler .playhead:not([hidden])').waitFor();
    };
    // On the camera's line, `off` beside the playhead.
    const aim = async (off = 0) => {
      const [knob, line] = [await head.boundingBox(), await page.locator(`[data-coverage="${CAMERA}"]`).boundingBox()];
      const point = { x: Math.round(knob.x + knob.width / 2) + off, y: line.y + line.height / 2 };
      await page.mouse.move(point.x, point.y);
      return point;
    };
    // The picture under the pointer, of the moment that is told with it.
    const shown = async (what, good = () => true) => {
      const thumb = await until(
        () =>
          page.evaluate(() => {
            const e = document.querySelector('[data-thumb]');
            return e && { at: Number(e.dataset.at), stamp: window.testStampOf(e) };
          }),
        async (now) => now?.stamp && (await good(now)),
        what,
      );
      assert.equal(thumb.stamp.camera, number);
      const early = (thumb.at - thumb.stamp.utcUs) / 1000;
      t.diagnostic(`${what}: taken ${early.toFixed(0)} ms before`);
      assert.ok(early > -40 && early < 1000 / fps + 40, `${what}: ${early} ms`);
      return thumb;
    };

    await page.evaluate(
      ([ids, there]) => (window.location.hash = `#/browse?c=${ids}&at=${encodeURIComponent(there)}`),
      [`${CAMERA},w02-face`, at],
    );
    await page.waitForSelector('.browse .tile');
    const stood = await until(
      () => moment(page, on.ticket.day),
      (now) => Math.abs(now - on.us(on.ticket.started)) < 2000,
      'the moment of the link',
    );

    // The wheel, as somebody does who follows what she looks for.
    await length('browseMonth', MONTH_S);
    for (let span = MONTH_S; span > 3600;) {
      await aim();
      await page.mouse.wheel(0, WHEEL);
      const before = span;
      span = await becomes((now) => now < before, 'the wheel zooms');
    }
    await page.locator('.covered').first().waitFor();
    // The pointer rests where nothing was looked at yet: what comes under it is shown.
    const { x } = await aim(3.5);
    const hour = await shown('a picture of an hour');
    for (let i = 0; i < 20 && (await seconds()) > 1; i += 1) {
      await page.mouse.wheel(0, WHEEL);
      if (i === 6) await shown('a picture of less', (now) => now.at !== hour.at);
    }
    await becomes((now) => now === 1, 'a second');
    // What is told of the moment under the pointer, by the ends of the ruler, is what is shown.
    const box = await track.boundingBox();
    const part = (x - box.x) / box.width;
    const told = async () => {
      const ends = (await page.locator('[data-range]').textContent()).match(/\d\d:\d\d:\d\d\.\d/g);
      const [from, to] = ends.map((clock) => Date.parse(`${on.ticket.day}T${clock}+08:00`));
      return from + part * (to - from);
    };
    await shown('the picture under the pointer', async (now) => {
      return Math.abs(now.at / 1000 - (await told())) < TOLD_MS;
    });

    // Two fingers on a trackpad.
    await length('browseMinute', 60);
    await aim();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await becomes((now) => now < 30 && now > 15, 'a pinch of a trackpad');
    await page.keyboard.up('Control');

    // And on the glass.
    await length('browseMinute', 60);
    const middle = await aim();
    const glass = await page.context().newCDPSession(page);
    const touch = (type, apart) =>
      glass.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: apart ? [-apart, apart].map((d, id) => ({ id, x: middle.x + d, y: middle.y })) : [],
      });
    const pinch = async (...steps) => {
      await touch('touchStart', steps[0]);
      for (const apart of steps.slice(1)) await touch('touchMove', apart);
      await touch('touchEnd');
    };
    await pinch(20, 40, 60, 80, 100);
    await becomes((now) => now >= 11 && now <= 13, 'fingers that part');
    await pinch(100, 80, 60, 40, 20);
    await becomes((now) => now >= 57 && now <= 63, 'fingers that close');
    await glass.detach();
    assert.equal(await moment(page, on.ticket.day), stood, 'nobody went elsewhere');
    await page.mouse.move(2, 2);
  });
}
