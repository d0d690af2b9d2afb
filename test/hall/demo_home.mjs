// SPDX-License-Identifier: GPL-3.0-or-later
// The home that a demo records into: one that a demo made, or a folder with nothing in it. Only what
// carries the mark is ever changed or removed, and only while nobody records there.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = 'This home was made by ./mj demo, which may change its cameras and passwords.\n';

function orNull(read) {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes(error.code)) return null;
    throw error;
  }
}

// 'new' (nothing is there), 'demo', or 'foreign'. A folder of somebody's that is called "demo", or a
// file of that name, is no mark.
export function kindOfHome(home) {
  const inside = orNull(() => readdirSync(home));
  if (!inside?.length) return 'new';
  return orNull(() => readFileSync(join(home, 'demo'), 'utf8')) === MARK ? 'demo' : 'foreign';
}

export function refuseForeign(home) {
  if (kindOfHome(home) === 'foreign')
    throw new Error(`${home} is not empty and was not made by a demo: choose another --home (nothing was changed)`);
}

// Before anything else is in it, so that a demo that was stopped while it began may begin again.
export function markHome(home) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'demo'), MARK);
}

// What an earlier demo recorded. The caller knows that nobody records there.
export function emptyHome(home) {
  refuseForeign(home);
  for (const name of orNull(() => readdirSync(home)) ?? [])
    if (name !== 'demo') rmSync(join(home, name), { recursive: true, force: true });
}
