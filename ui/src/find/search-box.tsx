// SPDX-License-Identifier: GPL-3.0-or-later
// The box in the frame: a bare number means its newest day.
import { useState } from 'preact/hooks';
import { ProblemNotice } from '../base/parts';
import { formatRoute } from '../base/route';
import { useSession } from '../base/session';
import { formatDay } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { readDay } from './day-words';
import { SearchField, useChoice } from './field';
import { ResultList } from './result-list';
import { useSearch } from './results';
import { useRecent } from './recent-list';

const LIMIT = 8;

export function SearchBox() {
  const { t } = useI18n();
  const session = useSession();
  const [typed, setTyped] = useState('');
  const [focused, setFocused] = useState(false);
  const { q, day } = readDay(typed, formatDay(session.hallNow(), session.zone));
  const search = useSearch(q, day, LIMIT);
  const recent = useRecent(focused);
  const groups = q === '' ? recent : search.groups;
  const [chosen, setChosen] = useChoice(groups);
  const shown = focused && (q === '' ? recent.length > 0 : search.q !== '');
  const empty = q !== '' && !search.busy && !search.problem && search.groups.length === 0 && !search.more;
  const opened = () => {
    setTyped('');
    setFocused(false);
  };
  return (
    <div class="search-box">
      <SearchField
        id="search"
        listId="search-results"
        label={t('searchLabel')}
        value={typed}
        q={q}
        day={day}
        search={search}
        groups={groups}
        chosen={chosen}
        expanded={shown}
        onInput={setTyped}
        onChoose={setChosen}
        onOpened={opened}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      />
      {shown && (
        <div class="popover" onMouseDown={(e) => e.preventDefault()}>
          <ResultList id="search-results" groups={groups} day={day} chosen={chosen} onOpen={opened} />
          {search.problem && <ProblemNotice problem={search.problem} retry={search.again} />}
          {empty && <p class="dim popover-note">{t('findNoneTitle', { q: search.q })}</p>}
          {q !== '' && !search.complete && <p class="dim popover-note">{t('listIncomplete')}</p>}
          {q !== '' && search.more && (
            <p class="popover-note">
              <a href={formatRoute({ page: 'find', q, day: day ?? 'any' })} onClick={opened}>
                {t('findMore')}
              </a>
            </p>
          )}
        </div>
      )}
    </div>
  );
}
