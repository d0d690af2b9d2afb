// SPDX-License-Identifier: GPL-3.0-or-later
// From the API's codes to words.
import type { GapReason, StreamState } from '../api/types';
import type { Problem } from '../api/client';
import type { Translate } from './i18n';
import { table, type Key } from './table';

/** 'not-found' with 'err' is errNotFound. */
function keyOf(prefix: string, code: string): Key | null {
  const camel = code.replace(/(^|[-.])(\w)/g, (_, __, c: string) => c.toUpperCase());
  const key = prefix + camel;
  return key in table ? (key as Key) : null;
}

export const stateWord = (t: Translate, state: StreamState): string => t(keyOf('state', state) ?? 'gapUnknown');
export const gapWord = (t: Translate, reason: GapReason): string => t(keyOf('gap', reason) ?? 'gapUnknown');
export const problemWord = (t: Translate, code: Problem['code']): string => t(keyOf('err', code) ?? 'errFailed');

export function kindWord(t: Translate, kind: string): string {
  const key = keyOf('kind', kind);
  return key ? t(key) : kind;
}

/** hall.ticket.called → called; a type nobody told us of stays as it came. */
export function eventWord(t: Translate, type: string): string {
  const key = type.startsWith('hall.') ? keyOf('ev', type.slice(5)) : null;
  return key ? t(key) : type;
}
