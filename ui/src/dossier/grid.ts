// SPDX-License-Identifier: GPL-3.0-or-later

/** The number of columns that makes n pictures of 16:9 largest in a box. */
export function columnsFor(n: number, width: number, height: number): number {
  let best = 1;
  let largest = 0;
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const shown = Math.min(width / columns, (height / rows) * (16 / 9));
    if (shown > largest * 1.001) {
      best = columns;
      largest = shown;
    }
  }
  return best;
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
