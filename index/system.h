// SPDX-License-Identifier: GPL-3.0-or-later
/* What runs and ran in this home, for one page of states: recorders, purge, copies of the catalogue, the audit log's
 * head, what waits to be linked anew. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

/* Says that a copy of @bytes was made at @now_us; whoever shows states may not see where copies lie. @cat: IDX_WRITE. */
bool idx_system_note_backup(IdxCatalogue *cat, int64_t now_us, int64_t bytes, GError **error);

/* {"catalogue": version, "recorders": […], "purge", "backup": {…} or null, "links_pending", "audit_rows"}: part of
 * schema System of api/openapi.yaml. New reference. */
json_t *idx_system_json(IdxCatalogue *cat, int64_t now_us, GError **error);
