// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { translator } from '../i18n/i18n';
import commands from '../../../index/cmd/audited.c?raw';
import routes from '../../../api/routes.c?raw';
import { auditWord } from './audit-words';

// Whatever the audit log may be told: the routes say it each for itself, and so do the commands.
const told = new Set([
  ...[...routes.matchAll(/TELLS\("([^"]+)"/g)].map((m) => m[1]!),
  ...[...commands.matchAll(/^ {4}\{"[^"]+", "([^"]+)"/gm)].map((m) => m[1]!),
]);

describe('what was done', () => {
  it.each(['zh', 'en'] as const)('has words in %s, whatever it was', (lang) => {
    expect(told.size).toBeGreaterThan(60);
    expect([...told].filter((what) => !auditWord(translator(lang), what))).toEqual([]);
  });
});
