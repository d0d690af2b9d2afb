// SPDX-License-Identifier: GPL-3.0-or-later
/* What is still to be linked anew, whatever made it so: the queues of relink.h (clocks of sources, all anew) and of
 * place_link.h (coverage, renumbered windows, link rules) together.
 *
 * While anything is queued, spans, and what follows from them, are those of before for a part of the events: an answer
 * that stands on links says so, and purge deletes nothing, since what is linked only then may have to stay. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

/* Cheap: whether anything is queued, by anybody. */
bool idx_linking_pending(IdxCatalogue *cat, bool *ret, GError **error);

/* How much: events, about, of relink.h, and places of which nobody has counted the events. */
bool idx_linking_left(IdxCatalogue *cat, int64_t *ret_events, int64_t *ret_places, GError **error);

typedef struct IdxLinking { // somebody who does it; all but now_us may be left 0
    int64_t now_us;
    /* Asked between two pieces: false ends it. @events_left, about, of relink.h. */
    bool (*go_on)(int64_t events_left, void *data);
    void *data;
} IdxLinking;

/* Both queues to their end, in transactions of milliseconds between which others write. *ret_done: nothing is left.
 * @cat: IDX_WRITE, no transaction open. Killed anywhere, it goes on where it was. */
bool idx_linking_run(IdxCatalogue *cat, const IdxLinking *how, bool *ret_done, GError **error);
