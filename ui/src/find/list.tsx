// SPDX-License-Identifier: GPL-3.0-or-later
// Whom a staff member served, what was of a business type or a matter, who was at a place: newest first, a day or all of them.
import { useEffect, useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Facet, FacetKind, Found, Glance } from '../api/types';
import { navigate, usePoll } from '../base/hooks';
import { Notice, ProblemNotice, Skeleton } from '../base/parts';
import { formatRoute, type Route } from '../base/route';
import { placeLabel, useSession } from '../base/session';
import { Table } from '../base/table';
import { formatClock, formatDay, isDay, parseTime } from '../base/time';
import { useI18n } from '../i18n/i18n';
import type { Key } from '../i18n/table';
import { CoverageBar, gapLine } from './coverage-bar';
import { DayField } from './day-field';
import { TimeForm } from '../dossier/time-form';
import { HeldMark } from './held-mark';
import { routeOf, whichOf } from './results';

export type ListRoute = Extract<Route, { page: 'list' }>;

const POLL_MS = 30_000;
const GAPS_SHOWN = 2;
const WORDS: Record<FacetKind, Key> = {
  staff: 'listStaff',
  business: 'listBusiness',
  matter: 'listMatter',
  place: 'listPlace',
};

function Gaps({ gaps }: Pick<Glance, 'gaps'>) {
  const { t } = useI18n();
  const session = useSession();
  return (
    <>
      {gaps.slice(0, GAPS_SHOWN).map((g) => (
        <div key={`${g.camera}/${g.from}/${g.to}`}>{gapLine(t, session, g)}</div>
      ))}
      {gaps.length > GAPS_SHOWN && <div>{t('relatedMore', { n: gaps.length - GAPS_SHOWN })}</div>}
    </>
  );
}

function Line({ item: s, hall }: { item: Glance; hall: string | undefined }) {
  const { t } = useI18n();
  const session = useSession();
  const [from, to] = [parseTime(s.from), parseTime(s.to)];
  return (
    <tr>
      <td class="num">{formatDay(from, session.zone)}</td>
      <td class="num">
        {formatClock(from, session.zone)} – {formatClock(to, session.zone)}
      </td>
      <td>
        <span class="dim">{t(s.kind)}</span>{' '}
        <a class="mono strong" href={formatRoute(routeOf(s, hall))}>
          {s.key}
        </a>{' '}
        {whichOf(s) && (
          <span class="mono result-which" title={t('ticketWhich')}>
            {whichOf(s)}
          </span>
        )}
      </td>
      <td>{s.places.map((p) => placeLabel(session, p, s.hall)).join(', ')}</td>
      <td class={s.title ? '' : 'dim'}>{s.title ?? t('noTitle')}</td>
      <td>
        <span class="list-cover">
          <CoverageBar coverage={s.coverage} gaps={s.gaps} />
          <HeldMark holds={s.holds} />
        </span>
      </td>
      <td class="dim num">
        <Gaps gaps={s.gaps} />
      </td>
    </tr>
  );
}

function Items({ items, hall }: { items: readonly Glance[]; hall: string | undefined }) {
  const { t } = useI18n();
  return (
    <Table
      heads={[
        t('findDay'),
        t('colTime'),
        t('colSubject'),
        t('colPlaces'),
        t('colMatter'),
        t('colCoverage'),
        t('colMissing'),
      ]}
      class="list-table"
    >
      {items.map((s) => (
        <Line key={`${s.kind}/${s.key}/${whichOf(s)}/${s.from}`} item={s} hall={hall} />
      ))}
    </Table>
  );
}

/** Several halls have the value: which one is meant? */
function Halls({ route, problem }: { route: ListRoute; problem: Problem }) {
  const { t } = useI18n();
  const session = useSession();
  return (
    <Notice
      title={t('severalTitle', { what: route.value, n: problem.candidates?.length ?? 0 })}
      hint={t('severalHint')}
    >
      {(problem.candidates as Facet[] | undefined)?.map((c) => (
        <a key={c.hall} class="button" href={formatRoute({ ...route, hall: c.hall })}>
          {c.hall} <span class="dim num">{t('lastOn', { day: formatDay(parseTime(c.last), session.zone) })}</span>
        </a>
      ))}
    </Notice>
  );
}

