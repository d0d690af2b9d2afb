// SPDX-License-Identifier: GPL-3.0-or-later
/* Which of the events that correct one another holds (event/event.h).
 *
 * What has the same id, or names it as correction_of, belongs together, and so does what is tied to that by another, in
 * a chain. Of all that one holds: event.superseded_by is NULL of it; of each other one it leads to it, directly or
 * over others that were replaced before.
 *
 * A chain may be of any length: a system that sends a ticket again with each change of its state, and a version more
 * each time. So one more is decided by the one that held and by whether anybody corrects it, a few rows however many
 * there are, and only what begins or ceases to hold is settled anew. All of them are read where that does not tell: what
 * is corrected comes after its correction, or two systems of names meet. Of an id with many versions only the highest
 * can hold, and is remembered. */
#pragma once

#include "index/event/event.h"

/* After @event was stored as @event_id: appends to @changed (int64_t, each once) itself and those that began or ceased to
 * hold. All others were settled as they came, and what is known of them is trusted. In the open transaction. */
bool idx_version_settle(IdxCatalogue *cat, const IdxEvent *event, int64_t event_id, GArray *changed,
                        GError **error);

/* The same of an event that is stored, whatever the rows of its chain say: they are put right. Appends to @changed those that
 * began or ceased to hold alone. For whoever goes through all events from the first one on: a chain is settled with the
 * first of it, and left with all that come behind. */
bool idx_version_settle_anew(IdxCatalogue *cat, int64_t event_id, GArray *changed, GError **error);
