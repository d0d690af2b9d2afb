// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { pass, show } from '../testing';
import { ThemeMenu } from './toggles';

it('is dark until something else is chosen, and offers all three by name', async () => {
  localStorage.clear();
  const page = await show(<ThemeMenu />);
  const choices = [...page.querySelectorAll('button')];
  const chosen = () => choices.filter((c) => c.getAttribute('aria-pressed') === 'true').map((c) => c.textContent);
  expect(choices.map((c) => c.textContent)).toEqual(['Dark', 'Light', 'As the system']);
  expect(chosen()).toEqual(['Dark']);
  const menu = page.querySelector('details')!;
  menu.open = true;
  choices[2]!.click();
  await pass(10);
  expect(chosen()).toEqual(['As the system']);
  expect(document.documentElement.dataset.theme).toBe('system');
  expect(menu.open).toBe(false);
});
