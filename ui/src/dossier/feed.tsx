// SPDX-License-Identifier: GPL-3.0-or-later
// Where nothing is found: whether it is the number that is wrong, or the system that should have told of it is not heard.
import type { Feed } from '../api/types';
import { useSession } from '../base/session';
import { formatMoment, formatSpan, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';

const MANY = 1000;

export function FeedState({ feed }: { feed: Feed }) {
  const { t } = useI18n();
  const session = useSession();
  const at = (time: string) => formatMoment(parseTime(time), session.zone);
  const day = feed.day ?? '';
  return (
    <ul class="feed" aria-label={t('feedLabel')}>
      {feed.sources.length === 0 && <li>{t('feedNobody')}</li>}
      {feed.sources.map((s) => (
        <li key={s.source}>
          {s.last ? t('feedLast', { source: s.source, at: at(s.last) }) : t('feedLastUnknown', { source: s.source })}
          {s.late_ms !== null && t('feedLate', { by: formatSpan(s.late_ms * 1000) })}
        </li>
      ))}
      {feed.told === 0 && <li class="warn">{t('feedToldNone', { day })}</li>}
      {feed.told !== null && feed.told > 0 && (
        <li>{t('feedTold', { day, n: feed.told >= MANY ? `${MANY}+` : `${feed.told}` })}</li>
      )}
      {feed.refused > 0 && feed.refused_last && (
        <li class="warn">{t('feedRefused', { n: feed.refused, at: at(feed.refused_last) })}</li>
      )}
    </ul>
  );
}
