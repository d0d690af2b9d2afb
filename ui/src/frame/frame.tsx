// SPDX-License-Identifier: GPL-3.0-or-later
// What is round every page: the names of the pages, the search box, who is here, and the line that tells the truth
// about the recorder. A page that does not exist yet has no name here.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { AlarmsContext, useAlarmWatch } from '../alarms/watch';
import { api } from '../api/client';
import type { Me, Permission } from '../api/types';
import type { Alarms } from '../api/types-alarms';
import { keyIsTaken, navigate, usePoll, WATCHED_MS, type Answer } from '../base/hooks';
import { formatRoute, type Route } from '../base/route';
import { SessionContext, type Session } from '../base/session';
import { parseTime, zoneOf } from '../base/time';
import { SearchBox } from '../find/search-box';
import { mayPage } from '../base/may';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { KeySheet } from './key-sheet';
import { StatusLine } from './status-line';
import { LanguageToggle, ThemeMenu } from './toggles';
import { UserMenu } from './user-menu';

interface Entry {
  word: Key;
  /** After G, this key goes there. */
  key: string;
  /** Who may this has it among something else. */
  unless?: Permission;
  route: Route;
  shown: (page: Route['page']) => boolean;
}

const PAGES: readonly Entry[] = [
  {
    word: 'navLive',
    key: 'l',
    route: { page: 'live', layout: null, alone: false },
    shown: (p) => p === 'live',
  },
  {
    word: 'navFind',
    key: 'f',
    route: { page: 'find', q: '', day: null },
    shown: (p) => p === 'find' || p === 'ticket' || p === 'approval',
  },
  {
    word: 'navBrowse',
    key: 'b',
    route: { page: 'browse', cameras: [], place: null, at: null },
    shown: (p) => p === 'browse' || p === 'place',
  },
  {
    word: 'navSessions',
    key: 's',
    route: { page: 'sessions', tab: 'list' },
    shown: (p) => p === 'sessions' || p === 'session',
  },
  {
    word: 'navCameras',
    key: 'c',
    unless: 'admin.cameras',
    route: { page: 'cameras' },
    shown: (p) => p === 'cameras',
  },
  { word: 'navAlarms', key: 'a', route: { page: 'alarms' }, shown: (p) => p === 'alarms' },
  {
    word: 'navAdmin',
    key: 'd',
    route: { page: 'admin', part: 'state' },
    shown: (p) => p === 'admin' || p === 'users',
  },
];

const mayGo = (p: Entry, me: Me) => mayPage(me, p.route.page) && !(p.unless && me.permissions.includes(p.unless));

const GO_MS = 1200;
const STATUS_MS = 5000;
const AGAIN_MS = 1000;

const isSilent = (answer: Answer<unknown>): boolean =>
  answer !== null && !answer.ok && answer.problem.code === 'unreachable';

/** In full screen the header is not on the glass: it is left first. */
async function focusSearch(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  field?.focus();
  field?.select();
}

/** '/' for the search, '?' for the sheet, G and a letter for a page. */
function useFrameKeys(pages: readonly Entry[], showSheet: (shown: boolean) => void): void {
  const gone = useRef(-Infinity);
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (keyIsTaken(event)) return;
      const key = event.key.toLowerCase();
      const target = pages.find((p) => p.key === key);
      if (key === '/') void focusSearch();
      else if (key === '?') showSheet(true);
      else if (key === 'g') gone.current = event.timeStamp;
      else if (target && event.timeStamp - gone.current < GO_MS) {
        navigate(target.route);
        event.stopImmediatePropagation();
      } else return;
      event.preventDefault();
    };
    // Before the page's own keys: F after G is a place to go, F alone is full screen.
    window.addEventListener('keydown', listener, true);
    return () => window.removeEventListener('keydown', listener, true);
  }, [pages, showSheet]);
}

