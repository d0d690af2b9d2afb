// SPDX-License-Identifier: GPL-3.0-or-later
/* What events amount to as promises (promise.h), in whichever order they come.
 *
 *   whose     a promise_id belongs to the source that told it first, as long as an event of it holds. Another
 *             source's event of that promise_id is refused, unless it cancels; what shows that it is done may come
 *             from anywhere
 *   which     of the events of that source which hold (event/event.h) the one of the highest data_ver, of these the
 *             first told: a correction replaces text, owner, day and session, and the alarm goes by the day
 *             that is due now. What it does not say is as the newest of the others says it,
 *             also if that comes later. If none holds any more there is no promise
 *   done      by the first told "fulfilled" that holds; not any more when that was cancelled
 *
 * What was said before stands in the events, which never change. */
#pragma once

#include "index/event/event.h"

/* MJ_ERROR_INVALID with a sentence: its promise is another source's. Of an event that is not stored yet. */
bool idx_promise_may_tell(IdxCatalogue *cat, const IdxEvent *event, GError **error);

/* Of an event that was just stored, in the open transaction; also of one that corrects or cancels. */
bool idx_promise_told(IdxCatalogue *cat, const IdxEvent *event, GError **error);
