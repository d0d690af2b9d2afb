// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { firstLanguage, translator } from './i18n';
import { table, type Key } from './table';
import type { Problem } from '../api/client';
import type { GapReason, StreamState } from '../api/types';
import { eventWord, gapSentence, gapWord, problemWord, stateSentence, stateWord, withDetail } from './words';

// Complete by their types: a code that the API gains is missing here until it has words.
const states: Record<StreamState, true> = {
  starting: true,
  recording: true,
  offline: true,
  unauthorized: true,
  refused: true,
  unsupported: true,
  stalled: true,
  ended: true,
  disk: true,
  'capture-down': true,
  disabled: true,
};
const reasons: Record<GapReason, true> = {
  offline: true,
  unauthorized: true,
  refused: true,
  unsupported: true,
  stalled: true,
  ended: true,
  disk: true,
  'capture-down': true,
  lost: true,
  clock: true,
  'not-recorded': true,
  purged: true,
  unknown: true,
};
const problems: Record<Problem['code'], true> = {
  failed: true,
  invalid: true,
  'not-found': true,
  exists: true,
  conflict: true,
  ambiguous: true,
  busy: true,
  denied: true,
  io: true,
  corrupt: true,
  unsupported: true,
  timeout: true,
  'too-large': true,
  'too-many': true,
  method: true,
  reason: true,
  password: true,
  second: true,
  coding: true,
  taken: true,
  over: true,
  unreachable: true,
  garbled: true,
};

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const keys = Object.keys(table) as Key[];

describe('words', () => {
  it.each(keys)('%s is said in both languages with the same values', (key) => {
    const { zh, en } = table[key];
    expect(zh.trim()).not.toBe('');
    expect(en.trim()).not.toBe('');
    expect(holes(zh)).toEqual(holes(en));
  });

  it('English holds no Chinese, Chinese is Chinese', () => {
    const han = /\p{Script=Han}/u;
    for (const key of keys.filter((k) => k !== 'language')) {
      expect(table[key].en, key).not.toMatch(han);
      if (holes(table[key].zh).length === 0) expect(table[key].zh, key).toMatch(han);
    }
  });

  it('are nowhere else: no other source holds Chinese', () => {
    const sources = import.meta.glob('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
    const others = Object.entries(sources as Record<string, string>).filter(
      ([name]) => !name.includes('.test.') && !/\/table[-\w]*\.ts$/.test(name),
    );
    expect(others.length).toBeGreaterThan(10);
    for (const [name, text] of others) expect(text, name).not.toMatch(/\p{Script=Han}/u);
  });

  it('are all used', () => {
    const sources = import.meta.glob('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
    const text = Object.entries(sources as Record<string, string>)
      .filter(([name]) => !name.includes('.test.') && !/\/table[-\w]*\.ts$/.test(name))
      .map(([, source]) => source)
      .join('\n');
    const byCode = /^(state|down|gap|miss|err|kind|ev|al|markKind)[A-Z]/;
    const quoted = new Set([...text.matchAll(/["'](\w+)(?=["'])/g)].map((m) => m[1]));
    expect(keys.filter((k) => !byCode.test(k) && !quoted.has(k))).toEqual([]);
  });

  it('carry values', () => {
    expect(translator('en')('statusRecording', { n: 298, m: 300 })).toBe('recording 298/300');
    expect(translator('zh')('statusRecording', { n: 298, m: 300 })).toBe('录像 298/300');
  });

  it('exist for every code the API has', () => {
    const t = translator('en');
    expect(problemWord(t, 'not-found')).toBe('It was not found. Check the number or the address and try again.');
    expect(problemWord(t, 'too-many')).toBe('Too many requests. Wait a little.');
    expect(stateWord(t, 'capture-down')).toBe('recorder not running');
    expect(gapWord(t, 'not-recorded')).toBe('was not to be recorded');
    expect(gapWord(t, 'offline')).toBe('camera offline');
    expect(gapWord(t, 'offline', true)).toBe('not connected'); // a party is no device
    expect(gapWord(t, 'capture-down', true)).toBe(gapWord(t, 'capture-down'));
    expect(gapSentence(t, 'ended', 'the citizen', true)).toBe(
      'the citizen had left the meeting then: there was nothing to record.',
    );
    expect(eventWord(translator('zh'), 'hall.ticket.called')).toBe('叫号');
    expect(eventWord(t, 'city.special')).toBe('city.special');
    expect(eventWord(t, 'hall.lift.stuck')).toBe('hall.lift.stuck');
  });

  it.each(['zh', 'en'] as const)('say of every code what is wrong and what to do (%s)', (lang) => {
    const t = translator(lang);
    const said = [
      ...Object.keys(states).map((s) => stateSentence(t, s as StreamState, '#')),
      ...Object.keys(reasons).map((r) => gapSentence(t, r as GapReason, '#')),
      ...Object.keys(problems).map((c) => problemWord(t, c as Problem['code'])),
    ];
    // A code without words of its own would be told as another one is.
    expect(new Set(said).size).toBe(said.length);
    for (const sentence of said) {
      expect(sentence).toMatch(lang === 'zh' ? /[，。；].*。$/ : /[.,;].*\.$/);
      if (lang === 'zh') expect(sentence.replace(/H\.26[45]/g, '')).not.toMatch(/[A-Za-z]{2,}/);
    }
  });

  it('keep the words of the server to the English page', () => {
    expect(withDetail('en', 'Offline.', 'no route')).toBe('Offline.\nno route');
    expect(withDetail('zh', '…', 'no route')).toBe('…');
    expect(withDetail('en', 'Offline.', null)).toBe('Offline.');
  });

  it('follow the choice, then the browser', () => {
    expect(firstLanguage('en', ['zh-CN'])).toBe('en');
    expect(firstLanguage(null, ['zh-CN', 'en'])).toBe('zh');
    expect(firstLanguage(null, ['en-GB', 'zh-CN'])).toBe('en');
    expect(firstLanguage('fr', [])).toBe('en');
  });
});
