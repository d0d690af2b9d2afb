// SPDX-License-Identifier: GPL-3.0-or-later
/* What hold.c and follow.c share. */
#pragma once

#include "index/db.h"
#include "index/find/subject.h"
#include "index/hold/hold.h"
#include "index/hold/journal.h"

/* A file is about a minute long; none is longer than this. */
#define IDX_HOLD_BACK_US MJ_DAY_US

/* Whether the hold @h (of a row of that alias, or of its part as a parameter) keeps the subject @s, which has its
 * kind, hall, number and day: see hold.h. */
#define IDX_HOLD_KEEPS(part, s)                                                                    \
    " (" part " IN ('', " s ".part) OR " s ".part = '' OR NOT EXISTS (SELECT 1 FROM subject o"     \
    " JOIN subject_event x ON x.subject_id = o.id JOIN event e ON e.id = x.event_id AND"           \
    " e.superseded_by IS NULL AND NOT e.cancelled WHERE o.kind = " s ".kind AND o.hall_id = " s    \
    ".hall_id AND o.key = " s ".key AND o.day = " s ".day AND o.part = " part "))"

/* Unless the hold keeps it already. */
bool idx_hold_put_span(IdxCatalogue *cat, int64_t hold_id, const char *camera, int64_t from_us,
                       int64_t to_us, int64_t now_us, GError **error);

/* For rebuild/rebuild.h: a hold like @record, whose id and what are not looked at, with the stretches of @spans (IdxHoldRecord *).
 * In the open transaction. *ret_id: its own number. */
bool idx_hold_put_copy(IdxCatalogue *cat, const IdxHoldRecord *record, const GPtrArray *spans,
                       int64_t now_us, int64_t *ret_id, GError **error);

/* What @subject has by now. */
bool idx_hold_put_stretches(IdxCatalogue *cat, int64_t hold_id, const IdxSubject *subject,
                            int64_t now_us, GError **error);
