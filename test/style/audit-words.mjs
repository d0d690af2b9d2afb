// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the audit log may be told has words on the page, not its code alone: the routes say it each for itself, and so
// do the commands. TAP.
//
//   node audit-words.mjs SOURCE
import { readdirSync, readFileSync } from 'node:fs';
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

// Kinds of objects: those that are written out where a row is told, and what the others can be.
const files = ['index', 'api'].flatMap((dir) =>
  readdirSync(join(process.argv[2], dir), { recursive: true })
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(dir, name)),
);
const code = files.map(source).join('\n');
const TOLD = [
  /[.>]object_kind = ([^,;}]+)[,;}]/g,
  /\bapi_audit_object\(\s*request,\s*((?:[^,()]|\([^()]*\))+),/g,
  /\bnote->kind = g_strdup\(([^)]+)\)/g,
  /\bidx_user_tell\(\s*cat,[^;]*?("\w+"),\s*(?:\w+->)?(?:name|role),/g,
];
const of = (path, pattern) => all(pattern.exec(source(path))[1], /"([\w.]+)"/g);
const facets = of('index/find/facet.c', /NAMES\[IDX_FACETS\] = \{([^}]*)\}/);
const subjects = of('index/account/reason.c', /SUBJECTS\[\] = \{([^}]*)\}/);
const looked = [...subjects, 'place', 'camera'];
// By the expression; null: of something that was told before, or asked for.
const CAN_BE = {
  ...{ 'audited->object_kind': all(source('index/cmd/audited.c'), /"[^"]+", NULL, "(\w+)"\}/g) },
  ...{ 'idx_facet_name(by)': facets, 'idx_facet_name(find->by)': facets },
  ...{ 'name.kind': subjects, 'subject->kind': subjects, 'subject ? subject->kind : "mark"': subjects },
  ...{ 'cmd_text_of(subject, "kind")': subjects },
  ...{ 'r->kind': looked, 'reason->kind': looked, 'look->reason->kind': looked, 'what.kind': looked },
  ...{ kind: null, 'note->kind': null, 'clean(row->object_kind': null, 'text_of(q': null, 'table->texts[3]': null },
  ...{ 'api_request_query(request': null, 'cmd_text_of(subject': subjects },
};
const kinds = new Set();
const strange = [];
for (const said of TOLD.flatMap((pattern) => all(code, pattern)).map((text) => text.trim())) {
  for (const kind of all(said, /(?:^|[:?] )"(\w+)"/g)) kinds.add(kind);
  if (/^"\w+"$/.test(said)) continue;
  if (said in CAN_BE) for (const kind of CAN_BE[said] ?? []) kinds.add(kind);
  else strange.push(said);
}
// The rules of retention are called so.
const wordless = [...kinds].filter((kind) => !objects.has(kind === 'rule' ? 'retention' : kind));

// What the server knows that it may be told is what the page offers, and has whatever is written out in the sources.
const known = new Set(of('index/audit/what.c', /WHATS\[\] = \{([^}]*)\}/));
const literal = all(code, /[.>]what = "([\w.]+)"/g);
const unknown = [...offered, ...told, ...literal].filter((what) => !known.has(what));
const unsaid = [...known].filter((what) => !offered.has(what));

console.log('1..4');
console.log(
  `${told.size > 60 && bare.length === 0 ? 'ok' : 'not ok'} 1 - ${told.size} codes of the audit log have words`,
);
console.log(`${missing.length === 0 ? 'ok' : 'not ok'} 2 - each of them can be asked for by its words`);
for (const what of missing) console.log(`# ${what} cannot`);
for (const what of bare) console.log(`# ${what} has none`);
console.log(
  `${kinds.size > 25 && wordless.length + strange.length === 0 ? 'ok' : 'not ok'} 3 - ${kinds.size} kinds of objects have words`,
);
for (const kind of wordless) console.log(`# ${kind} has none`);
for (const said of strange) console.log(`# what kinds can ${said} be?`);
console.log(`${unknown.length + unsaid.length === 0 ? 'ok' : 'not ok'} 4 - the log can be asked for each of them`);
for (const what of [...unknown, ...unsaid]) console.log(`# ${what} is not in both`);
