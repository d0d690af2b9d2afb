// SPDX-License-Identifier: GPL-3.0-or-later
export type Theme = 'dark' | 'light' | 'system';

const KEY = 'mingjing.theme';
export const THEMES: readonly Theme[] = ['dark', 'light', 'system'];

/** Dark unless something else was chosen: this page lives in a control room. */
export function firstTheme(storage: Pick<Storage, 'getItem'>): Theme {
  const chosen = storage.getItem(KEY);
  return THEMES.find((t) => t === chosen) ?? 'dark';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme(theme);
}
