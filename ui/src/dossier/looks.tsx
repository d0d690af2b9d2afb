// SPDX-License-Identifier: GPL-3.0-or-later
// Who looked at the footage before: when, who, why and for which case. Told to those who have to know of one another.
import { useState } from 'preact/hooks';
import type { About } from '../account/reason';
import { roleWord } from '../admin/users';
import { api } from '../api/client';
import type { Look } from '../api/types-looks';
import { usePoll } from '../base/hooks';
import { useSession } from '../base/session';
import { formatMoment, parseTime } from '../base/time';
import { useI18n, type Translate } from '../i18n/i18n';

const POLL_MS = 60_000;
const FIRST = 3;
const MORE = 20;

const byWhat = (t: Translate, role: string): string =>
  role === 'token' ? t('looksByProgram') : role === 'cli' ? t('looksByCommand') : roleWord(t, role);

const ELSEWHERE = ['camera', 'place'];

function Line({ look }: { look: Look }) {
  const { t } = useI18n();
  const { zone } = useSession();
  const moment = (text: string) => formatMoment(parseTime(text), zone);
  const why = look.reason ?? (look.role === 'operator' ? t('looksNoReason') : '');
  const how = [look.taken && t('looksTaken'), ELSEWHERE.includes(look.kind ?? '') && t('looksBrowsing')];
  const told = [look.case, why, ...how].filter(Boolean);
  const title = [`${moment(look.from)} – ${moment(look.to)}`, ...told].join('\n');
  return (
    <li class="look" title={title} data-look={look.who}>
      <span class="look-who">
        <span class="strong">{look.who}</span> <span class="dim">{byWhat(t, look.role)}</span>
      </span>
      <span class="num dim">{moment(look.to).slice(0, 16)}</span>
      <span class="look-why">
        {look.case && <span>{look.case} </span>}
        <span class="dim">{told.slice(look.case ? 1 : 0).join(' · ')}</span>
      </span>
    </li>
  );
}

function List({ about }: { about: About }) {
  const { t } = useI18n();
  const [limit, setLimit] = useState(FIRST);
  const { value, again } = usePoll(
    (signal) => api.looks({ ...about }, limit, signal),
    () => POLL_MS,
    `looks-of/${JSON.stringify(about)}`,
  );
  if (!value) return null;
  const more = () => {
    setLimit(limit + MORE);
    again();
  };
  return (
    <section class="looks" aria-labelledby="looks-title">
      <h2 id="looks-title">
        {t('looksTitle')}
        {value.people > 0 && <span class="looks-people"> {t('looksPeople', { n: value.people })}</span>}
      </h2>
      {value.looks.length === 0 && <p class="dim aside-note">{t('looksNone')}</p>}
      <ul>
        {value.looks.map((look) => (
          <Line key={look.id} look={look} />
        ))}
      </ul>
      {value.next && (
        <button type="button" class="button plain looks-more" onClick={more}>
          {t('looksMore')}
        </button>
      )}
      {!value.next && !value.complete && <p class="dim aside-note">{t('looksCut')}</p>}
    </section>
  );
}

/** Nothing for whom it is not. */
export function Looks({ about }: { about: About }) {
  const { me } = useSession();
  return me.permissions.includes('looks') ? <List about={about} /> : null;
}
