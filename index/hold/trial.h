// SPDX-License-Identifier: GPL-3.0-or-later
/* A trial: what becomes of holds before a purge, by the code that does it, with nothing written. For a dry run, whose
 * answer is worth nothing if it knows less than the purge that follows.
 *
 * Between begin and end, from the first transaction on that is to write, the tables of holds are, for this connection,
 * copies in its temporary database: SQLite looks for a name there first, so every statement of index/ reads and writes the
 * copies. Nobody else sees them, and the catalogue is only read. Most trials write nothing, and need none. Journals are
 * read and not written, and the audit log is told nothing.
 *
 * What a purge links anew before it looks (link/linking.h) is not tried: that is told apart. Holds are few; to copy those of a
 * hall's years takes milliseconds. */
#pragma once

#include "index/catalogue.h"

/* @cat: of any mode, no transaction open, no other trial. */
void idx_hold_trial_begin(IdxCatalogue *cat);
void idx_hold_trial_end(IdxCatalogue *cat);

/* For db.c: makes the copies, if they are not there yet. */
bool idx_hold_trial_copy(IdxCatalogue *cat, GError **error);
