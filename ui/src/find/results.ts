// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Facet, FacetKind, Glance, Hold, SearchResults, Subject, SubjectName } from '../api/types';
import type { MarkMade } from '../api/types-alarms';
import { browseAt, type Route } from '../base/route';

export type SubjectGroup = 'day' | 'tickets' | 'approvals' | 'sessions' | 'other';
export type OtherGroup = 'places' | 'staff' | 'business' | 'matters' | 'cameras' | 'marks' | 'holds' | 'recent';
export type GroupKind = SubjectGroup | OtherGroup;

/** What is found besides subjects: where it leads, how it is called, and when it last was. */
export interface Other {
  route: Route;
  name: string;
  more: string;
  hall: string | null;
  last: string | null;
}

export type Hit = Glance | Other;
export const isOther = (hit: Hit): hit is Other => 'route' in hit;

export interface ResultGroup {
  kind: GroupKind;
  results: Hit[];
}

/** What tells a ticket from others that have its number that day. */
export const whichOf = (s: SubjectName): string => (s.shared ? (s.ticket_id ?? s.source ?? '') : '');

/** The same as the API wants to be told. */
export function whichIs(s: SubjectName): { ticket_id?: string; source?: string } {
  if (!s.shared) return {};
  return s.ticket_id ? { ticket_id: s.ticket_id } : s.source ? { source: s.source } : {};
}

/** `hall` where more than the number is needed to tell which one it is. */
export function routeOf(s: SubjectName, hall?: string): Route {
  const of = hall ? { hall } : {};
  const { ticket_id: ticketId, source } = whichIs(s);
  const which = { ...(ticketId && { ticketId }), ...(source && { source }) };
  return s.kind === 'ticket' && s.day
    ? { page: 'ticket', day: s.day, number: s.key, t: null, ...of, ...which }
    : { page: s.kind === 'session' ? 'session' : 'approval', id: s.key, t: null, ...of };
}

const called = (s: SubjectName) => `${s.kind}/${s.key.toUpperCase()}/${s.day ?? ''}`;
const same = (a: Subject, b: Subject) => called(a) === called(b) && a.hall === b.hall && whichOf(a) === whichOf(b);

/** The chosen day's tickets first, then approvals, then the same numbers on other days. */
export function group(ofDay: readonly Glance[], ofAll: readonly Glance[], day: string | null): ResultGroup[] {
  const all = [...ofDay, ...ofAll.filter((s) => !ofDay.some((d) => same(s, d)))];
  const tickets = all.filter((s) => s.kind === 'ticket');
  const groups: ResultGroup[] = [
    { kind: 'day', results: day ? tickets.filter((s) => s.day === day) : [] },
    { kind: 'tickets', results: day ? [] : tickets },
    { kind: 'approvals', results: all.filter((s) => s.kind === 'approval') },
    { kind: 'sessions', results: all.filter((s) => s.kind === 'session') },
    { kind: 'other', results: day ? tickets.filter((s) => s.day !== day) : [] },
  ];
  return groups.filter((g) => g.results.length > 0);
}

/** To the story of whoever was served at that moment; of nobody's, to where marks are. */
function markRoute(m: MarkMade): Route {
  if (!m.subject) return { page: 'alarms' };
  const { kind, hall, key, day } = m.subject;
  return kind === 'ticket'
    ? { page: 'ticket', day: day ?? 'latest', number: key, t: m.at, hall }
    : { page: kind, id: key, t: m.at, hall };
}

/** To what is held; of cameras, to where what is held of them begins. */
function holdRoute({ subject, spans }: Hold): Route {
  if (subject) return routeOf({ shared: true, ...subject } as SubjectName, subject.hall);
  const cameras = [...new Set(spans.map((s) => s.camera))];
  return spans[0] ? browseAt(cameras, spans[0].from) : { page: 'browse', cameras, place: null, at: null };
}

