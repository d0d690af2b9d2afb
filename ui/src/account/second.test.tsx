// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { pass, serve, show, type } from '../testing';
import { SecondSheet } from './second';

afterEach(() => vi.unstubAllGlobals());

const answers: Record<string, unknown> = {
  '/me/second': { secret: 'ABCDEFGH', uri: 'otpauth://totp/x?secret=ABCDEFGH' },
  '/me/second/confirm': { recovery: ['abcd-efgh', 'ijkl-mnop'] },
};

it('shows recovery codes until somebody says that they are kept', async () => {
  serve((path) => ({ status: 200, body: answers[path] }));
  const closed = vi.fn();
  const page = await show(<SecondSheet on={false} onClose={closed} onChanged={() => {}} />);
  const say = async (field: string, text: string) => {
    await type(page.querySelector<HTMLInputElement>(field)!, text);
    page.querySelector('form')!.requestSubmit();
    await pass(10);
  };
  await say('#second-password', 'secret');
  await say('#second-code', '123456');
  const dialog = page.querySelector('dialog')!;
  const escape = new Event('cancel', { cancelable: true });
  await act(() => {
    dialog.dispatchEvent(escape);
    dialog.dispatchEvent(new PointerEvent('pointerdown'));
    dialog.close(); // as a browser does on the second one
  });
  expect([escape.defaultPrevented, dialog.open, closed.mock.calls.length]).toEqual([true, true, 0]);
  expect(page.querySelector('.recovery')!.textContent).toContain('abcd-efgh');
  await act(() => page.querySelector<HTMLElement>('.button.primary')!.click());
  expect(closed).toHaveBeenCalledOnce();
});
