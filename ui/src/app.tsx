// SPDX-License-Identifier: GPL-3.0-or-later
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { GivenPassword } from './account/given';
import { AdminFrame, AdminPage } from './admin/admin';
import { UsersPage } from './admin/users';
import { api, setSignedOutHandler, type Over, type Problem } from './api/client';
import type { Me } from './api/types';
import { useRoute, WATCHED_MS, within } from './base/hooks';
import { mayPage, NotYours } from './base/may';
import { ProblemNotice, Skeleton } from './base/parts';
import { formatRoute, type Route } from './base/route';
import { useSession } from './base/session';
import { AlarmsPage } from './alarms/alarms';
import { BrowsePage } from './browse/browse';
import { CamerasPage } from './cameras/cameras';
import { DossierPage } from './dossier/page';
import { PlacePage } from './dossier/place';
import { LivePage } from './live/wall';
import { FindPage } from './find/find';
import { ListPage } from './find/list';
import { forgetRecent } from './find/recent';
import { Frame } from './frame/frame';
import { SignIn } from './frame/sign-in';
import { applyTheme, firstTheme } from './frame/theme';
import { UnknownPage } from './frame/unknown';
import { firstLanguage, I18nContext, LANG_KEY, translator, type I18n } from './i18n/i18n';
import type { Lang } from './i18n/table';
import { BookPage } from './meeting/book';
import { JoinPage } from './meeting/join';
import { SessionsPage } from './sessions/sessions';

applyTheme(firstTheme(window.localStorage));

function useLanguage(): I18n {
  const [lang, setLang] = useState(() => firstLanguage(localStorage.getItem(LANG_KEY), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  }, [lang]);
  return useMemo(() => {
    const choose = (chosen: Lang) => {
      localStorage.setItem(LANG_KEY, chosen);
      setLang(chosen);
    };
    return { lang, t: translator(lang), setLang: choose };
  }, [lang]);
}

export function Page({ route }: { route: Route }) {
  const { me } = useSession();
  if (!mayPage(me, route.page)) return <NotYours />;
  switch (route.page) {
    case 'find':
      return <FindPage q={route.q} day={route.day} />;
    case 'ticket':
      return <DossierPage key={`t/${route.day}/${route.number}/${route.hall}`} route={route} />;
    case 'approval':
      return <DossierPage key={`a/${route.id}/${route.hall}`} route={route} />;
    case 'session':
      return <DossierPage key={`s/${route.id}/${route.hall}`} route={route} />;
    case 'place':
      return <PlacePage key={`p/${route.place}/${route.from}/${route.to}/${route.hall}`} route={route} />;
    case 'list':
      return <ListPage route={route} />;
    case 'browse':
      return <BrowsePage route={route} />;
    case 'live':
      return <LivePage route={route} />;
    case 'cameras':
      return <CamerasPage />;
    case 'alarms':
      return <AlarmsPage />;
    case 'sessions':
      return <SessionsPage tab={route.tab} />;
    case 'join': // these have no frame, and nobody is signed in: App shows them
    case 'book':
      return null;
    case 'users':
      return (
        <AdminFrame part="users">
          <UsersPage />
        </AdminFrame>
      );
    case 'admin':
      return <AdminPage part={route.part} />;
    case 'unknown':
      return <UnknownPage path={route.path} />;
  }
}

/** Who finds nothing begins elsewhere. */
function homeOf(route: Route, me: Me): Route {
  if (route.page !== 'find' || mayPage(me, 'find')) return route;
  if (me.permissions.includes('admin.users')) return { page: 'users' };
  if (me.permissions.includes('audit')) return { page: 'admin', part: 'audit' };
  return me.permissions.includes('admin.cameras') ? { page: 'admin', part: 'cameras' } : { page: 'cameras' };
}

type Who =
  | { kind: 'asking' }
  | { kind: 'nobody'; over?: Over | undefined }
  | { kind: 'somebody'; me: Me }
  | { kind: 'trouble'; problem: Problem };

export function App() {
  const i18n = useLanguage();
  const route = useRoute();
  return (
    <I18nContext.Provider value={i18n}>
      {route.page === 'join' && <JoinPage key={formatRoute(route)} door={route} />}
      {route.page === 'book' && <BookPage key={formatRoute(route)} slot={route.slot} token={route.token} />}
      {route.page !== 'join' && route.page !== 'book' && <House route={route} />}
    </I18nContext.Provider>
  );
}

/** For those who have an account. */
function House({ route }: { route: Route }) {
  const [who, setWho] = useState<Who>({ kind: 'asking' });

  const ask = useCallback(() => {
    void within(WATCHED_MS, (s) => api.me(s), new AbortController().signal).then((answer) => {
      if ('aborted' in answer) return;
      if (answer.ok) setWho({ kind: 'somebody', me: answer.value });
      else if (answer.problem.status !== 401) setWho({ kind: 'trouble', problem: answer.problem });
    });
  }, []);
  useEffect(() => {
    setSignedOutHandler((over) => {
      forgetRecent();
      // Who signed out knows why.
      setWho((was) => (was.kind === 'nobody' ? was : { kind: 'nobody', over }));
    });
    ask();
  }, [ask]);

  return (
    <>
      {who.kind === 'asking' && <Skeleton lines={3} />}
      {who.kind === 'trouble' && <ProblemNotice problem={who.problem} retry={ask} />}
      {who.kind === 'nobody' && <SignIn over={who.over} onSignedIn={(me) => setWho({ kind: 'somebody', me })} />}
      {who.kind === 'somebody' && who.me.must_change && (
        <GivenPassword onDone={ask} onSignedOut={() => setWho({ kind: 'nobody' })} />
      )}
      {who.kind === 'somebody' && !who.me.must_change && (
        <Frame me={who.me} route={homeOf(route, who.me)} onSignedOut={() => setWho({ kind: 'nobody' })} onChanged={ask}>
          <Page route={homeOf(route, who.me)} />
        </Frame>
      )}
    </>
  );
}
