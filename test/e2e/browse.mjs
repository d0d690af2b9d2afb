// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody who has a time and no number: four cameras, the ruler, the calendar.
//
//   browseTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, pictures, until } from './page.mjs';
import { zoomTests } from './zoom.mjs';

const COLUMNS = ['w01-face', 'w01-desk', 'w02-face', 'w02-desk']; // AAC, no sound, G.711, none
// In step: no two further apart than two pictures of the slowest.
const STEP_PICTURES = 2;
const MOMENT_MS = 40;

export function browseTests(on) {
  test('a link to a moment leads there again, from a dossier and from what was before and after', async () => {
    const password = await on.account('op5', 'operator');
    await on.asOthers(async () => {
      const { page } = on;
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const copied = async () => {
        await page.click('.transport [aria-label^="复制"]');
        await page.waitForSelector('.transport .copy >> text=已复制');
        return page.evaluate(() => navigator.clipboard.readText());
      };
      await on.signIn(password, 'op5');
      await page.waitForSelector('#find');
      await on.openTicket(on.ticket.ticket_no);
      await page.locator('.event', { hasText: '办结' }).click();
      const now = () => moment(page, on.ticket.day);
      const at = await until(now, (us) => Math.abs(us - on.us(on.ticket.finished)) < 2000, 'the end of the visit');
      const link = await copied();
      for (let tries = 0; tries < 3 && (await page.locator('.browse').count()) === 0; tries += 1) {
        await page.keyboard.press('b'); // once more if the page was busy with something else
        await page.waitForSelector('.browse', { timeout: 8000 }).catch(() => {});
      }
      await page.waitForSelector('.browse .tile');
      await until(now, (us) => us === at, 'the moment of the dossier');
      const cameras = await page.locator('.browse [data-tile]').evaluateAll((all) => all.map((e) => e.dataset.tile));
      assert.deepEqual(
        cameras.sort(),
        on
          .seeing('W01')
          .map((c) => c.id)
          .sort(),
      );
      const around = await copied();
      for (const [where, what] of [
        [link, '.dossier-head'],
        [around, '.browse'],
      ]) {
        await page.goto('about:blank');
        await page.goto(where);
        await page.waitForSelector(what);
        await page.waitForSelector('.tile');
        await until(now, (us) => us === at, where);
      }
    });
  });

  test('four cameras are browsed in step, from a month to a second', async (t) => {
    const cameras = COLUMNS.map((id) => on.chain.cameras.find((c) => c.id === id));
    const slowest = Math.max(...cameras.map((c) => 1000 / c.fps));
    const password = await on.account('inv3', 'investigator');
    const link = (at) => new Date(at / 1000 + 8 * 3600e3).toISOString().replace('Z', '+08:00');
    const start = on.us(on.ticket.called) + 3e6;
    const ruler = async (part, row) => {
      const box = await on.page.locator('.zoom-ruler .ruler-track').boundingBox();
      const line = await on.page.locator(`[data-coverage="${row}"]`).boundingBox();
      return { x: box.x + part * box.width, y: line.y + line.height / 2 };
    };
    const range = () => on.page.locator('[data-range]').textContent();
    const apart = (all) => {
      const times = all.filter((p) => p.stamp).map((p) => p.stamp.utcUs / 1000);
      return times.length < COLUMNS.length ? Infinity : Math.max(...times) - Math.min(...times);
    };
    const inStep = (what, seconds) =>
      until(
        async () => [await moment(on.page, on.ticket.day), await pictures(on.page)],
        ([at, all]) =>
          apart(all) <= STEP_PICTURES * slowest &&
          all.every((p) => Math.abs(p.stamp.utcUs - at) / 1000 <= STEP_PICTURES * slowest),
        what,
        seconds,
      );
    const browse = (at) =>
      on.page.goto(`${on.chain.api}/#/browse?c=${COLUMNS.join(',')}&at=${encodeURIComponent(link(at))}`);
    // A hall that was kept waiting by a busy machine took no pictures for a while: then another second has some.
    const atSome = async (seconds, look) => {
      for (const [tries, second] of seconds.entries())
        try {
          return await look(start + second * 1e6);
        } catch (error) {
          if (tries === seconds.length - 1) throw error;
          t.diagnostic(error.message);
        }
    };

    await on.asOthers(async () => {
      await on.signIn(password, 'inv3');
      await on.page.waitForSelector('#find');
      await on.page.evaluate(() => document.activeElement.blur());
      await on.page.keyboard.press('g');
      await on.page.keyboard.press('b');
      await on.page.locator('.browse .notice').waitFor(); // what to do first
      assert.deepEqual(await on.english(), []);

      // A link leads to cameras and a moment; why is asked once for all of them.
      await browse(start);
      await on.page.fill('#reason-why', '大厅丢包');
      await on.page.fill('#reason-case', '2026-11');
      await on.page.keyboard.press('Enter');
      await atSome([0, 1, 2], async (there) => {
        await browse(there);
        await inStep(`four cameras at ${link(there)}`, 10);
      });
      const { reasons } = await on.page.evaluate(() => fetch('/api/v1/reasons').then((r) => r.json()));
      const told = reasons.filter((r) => r.case === '2026-11').map((r) => [r.kind, r.key].join(' '));
      assert.deepEqual(told.sort(), COLUMNS.map((id) => `camera ${id}`).sort());

      // A moment on the ruler: shown before it is gone to, and then played by all.
      await on.page.click('[data-length=browseMinute]');
      await on.page.locator('.covered').first().waitFor();
      const [at, all] = await atSome([6, 9, 3, 12], async (wanted) => {
        const [, begins] = /(\d\d:\d\d:\d\d)–/.exec(await range());
        const from = Date.parse(`${on.ticket.day}T${begins}+08:00`) * 1000;
        const there = await ruler((wanted - from) / 60e6, 'w02-face');
        await on.page.mouse.move(there.x, there.y);
        const thumb = await until(
          () =>
            on.page.evaluate(() => {
              const e = document.querySelector('[data-thumb]');
              return e && { at: Number(e.dataset.at), camera: e.dataset.thumb, stamp: window.testStampOf(e) };
            }),
          (shown) => shown?.stamp && Math.abs(shown.at - wanted) < 1_500_000,
          'the picture under the pointer',
        );
        const early = (thumb.at - thumb.stamp.utcUs) / 1000;
        t.diagnostic(`the picture under the pointer was taken ${early.toFixed(0)} ms before the moment`);
        assert.equal(thumb.stamp.camera, cameras[2].number);
        assert.ok(early > -MOMENT_MS && early < 1000 / cameras[2].fps + MOMENT_MS, `${early} ms`);
        await on.page.mouse.click(there.x, there.y);
        const stood = await inStep('four cameras at the moment of the click');
        assert.ok(Math.abs(stood[0] - thumb.at) < 60_000, 'the clock is where the pointer was'); // a picture point
        return stood;
      });
      t.diagnostic(`after a click ${apart(all).toFixed(0)} ms apart, allowed ${STEP_PICTURES * slowest} ms`);
      await on.shot('browse-zh-dark');

      await on.page.keyboard.press('Space');
      await until(
        () => moment(on.page, on.ticket.day),
        (now) => now > at + 2e6,
        'the four play',
      );
      // Four decoders on a busy machine may miss a picture now and then; the clock brings them together again.
      await atSome([0, 0, 0], async () => {
        const steps = [];
        await until(
          async () => {
            const now = apart(await pictures(on.page));
            if (Number.isFinite(now)) steps.push(now);
            return steps.length;
          },
          (n) => n >= 20,
          'pictures of all four',
          30,
        );
        steps.sort((a, b) => a - b);
        t.diagnostic(`playing: median ${steps[steps.length >> 1]} ms apart, most ${steps[steps.length - 1]} ms`);
        assert.ok(steps[steps.length >> 1] <= STEP_PICTURES * slowest, `apart by ${steps.join(', ')} ms`);
      });
      await on.page.keyboard.press('k');

      // From a month to a second, by wheel and by key; the moment stays in sight.
      await on.page.click('[data-length=browseMonth]');
      assert.match(await range(), /^\d{4}-\d\d-\d\d – \d{4}-\d\d-\d\d$/);
      await on.page.locator('.zoom-ruler .playhead:not([hidden])').waitFor();
      const head = await on.page.locator('.zoom-ruler .playhead').boundingBox();
      await on.page.mouse.move(head.x + head.width / 2, head.y + head.height - 6);
      for (let i = 0; i < 10; i += 1) await on.page.mouse.wheel(0, -400);
      await until(range, (text) => !/^\d{4}-\d\d-\d\d – /.test(text), 'the wheel zooms');
      for (let i = 0; i < 24; i += 1) await on.page.keyboard.press('+');
      const [, a, b] = /(\d\d:\d\d:\d\d\.\d)–(\d\d:\d\d:\d\d\.\d)$/.exec(await range());
      assert.equal(Date.parse(`${on.ticket.day}T${b}Z`) - Date.parse(`${on.ticket.day}T${a}Z`), 1000);
      await on.page.locator('.zoom-ruler .playhead:not([hidden])').waitFor();

      // The calendar has what the server has.
      const day = on.page.locator(`.day[data-day="${on.ticket.day}"]`);
      const month = await on.page.evaluate(
        (m) => fetch(`/api/v1/cameras/w01-face/calendar?month=${m}`).then((r) => r.json()),
        on.ticket.day.slice(0, 7),
      );
      const today = month.days.find((d) => d.day === on.ticket.day);
      assert.ok(today.recorded_s > 10 && today.coverage > 0, JSON.stringify(today));
      assert.equal(await day.getAttribute('aria-current'), 'date');
      assert.match(await day.locator('.sr').textContent(), /已录 \d+\.\d %/);
      assert.match(await day.getAttribute('title'), new RegExp(cameras[0].name.replace(/[^\p{L}\d ]/gu, '.')));

      const over = await on.page.evaluate(() =>
        [...document.querySelectorAll('html, main, .browse, .stage, .tiles, .tile, .browse-tools')].flatMap((e) => [
          e.scrollHeight - e.clientHeight,
          e.scrollWidth - e.clientWidth,
        ]),
      );
      assert.deepEqual(
        over.filter((n) => n > 0),
        [],
        'it fits the screen',
      );
      assert.deepEqual(await on.english(), []);

      // Who loads the page again is where he was, and is not asked again.
      const stood = await moment(on.page, on.ticket.day);
      await until(
        () => on.page.evaluate(() => new URLSearchParams(window.location.hash.split('?')[1]).get('at')),
        (text) => Math.abs(on.us(text) - stood) < 2000,
        'the moment in the address',
      );
      await on.page.reload();
      await until(
        async () => [await moment(on.page, on.ticket.day), await pictures(on.page)],
        ([at, four]) => Math.abs(at - stood) < 2000 && apart(four) < Infinity,
        'the same after a reload',
      );
      await on.page.click('#language');
      await on.page.locator('[data-place=W01]').click(); // a place brings its cameras, and is a reason of its own
      await on.page.waitForSelector('#reason-why');
      assert.equal(await on.page.inputValue('#reason-case'), '2026-11');
      await on.page.keyboard.press('Enter');
      const tiles = () => on.page.locator('.tile').evaluateAll((list) => list.map((e) => e.dataset.tile));
      const seeing = on.seeing('W01').map((c) => c.id);
      await until(tiles, (ids) => ids.sort().join() === seeing.sort().join(), 'the cameras of W01');
      assert.deepEqual(await on.chinese(), []);
      await on.page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
      await on.page.click('[data-length=browseDay]');
      await on.shot('browse-place-en-light');
    });
  });

  test('H.265 that the browser does not play is played as the sub stream that was recorded too', async () => {
    const [main, sub] = ['h265', 'h264'].map((video) => on.chain.cameras.find((c) => c.video === video));
    const id = 'w9'; // too short for a word
    const password = await on.account('op6', 'operator');
    await on.chain.command('camera', 'add', id, main.url, '--sub', sub.url);
    await on.chain.command('camera', 'set', id, '--record', 'both');
    try {
      await until(
        async () => (await on.chain.command('camera', 'list')).cameras.find((c) => c.id === id).streams,
        (both) => both.every((s) => s.state === 'recording' && Date.now() - Date.parse(s.since) > 8000),
        'both streams recorded for a while',
        40,
      );
      const at = (Date.now() - 4000) * 1000;
      await on.asOthers(async () => {
        await on.page.addInitScript(() => {
          const usual = MediaSource.isTypeSupported.bind(MediaSource);
          MediaSource.isTypeSupported = (type) => !/hvc1|hev1/.test(type) && usual(type);
        });
        await on.page.reload();
        await on.signIn(password, 'op6');
        await on.page.waitForSelector('#find');
        const link = new Date(at / 1000 + 8 * 3600e3).toISOString().replace('Z', '+08:00');
        await on.page.goto(`${on.chain.api}/#/browse?c=${id}&at=${encodeURIComponent(link)}`);
        const near = (p) => p.stamp && Math.abs(p.stamp.utcUs - at) <= (STEP_PICTURES * 1e6) / sub.fps;
        const [shown] = await until(
          () => pictures(on.page),
          ([p]) => p?.kind === 'video' && near(p),
          'the sub stream as video',
        );
        assert.deepEqual([shown.camera, shown.stamp.camera], [id, sub.number]);
        assert.match(await on.page.locator(`[data-tile=${id}] .tile-flag`).textContent(), /不能播放 H\.265：子码流/);
        assert.deepEqual(await on.english(), []);
      });
    } finally {
      await on.chain.command('camera', 'remove', id);
    }
  });
  zoomTests(on);
}
