// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/source_own.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/link/relink.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_US (2 * MJ_HOUR_US)
#define UNCERTAINTY_MIN_US MJ_SECOND_US

/* The next source in order, again and again: each step is one look into the index. */
static const char SQL_NAMES[] =
    "WITH RECURSIVE s (name) AS (SELECT min(source) FROM event UNION ALL"
    " SELECT (SELECT min(source) FROM event WHERE source > s.name) FROM s WHERE s.name IS NOT NULL)"
    " SELECT name FROM s WHERE name IS NOT NULL";
static const char SQL_KNOWN[] = "SELECT 1 FROM event WHERE source = ? LIMIT 1";
static const char SQL_CLOCKS[] =
    "SELECT how = 'set', from_us, offset_us, uncertainty_us, id FROM source_clock"
    " WHERE source = ? AND superseded_us IS NULL ORDER BY from_us, id";
static const char SQL_ADD[] =
    "INSERT INTO source_clock (source, how, from_us, offset_us, uncertainty_us, noted_us)"
    " VALUES (?1, ?2, nullif(?3, -9223372036854775808), CASE WHEN ?4 THEN ?5 END, ?6, ?7)";
static const char SQL_SUPERSEDE_SET[] =
    "UPDATE source_clock SET superseded_us = ?3 WHERE source = ?1 AND how = 'set'"
    " AND superseded_us IS NULL AND coalesce(from_us, -9223372036854775808) >= ?2";
static const char SQL_ARRIVED[] =
    "INSERT INTO source_arrival (source, minute_us, least_us) VALUES (?1, ?2, ?3)"
    " ON CONFLICT DO UPDATE SET least_us = excluded.least_us";
static const char SQL_MINUTE[] =
    "SELECT least_us FROM source_arrival WHERE source = ? AND minute_us = ?";
static const char SQL_MINUTES[] =
    "SELECT minute_us, least_us FROM source_arrival WHERE source = ?1 AND minute_us < ?2"
    " AND minute_us >= ?3 AND least_us <= ?5 ORDER BY minute_us DESC LIMIT ?4";
static const char SQL_FORGET[] = "DELETE FROM source_arrival WHERE source = ?1 AND minute_us < ?2";
static const char SQL_LAST_MINUTE[] =
    "SELECT coalesce(max(minute_us), 0) FROM source_arrival WHERE source = ? AND least_us <= ?";

const char *idx_source_how_name(IdxSourceHow how)
{
    static const char *const NAMES[] = {"unknown", "measured", "set"};
    return NAMES[how];
}

void idx_source_free(IdxSource *source)
{
    if (source)
        g_free(source->name);
    g_free(source);
}

GArray *idx_source_clocks(IdxCatalogue *cat, const char *source, GError **error)
{
    g_autoptr(GArray) clocks = g_array_new(FALSE, FALSE, sizeof(IdxSourceClock));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CLOCKS, error, "t", source);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxSourceClock clock = {.how = idx_db_int(q, 0) ? IDX_SOURCE_SET : IDX_SOURCE_MEASURED,
                                .from_us = idx_db_int_or(q, 1, INT64_MIN),
                                .has_offset = !idx_db_is_null(q, 2),
                                .offset_us = idx_db_int(q, 2),
                                .uncertainty_us = idx_db_int(q, 3),
                                .id = idx_db_int(q, 4)};
        g_array_append_val(clocks, clock);
    }
    return row == 0 ? g_steal_pointer(&clocks) : NULL;
}

static const IdxSourceClock *last_set(const GArray *clocks, int64_t time_us)
{
    const IdxSourceClock *found = NULL;
    for (guint i = 0; i < clocks->len; i++) {
        const IdxSourceClock *clock = &g_array_index(clocks, IdxSourceClock, i);
        if (clock->how == IDX_SOURCE_SET && clock->from_us <= time_us)
            found = clock;
    }
    return found;
}

/* By when it was found: one that is put right after hours ahead begins earlier by its own time. */
static const IdxSourceClock *last_measured(const GArray *clocks, int64_t time_us, int64_t until_us)
{
    const IdxSourceClock *found = NULL;
    for (guint i = 0; i < clocks->len; i++) {
        const IdxSourceClock *clock = &g_array_index(clocks, IdxSourceClock, i);
        if (clock->how == IDX_SOURCE_MEASURED && clock->from_us <= time_us &&
            time_us <= until_us - clock->offset_us && (!found || clock->id >= found->id))
            found = clock;
    }
    return found;
}

static int64_t later(int64_t us, int64_t by_us)
{
    return us > INT64_MAX / 2 ? INT64_MAX / 2 : us + by_us;
}

IdxSourceClock idx_source_clock_at(const GArray *clocks, int64_t time_us, int64_t received_us)
{
    const IdxSourceClock *clock = last_set(clocks, time_us);
    if (!clock || !clock->has_offset) {
        clock = last_measured(clocks, time_us, later(received_us, IDX_SOURCE_LIVE_US));
        if (!clock)
            clock = last_measured(clocks, time_us, INT64_MAX / 2);
    }
    return clock ? *clock : (IdxSourceClock){.from_us = INT64_MIN};
}

