// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Subject } from '../api/types';
import type { Route } from '../base/route';

export type GroupKind = 'day' | 'tickets' | 'approvals' | 'sessions' | 'other';

export interface ResultGroup {
  kind: GroupKind;
  results: Subject[];
}

export const routeOf = (s: Subject): Route =>
  s.kind === 'ticket' && s.day
    ? { page: 'ticket', day: s.day, number: s.key, t: null }
    : { page: s.kind === 'session' ? 'session' : 'approval', id: s.key, t: null };

const same = (a: Subject, b: Subject) => a.kind === b.kind && a.key === b.key && a.day === b.day;

/** The chosen day's tickets first, then approvals, then the same numbers on other days. */
export function group(ofDay: readonly Subject[], ofAll: readonly Subject[], day: string | null): ResultGroup[] {
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

export interface Search {
  /** What the groups answer; behind what is typed while an answer is under way. */
  q: string;
  groups: ResultGroup[];
  problem: Problem | null;
  busy: boolean;
  /** The answer to what is typed now, as soon as it is there. */
  answered(): Promise<ResultGroup[]>;
  again(): void;
}

const DEBOUNCE_MS = 120;

/** Searches as one types: after a short rest, and giving up on what is no longer asked. */
export function useSearch(typed: string, day: string | null, limit: number): Search {
  const q = typed.trim();
  const [state, setState] = useState({ q: '', day, groups: [] as ResultGroup[], problem: null as Problem | null });
  const [round, setRound] = useState(0);
  const waiters = useRef<((groups: ResultGroup[]) => void)[]>([]);
  const settled = !q || (state.q === q && state.day === day);
  const latest = useRef({ settled, groups: state.groups });
  latest.current = { settled, groups: state.groups };

  useEffect(() => {
    if (!q) return setState({ q: '', day, groups: [], problem: null });
    const controller = new AbortController();
    const ask = async () => {
      const asked = [api.search(q, null, limit, controller.signal)];
      if (day) asked.push(api.search(q, day, limit, controller.signal));
      const [all, ofDay] = await Promise.all(asked);
      if (controller.signal.aborted || !all || 'aborted' in all || (ofDay && 'aborted' in ofDay)) return;
      const bad = !all.ok ? all.problem : ofDay && !ofDay.ok ? ofDay.problem : null;
      const groups = group(ofDay?.ok ? ofDay.value.results : [], all.ok ? all.value.results : [], day);
      setState({ q, day, groups, problem: bad });
      waiters.current.splice(0).forEach((w) => w(groups));
    };
    const timer = setTimeout(() => void ask(), DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q, day, limit, round]);

  return {
    q: state.q,
    groups: q ? state.groups : [],
    problem: state.problem,
    busy: !settled,
    answered: () =>
      latest.current.settled
        ? Promise.resolve(latest.current.groups)
        : new Promise((done) => waiters.current.push(done)),
    again: () => setRound((n) => n + 1),
  };
}