/** Places, people, matters, cameras, marks and holds, at most `limit` of each. */
export function groupOthers(found: SearchResults, day: string | null, limit: number): ResultGroup[] {
  const list = (by: FacetKind, value: string, hall: string): Route => ({ page: 'list', by, value, day, hall });
  const facets = (all: readonly Facet[]): Other[] =>
    all.map((f) => ({ route: list(f.by, f.value, f.hall), name: f.value, more: '', hall: f.hall, last: f.last }));
  const groups: { kind: OtherGroup; results: Other[] }[] = [
    {
      kind: 'places',
      results: found.places.map((p) => ({
        route: list('place', p.code, p.hall),
        name: p.code,
        more: p.name === p.code ? '' : p.name,
        hall: p.hall,
        last: null,
      })),
    },
    { kind: 'staff', results: facets(found.staff) },
    { kind: 'business', results: facets(found.business) },
    { kind: 'matters', results: facets(found.matters) },
    {
      kind: 'cameras',
      results: found.cameras.map((c) => ({
        route: { page: 'browse', cameras: [c.id], place: null, at: null },
        name: c.id,
        more: c.name === c.id ? '' : c.name,
        hall: null,
        last: null,
      })),
    },
    {
      kind: 'marks',
      results: found.marks.map((m) => ({
        route: markRoute(m),
        name: m.subject?.key ?? m.camera.name,
        more: m.words ?? '',
        hall: m.subject?.hall ?? null,
        last: m.at,
      })),
    },
    {
      kind: 'holds',
      results: found.holds.map((h) => ({
        route: holdRoute(h),
        name: h.case,
        more: [h.subject?.key ?? h.spans[0]?.camera, h.reason].filter(Boolean).join(' · '),
        hall: h.subject?.hall ?? null,
        last: h.made,
      })),
    },
  ];
  return groups.map((g) => ({ ...g, results: g.results.slice(0, limit) })).filter((g) => g.results.length > 0);
}

/** Subjects that are called just as was typed: of tickets those of the newest day, and of what is only named nothing while
 *  something else has the number. More than one is ambiguous. */
export function exactly(groups: readonly ResultGroup[], typed: string): Glance[] {
  const all = groups.flatMap((g) => g.results).filter((h): h is Glance => !isOther(h));
  const alike = all.filter((s) => s.key.toUpperCase() === typed.trim().toUpperCase());
  const spoken = alike.filter((s) => s.spoken !== false);
  const named = spoken.length > 0 ? spoken : alike;
  const newest = named.reduce((day, s) => (s.day && s.day > day ? s.day : day), '');
  return named.filter((s) => s.day === null || s.day === newest);
}

/** Those of which another hall has one that is called so, too. */
export function twins(groups: readonly ResultGroup[]): Set<Glance> {
  const all = groups.flatMap((g) => g.results).filter((h): h is Glance => !isOther(h));
  return new Set(all.filter((a) => all.some((b) => called(a) === called(b) && a.hall !== b.hall)));
}

export interface Search {
  /** What the groups answer; behind what is typed while an answer is under way. */
  q: string;
  groups: ResultGroup[];
  problem: Problem | null;
  busy: boolean;
  /** The answer to what is typed now, as soon as it is there. */
  answered(): Promise<ResultGroup[]>;
  again(): void;
  /** Of something there is more than is shown. */
  more: boolean;
  /** Shows it, as far as one more answer goes. */
  goOn(): void;
  /** False while what was stored, or is to be linked anew, is still being read: there may be more. */
  complete: boolean;
  /** Why that answer did not come; what is shown stays. */
  moreProblem: Problem | null;
}

const DEBOUNCE_MS = 120;
/** Of places, people and so on, until more of them are wanted. */
const OTHERS = 6;
/** What the server gives at most. */
const MOST = 50;

/** What was answered of any day, and of the day that is chosen. */
interface Answers {
  all: SearchResults;
  ofDay: SearchResults | null;
}

const LISTS = ['places', 'staff', 'business', 'matters', 'cameras', 'marks', 'holds'] as const;

/** The answer, and the one that goes on where it ended. */
export const joined = (a: SearchResults, b: SearchResults): SearchResults => ({
  ...b,
  results: [...a.results, ...b.results],
  places: [...a.places, ...b.places],
  staff: [...a.staff, ...b.staff],
  business: [...a.business, ...b.business],
  matters: [...a.matters, ...b.matters],
  cameras: [...a.cameras, ...b.cameras],
  marks: [...a.marks, ...b.marks],
  holds: [...a.holds, ...b.holds],
});