static int compare_us(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

void idx_source_sort(int64_t *delays_us, size_t n)
{
    qsort(delays_us, n, sizeof *delays_us, compare_us);
}

bool idx_source_says(int64_t delay_us)
{
    return delay_us <= IDX_SOURCE_OFFSET_MAX_US && delay_us >= -IDX_SOURCE_OFFSET_MAX_US;
}

static bool is_far(int64_t delay_us)
{
    return delay_us < -IDX_SOURCE_LIVE_US;
}

/* What is live says most, what is late least. */
static int rank(int64_t delay_us)
{
    return idx_source_is_late(delay_us) ? 2 : is_far(delay_us);
}

bool idx_source_says_more(int64_t delay_us, int64_t than_us)
{
    return rank(delay_us) == rank(than_us) ? delay_us < than_us : rank(delay_us) < rank(than_us);
}

/* Sorts, and leaves away what is far ahead unless all but a quarter is, by about the same. */
static size_t leave_far(int64_t *least_us, size_t n)
{
    size_t far = 0;
    idx_source_sort(least_us, n);
    while (far < n && is_far(least_us[far]))
        far++;
    if (far > 3 * n / 4 && least_us[3 * n / 4] - least_us[n / 4] <= IDX_SOURCE_LIVE_US)
        return n;
    memmove(least_us, least_us + far, (n - far) * sizeof *least_us);
    return n - far;
}

bool idx_source_estimate(int64_t *least_us, size_t n, int64_t *ret_offset_us,
                         int64_t *ret_uncertainty_us)
{
    n = leave_far(least_us, n);
    if (n < SOURCE_MINUTES_MIN)
        return false;
    int64_t quarter_us = least_us[n / 4], spread_us = least_us[n / 2] - quarter_us;
    bool right = llabs(quarter_us) < IDX_SOURCE_NOTICE_US;
    *ret_offset_us = right ? 0 : quarter_us;
    *ret_uncertainty_us = right ? 0 : MAX(UNCERTAINTY_MIN_US, MAX(spread_us, quarter_us));
    return true;
}

/* Whole minutes alone. *ret_since_us: the oldest of them that counts. */
static bool estimate(IdxCatalogue *cat, const char *source, int64_t minute_us, size_t *ret_n,
                     int64_t least_us[SOURCE_MINUTES], int64_t *ret_since_us, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_MINUTES, error, "tiiii", source, minute_us, minute_us - WINDOW_US,
                     (int64_t)SOURCE_MINUTES, IDX_SOURCE_LIVE_US);
    int row = 0;
    size_t all = 0;
    int64_t near_us = minute_us;
    while ((row = idx_db_step(cat, q, error)) > 0) { // newest first
        *ret_since_us = idx_db_int(q, 0);
        least_us[all++] = idx_db_int(q, 1);
        if (!is_far(idx_db_int(q, 1)))
            near_us = idx_db_int(q, 0);
    }
    *ret_n = leave_far(least_us, all);
    if (*ret_n < all)
        *ret_since_us = near_us;
    return row == 0;
}

static bool add_clock(IdxCatalogue *cat, const char *source, const IdxSourceClock *clock,
                      int64_t now_us, GError **error)
{
    return idx_db_run(cat, SQL_ADD, error, "ttiiiii", source, idx_source_how_name(clock->how),
                      clock->from_us, (int64_t)clock->has_offset, clock->offset_us,
                      clock->uncertainty_us, now_us);
}

/* A new measure of a clock, if it differs from the one before by more than both may be wrong. */
static bool measure(IdxCatalogue *cat, const char *source, int64_t minute_us, int64_t now_us,
                    GError **error)
{
    size_t n = 0;
    int64_t least_us[SOURCE_MINUTES], since_us = 0;
    IdxSourceClock clock = {.how = IDX_SOURCE_MEASURED, .has_offset = true};
    if (!estimate(cat, source, minute_us, &n, least_us, &since_us, error))
        return false;
    if (!idx_source_estimate(least_us, n, &clock.offset_us, &clock.uncertainty_us))
        return true;
    g_autoptr(GArray) clocks = idx_source_clocks(cat, source, error);
    if (!clocks)
        return false;
    const IdxSourceClock *last = last_measured(clocks, INT64_MAX / 4, INT64_MAX / 2);
    if (llabs(clock.offset_us - (last ? last->offset_us : 0)) < IDX_SOURCE_NOTICE_US)
        return true;
    clock.from_us = since_us - clock.offset_us;
    return add_clock(cat, source, &clock, now_us, error) &&
           idx_relink_queue(cat, source, clock.from_us, INT64_MAX, now_us, error);
}

/* 1 and *ret_us: what its minute has; 0: nothing yet; -1 with @error. */
static int known_of(IdxCatalogue *cat, const char *source, int64_t minute_us, int64_t *ret_us,
                    GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_MINUTE, error, "ti", source, minute_us);
    int row = idx_db_step(cat, q, error);
    *ret_us = row > 0 ? idx_db_int(q, 0) : 0;
    return row;
}

