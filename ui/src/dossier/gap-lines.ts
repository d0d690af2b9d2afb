// SPDX-License-Identifier: GPL-3.0-or-later
// The gaps of all cameras as a person reads them: what is one outage is one line, however many cameras had it and in
// however many parts it was recorded.
import type { GapStretch, Row } from './model';

export interface GapLine {
  gap: GapStretch;
  /** In the order of the rows; at least one. */
  rows: Row[];
  /** What the server says of the parts, each once. */
  details: string[];
}

const detailsOf = (gaps: readonly GapStretch[]): string[] => [
  ...new Set(gaps.flatMap((g) => (g.detail === null ? [] : [g.detail]))),
];

/** Of one camera: what adjoins for the same reason is one. */
function joined(row: Row): GapLine[] {
  const parts: GapStretch[][] = [];
  for (const gap of [...row.gaps].sort((a, b) => a.from - b.from)) {
    // Another reason may lie between in the list, and not in time.
    const before = parts.find((p) => p[0]!.reason === gap.reason && Math.max(...p.map((g) => g.to)) >= gap.from);
    if (before) before.push(gap);
    else parts.push([gap]);
  }
  return parts.map((p) => ({
    gap: { ...p[0]!, to: Math.max(...p.map((g) => g.to)) },
    rows: [row],
    details: detailsOf(p),
  }));
}

/** In their order. `times` says how a gap's times are shown: cameras for which that and the reason are the same share a line. */
export function gapLines(rows: readonly Row[], times: (gap: GapStretch) => string): GapLine[] {
  const out = new Map<string, GapLine>();
  for (const line of rows.flatMap(joined)) {
    const key = `${line.gap.reason} ${times(line.gap)}`;
    const same = out.get(key);
    if (!same || same.rows.includes(line.rows[0]!)) out.set(same ? `${key} ${out.size}` : key, line);
    else {
      same.gap = { ...same.gap, from: Math.min(same.gap.from, line.gap.from), to: Math.max(same.gap.to, line.gap.to) };
      same.rows.push(...line.rows);
      same.details = [...new Set([...same.details, ...line.details])];
    }
  }
  return [...out.values()].sort((a, b) => a.gap.from - b.gap.from);
}
