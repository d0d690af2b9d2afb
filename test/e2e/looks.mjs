// SPDX-License-Identifier: GPL-3.0-or-later
// Beside and below the pictures of a dossier: who looked before.
//
//   looksTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './page.mjs';

const WHY = 'No 66';
const CASE = '2026-66';

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
}
