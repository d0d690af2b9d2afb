// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts, as those who keep them see them.
//
//   accountTests(on)   on: what page.test.mjs has for its own tests; page and chain are asked for anew each time
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminTests } from './admin.mjs';
import { secondTests } from './second.mjs';

export function accountTests(on) {
  test('a security administrator changes her password first, and adds an account', async () => {
    const { user, password } = on.chain.admins.security;
    await on.asOthers(async () => {
      await on.signIn(password, user);
      await on.page.waitForSelector('#password-old');
      assert.deepEqual(await on.english(), []);
      for (const text of [password, 'a password of my own', 'a password of my own']) {
        await on.page.keyboard.type(text);
        await on.page.keyboard.press('Tab');
      }
      await on.page.keyboard.press('Shift+Tab');
      await on.page.keyboard.press('Enter');
      await on.page.locator('tr[data-user=operator]').waitFor(); // who finds nothing begins here
      assert.equal(await on.page.locator('[data-search]').count(), 0);
      await on.shot('users-zh-dark');
      await on.page.locator('#user-add').click();
      await on.page.keyboard.type('new1');
      await on.page.locator('.places-list input').first().check();
      assert.deepEqual(await on.english(), []);
      await on.shot('user-add-zh-dark');
      await on.page.keyboard.press('Enter');
      await on.page.locator('.secret').waitFor();
      const given = await on.page.locator('.secret').textContent();
      assert.match(given, /^\w{20}$/);
      for (let i = 0; i < 3; i += 1) await on.page.keyboard.press('Escape'); // shown once: not lost by a key
      await on.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
      await on.page.locator('.secret', { hasText: given }).waitFor(); // a browser that closed it is told to show it again
      await on.page.locator('dialog .button.primary').click();
      const row = on.page.locator('tr[data-user=new1]');
      await row.waitFor();
      assert.match(await row.textContent(), /待改密码/);
      const { users } = await on.chain.command('user', 'list');
      const added = users.find(({ name }) => name === 'new1');
      assert.deepEqual([added.role, added.must_change, added.places.length], ['operator', true, 1]);
      await on.page.click('#language');
      assert.deepEqual(await on.chinese(), []);
    });
  });
  secondTests(on);
  adminTests(on); // those whose accounts these are
}
