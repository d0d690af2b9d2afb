// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { Icon } from '../base/icons';
import { useI18n } from '../i18n/i18n';
import { chooseTheme, firstTheme, nextTheme } from './theme';

export function LanguageToggle() {
  const { t, lang, setLang } = useI18n();
  return (
    <button
      type="button"
      class="button plain"
      id="language"
      lang={lang === 'zh' ? 'en' : 'zh-CN'}
      aria-label={t('languageLabel')}
      title={t('languageLabel')}
      onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}
    >
      {t('language')}
    </button>
  );
}

export function ThemeToggle() {
  const { t } = useI18n();
  const [theme, setTheme] = useState(() => firstTheme(localStorage));
  const words = { dark: t('themeDark'), light: t('themeLight'), system: t('themeSystem') };
  const turn = () => {
    const next = nextTheme(theme);
    chooseTheme(next);
    setTheme(next);
  };
  const label = t('themeLabel', { theme: words[theme] });
  return (
    <button type="button" class="button plain" id="theme" aria-label={label} title={label} onClick={turn}>
      <Icon name="theme" />
    </button>
  );
}
