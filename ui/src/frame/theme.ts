// SPDX-License-Identifier: GPL-3.0-or-later
export type Theme = 'dark' | 'light' | 'system';

const KEY = 'mingjing.theme';
const ORDER: readonly Theme[] = ['dark', 'light', 'system'];

/** Dark unless something else was chosen: this page lives in a control room. */
export function firstTheme(storage: Pick<Storage, 'getItem'>): Theme {
  const chosen = storage.getItem(KEY);
  return ORDER.find((t) => t === chosen) ?? 'dark';
}

export const nextTheme = (theme: Theme): Theme => ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length]!;

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme(theme);
}
