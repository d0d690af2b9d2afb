// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { User } from '../api/types';
import { pass, serve, show, type } from '../testing';
import { QrCode } from '../account/second';
import { UsersPage } from './users';

const user = (name: string, role: string, more: Partial<User> = {}): User => ({
  name,
  role,
  disabled: false,
  must_change: false,
  second: false,
  places: null,
  created: null,
  seen: null,
  ...more,
});

const roles = [
  { role: 'operator', limitable: true },
  { role: 'auditor', limitable: false },
  { role: 'secadmin', limitable: false },
];

const token = {
  ...{ name: 'queue', scope: 'events', usable: true, created: '2026-11-22T09:00:00+08:00' },
  ...{ used: null, expires: null, revoked: null },
};

let sent: [string, unknown][];

const click = (element: Element | null | undefined) =>
  act(async () => {
    (element as HTMLElement).click();
    await Promise.resolve();
  });

async function page() {
  sent = [];
  serve((path, init) => {
    if (init?.method === 'POST') sent.push([path, JSON.parse(String(init.body))]);
    if (path === '/users' && init?.method === 'POST')
      return { status: 201, body: { user: user('new1', 'operator'), password: 'shown-only-now' } };
    if (path === '/users')
      return {
        status: 200,
        body: {
          users: [user('op1', 'operator', { places: ['H01/W07'], second: true }), user('sec1', 'secadmin')],
          roles,
        },
      };
    if (path === '/tokens') return { status: 200, body: { tokens: [token] } };
    if (path === '/places')
      return { status: 200, body: { places: [{ code: 'W07', name: 'Registry', hall: 'H01', cameras: [] }] } };
    return { status: 200, body: user('op1', 'operator') };
  });
  const root = await show(<UsersPage />, 'en', {
    name: 'sec1',
    role: 'secadmin',
    permissions: ['self', 'state', 'admin.users', 'admin.tokens'],
  });
  await pass(10);
  return root;
}

describe('the page of users', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    HTMLDialogElement.prototype.showModal ??= () => {};
  });

  it('lists them with what they see, and leaves oneself to another administrator', async () => {
    const root = await page();
    const rows = [...root.querySelectorAll('tr[data-user]')];
    expect(rows.map((r) => r.getAttribute('data-user'))).toEqual(['op1', 'sec1']);
    expect(rows[0]!.textContent).toMatch(/active.*second factor.*Operator.*W07 Registry/);
    expect(rows[1]!.textContent).toContain('no footage');
    expect(rows[1]!.querySelector('button')!.disabled).toBe(true);
  });

  it('adds one and shows the password once', async () => {
    const root = await page();
    await click(root.querySelector('#user-add'));
    await pass(10);
    await type(root.querySelector('#user-name')!, ' new1 ');
    await click(root.querySelector('.places-list input'));
    root.querySelector('form')!.requestSubmit();
    await pass(10);
    expect(sent).toEqual([['/users', { name: 'new1', role: 'operator', places: ['H01/W07'] }]]);
    expect(root.querySelector('.secret')!.textContent).toBe('shown-only-now');
  });

  it('disables, resets and signs out', async () => {
    const root = await page();
    const open = () => click(root.querySelector('tr[data-user=op1] button'));
    const deed = (word: string) =>
      click([...root.querySelectorAll('.user-deeds button')].find((b) => b.textContent === word));
    for (const [word, path] of [
      ['Disable', '/users/op1'],
      ['Take the second factor away', '/users/op1/second/reset'],
      ['Sign out', '/users/op1/logout'],
    ] as const) {
      await open();
      await pass(10);
      await deed(word);
      await pass(10);
      expect(sent.at(-1)![0]).toBe(path);
    }
    expect(sent[0]![1]).toEqual({ disabled: true });
  });
});

describe('a token', () => {
  it('is revoked when that was said twice', async () => {
    const root = await page();
    await pass(10);
    await click(root.querySelector('[aria-label="Revoke the token queue"]'));
    await pass(10);
    expect(sent).toEqual([]);
    expect(root.querySelector('dialog')!.textContent).toContain('cannot be undone');
    await act(() => root.querySelector<HTMLFormElement>('dialog form')!.requestSubmit());
    await pass(10);
    expect(sent.at(-1)![0]).toBe('/tokens/queue/revoke');
  });
});

describe('a QR code', () => {
  it('is as wide as it says, with a margin', async () => {
    const root = await show(<QrCode text="otpauth://totp/x:y?secret=MZXW6YTBOI" label="code" />);
    const [, , size] = root.querySelector('svg')!.getAttribute('viewBox')!.split(' ').map(Number);
    const path = root.querySelector('path')!.getAttribute('d')!;
    const xs = [...path.matchAll(/M(\d+) (\d+)/g)].map((m) => Number(m[1]));
    expect(Math.min(...xs)).toBe(4);
    expect(Math.max(...xs)).toBe(size! - 5);
  });
});
