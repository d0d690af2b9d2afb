// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/linking.h"

#include "index/db.h"
#include "index/hold/journal.h"
#include "index/link/place_link.h"
#include "index/link/relink.h"

#define BREATH_US 2000 // between transactions: whoever waits gets in

static const char SQL_PENDING[] =
    "SELECT EXISTS (SELECT 1 FROM relink) OR EXISTS (SELECT 1 FROM place_link)";
static const char SQL_LEFT[] = "SELECT coalesce(sum(max(0, last_id - next_id + 1)), 0) FROM relink";

bool idx_linking_pending(IdxCatalogue *cat, bool *ret, GError **error)
{
    int64_t pending = 0;
    if (!idx_db_get_int(cat, &pending, SQL_PENDING, error, ""))
        return false;
    *ret = pending != 0;
    return true;
}

bool idx_linking_left(IdxCatalogue *cat, int64_t *ret_events, int64_t *ret_places, GError **error)
{
    return idx_db_get_int(cat, ret_events, SQL_LEFT, error, "") &&
           idx_place_link_pending(cat, ret_places, error);
}

/* Places first, as the command does: what a clock concerns is linked by the map of now then. */
static bool step(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    int64_t places = 0, events = 0;
    bool more = false;
    if (!idx_place_link_pending(cat, &places, error))
        return false;
    return places > 0 ? idx_place_link_step(cat, now_us, &more, &events, error)
                      : idx_relink_step(cat, now_us, &more, NULL, error);
}

static bool may_go_on(IdxCatalogue *cat, const IdxLinking *how, bool *ret, GError **error)
{
    int64_t left = 0;
    if (how->go_on && !idx_db_get_int(cat, &left, SQL_LEFT, error, ""))
        return false;
    *ret = !how->go_on || how->go_on(left, how->data);
    return true;
}

static bool run(IdxCatalogue *cat, const IdxLinking *how, bool *ret_done, GError **error)
{
    bool pending = false, go_on = true;
    if (!idx_linking_pending(cat, &pending, error))
        return false;
    while (pending && go_on) {
        if (!step(cat, how->now_us, error) || !idx_linking_pending(cat, &pending, error) ||
            (pending && !may_go_on(cat, how, &go_on, error)))
            return false;
        if (pending && go_on)
            g_usleep(BREATH_US);
    }
    *ret_done = !pending;
    return true;
}

bool idx_linking_run(IdxCatalogue *cat, const IdxLinking *how, bool *ret_done, GError **error)
{
    idx_hold_journal_many_begin(cat);
    bool ok = run(cat, how, ret_done, error);
    idx_hold_journal_many_end(cat);
    return ok;
}
