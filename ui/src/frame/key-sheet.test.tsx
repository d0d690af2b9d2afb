// SPDX-License-Identifier: GPL-3.0-or-later
// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import dossierKeys from '../dossier/keys.ts?raw';
import liveKeys from '../live/keys.ts?raw';
import { show } from '../testing';
import { KeySheet } from './key-sheet';

const CALLED: Record<string, string> = { ' ': 'Space', Escape: 'Esc', PageUp: 'PgUp', PageDown: 'PgDn' };
const ARROWS: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };

/** What a page's keys mean something for, as the sheet calls them. */
const keysIn = (source: string): string[] =>
  [...new Set([...source.matchAll(/case '([^']+)':/g)].map((m) => m[1]!))]
    .map((key) => CALLED[key] ?? ARROWS[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .filter((key, i, all) => all.indexOf(key) === i);

describe('the sheet of keys', () => {
  const shown = async (page: 'ticket' | 'live' | 'browse' | 'alarms') => {
    const root = await show(<KeySheet page={page} places={[]} onClose={() => {}} />, 'en', { role: 'supervisor' });
    return [...root.querySelectorAll('kbd')].flatMap((kbd) => kbd.textContent!.split(' '));
  };

  it.each([
    ['ticket', dossierKeys, ['M', 'H', 'E', 'B']],
    ['browse', dossierKeys, ['M', 'H', 'E', 'I', 'O', '+', '−']],
    ['live', liveKeys, ['M', '1', '9']],
    ['alarms', '', ['A', 'R', 'Enter', '↑', '↓']],
  ] as const)('of a %s says every key that means something there', async (page, source, more) => {
    const keys = [...keysIn(source), ...more];
    const listed = await shown(page);
    expect(keys.filter((key) => !listed.includes(key))).toEqual([]);
  });
});
