// SPDX-License-Identifier: GPL-3.0-or-later
/* What events tell of a subject that it may be found by. Pure: the same events in any order give the same.
 *
 *   staff     data.staff_id, each of data.official_ids, as mj_identifier() has them; the sitting is that of the events
 *             which name them
 *   place     the window or room of an event; likewise
 *   business  data.business_type, data.session_type; of all sittings of the subject, since often one event
 *             alone tells it
 *   matter    data.item_code, item_name, project_name, project_no, topic; likewise
 *
 * Alerts tell of a subject and are no part of serving it. Experts of a bid are not found by: who they are is
 * not for everybody. */
#pragma once

#include "index/find/facet.h"

typedef struct IdxToldEvent {
    int64_t time_us;
    const char *type, *place, *body; // place may be NULL; body: the whole CloudEvent
} IdxToldEvent;

typedef struct IdxTold {
    IdxFacetKind kind;
    char *value;    // folded: idx_facet_fold()
    char *spelling; // of the first event of the sitting that tells it
    int64_t first_us, last_us;
} IdxTold;

/* ASCII letters in upper case: what values are compared by. Caller frees. */
char *idx_facet_fold(const char *value);

/* Of events that hold. By kind, value, time; element type IdxTold, cleared with the array. */
GArray *idx_facet_told(const IdxToldEvent *events, size_t n_events);
