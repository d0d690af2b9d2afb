// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import type { Over } from '../api/client';
import { me, pass, serve, show, type } from '../testing';
import { SignIn } from './sign-in';

afterEach(() => vi.unstubAllGlobals());

async function tryToSignIn(status: number, body: unknown) {
  const signedIn = vi.fn();
  serve(() => ({ status, body }));
  const page = await show(<SignIn onSignedIn={signedIn} />);
  await type(page.querySelector('#name')!, ' admin ');
  await type(page.querySelector('#password')!, 'secret');
  page.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await pass(10);
  return { signedIn, page, told: page.querySelector('[role=alert]')!.textContent };
}

it('hands on who signed in', async () => {
  const { signedIn, told } = await tryToSignIn(200, me);
  expect(signedIn).toHaveBeenCalledWith(me);
  expect(told).toBe('');
});

it('says that the password is wrong, and forgets it', async () => {
  const { signedIn, page, told } = await tryToSignIn(401, { code: 'denied', detail: 'no' });
  expect(signedIn).not.toHaveBeenCalled();
  expect(told).toBe('The user name or the password is wrong. Check upper and lower case and try again.');
  expect(page.querySelector<HTMLInputElement>('#password')!.value).toBe('');
});

it('says why the sign-in before this one is over', async () => {
  const told = async (over?: Over) =>
    (await show(<SignIn over={over} onSignedIn={() => {}} />)).querySelector('.sign-in-over')?.textContent;
  expect(await told('idle')).toMatch(/after a pause/);
  expect(await told('longest')).toMatch(/lasts no longer/);
  expect(await told('ended')).toMatch(/by you or an administrator/);
  expect(await told()).toBeUndefined();
});

it('says when there were too many attempts, and when the server is in trouble', async () => {
  expect((await tryToSignIn(429, { code: 'too-many', detail: '' })).told).toMatch(/^Too many attempts/);
  expect((await tryToSignIn(500, { code: 'io', detail: '' })).told).toMatch(/disk/);
});
