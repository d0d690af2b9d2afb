// SPDX-License-Identifier: GPL-3.0-or-later
/* Linking anew, event by event: what a source said after its clock was found to be another; or all there is
 * (`mingjing link --rebuild`), read again from the events as they came: which subjects they name, which
 * supersedes which, and the spans. It gives what linking them as they arrived gave.
 *
 * Last comes the reading of subjects that were there before there were facets (find/facet.h).
 *
 * Never part of the change that made it needed: a job is queued, and worked off in transactions of a few
 * milliseconds between which others write. Killed anywhere, it goes on where it was. Every upload of events
 * does a step of it; `mingjing link` does the rest. */
#pragma once

#include "index/catalogue.h"

/* Events of @source that happened in [from_us, to_us) by its clock, as far as they were not received more than a
 * day before that; NULL: all events of all, read again.
 * Part of the caller's transaction. */
bool idx_relink_queue(IdxCatalogue *cat, const char *source, int64_t from_us, int64_t to_us,
                      int64_t now_us, GError **error);

/* Events, and subjects of a catalogue from before, that are still to be looked at. */
bool idx_relink_pending(IdxCatalogue *cat, int64_t *ret_left, GError **error);

/* One piece. @cat: opened IDX_WRITE. *ret_more: there is something left. Adds to *ret_events (may be NULL) how many events
 * were linked anew: those of the source and time, not the others that were looked at on the way, nor subjects. */
bool idx_relink_step(IdxCatalogue *cat, int64_t now_us, bool *ret_more, int64_t *ret_events,
                     GError **error);

typedef void (*IdxRelinkProgress)(int64_t events_left, void *data); // may be NULL

/* All of it. No transaction open. *ret_events (may be NULL): as above, of all steps. */
bool idx_relink_run(IdxCatalogue *cat, int64_t now_us, IdxRelinkProgress progress, void *data,
                    int64_t *ret_events, GError **error);