const groupsOf = ({ all, ofDay }: Answers, day: string | null, wide: boolean): ResultGroup[] => [
  ...group(ofDay?.results ?? [], all.results, day),
  ...groupOthers(all, day, wide ? Infinity : OTHERS),
];

const isMore = ({ all, ofDay }: Answers, wide: boolean): boolean =>
  !!all.next || !!ofDay?.next || (!wide && LISTS.some((l) => all[l].length > OTHERS));

/** Pages that have nothing and go on, as a server gives that looks at so much a request, are read through; so many. */
const EMPTY_PAGES = 10;

async function searchOn(q: string, day: string | null, limit: number, from: string | null, signal?: AbortSignal) {
  let answer = await api.search(q, day, limit, from, signal);
  for (let i = 0; i < EMPTY_PAGES && answer.ok && answer.value.next !== null; i++) {
    const { value } = answer;
    if (value.results.length > 0 || LISTS.some((l) => value[l].length > 0)) break;
    answer = await api.search(q, day, limit, value.next, signal);
  }
  return answer;
}

const NO_PROBLEM = { problem: null as Problem | null, moreProblem: null as Problem | null };
const NOTHING = { q: '', answers: null as Answers | null, wide: false, ...NO_PROBLEM };

/** Searches as one types: after a short rest, and giving up on what is no longer asked. */
export function useSearch(typed: string, day: string | null, limit: number): Search {
  const q = typed.trim();
  const [state, setState] = useState({ ...NOTHING, day });
  const [round, setRound] = useState(0);
  const waiters = useRef<((groups: ResultGroup[]) => void)[]>([]);
  const settled = !q || (state.q === q && state.day === day);
  const groups = useMemo(
    () => (state.answers ? groupsOf(state.answers, state.day, state.wide) : []),
    [state.answers, state.day, state.wide],
  );
  const latest = useRef({ settled, groups, state });
  latest.current = { settled, groups, state };

  useEffect(() => {
    if (!q) return setState({ ...NOTHING, day });
    const controller = new AbortController();
    const ask = async () => {
      const asked = [searchOn(q, null, limit, null, controller.signal)];
      if (day) asked.push(searchOn(q, day, limit, null, controller.signal));
      const [all, ofDay] = await Promise.all(asked);
      if (controller.signal.aborted || !all || 'aborted' in all || (ofDay && 'aborted' in ofDay)) return;
      const bad = !all.ok ? all.problem : ofDay && !ofDay.ok ? ofDay.problem : null;
      const answers = all.ok ? { all: all.value, ofDay: ofDay?.ok ? ofDay.value : null } : null;
      setState({ q, day, answers, wide: false, problem: bad, moreProblem: null });
      waiters.current.splice(0).forEach((w) => w(answers ? groupsOf(answers, day, false) : []));
    };
    const timer = setTimeout(() => void ask(), DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q, day, limit, round]);

  const goOn = async () => {
    const { answers, day: of } = state;
    if (!answers) return;
    const more = (a: SearchResults | null, on: string | null) =>
      a?.next ? searchOn(state.q, on, MOST, a.next) : Promise.resolve(null);
    const [all, ofDay] = await Promise.all([more(answers.all, null), more(answers.ofDay, of)]);
    if (latest.current.state !== state) return; // something else is looked for by now
    const bad = [all, ofDay].find((r) => r && !r.ok && 'problem' in r);
    if (bad && 'problem' in bad) return setState({ ...state, moreProblem: bad.problem });
    const grown = {
      all: all?.ok ? joined(answers.all, all.value) : answers.all,
      ofDay: ofDay?.ok && answers.ofDay ? joined(answers.ofDay, ofDay.value) : answers.ofDay,
    };
    setState({ ...state, answers: grown, wide: true, moreProblem: null });
  };

  return {
    q: state.q,
    groups: q ? groups : [],
    problem: state.problem,
    busy: !settled,
    more: q !== '' && state.answers !== null && isMore(state.answers, state.wide),
    complete: state.answers === null || state.answers.all.complete,
    goOn: () => void goOn(),
    moreProblem: state.moreProblem,
    answered: () =>
      latest.current.settled
        ? Promise.resolve(latest.current.groups)
        : new Promise((done) => waiters.current.push(done)),
    again: () => setRound((n) => n + 1),
  };
}
