// SPDX-License-Identifier: GPL-3.0-or-later
// Layouts by name, as the server keeps them: one's own, and shared ones. What is changed and not saved is this window's
// alone, so that a second one on another monitor keeps its own.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Problem } from '../api/client';
import type { Camera } from '../api/types';
import { replaceAddress } from '../base/hooks';
import type { Route } from '../base/route';
import { useSession } from '../base/session';
import {
  firstLayout,
  forgetOld,
  fromServer,
  idOf,
  readArranged,
  readOld,
  toServer,
  type Layout,
  type Saved,
} from './layout';

export type LiveRoute = Extract<Route, { page: 'live' }>;

/** Those of this browser that the server has not are given to it, once. */
async function moveOld(who: string, kept: readonly Saved[]): Promise<boolean> {
  const old = readOld(localStorage, who);
  if (old.length === 0) return false;
  for (const one of old.filter((o) => !kept.some((k) => !k.shared && k.name === o.name))) {
    const answer = await api.saveLayout(one.name, false, toServer(one));
    if ('aborted' in answer || (!answer.ok && answer.problem.status !== 400)) return false;
  }
  forgetOld(localStorage, who);
  return true;
}

export interface Layouts {
  saved: readonly Saved[];
  layout: Layout;
  /** Which of them it is, or was before somebody changed it. */
  chosen: Saved | null;
  /** What is shown is not what it is called after. */
  changed: boolean;
  /** Nobody arranged it: all cameras as they come. */
  plain: boolean;
  problem: Problem | null;
  mayShare: boolean;
  change(layout: Layout): void;
  choose(id: string | null): void;
  /** As it was before it was changed. */
  revert(): void;
  /** Asks which there are by now: others share theirs meanwhile. */
  again(): void;
  save(name: string, shared: boolean, tour: number): void;
  remove(one: Saved): void;
}

export function useLayouts(route: LiveRoute, cameras: readonly Camera[], onTour: (seconds: number) => void): Layouts {
  const { me } = useSession();
  const [saved, setSaved] = useState<Saved[]>([]);
  const [id, setId] = useState(route.layout);
  const [changed, setChanged] = useState(() => readArranged(route.arranged));
  const [problem, setProblem] = useState<Problem | null>(null);
  const tours = useRef(onTour);
  tours.current = onTour;
  const named = saved.find((s) => idOf(s) === id) ?? null;

  const load = async (): Promise<Saved[] | null> => {
    const answer = await api.layouts();
    if ('aborted' in answer) return null;
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return null;
    const all = fromServer(answer.value.layouts);
    setSaved(all);
    return all;
  };
  useEffect(() => {
    void load().then(async (all) => {
      if (all && (await moveOld(me.name, all))) await load();
    });
  }, [me.name]);
  // A link to a layout leads there from the wall, too. What is chosen at the wall itself is no way that somebody went.
  const came = useRef(route);
  useEffect(() => {
    if (came.current === route) return;
    came.current = route;
    setId(route.layout);
    setChanged(readArranged(route.arranged));
    if (route.layout && !saved.some((s) => idOf(s) === route.layout)) void load(); // made meanwhile
  }, [route]);
  // A layout that is shown by its name brings its tour along.
  const tour = named?.tour ?? null;
  useEffect(() => {
    if (tour !== null) tours.current(tour);
  }, [id, tour]);

  const choose = (chosen: string | null) => {
    setId(chosen);
    setChanged(null);
    replaceAddress({ page: 'live', layout: chosen, alone: route.alone });
  };
  const layout = changed ?? named ?? firstLayout(cameras);
  const told = async (answer: Awaited<ReturnType<typeof api.removeLayout>>, then: () => void) => {
    if ('aborted' in answer) return;
    if (!answer.ok) return setProblem(answer.problem);
    if (await load()) then();
  };
  return {
    saved,
    layout,
    chosen: named,
    changed: changed !== null,
    plain: !changed && !named,
    problem,
    mayShare: me.permissions.includes('share'),
    change: setChanged,
    choose,
    revert: () => choose(id),
    again: () => void load(),
    save: (name, shared, seconds) =>
      void api
        .saveLayout(name, shared, toServer({ ...layout, tour: seconds }))
        .then((answer) => told(answer, () => choose(idOf({ name, shared })))),
    remove: (one) =>
      void api.removeLayout(one.name, one.shared).then((answer) =>
        told(answer, () => {
          setChanged(layout);
          setId(null);
          replaceAddress({ page: 'live', layout: null, alone: route.alone });
        }),
      ),
  };
}
