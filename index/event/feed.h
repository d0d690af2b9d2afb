// SPDX-License-Identifier: GPL-3.0-or-later
/* Of what is not found: whether those who would have told of it speak at all, so that a wrong number can be told from a
 * feed that is down. */
#pragma once

#include "index/base/json.h"
#include "index/find/naming.h"

#define IDX_FEED_LOOKS                                                                             \
    200 // events of a source at either end of its ids, by whose types it is known what it tells of
#define IDX_FEED_TOLD_MAX 1000
#define IDX_FEED_UPLOADS 2000 // rows of the audit log about events

/* Schema Feed of api/openapi.yaml: sources that tell of such subjects, when each last spoke, and whether all that it says
 * comes late; of a ticket how many the day asked for has; how many events were refused (of any source: of what is refused
 * nobody knows whose it is) from that day on until a day after it, or on the last one. To whom not everything is shown it
 * does not tell how many. New reference; NULL with @error. */
json_t *idx_feed_json(IdxCatalogue *cat, const IdxName *name, int64_t now_us, GError **error);
