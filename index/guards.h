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

/* The same, and what SQLite finds wrong with the file. */
bool idx_guards_check(IdxCatalogue *cat, IdxGuardsTold told, void *data, GError **error);
