// SPDX-License-Identifier: GPL-3.0-or-later
// Who asks: a person, or the page by itself. Only the page knows, and the server must not take a page that was left
// open for somebody who is there: a sign-in ends after a pause.

/** So long after a key, a press or a turn of the wheel all that is asked is asked for a person, in milliseconds. */
const TOUCHED_MS = 10_000;
const TOUCHES = ['keydown', 'pointerdown', 'wheel', 'hashchange'];

let touchedAt = performance.now(); // who loads the page is there

if (typeof window !== 'undefined')
  for (const touch of TOUCHES)
    window.addEventListener(touch, () => void (touchedAt = performance.now()), { capture: true, passive: true });

/** The header that says it, for every request. */
export const whoAsks = (): Record<'Mingjing-Asked', string> => ({
  'Mingjing-Asked': performance.now() - touchedAt < TOUCHED_MS ? 'person' : 'page',
});
