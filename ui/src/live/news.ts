// SPDX-License-Identifier: GPL-3.0-or-later
// What the live socket says of all cameras and places, kept together for the tiles.
import { useEffect, useState } from 'preact/hooks';
import type { Served, Serving, StateNow } from './protocol';
import type { LinkState, LiveSocket } from './socket';

export interface LiveNews {
  link: LinkState;
  /** Of each camera the states of its streams. */
  states: ReadonlyMap<string, readonly StateNow[]>;
  /** Who is served, by place: placeKey(). */
  serving: ReadonlyMap<string, Served>;
}

export function withStates(
  known: LiveNews['states'],
  streams: readonly StateNow[],
): ReadonlyMap<string, readonly StateNow[]> {
  const next = new Map(known);
  for (const now of streams)
    next.set(now.camera, [...(next.get(now.camera) ?? []).filter((s) => s.stream !== now.stream), now]);
  return next;
}

/** Two halls may have places of one code. */
export const placeKey = (hall: string, place: string): string => `${hall}/${place}`;

export function withServing(known: LiveNews['serving'], places: readonly Serving[]): ReadonlyMap<string, Served> {
  const next = new Map(known);
  for (const { hall, place, ticket } of places)
    if (ticket) next.set(placeKey(hall, place), ticket);
    else next.delete(placeKey(hall, place));
  return next;
}

export function useLiveNews(socket: LiveSocket): LiveNews {
  const [news, setNews] = useState<LiveNews>({ link: socket.state, states: new Map(), serving: new Map() });
  useEffect(
    () =>
      socket.listen({
        state: (link) => setNews((old) => ({ ...old, link })),
        news: (told) => {
          if (told.say === 'states') setNews((old) => ({ ...old, states: withStates(old.states, told.streams) }));
          if (told.say === 'serving') setNews((old) => ({ ...old, serving: withServing(old.serving, told.places) }));
        },
      }),
    [socket],
  );
  return news;
}