/** Those that nobody has yet, in the colour of the worst. */
function AlarmCount({ alarms }: { alarms: Alarms }) {
  const { t } = useI18n();
  const waiting = alarms.alarms.filter((a) => !a.acknowledged);
  const red = waiting.some((a) => a.severity === 'red');
  if (alarms.unacknowledged === 0) return <>{t('navAlarms')}</>;
  return <span class={red ? 'count-bad' : 'count-warn'}>{t('navAlarmsCount', { n: alarms.unacknowledged })}</span>;
}

export function Frame(props: {
  me: Me;
  route: Route;
  onSignedOut: () => void;
  onChanged: () => void;
  children: ComponentChildren;
}) {
  const { t } = useI18n();
  const { me, route } = props;
  const [sheet, setSheet] = useState(false);
  const status = usePoll(
    (s) => api.status(s),
    (a) => (a?.ok ? STATUS_MS : AGAIN_MS),
    'status',
    WATCHED_MS,
  );
  const places = usePoll(
    (s) => api.places(s),
    (a) => (a?.ok ? 60_000 : 5000),
    'places',
  );
  const alarms = useAlarmWatch();
  // Alarms are asked for the most often: what they do not hear is told first.
  const stale = (status.answer !== null && !status.answer.ok) || isSilent(alarms.answer);
  const pages = useMemo(() => PAGES.filter((p) => mayGo(p, me)), [me]);
  useFrameKeys(pages, setSheet);

  // The clock is carried on from the latest answer, and an answer is never older than its journey.
  const clock = useRef({ at: parseTime(me.time), now: performance.now() });
  const told = status.value?.time;
  useEffect(() => {
    if (told) clock.current = { at: parseTime(told), now: performance.now() };
  }, [told]);
  const hallNow = useCallback(() => clock.current.at + (performance.now() - clock.current.now) * 1000, []);

  const names = places.value;
  const zone = useMemo(() => zoneOf(me.hall.timezone), [me.hall.timezone]); // the same while names are asked for anew
  const session = useMemo<Session>(() => {
    const called = new Map(names?.places.map((p) => [`${p.hall}/${p.code}`, p.name]));
    const placeName = (code: string, hall = me.hall.code) => called.get(`${hall}/${code}`) || code;
    return { me, zone, hallNow, placeName };
  }, [me, zone, names, hallNow]);

  return (
    <SessionContext.Provider value={session}>
      <div class="frame" data-alone={(route.page === 'live' && route.alone) || undefined}>
        <a
          class="skip"
          href="#content"
          onClick={(e) => (e.preventDefault(), document.getElementById('content')?.focus())}
        >
          {t('skip')}
        </a>
        <header class="top">
          <a class="brand" href={formatRoute({ page: 'find', q: '', day: null })}>
            <img src="/favicon.svg" alt="" width="20" height="20" /> {t('product')}
          </a>
          <nav aria-label={t('navLabel')}>
            {pages.map((p) => (
              <a key={p.word} href={formatRoute(p.route)} aria-current={p.shown(route.page) ? 'page' : undefined}>
                {p.route.page === 'alarms' && alarms.value ? <AlarmCount alarms={alarms.value} /> : t(p.word)}
              </a>
            ))}
          </nav>
          <span class="hall-name">{me.hall.name}</span>
          <div class="top-search">{route.page !== 'find' && me.permissions.includes('find') && <SearchBox />}</div>
          <button
            type="button"
            class="button plain"
            title={t('keysButton')}
            aria-label={t('keysButton')}
            onClick={() => setSheet(true)}
          >
            ?
          </button>
          <LanguageToggle />
          <ThemeMenu />
          <UserMenu me={me} onSignedOut={props.onSignedOut} onChanged={props.onChanged} />
        </header>
        <main id="content" tabIndex={-1}>
          <AlarmsContext.Provider value={alarms}>{props.children}</AlarmsContext.Provider>
        </main>
        <StatusLine alarms={alarms.value} status={status.value} stale={stale} />
        {sheet && <KeySheet page={route.page} places={pages} onClose={() => setSheet(false)} />}
      </div>
    </SessionContext.Provider>
  );
}
