// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { pass, show } from '../testing';
import { CopyButton } from './parts';

afterEach(() => vi.restoreAllMocks());

it('says that something was copied, or that the browser refuses', async () => {
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValueOnce(new Error('NotAllowedError'));
  const page = await show(
    <CopyButton text={() => 'a link'} label="Copy">
      Copy
    </CopyButton>,
  );
  await act(() => page.querySelector('button')!.click());
  await pass(0);
  expect(page.querySelector('[aria-live].bad')!.textContent).toBe('Not copied: the browser refuses');
  write.mockResolvedValueOnce();
  await act(() => page.querySelector('button')!.click());
  await pass(0);
  expect(page.querySelector('[aria-live]:not(.bad)')!.textContent).toBe('Copied');
  expect(write.mock.calls).toEqual([['a link'], ['a link']]);
});
