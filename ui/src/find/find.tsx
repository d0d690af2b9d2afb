// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useState } from 'preact/hooks';
import { replaceAddress } from '../base/hooks';
import { Notice, ProblemNotice } from '../base/parts';
import { useSession } from '../base/session';
import { formatDay } from '../base/time';
import { useI18n } from '../i18n/i18n';
import { DayField } from './day-field';
import { readDay } from './day-words';
import { SearchField, useChoice } from './field';
import { open, ResultList } from './result-list';
import { useRecent } from './recent-list';
import { useSearch, type ResultGroup, type Search } from './results';

const LIMIT = 20;

function Outcome({
  search,
  q,
  groups,
  day,
  chosen,
  onMore,
}: {
  search: Search;
  q: string;
  groups: ResultGroup[];
  day: string | null;
  chosen: number;
  onMore: () => void;
}) {
  const { t } = useI18n();
  const list = <ResultList id="find-results" groups={groups} day={day} chosen={chosen} onOpen={() => {}} />;
  const unread = !search.complete && <p class="dim list-foot">{t('listIncomplete')}</p>;
  if (!q)
    return (
      <>
        <Notice title={t('findStartTitle')} hint={t('findStartHint')} />
        {groups.length > 0 && list}
      </>
    );
  if (search.problem) return <ProblemNotice problem={search.problem} retry={search.again} />;
  if (search.groups.length === 0 && !search.busy && !search.more) {
    const hint = day ? `${t('findNoneDayHint')} ${t('findNoneHint')}` : t('findNoneHint');
    return (
      <>
        <Notice title={t('findNoneTitle', { q: search.q })} hint={hint} />
        {unread}
      </>
    );
  }
  return (
    <>
      {list}
      {unread}
      {search.moreProblem && <ProblemNotice problem={search.moreProblem} retry={onMore} />}
      {search.more && (
        <p class="list-foot">
          <button type="button" class="button" onClick={onMore}>
            {t('findMore')}
          </button>
        </p>
      )}
    </>
  );
}

/** `day` of the address: a day, 'any', or nothing for today. */
export function FindPage(props: { q: string; day: string | null }) {
  const { t } = useI18n();
  const session = useSession();
  const today = formatDay(session.hallNow(), session.zone);
  const [typed, setTyped] = useState(props.q);
  const [picked, setPicked] = useState(props.day);
  useEffect(() => {
    setTyped(props.q);
    setPicked(props.day);
  }, [props.q, props.day]);
  const said = readDay(typed, today);
  const { q } = said;
  const day = said.day ?? (picked === 'any' ? null : (picked ?? today));
  const search = useSearch(q, day, LIMIT);
  const recent = useRecent(q);
  const groups = q === '' ? recent : search.groups;
  const [chosen, setChosen] = useChoice(groups);
  // Back from a dossier leads to what was found.
  useEffect(() => {
    if (typed !== props.q || picked !== props.day) replaceAddress({ page: 'find', q: typed, day: picked });
  }, [typed, picked, props.q, props.day]);

  return (
    <section class="find" aria-labelledby="find-title">
      <h1 id="find-title" class="sr">
        {t('findTitle')}
      </h1>
      <div class="find-bar">
        <SearchField
          id="find"
          listId="find-results"
          label={t('findInput')}
          value={typed}
          q={q}
          day={day}
          search={search}
          groups={groups}
          chosen={chosen}
          expanded={groups.length > 0 || (q !== '' && !search.busy)}
          focus
          onInput={setTyped}
          onChoose={setChosen}
        />
        <DayField day={day} today={today} onPick={setPicked} />
        <div class="choice" role="group" aria-label={t('findDay')}>
          <button type="button" class="button" aria-pressed={day === today} onClick={() => setPicked(null)}>
            {t('findToday')}
          </button>
          <button type="button" class="button" aria-pressed={day === null} onClick={() => setPicked('any')}>
            {t('findAnyDay')}
          </button>
        </div>
        <button
          type="button"
          class="button primary"
          disabled={!q}
          onClick={() => void search.answered().then((found) => open(found, chosen, q, day, session, search.busy))}
        >
          {t('findOpen')}
        </button>
      </div>
      <Outcome search={search} q={q} groups={groups} day={day} chosen={chosen} onMore={search.goOn} />
    </section>
  );
}
