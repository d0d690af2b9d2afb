// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/purge/purge.h"

#define STEP_US MJ_DAY_US // of the walk: less than a hole that is looked for

/* The last by its turn, not by its time: one that ran by a clock that was ahead lies in the future for long. What a
 * rebuild found lost is no run (rebuild/settle.c). One that was refused has no row; it is noted until one runs. */
static const char SQL_LAST_RUN[] =
    "SELECT coalesce((SELECT value FROM setting WHERE key = 'purge_tried_us'),"
    " (SELECT started_us FROM purge_run ORDER BY id DESC LIMIT 1), 0)";
static const char SQL_ANY_RUN[] = "SELECT EXISTS (SELECT 1 FROM purge_run WHERE started_us > 0)"
                                  " OR EXISTS (SELECT 1 FROM setting WHERE key = 'purge_tried_us')";
static const char SQL_LAST_SIGN[] =
    "SELECT coalesce(max(at), 0) FROM (SELECT max(heartbeat_us) AS at FROM recorder UNION ALL"
    " SELECT max(g.end_us) FROM stream s CROSS JOIN segment g ON g.id = (SELECT id FROM segment"
    " WHERE stream_id = s.id ORDER BY start_us DESC LIMIT 1))";

/* Of all cameras: the end of what began last before a moment, and the begin of what begins next. */
static const char SQL_BEFORE[] =
    "SELECT coalesce(max((SELECT end_us FROM segment WHERE stream_id = s.id AND start_us < ?"
    " ORDER BY start_us DESC LIMIT 1)), 0) FROM stream s";
static const char SQL_NEXT[] =
    "SELECT coalesce(min((SELECT start_us FROM segment WHERE stream_id = s.id AND start_us >= ?"
    " ORDER BY start_us LIMIT 1)), 0) FROM stream s";

typedef struct Hole {
    int64_t from_us, to_us;
} Hole;

/* @what: came last. */
static bool refuse_pause(IdxCatalogue *cat, const char *what, int64_t last_us, int64_t now_us,
                         GError **error)
{
    g_autofree char *last = mj_time_format(last_us, idx_catalogue_timezone(cat));
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "by this machine's clock the last %s was at %s, %d days ago; nothing was "
                        "deleted, since with a clock that is ahead all footage looks old. If the "
                        "clock is right and the machine or its purges were off, run it once with "
                        "--after-pause",
                        what, last, (int)((now_us - last_us) / MJ_DAY_US));
}

static bool refuse_hole(IdxCatalogue *cat, const Hole *hole, GError **error)
{
    g_autofree char *from = mj_time_format(hole->from_us, idx_catalogue_timezone(cat));
    g_autofree char *to = mj_time_format(hole->to_us, idx_catalogue_timezone(cat));
    return mj_error_set(error, MJ_ERROR_CONFLICT,
                        "nothing was ever purged here, and no camera has footage of %d days, from "
                        "%s to %s, which is what a clock that was set ahead leaves behind; nothing "
                        "was deleted, since all footage from before would look old. If nothing was "
                        "recorded then and the clock is right, run it once with --after-pause",
                        (int)((hole->to_us - hole->from_us) / MJ_DAY_US), from, to);
}

/* The newest hole in the footage of all cameras; *ret of zeros if there is none. Looks once a day of footage. */
static bool find_hole(IdxCatalogue *cat, Hole *ret, GError **error)
{
    int64_t at_us = INT64_MAX, before_us = 0, next_us = 0;
    *ret = (Hole){0};
    for (;;) {
        if (!idx_db_get_int(cat, &before_us, SQL_BEFORE, error, "i", at_us))
            return false;
        if (before_us == 0)
            return true;
        if (before_us < at_us && at_us < INT64_MAX) {
            if (!idx_db_get_int(cat, &next_us, SQL_NEXT, error, "i", at_us))
                return false;
            if (next_us - before_us > IDX_PURGE_PAUSE_US) {
                *ret = (Hole){before_us, next_us};
                return true;
            }
        }
        at_us = MIN(at_us, before_us) - STEP_US;
    }
}

static bool check_first(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    int64_t sign_us = 0;
    Hole hole;
    if (!idx_db_get_int(cat, &sign_us, SQL_LAST_SIGN, error, "") || !find_hole(cat, &hole, error))
        return false;
    if (sign_us != 0 && now_us - sign_us > IDX_PURGE_PAUSE_US)
        return refuse_pause(cat, "sign of a recorder", sign_us, now_us, error);
    return hole.to_us == 0 || hole.to_us > now_us || refuse_hole(cat, &hole, error);
}

bool idx_purge_check_clock(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    int64_t any = 0, last_us = 0;
    if (!idx_db_get_int(cat, &any, SQL_ANY_RUN, error, "") ||
        !idx_db_get_int(cat, &last_us, SQL_LAST_RUN, error, ""))
        return false;
    if (!any)
        return check_first(cat, now_us, error);
    return now_us - last_us <= IDX_PURGE_PAUSE_US ||
           refuse_pause(cat, "purge that is known of", last_us, now_us, error);
}
