// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/big/load.h"

#include "index/base/error.h"
#include "index/base/json.h"
#include "index/db.h"
#include "index/event/event.h"
#include "index/event/source.h"
#include "index/find/story.h"
#include "index/hold/hold.h"
#include "test/index/big/events.h"

#define TOGETHER 10000 // events in a transaction

bool big_load_begin(IdxCatalogue *cat, GError **error)
{
    return idx_db_script(cat,
                         "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                         " PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1000000;",
                         error);
}

bool big_load_end(IdxCatalogue *cat, GError **error)
{
    return idx_db_script(cat,
                         "PRAGMA locking_mode = NORMAL; PRAGMA synchronous = FULL;"
                         " PRAGMA cache_size = -2000; PRAGMA journal_mode = WAL;",
                         error);
}

typedef struct Load {
    IdxCatalogue *cat;
    GArray *touched; // int64_t
    int64_t n;
    void (*told)(int64_t events);
} Load;

static bool add(Load *l, const IdxEvent *event, int64_t arrived_us, GError **error)
{
    bool duplicate = false;
    g_array_set_size(l->touched, 0);
    if (!idx_event_store(l->cat, event, arrived_us, l->touched, &duplicate, error))
        return false;
    if (!idx_story_relink_all(l->cat, l->touched, arrived_us, error))
        return false;
    int64_t delay_us = arrived_us - event->time_us;
    bool again = event->correction_of || event->data_ver > 1; // what event/ingest.c leaves out, too
    return !idx_source_says(delay_us) || (again && delay_us > IDX_SOURCE_LIVE_US) ||
           idx_source_arrived(l->cat, event->source, delay_us, arrived_us, error);
}

static bool emit(const char *json, int64_t arrived_us, void *data, GError **error)
{
    Load *l = data;
    g_autoptr(json_t) value = json_loads(json, 0, NULL);
    g_autoptr(IdxEvent) event = idx_event_parse(value, error);
    if (!event || (l->cat->depth == 0 && !idx_begin(l->cat, error)) ||
        !add(l, event, arrived_us, error))
        return false;
    if (++l->n % TOGETHER != 0)
        return true;
    if (l->told)
        l->told(l->n);
    return idx_commit(l->cat, error);
}

bool big_load_events(const BigHall *hall, IdxCatalogue *cat, void (*told)(int64_t events),
                     GError **error)
{
    g_autoptr(GArray) touched = g_array_new(FALSE, FALSE, sizeof(int64_t));
    Load l = {.cat = cat, .touched = touched, .told = told};
    bool ok = big_events(hall, hall->start_us, BIG_END_US, hall->events, BIG_SALT, emit, &l, error);
    if (cat->depth > 0 && ok)
        return idx_commit(cat, error);
    idx_rollback(cat);
    return ok;
}

bool big_load_holds(IdxCatalogue *cat, GError **error)
{
    bool ok = true;
    for (int i = 0; ok && i < BIG_HELD; i++) {
        char key[64];
        g_auto(IdxHoldAnswer) answer = {0};
        big_crowd(key, sizeof key, BIG_SALT, i);
        IdxHoldRequest request = {.kind = "approval",
                                  .key = key,
                                  .owner = "legal",
                                  .reason = "申诉",
                                  .case_no = "2026-17",
                                  .by = "investigator"};
        g_autoptr(GError) failed = NULL;
        ok = idx_hold_add(cat, &request, BIG_END_US, &answer, &failed) ||
             mj_error_is(failed, MJ_ERROR_NOT_FOUND); // of few events there are not so many
        if (!ok)
            g_propagate_error(error, g_steal_pointer(&failed));
    }
    return ok;
}