/* A minute is measured when the first comes that is not late. */
bool idx_source_arrived(IdxCatalogue *cat, const char *source, int64_t least_us, int64_t now_us,
                        GError **error)
{
    int64_t minute_us = now_us - now_us % MJ_MINUTE_US, known_us = 0;
    bool late = idx_source_is_late(least_us);
    if (!idx_source_says(least_us))
        return true;
    int known = known_of(cat, source, minute_us, &known_us, error);
    if (known < 0 || (known > 0 && !idx_source_says_more(least_us, known_us)))
        return known > 0;
    bool begins = known == 0 || (!late && idx_source_is_late(known_us));
    return idx_db_run(cat, SQL_ARRIVED, error, "tii", source, minute_us, least_us) &&
           (!begins || (idx_db_run(cat, SQL_FORGET, error, "ti", source,
                                   minute_us - IDX_SOURCE_LATE_KEPT_US) &&
                        (late || measure(cat, source, minute_us, now_us, error))));
}

static bool check_known(IdxCatalogue *cat, const char *source, GError **error)
{
    int64_t one = 0;
    g_autoptr(GError) local = NULL;
    if (idx_db_get_int(cat, &one, SQL_KNOWN, &local, "t", source))
        return true;
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                            "no event ever came from %.256s; see: mingjing source list", source);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

static bool tell_clock(IdxCatalogue *cat, const char *source, const IdxSourceClock *clock,
                       GError **error)
{
    json_t *offset = clock->has_offset ? json_real((double)clock->offset_us / 1e3) : json_null();
    g_autoptr(json_t) detail = json_pack("{s:o, s:f}", "offset_ms", offset, "uncertainty_ms",
                                         (double)clock->uncertainty_us / 1e3);
    return idx_audit(cat,
                     &(IdxAudit){.what = "source.clock",
                                 .object_kind = "source",
                                 .object = source,
                                 .from_us = clock->from_us,
                                 .to_us = INT64_MAX,
                                 .detail = detail},
                     error);
}

bool idx_source_set(IdxCatalogue *cat, const char *source, int64_t from_us,
                    const int64_t *offset_us, int64_t uncertainty_us, int64_t now_us,
                    GError **error)
{
    IdxSourceClock clock = {.how = IDX_SOURCE_SET,
                            .from_us = from_us,
                            .has_offset = offset_us != NULL,
                            .offset_us = offset_us ? *offset_us : 0,
                            .uncertainty_us = uncertainty_us};
    if (llabs(clock.offset_us) > IDX_SOURCE_OFFSET_MAX_US || uncertainty_us < 0 ||
        uncertainty_us > IDX_SOURCE_OFFSET_MAX_US)
        return mj_error_set(error, MJ_ERROR_INVALID, "a clock's offset may be a day at most");
    if (!check_known(cat, source, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok =
        idx_db_run(cat, SQL_SUPERSEDE_SET, error, "tii", source, from_us, now_us) &&
        ((!offset_us && from_us == INT64_MIN) || add_clock(cat, source, &clock, now_us, error)) &&
        idx_relink_queue(cat, source, from_us, INT64_MAX, now_us, error) &&
        tell_clock(cat, source, &clock, error);
    return idx_db_scope_end(cat, ok, error);
}

static bool describe(IdxCatalogue *cat, IdxSource *s, int64_t now_us, GError **error)
{
    size_t n = 0;
    int64_t least_us[SOURCE_MINUTES], since_us = 0, offset_us = 0, uncertainty_us = 0;
    g_autoptr(GArray) clocks = idx_source_clocks(cat, s->name, error);
    if (!clocks || !estimate(cat, s->name, now_us, &n, least_us, &since_us, error) ||
        !idx_db_get_int(cat, &s->last_arrival_us, SQL_LAST_MINUTE, error, "ti", s->name,
                        IDX_SOURCE_LIVE_US) ||
        !idx_source_find_late(cat, s->name, now_us, &s->late_us, error))
        return false;
    /* By the source's own clock, which may be hours ahead: what was measured last holds for what it says now. */
    const IdxSourceClock *last = last_measured(clocks, INT64_MAX / 4, INT64_MAX / 2);
    int64_t ahead_us = last ? MAX(0, -last->offset_us) : 0;
    s->clock = idx_source_clock_at(clocks, now_us + ahead_us, now_us);
    s->is_live = idx_source_estimate(least_us, n, &offset_us, &uncertainty_us);
    s->delay_us = s->is_live ? least_us[n / 4] : 0; // sorted by now
    return true;
}

GPtrArray *idx_source_list(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_source_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NAMES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        if (g_str_has_prefix(idx_db_text(q, 0), IDX_SOURCE_OURS))
            continue;
        IdxSource *source = g_new0(IdxSource, 1);
        source->name = g_strdup(idx_db_text(q, 0));
        g_ptr_array_add(list, source);
    }
    for (guint i = 0; row == 0 && i < list->len; i++)
        if (!describe(cat, list->pdata[i], now_us, error))
            return NULL;
    return row == 0 ? g_steal_pointer(&list) : NULL;
}
