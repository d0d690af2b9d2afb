// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody opened last, for this login and this window alone: it names citizens' business, so nothing of it is kept
// once she has signed out or the window is closed.
import type { Other } from './results';

const KEY = 'mingjing.recent';
const MOST = 8;

type Drawer = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Kept {
  who: string;
  hits: Other[];
}

export function readRecent(who: string, drawer: Drawer = sessionStorage): Other[] {
  try {
    const kept = JSON.parse(drawer.getItem(KEY) ?? 'null') as Kept | null;
    return kept?.who === who && Array.isArray(kept.hits) ? kept.hits : [];
  } catch {
    return [];
  }
}

/** The newest first, each once. */
export function keepRecent(who: string, hit: Other, drawer: Drawer = sessionStorage): void {
  const route = JSON.stringify(hit.route);
  const hits = [hit, ...readRecent(who, drawer).filter((h) => JSON.stringify(h.route) !== route)].slice(0, MOST);
  try {
    drawer.setItem(KEY, JSON.stringify({ who, hits } satisfies Kept));
  } catch {
    // A window that may keep nothing remembers nothing.
  }
}

export const forgetRecent = (drawer: Drawer = sessionStorage): void => drawer.removeItem(KEY);
