// SPDX-License-Identifier: GPL-3.0-or-later
/* Linking anew what happened at a place, after the coverage map changed.
 *
 * A window may have been called at a million times, so this is no part of the change's transaction:
 * the change queues the place, and idx_place_link_run() works the queue off in transactions of a few
 * milliseconds between which others write. Killed anywhere, it goes on where it was when it is called
 * again; every command that changes the map calls it. What lasted more than a day may have none of its events
 * near the change: tickets and sessions that were going on then are looked for by themselves. Linking is a pure function of events and map
 * (linker.h), so doing a piece twice gives the same spans. */
#pragma once

#include "index/catalogue.h"

/* Queues what happened at @place (its code) while [from_us, to_us) may concern it; INT64_MIN and
 * INT64_MAX = open. Part of the caller's transaction. */
bool idx_place_link_queue(IdxCatalogue *cat, const char *place, int64_t from_us, int64_t to_us,
                          int64_t now_us, GError **error);

/* Every place: when the link rules changed. */
bool idx_place_link_queue_all(IdxCatalogue *cat, int64_t now_us, GError **error);

/* How many places are queued. */
bool idx_place_link_pending(IdxCatalogue *cat, int64_t *ret_places, GError **error);

typedef void (*IdxPlaceLinkProgress)(int64_t events_done, void *data); // may be NULL

/* Until the queue is empty. @cat: opened IDX_WRITE, no transaction open. @ret_events (may be NULL):
 * how many events were gone through. */
bool idx_place_link_run(IdxCatalogue *cat, int64_t now_us, IdxPlaceLinkProgress progress,
                        void *data, int64_t *ret_events, GError **error);

/* One piece of it. *ret_more: there is something left. */
bool idx_place_link_step(IdxCatalogue *cat, int64_t now_us, bool *ret_more, int64_t *ret_events,
                         GError **error);
