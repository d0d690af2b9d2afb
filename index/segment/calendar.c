// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/calendar.h"

#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/base/json_put.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/hold/hold.h"
#include "index/segment/timeline.h"

#include <string.h>

typedef struct Month {
    IdxCatalogue *cat;
    const char *camera;
    int64_t camera_id, stream_id;
    int64_t now_us;
    GString *out;
} Month;

typedef struct Cause { // of what is missing on a day
    const char *reason;
    int64_t missing_us;
} Cause;

bool idx_calendar_parse(const char *month, int *ret_first_day, GError **error)
{
    g_autofree char *day = g_strconcat(month, "-01", NULL);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    if (strlen(month) == strlen("2026-11") && mj_day_parse(day, utc, 0, ret_first_day, NULL))
        return true;
    return mj_error_set(error, MJ_ERROR_INVALID, "\"%.64s\" is not a month like 2026-11", month);
}

static void add_cause(GArray *causes, const IdxGap *gap)
{
    int64_t missing_us = gap->to_us - gap->from_us;
    for (guint i = 0; i < causes->len; i++) {
        Cause *cause = &g_array_index(causes, Cause, i);
        if (strcmp(cause->reason, gap->reason) == 0) {
            cause->missing_us += missing_us;
            return;
        }
    }
    Cause first = {gap->reason, missing_us};
    g_array_append_val(causes, first);
}

static int by_length(gconstpointer a, gconstpointer b)
{
    int64_t x = ((const Cause *)a)->missing_us, y = ((const Cause *)b)->missing_us;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void put_missing(GString *out, const IdxTimeline *t)
{
    g_autoptr(GArray) causes = g_array_new(FALSE, FALSE, sizeof(Cause));
    for (guint i = 0; i < t->gaps->len; i++)
        add_cause(causes, t->gaps->pdata[i]);
    g_array_sort(causes, by_length);
    mj_put_open(out, "missing", '[');
    for (guint i = 0; i < causes->len; i++) {
        const Cause *cause = &g_array_index(causes, Cause, i);
        mj_put_open(out, NULL, '{');
        mj_put_text(out, "reason", cause->reason);
        mj_put_real(out, "seconds", (double)cause->missing_us / 1e6);
        mj_put_close(out, '}');
    }
    mj_put_close(out, ']');
}

static bool put_holds(const Month *m, const IdxTimeline *t, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!idx_hold_touching(m->cat, m->camera_id, t->from_us, t->to_us, ids, error))
        return false;
    mj_put_integer(m->out, "holds", ids->len);
    return true;
}

static void put_recorded(const Month *m, const IdxTimeline *t)
{
    if (t->until_us > t->from_us)
        mj_put_real(m->out, "coverage", t->coverage);
    else
        mj_put_null(m->out, "coverage");
    mj_put_real(m->out, "recorded_s", (double)t->covered_us / 1e6);
    put_missing(m->out, t);
}

/* Nothing is said of it. */
static void put_unseen(GString *out)
{
    mj_put_null(out, "coverage");
    mj_put_real(out, "recorded_s", 0);
    mj_put_open(out, "missing", '[');
    mj_put_close(out, ']');
    mj_put_integer(out, "holds", 0);
}

static bool put_seen(const Month *m, int64_t from_us, int64_t to_us, GError **error)
{
    g_autoptr(IdxTimeline) t =
        idx_timeline_stretches(m->cat, m->stream_id, from_us, to_us, m->now_us, error);
    if (!t)
        return false;
    put_recorded(m, t);
    return put_holds(m, t, error);
}

static bool put_day(Month *m, int day, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    bool sees = false;
    if (!mj_day_range(day, m->cat->zone, &from_us, &to_us, error) ||
        !idx_scope_camera(m->cat, m->camera, from_us, to_us, &sees, error))
        return false;
    g_autofree char *name = mj_day_format(day);
    mj_put_open(m->out, NULL, '{');
    mj_put_text(m->out, "day", name);
    mj_put_time(m->out, "from", from_us, &m->cat->hour);
    mj_put_time(m->out, "to", to_us, &m->cat->hour);
    bool ok = true;
    if (sees)
        ok = put_seen(m, from_us, to_us, error);
    else
        put_unseen(m->out);
    mj_put_close(m->out, '}');
    return ok;
}

static bool put_days(Month *m, int first_day, GError **error)
{
    int days = g_date_get_days_in_month((GDateMonth)(first_day / 100 % 100),
                                        (GDateYear)(first_day / 10000));
    mj_put_open(m->out, "days", '[');
    for (int i = 0; i < days; i++)
        if (!put_day(m, first_day + i, error))
            return false;
    mj_put_close(m->out, ']');
    return true;
}

static void put_moment(const Month *m, const char *name, int64_t at_us)
{
    if (at_us)
        mj_put_time(m->out, name, at_us, &m->cat->hour);
    else
        mj_put_null(m->out, name);
}

static bool load_ends(const Month *m, int64_t *ret_first_us, int64_t *ret_last_us, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(IdxSegment) first = idx_segment_next(m->cat, m->stream_id, -1, &local);
    g_autoptr(IdxSegment) last = local ? NULL : idx_segment_last(m->cat, m->stream_id, &local);
    *ret_first_us = first ? first->start_us : 0;
    *ret_last_us = last ? last->end_us : 0;
    if (!local)
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

/* From when to when there is anything at all: where it is worth to turn to. */
static bool put_ends(const Month *m, GError **error)
{
    int64_t first_us = 0, last_us = 0, from_us = m->now_us, to_us = m->now_us + 1;
    if (!load_ends(m, &first_us, &last_us, error))
        return false;
    if (!idx_scope_seen(m->cat, m->camera, first_us ? &first_us : &from_us,
                        first_us ? &last_us : &to_us, error))
        return false;
    put_moment(m, "first", first_us);
    put_moment(m, "last", last_us);
    return true;
}

char *idx_calendar_text(IdxCatalogue *cat, const char *camera, int64_t stream_id,
                        const char *stream, int first_day, int64_t now_us, GError **error)
{
    g_autoptr(IdxCamera) found = idx_camera_get(cat, camera, error);
    if (!found || !idx_db_look_begin(cat, error))
        return NULL;
    g_autoptr(GString) out = g_string_new("{");
    g_autofree char *day = mj_day_format(first_day);
    g_autofree char *month = g_strndup(day, strlen("2026-11"));
    Month m = {cat, camera, found->id, stream_id, now_us, out};
    mj_put_text(out, "camera", camera);
    mj_put_text(out, "stream", stream);
    mj_put_text(out, "month", month);
    bool ok = put_ends(&m, error) && put_days(&m, first_day, error);
    mj_put_close(out, '}');
    idx_db_look_end(cat);
    return ok ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
