// SPDX-License-Identifier: GPL-3.0-or-later
// The box in the frame: a bare number means its newest day.
import { useState } from 'preact/hooks';
import { ProblemNotice } from '../base/parts';
import { useI18n } from '../i18n/i18n';
import { SearchField, useChoice } from './field';
import { ResultList } from './result-list';
import { useSearch } from './results';

const LIMIT = 8;

export function SearchBox() {
  const { t } = useI18n();
  const [typed, setTyped] = useState('');
  const [focused, setFocused] = useState(false);
  const search = useSearch(typed, null, LIMIT);
  const [chosen, setChosen] = useChoice(search);
  const shown = focused && typed.trim() !== '' && search.q !== '';
  const empty = !search.busy && !search.problem && search.groups.length === 0;
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
        day={null}
        search={search}
        chosen={chosen}
        expanded={shown}
        onInput={setTyped}
        onChoose={setChosen}
        onOpened={opened}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      />
      {shown && (
        <div class="popover">
          <ResultList id="search-results" groups={search.groups} day={null} chosen={chosen} onOpen={opened} />
          {search.problem && <ProblemNotice problem={search.problem} retry={search.again} />}
          {empty && <p class="dim popover-note">{t('findNoneTitle', { q: search.q })}</p>}
        </div>
      )}
    </div>
  );
}
