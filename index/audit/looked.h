// SPDX-License-Identifier: GPL-3.0-or-later
/* Who looked at the footage of a subject before, as the audit log tells it: by camera and time, through an index of its
 * own (audit_seen), so that it does not matter how long the log is: of those cameras what is about later footage is passed
 * in the index alone, some ten thousand rows in a millisecond.
 *
 * A row counts if it tells of recorded pictures or sound ("view", "clip", "clip.make") of a camera and a time that the
 * subject is linked to (of an approval: its tickets too), whatever they were looked at for, but for another subject: who
 * looked at the ticket before saw the first seconds of this one, and that is told there. What one person saw for one
 * reason, with no pause above IDX_LOOKED_PAUSE_US, is one look. */
#pragma once

#include "index/find/subject.h"

#include "index/base/json.h"

#define IDX_LOOKED_PAUSE_US (30 * MJ_MINUTE_US)
#define IDX_LOOKED_ROWS 5000 // the newest rows of the log that are looked at

/* Who asks: what @who saw since the login of @cookie began is the present look, and left out. Both may be NULL. */
typedef struct IdxLookedBy {
    const char *who, *cookie;
} IdxLookedBy;

/* {"looks": [{"id", "who", "role", "reason", "case", "kind", "taken", "from", "to"}…], "people", "complete"}: newest first.
 * Places that whoever asks may not see (account/scope.h) count for nothing. "id" is the row that the look began with, and stays;
 * "complete" false: there are more rows than are looked at. New reference. */
json_t *idx_looked_json(IdxCatalogue *cat, const IdxSubject *subject, const IdxLookedBy *by,
                        GError **error);
