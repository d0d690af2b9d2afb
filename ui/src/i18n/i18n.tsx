// SPDX-License-Identifier: GPL-3.0-or-later
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { table, type Key, type Lang } from './table';

export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

export const LANG_KEY = 'mingjing.language';

/** The words of one language. */
export function translator(lang: Lang): Translate {
  return (key, values = {}) =>
    table[key][lang].replace(/\{(\w+)\}/g, (whole, name: string) =>
      values[name] === undefined ? whole : String(values[name]),
    );
}

/** What was chosen before, else the browser's: Chinese if it prefers any Chinese, English for all others. */
export function firstLanguage(chosen: string | null, preferred: readonly string[]): Lang {
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return preferred[0]?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export interface I18n {
  lang: Lang;
  t: Translate;
  setLang(lang: Lang): void;
}

export const I18nContext = createContext<I18n>({ lang: 'en', t: translator('en'), setLang: () => {} });

export const useI18n = (): I18n => useContext(I18nContext);
