// SPDX-License-Identifier: GPL-3.0-or-later
import { useKeys } from '../base/hooks';
import type { Us } from '../base/time';
import type { Group } from '../player/group';
import type { Row } from './model';
import { SKIP } from './transport';

export interface KeyTargets {
  group: Group;
  /** Those shown: 1 is the first of them. */
  rows: readonly Row[];
  stops: readonly Us[];
  chosen: string | null;
  choose(camera: string): void;
  enlarge(camera: string | null): void;
  /** From what fills the screen, or the page. */
  back(): void;
  full(): void;
  /** To the cameras before or after those shown. */
  turn(by: 1 | -1): void;
}

/** True if the key meant something here. */
function press(event: KeyboardEvent, on: KeyTargets): boolean {
  const { group } = on;
  const digit = /^[1-9]$/.test(event.key) ? on.rows[Number(event.key) - 1] : undefined;
  if (digit) return (on.choose(digit.camera), true);
  switch (event.key) {
    case ' ':
      return (group.toggle(), true);
    case 'j':
    case 'J':
      return (group.shuttle(-1), true);
    case 'k':
    case 'K':
      return (group.pause(), true);
    case 'l':
    case 'L':
      return (group.shuttle(1), true);
    case 'ArrowLeft':
      return (event.shiftKey ? group.jump(on.stops, -1) : group.skip(-SKIP), true);
    case 'ArrowRight':
      return (event.shiftKey ? group.jump(on.stops, 1) : group.skip(SKIP), true);
    case ',':
      return (void group.step(-1, on.chosen), true);
    case '.':
      return (void group.step(1, on.chosen), true);
    case 'Enter':
      return (on.enlarge(on.chosen), true);
    case 'PageUp':
      return (on.turn(-1), true);
    case 'PageDown':
      return (on.turn(1), true);
    case 'Escape':
      return (on.back(), true);
    case 'f':
    case 'F':
      return (on.full(), true);
  }
  return false;
}

export function useDossierKeys(targets: KeyTargets): void {
  useKeys((event) => press(event, targets));
}

/** A letter that means something in every dossier, whether it has cameras or not; null: not now. */
export function useLetter(letter: string, act: (() => void) | null): void {
  useKeys((event) => {
    if (!act || event.key.toLowerCase() !== letter) return false;
    return (act(), true);
  });
}
