// SPDX-License-Identifier: GPL-3.0-or-later
// Who looked at footage before (schemas Look and Looks of api/openapi.yaml).

/** What one person saw of a subject for one reason, without a long pause. */
export interface Look {
  id: number;
  who: string;
  role: string;
  from: string;
  to: string;
  /** Null: none was asked. */
  reason: string | null;
  case: string | null;
  /** What it was looked at as; null: not told. */
  kind: string | null;
  taken: boolean;
}

export interface Looks {
  looks: Look[];
  people: number;
  /** Of the log, as far as it is looked through. */
  complete: boolean;
  next: string | null;
}
