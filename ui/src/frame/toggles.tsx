// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { Icon } from '../base/icons';
import { useI18n } from '../i18n/i18n';
import { Menu } from './menu';
import { chooseTheme, firstTheme, THEMES, type Theme } from './theme';

export function LanguageToggle() {
  const { t, lang, setLang } = useI18n();
  return (
    <button
      type="button"
      class="button plain"
      id="language"
      lang={lang === 'zh' ? 'en' : 'zh-CN'}
      title={t('languageLabel')}
      onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}
    >
      {t('language')}
    </button>
  );
}

export function ThemeMenu() {
  const { t } = useI18n();
  const [theme, setTheme] = useState(() => firstTheme(localStorage));
  const words = { dark: t('themeDark'), light: t('themeLight'), system: t('themeSystem') };
  const choose = (chosen: Theme) => {
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <Menu id="theme" label={t('themeLabel', { theme: words[theme] })} face={<Icon name="theme" />}>
      {THEMES.map((one) => (
        <button
          key={one}
          type="button"
          class="button plain"
          data-theme-choice={one}
          aria-pressed={one === theme}
          onClick={() => choose(one)}
        >
          {words[one]}
        </button>
      ))}
    </Menu>
  );
}
