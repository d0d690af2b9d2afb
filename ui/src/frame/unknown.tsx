// SPDX-License-Identifier: GPL-3.0-or-later
import { Notice } from '../base/parts';
import { formatRoute } from '../base/route';
import { useI18n } from '../i18n/i18n';

export function UnknownPage({ path }: { path: string }) {
  const { t } = useI18n();
  return (
    <Notice title={t('unknownPageTitle')} hint={t('unknownPageHint', { path })}>
      <a class="button" href={formatRoute({ page: 'find', q: '', day: null })}>
        {t('backToFind')}
      </a>
    </Notice>
  );
}
