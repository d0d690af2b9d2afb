// SPDX-License-Identifier: GPL-3.0-or-later
import { useKeys } from '../base/hooks';

export interface WallKeys {
  /** The i-th place, from 0. */
  choose(i: number): void;
  /** Where an arrow leads; with Shift the camera goes along. */
  go(key: string): void;
  move(key: string): void;
  enlarge(): void;
  back(): void;
  full(): void;
  turn(by: 1 | -1): void;
  tour(): void;
  /** To what the chosen camera recorded. */
  browse(): void;
  /** What a tile has a button for: P the still, S sound, R the last half minute. */
  tool(key: string): void;
}

/** True if the key meant something here. */
function press(event: KeyboardEvent, on: WallKeys): boolean {
  if (/^[1-9]$/.test(event.key)) return (on.choose(Number(event.key) - 1), true);
  if (event.key.startsWith('Arrow')) return ((event.shiftKey ? on.move : on.go)(event.key), true);
  switch (event.key) {
    case 'Enter':
      return (on.enlarge(), true);
    case 'Escape':
      return (on.back(), true);
    case 'PageUp':
      return (on.turn(-1), true);
    case 'PageDown':
      return (on.turn(1), true);
    case 'f':
    case 'F':
      return (on.full(), true);
    case 't':
    case 'T':
      return (on.tour(), true);
    case 'b':
    case 'B':
      return (on.browse(), true);
    case 'p':
    case 's':
    case 'r':
    case 'P':
    case 'S':
    case 'R':
      return (on.tool(event.key.toLowerCase()), true);
  }
  return false;
}

export function useWallKeys(targets: WallKeys): void {
  useKeys((event) => press(event, targets));
}
