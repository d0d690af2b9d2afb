// SPDX-License-Identifier: GPL-3.0-or-later
// A second factor, from her own account page to the sign-in with a recovery code.
//
//   secondTests(on)   on: as journeys.mjs
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { until } from './page.mjs';

const STEP_S = 30;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(text) {
  const bits = [...text].map((c) => ALPHABET.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

// RFC 6238, as a telephone computes it; `ahead`: that many steps later.
function codeOf(secret, ahead = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + ahead));
  const hash = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const number = hash.readUInt32BE(hash[hash.length - 1] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

// What none of the codes around now is.
const wrongCode = (secret) =>
  ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) =>
    [-2, -1, 0, 1, 2].every((ahead) => codeOf(secret, ahead) !== code),
  );

export function secondTests(on) {
  test('a second factor is turned on, asked for, and done without by a recovery code, once', async () => {
    const name = 'second1';
    const password = await on.account(name, 'operator');
    const told = (what, words) =>
      until(
        () => on.page.locator(what).textContent(),
        (text) => text.includes(words),
        words,
      );
    const openSheet = async () => {
      await on.page.locator('header summary').last().click();
      await on.page.getByText('两步验证', { exact: true }).click();
      await on.sheet().waitFor();
    };
    const signOut = async () => {
      await on.page.locator('header summary').last().click();
      await on.page.getByText('退出', { exact: true }).click();
      await on.page.waitForSelector('#password');
    };
    // With name and password; a code is asked for only then.
    const signInFirst = async () => {
      assert.equal(await on.page.locator('#code').count(), 0);
      await on.signIn(password, name);
      await told('#sign-in-problem', '请输入手机上的验证码');
    };
    const giveCode = async (code) => {
      await on.page.fill('#code', code);
      await on.page.keyboard.press('Enter');
    };
    const isIn = () => on.page.waitForSelector('#find');
    const isRefused = async (code) => {
      await giveCode(code);
      await told('#sign-in-problem', '验证码、用户名或密码不对');
      assert.equal(await on.page.locator('#find').count(), 0);
    };

    await on.asOthers(async () => {
      const { page } = on;
      await on.signIn(password, name);
      await isIn();
      await openSheet();
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog .qr');
      const secret = (await page.locator('dialog .secret').textContent()).replace(/\s/g, '');
      assert.match(secret, /^[A-Z2-7]{32}$/);
      await on.shot('second-zh-dark');
      await page.fill('#second-code', wrongCode(secret));
      await page.keyboard.press('Enter');
      await told('dialog [role=alert]', '验证码不对');
      await page.fill('#second-code', codeOf(secret));
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog .recovery');
      const codes = await page.locator('dialog .recovery li').allTextContents();
      assert.ok(codes.length >= 8 && new Set(codes).size === codes.length);
      assert.ok(!(await page.locator('dialog').textContent()).includes(secret));
      await page.getByText('已抄好', { exact: true }).click();
      await on.sheet().waitFor({ state: 'detached' });
      await openSheet(); // they were shown once
      const again = await on.sheet().textContent();
      assert.match(again, /两步验证已启用/);
      for (const word of [secret, ...codes]) assert.ok(!again.includes(word));
      await page.keyboard.press('Escape');
      await on.sheet().waitFor({ state: 'detached' });
      await signOut();

      await signInFirst();
      assert.deepEqual(await on.english(), []);
      await isRefused(wrongCode(secret));
      await giveCode(codeOf(secret, 1)); // the one of now was used up
      await isIn();
      await signOut();

      await signInFirst();
      await giveCode(codes[0]);
      await isIn();
      await signOut();
      await signInFirst();
      await isRefused(codes[0]);
      await giveCode(codes[1]);
      await isIn();
    });
    const { rows } = await on.chain.command('audit', 'list', '--who', name);
    assert.ok(!JSON.stringify(rows).includes(password));
  });
}
