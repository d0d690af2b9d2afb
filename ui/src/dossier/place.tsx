// SPDX-License-Identifier: GPL-3.0-or-later
// A place and a time: what its cameras saw then, under one clock, whoever was there.
import { useMemo, useState } from 'preact/hooks';
import { ReasonGate } from '../account/reason';
import { api, type Problem } from '../api/client';
import type { Glance, PlaceFootage, PlaceName } from '../api/types';
import { usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute, type Route } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { DAY, formatClock, formatDay, formatUtc, parseTime, type Us } from '../base/time';
import { routeOf } from '../find/results';
import { useI18n } from '../i18n/i18n';
import { Cameras } from './dossier';
import { Unlinked } from './header';
import { HoldButton, HoldSheets } from './holds';
import { useLetter } from './keys';
import { mayHold, sectionOfPlace, viewOf } from './model';
import { LONGEST, TimeForm } from './time-form';

export type PlaceRoute = Extract<Route, { page: 'place' }>;

/** While part of it is still to come; else. */
const BUSY_MS = 4000;
const CALM_MS = 30_000;
const SHOWN = 20;

/** Whose visits fall into the time: each leads to its dossier. */
function Visitors({ route, from, to }: { route: PlaceRoute; from: Us; to: Us }) {
  const { t } = useI18n();
  const session = useSession();
  const day = formatDay(from, session.zone);
  const { answer, value } = usePoll(
    (signal) =>
      api.found(
        'place',
        route.place,
        { from: formatUtc(from), to: formatUtc(to), hall: route.hall, limit: String(SHOWN) },
        signal,
      ),
    () => (session.hallNow() - to < DAY ? CALM_MS : null), // late events come within a day
    `${route.place}/${route.hall}/${from}/${to}`,
  );
  const items: readonly Glance[] = value?.items ?? [];
  const all: Route = {
    page: 'list',
    by: 'place',
    value: route.place,
    day,
    ...(route.hall ? { hall: route.hall } : {}),
  };
  return (
    <section class="visitors" aria-labelledby="visitors-title">
      <h2 id="visitors-title">{t('placeVisits')}</h2>
      {answer && items.length === 0 && <p class="dim aside-note">{t('placeNobody')}</p>}
      <ul>
        {items.map((s) => (
          <li key={`${s.kind}/${s.key}/${s.from}`}>
            <a class="visitor" href={formatRoute(routeOf(s, route.hall))}>
              <span class="num dim">{formatClock(parseTime(s.from), session.zone)}</span>{' '}
              <span class="mono strong">{s.key}</span> <span class="dim">{s.title ?? t(s.kind)}</span>
            </a>
          </li>
        ))}
      </ul>
      <p class="aside-note">
        <a href={formatRoute(all)}>{t(value?.next ? 'placeMore' : 'placeList')}</a>
      </p>
    </section>
  );
}

function View(props: { found: PlaceFootage; route: PlaceRoute; onChanged: () => void }) {
  const { found, route } = props;
  const { t } = useI18n();
  const session = useSession();
  const [sheet, setSheet] = useState<'new' | number | null>(null);
  const from = parseTime(found.from);
  const to = parseTime(found.to);
  const section = useMemo(() => sectionOfPlace(found.place, from, to), [found.place, from, to]);
  const view = useMemo(() => viewOf(found, section), [found, section]);
  const seen = view.rows.length > 0;
  useLetter('h', seen && mayHold(session.me) ? () => setSheet('new') : null);
  const start = route.t ? parseTime(route.t) : NaN;
  const label = placeLabel(session, found.place, found.hall.code);
  const hall = found.hall.code === session.me.hall.code ? null : found.hall;
  return (
    <article class="dossier place-footage">
      <header class="dossier-head">
        <span class="dim">{t('listPlace')}</span>
        <h1 class="strong subject-place" title={label}>
          {label}
        </h1>
        {hall && <span class="result-hall">{hall.name}</span>}
        <Unlinked complete={found.complete} />
        <TimeForm place={found.place} hall={route.hall} day={formatDay(from, session.zone)} from={from} to={to} />
        <span class="dossier-actions">{seen && <HoldButton holds={found.holds} onOpen={() => setSheet('new')} />}</span>
      </header>
      {seen ? (
        <Cameras
          key={`${from}/${route.t ?? ''}`}
          route={route}
          view={view}
          sections={[section]}
          marks={[]}
          dossier={{ holds: found.holds, sources: [] }}
          start={Number.isNaN(start) ? from : start}
          onLeave={() => {}}
          onHold={setSheet}
          onMarked={props.onChanged}
          lead={<Visitors route={route} from={from} to={to} />}
        />
      ) : (
        <Notice title={t('placeUnseenTitle', { place: label })} hint={t('placeUnseenHint', { place: found.place })} />
      )}
      <HoldSheets
        dossier={found}
        on={{ cameras: found.cameras, from, to }}
        open={sheet}
        onClose={() => setSheet(null)}
        onChanged={props.onChanged}
      />
    </article>
  );
}

function Trouble({ route, problem, again }: { route: PlaceRoute; problem: Problem; again: () => void }) {
  const { t } = useI18n();
  if (problem.code === 'ambiguous')
    return (
      <Notice
        title={t('severalTitle', { what: route.place, n: problem.candidates?.length ?? 0 })}
        hint={t('severalHint')}
      >
        {(problem.candidates as PlaceName[] | undefined)?.map((c) => (
          <a key={c.hall} class="button" href={formatRoute({ ...route, hall: c.hall })}>
            {c.hall} <span class="dim">{c.name}</span>
          </a>
        ))}
      </Notice>
    );
  if (problem.code === 'not-found')
    return (
      <Notice title={t('placeNotFound', { place: route.place })} hint={t('placeNotFoundHint')} detail={problem.detail}>
        <a class="button" href={formatRoute({ page: 'find', q: route.place, day: 'any' })}>
          {t('backToFind')}
        </a>
      </Notice>
    );
  return <ProblemNotice problem={problem} retry={again} />;
}

function Footage({ route, from, to }: { route: PlaceRoute; from: Us; to: Us }) {
  const goesOn = (found: PlaceFootage) =>
    found.cameras.some((c) => c.spans.some((s) => parseTime(s.until) < parseTime(s.to)));
  const { answer, value, again } = usePoll(
    (signal) => api.placeFootage(route.place, route.hall, from, to, signal),
    (a) => (a?.ok && goesOn(a.value) ? BUSY_MS : CALM_MS),
    `${route.place}/${route.hall}/${from}/${to}`,
  );
  if (value)
    return (
      <ReasonGate about={{ kind: 'place', key: value.place, hall: value.hall.code }} of={value}>
        <View found={value} route={route} onChanged={again} />
      </ReasonGate>
    );
  if (!answer || answer.ok) return <Skeleton lines={8} />;
  return <Trouble route={route} problem={answer.problem} again={again} />;
}

export function PlacePage({ route }: { route: PlaceRoute }) {
  const { t } = useI18n();
  const session = useSession();
  const from = parseTime(route.from);
  const to = parseTime(route.to);
  if (to > from && to - from <= LONGEST) return <Footage route={route} from={from} to={to} />;
  const day = formatDay(Number.isNaN(from) ? session.hallNow() : from, session.zone);
  return (
    <div class="notice" role="status">
      <h2>
        {t('placeAskTitle')} {placeLabel(session, route.place, route.hall)}
      </h2>
      <p>{t('placeTimeWrong')}</p>
      <TimeForm place={route.place} hall={route.hall} day={day} />
    </div>
  );
}