function Trouble({ route, problem, again }: { route: ListRoute; problem: Problem; again: () => void }) {
  const { t } = useI18n();
  if (problem.code === 'ambiguous') return <Halls route={route} problem={problem} />;
  if (problem.code !== 'not-found') return <ProblemNotice problem={problem} retry={again} />;
  return (
    <Notice title={t('listNoneTitle')} hint={t('listNoneHint')} detail={problem.detail}>
      <a class="button" href={formatRoute({ page: 'find', q: route.value, day: 'any' })}>
        {t('backToFind')}
      </a>
    </Notice>
  );
}

/** The first page is asked for again and again; further ones when they are wanted. */
function useList(route: ListRoute) {
  const more = { day: route.day, hall: route.hall };
  const key = formatRoute(route);
  const first = usePoll<Found>(
    (signal) => api.found(route.by, route.value, more, signal),
    () => POLL_MS,
    key,
  );
  const [rest, setRest] = useState<{ key: string; items: Glance[]; next: string | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const mine = rest?.key === key ? rest : null;
  useEffect(() => setProblem(null), [key]);
  const next = mine ? mine.next : (first.value?.next ?? null);
  const items = mine?.items ?? first.value?.items ?? [];
  const goOn = async () => {
    const answer = await api.found(route.by, route.value, { ...more, after: next });
    if ('aborted' in answer) return;
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    // What came new at the top meanwhile has moved the first page: nothing is shown twice.
    setRest({ key, items: [...items, ...answer.value.items], next: answer.value.next });
  };
  return { ...first, items, next, goOn, problem };
}

function Days({ route }: { route: ListRoute }) {
  const { t } = useI18n();
  const session = useSession();
  const today = formatDay(session.hallNow(), session.zone);
  const day = route.day && isDay(route.day) ? route.day : null;
  const go = (to: string | null) => navigate({ ...route, day: to });
  return (
    <>
      <DayField day={day} today={today} onPick={go} />
      <div class="choice" role="group" aria-label={t('findDay')}>
        <button type="button" class="button" aria-pressed={day === today} onClick={() => go(today)}>
          {t('findToday')}
        </button>
        <button type="button" class="button" aria-pressed={day === null} onClick={() => go(null)}>
          {t('findAnyDay')}
        </button>
      </div>
    </>
  );
}

export function ListPage({ route }: { route: ListRoute }) {
  const { t } = useI18n();
  const session = useSession();
  const list = useList(route);
  const { answer, value } = list;
  const told = value?.value ?? route.value;
  const of = value?.hall.code ?? route.hall;
  const name = route.by === 'place' && of ? placeLabel(session, told, of) : told;
  const hall = value && value.hall.code !== session.me.hall.code ? value.hall : null;
  const today = formatDay(session.hallNow(), session.zone);
  return (
    <section class="page list-page" aria-labelledby="list-title">
      <header class="list-head">
        <span class="dim">{t(WORDS[route.by])}</span>
        <h1 id="list-title">{name}</h1>
        {hall && <span class="result-hall">{hall.name}</span>}
        <div class="find-bar">
          <Days route={route} />
        </div>
      </header>
      {route.by === 'place' && (!answer || answer.ok) && (
        <TimeForm place={route.value} hall={route.hall ?? hall?.code} day={route.day ?? today} />
      )}
      {!value && (!answer || answer.ok) && <Skeleton lines={8} />}
      {!value && answer && !answer.ok && <Trouble route={route} problem={answer.problem} again={list.again} />}
      {value && list.items.length === 0 && !list.next && (
        <Notice title={t('listEmptyTitle')} hint={t('listEmptyHint')} />
      )}
      {list.items.length > 0 && <Items items={list.items} hall={route.hall ?? hall?.code} />}
      {value && !value.complete && <p class="dim list-foot">{t('listIncomplete')}</p>}
      {list.problem && <ProblemNotice problem={list.problem} retry={() => void list.goOn()} />}
      {list.next && (
        <p class="list-foot">
          <button type="button" class="button" onClick={() => void list.goOn()}>
            {t('listMore')}
          </button>
        </p>
      )}
    </section>
  );
}
