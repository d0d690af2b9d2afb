// SPDX-License-Identifier: GPL-3.0-or-later

export interface Layout {
  columns: number;
  /** The first picture is twice as wide and high as the others. */
  lead: boolean;
}

/** The width of a 16:9 picture in a box. */
const fit = (width: number, height: number): number => Math.min(width, height * (16 / 9));

/** The number of columns that makes n pictures of 16:9 largest in a box; of three, one may lead. */
export function layoutFor(n: number, width: number, height: number): Layout {
  let columns = 1;
  let largest = 0;
  for (let c = 1; c <= n; c++) {
    const shown = fit(width / c, height / Math.ceil(n / c));
    if (shown > largest * 1.001) {
      columns = c;
      largest = shown;
    }
  }
  const leading = fit((2 * width) / 3, height) ** 2 + 2 * fit(width / 3, height / 2) ** 2;
  return n === 3 && leading > 3 * largest ** 2 ? { columns: 3, lead: true } : { columns, lead: false };
}

/** As many pictures as one screen can hold. */
export const TILES = 9;

/** Which nine of n are shown so that the i-th is among them. */
export function pageOf(n: number, i: number): { from: number; to: number } {
  const from = Math.floor(Math.max(0, Math.min(i, n - 1)) / TILES) * TILES;
  return { from, to: Math.min(n, from + TILES) };
}

/** Where a time stands on a ruler. */
export function place(view: { from: number; to: number }, from: number, to: number) {
  const percent = (n: number) => `${(100 * n).toFixed(3)}%`;
  const span = view.to - view.from;
  const left = Math.max(0, (from - view.from) / span);
  const right = Math.min(1, (to - view.from) / span);
  return { left: percent(left), width: percent(Math.max(0, right - left)) };
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** Round moments (in hall time, `offset` ahead of UTC) on a ruler, about `wanted` of them; all in microseconds. */
export function ticksFor(from: number, to: number, offset: number, wanted: number): number[] {
  const span = (to - from) / 1e6;
  const step = (STEPS.find((s) => span / s <= wanted) ?? STEPS[STEPS.length - 1]!) * 1e6;
  const out: number[] = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) out.push(at);
  return out;
}
