// SPDX-License-Identifier: GPL-3.0-or-later
/* Is the catalogue whole, and is everything there that keeps it from being changed? Triggers refuse whoever deletes from or
 * changes the audit log, holds, dispositions and notices (schema.sql); one who can write the file can drop them first,
 * and what is gone afterwards leaves no trace in the rows. So it is told that one is missing, or is not word for word what
 * schema.sql says. */
#pragma once

#include "index/catalogue.h"

typedef void (*IdxGuardsTold)(const char *words, void *data);

/* Tells of each trigger that is missing or another; with @table, of those on it alone. */
bool idx_guards_missing(IdxCatalogue *cat, const char *table, IdxGuardsTold told, void *data,
                        GError **error);

/* Before each table that is looked at, the catalogue's own list of them first. */
typedef void (*IdxGuardsLooking)(int tables_done, int tables_all, const char *table, void *data);

/* The same, and what SQLite finds wrong with each table and its indexes. Table by table: what others wrote is brought
 * home before each, so that the log, which cannot be while one is looked at, grows as long as the largest takes and not
 * as long as all of them. (Of a million segments and their events, 0.8 GB: 1.0 of 2.5 s, the table segment.) What only a
 * look at the whole file shows, as a page that two tables have or none, each copy is looked through for (backup.h),
 * where nobody waits. @looking may be NULL. */
bool idx_guards_check(IdxCatalogue *cat, IdxGuardsTold told, IdxGuardsLooking looking, void *data,
                      GError **error);
