// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the audit log may be told has words on the page, not its code alone: the routes say it each for itself, and so
// do the commands. TAP.
//
//   node audit-words.mjs SOURCE
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = (path) => readFileSync(join(process.argv[2], path), 'utf8');
const all = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);

const told = new Set([
  ...all(source('api/routes.c'), /TELLS\("([^"]+)"/g),
  ...all(source('index/cmd/audited.c'), /^ {4}\{"[^"]+", "([^"]+)"/gm),
]);
const [whole, objects, deeds] = ['WORDS', 'OBJECTS', 'DEEDS'].map((name) => {
  const table = new RegExp(`const ${name}[^{]*\\{([^}]*)\\}`).exec(source('ui/src/admin/audit-words.ts'))[1];
  return new Set(all(table, /^ *'?([\w.]+)'?: '\w+',/gm));
});
const said = (what) => whole.has(what) || (objects.has(what.split('.')[0]) && deeds.has(what.split('.')[1]));
const actions = /const ACTIONS[^=]*= \[([\s\S]*?)\n\];/.exec(source('ui/src/admin/audit-words.ts'))[1];
const offered = new Set(all(actions, /'([a-z_]+(?:\.[a-z_]+)?)'/g));
const bare = [...told, ...offered].filter((what) => !said(what));
const missing = [...told].filter((what) => !offered.has(what));

console.log('1..2');
console.log(
  `${told.size > 60 && bare.length === 0 ? 'ok' : 'not ok'} 1 - ${told.size} codes of the audit log have words`,
);
console.log(`${missing.length === 0 ? 'ok' : 'not ok'} 2 - each of them can be asked for by its words`);
for (const what of missing) console.log(`# ${what} cannot`);
for (const what of bare) console.log(`# ${what} has none`);
