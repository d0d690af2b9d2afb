// SPDX-License-Identifier: GPL-3.0-or-later
// From the API's codes to words.
import type { Damage, GapReason, MissingAt, Note, StreamState } from '../api/types';
import type { Problem } from '../api/client';
import type { Translate } from './i18n';
import { table, type Key, type Lang } from './table';

/** 'not-found' with 'err' is errNotFound. */
function keyOf(prefix: string, code: string): Key | null {
  const camel = code.replace(/(^|[-._])(\w)/g, (_, __, c: string) => c.toUpperCase());
  const key = prefix + camel;
  return key in table ? (key as Key) : null;
}

export const stateWord = (t: Translate, state: StreamState): string => t(keyOf('state', state) ?? 'gapUnknown');
/** Of a camera's footage, or of a party's in a meeting: a party is no device that somebody could restart. */
export const gapWord = (t: Translate, reason: MissingAt['reason'], party = false): string =>
  t((party && keyOf('gapParty', reason)) || (keyOf('gap', reason) ?? 'gapUnknown'));
/** What is wrong with a stream now, and what to do: one whole sentence or two. */
export const stateSentence = (t: Translate, state: StreamState, camera: string): string =>
  t(keyOf('down', state) ?? 'missUnknown', { camera });
/** Why footage is missing, and what to do. */
export const gapSentence = (t: Translate, reason: GapReason, camera: string, party = false): string =>
  t((party && keyOf('missParty', reason)) || (keyOf('miss', reason) ?? 'missUnknown'), { camera });
/** That footage is there and not whole. */
export const damageWord = (t: Translate, track: Damage['track']): string =>
  t(track === 'video' ? 'damageVideo' : 'damageAudio');
export const damageSentence = (t: Translate, track: Damage['track'], camera: string): string =>
  t(track === 'video' ? 'damageVideoMeans' : 'damageAudioMeans', { camera });
/** What is to be known of a moment at which nothing is missing. */
const noted = { clock: { word: 'noteClock', means: 'notedClock' } } as const;
export const noteWord = (t: Translate, reason: Note['reason']): string => t(noted[reason].word);
export const noteSentence = (t: Translate, reason: Note['reason'], camera: string): string =>
  t(noted[reason].means, { camera });
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

/** What the server says in words is English: a tooltip carries it beside our own sentence in the English page only. */
export const withDetail = (lang: Lang, sentence: string, detail: string | null | undefined): string =>
  lang === 'en' && detail ? `${sentence}\n${detail}` : sentence;
