// SPDX-License-Identifier: GPL-3.0-or-later
// The tour: pages of the wall that turn by themselves.
import { useEffect, useRef } from 'preact/hooks';

/** What somebody does at the wall. A mouse that trembles on its table is nobody. */
const DEEDS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
const TREMBLE_PX = 3;

const trembles = (e: Event): boolean =>
  e instanceof PointerEvent && e.type === 'pointermove' && Math.hypot(e.movementX, e.movementY) < TREMBLE_PX;

/** Nobody sees it, or has something else in hand. */
const waits = (): boolean => document.hidden || document.querySelector('dialog[open]') !== null;

/**
 * Turns every so many seconds, 0: never. Every page stays as long as any, from when it was turned to or somebody last
 * did something at it: a picture does not go from under a hand.
 */
export function useTour(seconds: number, page: number, pages: number, turn: (by: 1) => void): void {
  const latest = useRef(turn);
  latest.current = turn;
  useEffect(() => {
    if (seconds === 0 || pages < 2) return;
    let timer: ReturnType<typeof setInterval> | undefined;
    const begin = () => {
      clearInterval(timer);
      timer = setInterval(() => waits() || latest.current(1), seconds * 1000);
    };
    const deed = (e: Event) => trembles(e) || begin();
    begin();
    for (const kind of DEEDS) window.addEventListener(kind, deed, true);
    return () => {
      clearInterval(timer);
      for (const kind of DEEDS) window.removeEventListener(kind, deed, true);
    };
  }, [seconds, page, pages]);
}
