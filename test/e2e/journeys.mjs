// SPDX-License-Identifier: GPL-3.0-or-later
// What people do at the page besides looking at a ticket: a place and a time, alarms, marks.
//
//   journeys(on)   on: what page.test.mjs has for its own tests; page and chain are asked for anew each time
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlTests } from './controls.mjs';
import { moment, pictures, until } from './page.mjs';

export function journeys(on) {
  test('the footage of a place in a time plays, and its cameras can be held', async () => {
    const password = await on.account('inv2', 'investigator');
    const clock = (at) => new Date(at / 1000 + 8 * 3600_000).toISOString().slice(11, 19);
    const [from, to] = [on.us(on.ticket.called) - 5e6, on.us(on.ticket.finished)].map(clock);
    await on.asOthers(async () => {
      await on.signIn(password, 'inv2');
      await on.page.fill('#find', 'W01');
      await on.page.locator('.result-other', { hasText: 'W01' }).first().click();
      await on.page.fill('#time-day', on.ticket.day);
      await on.page.fill('#time-from', from);
      await on.page.fill('#time-to', to);
      await on.page.keyboard.press('Enter');
      await on.page.fill('#reason-why', '大厅跌倒'); // asked once; later looks have it
      await on.page.fill('#reason-case', '2026-9');
      assert.equal(await on.page.locator('.tile').count(), 0);
      await on.page.keyboard.press('Enter');
      const tiles = on.page.locator('.tile');
      await until(
        () => tiles.count(),
        (n) => n === on.seeing('W01').length,
        'a tile for each camera of W01',
      );
      await on.page.locator('.visitor', { hasText: on.ticket.ticket_no }).waitFor();
      const before = await moment(on.page, on.ticket.day);
      await on.page.keyboard.press('Space');
      const late = (all) => all.some((p) => p.stamp && p.stamp.utcUs > before + 1e6);
      await until(() => pictures(on.page), late, 'pictures of later');
      await on.page.keyboard.press('k');
      assert.deepEqual(await on.english(), []);
      await on.shot('place-zh-dark');
      await on.page.keyboard.press('h');
      await on.page.locator('.hold-cameras input').last().click();
      await on.page.fill('#hold-reason', '大厅跌倒');
      await on.page.fill('#hold-case', '2026-9');
      await on.shot('place-hold-zh-dark');
      await on.page.keyboard.press('Enter');
      await on.page.locator('.hold-result').waitFor();
      const hold = (await on.chain.command('hold', 'list')).holds.find((h) => h.case === '2026-9');
      assert.deepEqual([hold.kind, hold.by, hold.spans.length], ['camera', 'inv2', on.seeing('W01').length - 1]);
      assert.equal(
        on.us(hold.spans[0].to) - on.us(hold.spans[0].from),
        on.us(`${on.ticket.day}T${to}Z`) - on.us(`${on.ticket.day}T${from}Z`),
      );
      await on.page.keyboard.press('Escape');
      await on.page.locator('.held-count').waitFor();
      await on.page.reload(); // a link leads back to it
      await on.page.locator('.coverage .held').first().waitFor();
      await on.page.click('#language');
      assert.deepEqual(await on.chinese(), []);
    });
  });

  test('a camera that stops is an alarm within seconds, taken with one key; what is seen is marked', async (t) => {
    const password = await on.account('op1', 'operator');
    const camera = on.chain.cameras.find((c) => !c.places.includes('W01') && c.video === 'h264');
    await on.asOthers(async () => {
      const row = on.page.locator(`.alarm[data-object="${camera.id}/main"]`);
      await on.signIn(password, 'op1');
      await on.page.waitForSelector('#find');
      await on.page.evaluate(() => document.activeElement.blur());
      await on.page.keyboard.press('g');
      await on.page.keyboard.press('a');
      await on.page.waitForSelector('.alarms');
      assert.equal(await row.count(), 0);
      const stopped = Date.now();
      on.chain.hall.say(`stop ${camera.id}`);
      await row.waitFor({ timeout: 20_000 });
      const seconds = (Date.now() - stopped) / 1000;
      t.diagnostic(`an alarm ${seconds.toFixed(1)} s after the camera stopped`);
      assert.ok(seconds <= 10, `${seconds} s`); // 2 on a machine that is not busy
      assert.match(await on.page.locator('nav [aria-current]').textContent(), /告警 \(\d+\)/);
      await row.click();
      const width = () => on.page.locator('.alarm-picture').evaluate((picture) => picture.naturalWidth ?? 0);
      await until(width, (n) => n > 0, 'the picture just before');
      await on.shot('alarms-zh-dark');
      await on.page.keyboard.press('a');
      await row.and(on.page.locator('[data-taken]', { hasText: 'op1 已接手' })).waitFor();
      const { alarms } = await on.chain.command('alarm', 'list');
      assert.equal(alarms.find((a) => a.object === `${camera.id}/main`).acknowledged_by, 'op1');
      on.chain.hall.say(`start ${camera.id}`);

      await on.openTicket(on.ticket.ticket_no);
      await on.shown(on.playable('W01'));
      await on.page.keyboard.press('m');
      await on.sheet().waitFor();
      await on.page.keyboard.press('4');
      await on.page.fill('#mark-words', '为表格争吵');
      await on.shot('mark-zh-dark');
      await on.page.keyboard.press('Enter');
      await on.page.locator('dialog .mark-still').waitFor();
      assert.match(await on.sheet().textContent(), new RegExp(`记入 号票 ${on.ticket.ticket_no}`));
      await on.page.keyboard.press('Enter');
      await on.page.locator('.event-still').waitFor(); // in the story of the ticket
      await on.page.locator('.alert-flag').waitFor(); // and on its ruler
      assert.match(await on.page.locator('.aside').textContent(), /纠纷 · 为表格争吵/);
      const [mark] = (await on.chain.command('mark', 'list')).marks;
      assert.deepEqual(
        [mark.kind, mark.by, mark.subject.key, mark.place],
        ['dispute', 'op1', on.ticket.ticket_no, 'W01'],
      );
      assert.ok(Math.abs(on.us(mark.at) - on.us(on.ticket.called)) < 2_000_000, mark.at);
      await on.page.keyboard.press('g');
      await on.page.keyboard.press('a');
      await on.page.locator('.alarm[data-kind=alert]', { hasText: '纠纷' }).click();
      await on.page.locator('.alarm-beside a', { hasText: on.ticket.ticket_no }).waitFor();
      await on.shot('alarms-mark-zh-dark');
      await on.page.keyboard.press('g'); // and on the wall, what is there now
      await on.page.keyboard.press('l');
      const seen = () =>
        on.page
          .locator('.live-tile')
          .evaluateAll((all) => all.findIndex((e) => e.querySelector('video').dataset.wallUs));
      const nth = await until(seen, (n) => n >= 0, 'a live picture');
      await on.page.keyboard.press(String(nth + 1));
      await on.page.keyboard.press('m');
      await on.sheet().waitFor();
      await on.page.fill('#mark-words', 'now');
      await on.page.keyboard.press('Enter');
      await on.page.locator('dialog .mark-still').waitFor();
      const { marks } = await on.chain.command('mark', 'list');
      const now = marks.find((m) => m.words === 'now');
      assert.ok(Math.abs(on.us(now.at) / 1000 - Date.now()) < 15_000, now.at);
    });
  });
  controlTests(on); // those that an operator has in hand
}
