// SPDX-License-Identifier: GPL-3.0-or-later
/* Who is served where now: of each place the ticket that was called there last and has not left.
 *
 * Read from the events alone, so it is as new as the newest event. A visit that nobody ended is told of
 * for IDX_SERVING_MAX_US after its last event: then somebody forgot to. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_SERVING_MAX_US INT64_C(7200000000) // as long as a visit may last (link_rule)

/* [{"hall", "place", "ticket": {"day", "number", "title", "called", "started"} or null}], one a place,
 * by hall and code; times are null if unknown. New reference; NULL with @error. */
json_t *idx_serving_list(IdxCatalogue *cat, int64_t now_us, GError **error);

/* A number that changes when an event came: cheap to poll. */
bool idx_serving_generation(IdxCatalogue *cat, int64_t *ret_generation, GError **error);
