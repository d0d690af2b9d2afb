// SPDX-License-Identifier: GPL-3.0-or-later
/* Versions of the catalogue. PRAGMA user_version says which one a file has.
 *
 * A new catalogue is made from schema.sql; an older one is brought here step by step by
 * migrate/NNNN.sql (NNNN = the version it leads to), one transaction each. Both ways must end
 * alike. */
#pragma once

#include "index/catalogue.h"

#define IDX_APPLICATION_ID 0x4d4a4341 // "MJCA" in PRAGMA application_id

/* Embedded at build time (embed-sql.sh). */
extern const char IDX_SCHEMA_SQL[];
extern const char *const IDX_MIGRATIONS[]; // [0] leads from nothing to version 1
extern const int IDX_SCHEMA_VERSION;

/* Runs schema.sql in an empty file and stamps it; in the open transaction. */
bool idx_migrate_fresh(IdxCatalogue *cat, GError **error);

/* Runs the steps above @from, each in a transaction. */
bool idx_migrate_upgrade(IdxCatalogue *cat, int from, GError **error);
