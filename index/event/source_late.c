// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/db.h"
#include "index/event/source_own.h"
#include "index/listing.h"

#include <stdlib.h>

#define FRESH_US                                                                                   \
    (25 * MJ_HOUR_US) // the newest of them: what comes once a day is told of until the next
#define ROUND_US (30 * MJ_MINUTE_US)  // time zones differ by that
#define ROUGHLY_US (5 * MJ_MINUTE_US) // and the way adds so much

static const char SQL_MINUTES[] =
    "SELECT minute_us, least_us FROM source_arrival WHERE source = ?1 AND minute_us < ?2"
    " AND minute_us >= ?3 ORDER BY minute_us DESC LIMIT ?4";

bool idx_source_is_late(int64_t delay_us)
{
    return delay_us > IDX_SOURCE_LIVE_US;
}

bool idx_source_lateness(int64_t *least_us, size_t n, int64_t *ret_us)
{
    size_t late = 0;
    idx_source_sort(least_us, n);
    while (late < n && idx_source_is_late(least_us[n - 1 - late]))
        late++;
    if (late < SOURCE_MINUTES_MIN || late <= 3 * n / 4)
        return false;
    const int64_t *first = least_us + (n - late);
    if (first[3 * late / 4] - first[late / 4] > IDX_SOURCE_LIVE_US)
        return false;
    *ret_us = first[late / 4];
    return true;
}

bool idx_source_find_late(IdxCatalogue *cat, const char *source, int64_t now_us, int64_t *ret_us,
                          GError **error)
{
    size_t n = 0;
    int64_t least_us[SOURCE_MINUTES], newest_us = 0;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_MINUTES, error, "tiii", source, now_us,
                                         now_us - IDX_SOURCE_LATE_KEPT_US, (int64_t)SOURCE_MINUTES);
    int row = 0;
    *ret_us = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        newest_us = MAX(newest_us, idx_db_int(q, 0));
        least_us[n++] = idx_db_int(q, 1);
    }
    if (row == 0 && newest_us >= now_us - FRESH_US)
        idx_source_lateness(least_us, n, ret_us);
    return row == 0;
}

// ── in words ──

/* What to set a clock to that is behind by so much, as `mingjing source clock` takes it. Caller frees. */
static char *offset_of(int64_t late_us)
{
    int64_t round_us = (late_us + ROUND_US / 2) / ROUND_US * ROUND_US;
    if (llabs(late_us - round_us) <= ROUGHLY_US)
        return g_strdup_printf("+%gh", (double)round_us / MJ_HOUR_US);
    return g_strdup_printf("+%" G_GINT64_FORMAT "m", late_us / MJ_MINUTE_US);
}

static bool is_remarkable(const IdxSource *s)
{
    return s->late_us && s->clock.how != IDX_SOURCE_SET;
}

char *idx_source_command(const IdxSource *s)
{
    if (!is_remarkable(s))
        return NULL;
    g_autofree char *offset = offset_of(s->late_us), *quoted = g_shell_quote(s->name);
    return g_strdup_printf("mingjing source clock %s --offset %s", quoted, offset);
}

char *idx_source_remark(const IdxSource *s)
{
    if (!is_remarkable(s))
        return NULL;
    g_autofree char *command = idx_source_command(s);
    g_autofree char *much = s->late_us >= MJ_HOUR_US
                                ? g_strdup_printf("%.1f h", (double)s->late_us / MJ_HOUR_US)
                                : g_strdup_printf("%d min", (int)(s->late_us / MJ_MINUTE_US));
    return g_strdup_printf(
        "everything of this source arrives %s late: either it sends late, or its clock is %s "
        "behind, "
        "or it sends local time with a wrong zone, and its footage is looked for at the wrong "
        "time. "
        "If it is the clock: %s; if it sends late: the same with --offset 0s, and this is said no "
        "more",
        much, much, command);
}

// ── as JSON ──

static json_t *ms(bool known, int64_t us)
{
    return known ? json_real((double)us / 1000.0) : json_null();
}

static json_t *clock_json(IdxCatalogue *cat, const IdxSourceClock *clock)
{
    json_t *from =
        clock->from_us == INT64_MIN ? json_null() : idx_listing_time(cat, clock->from_us);
    return json_pack("{s:s, s:o, s:o, s:o}", "how", idx_source_how_name(clock->how), "offset_ms",
                     ms(true, clock->offset_us), "uncertainty_ms", ms(true, clock->uncertainty_us),
                     "from", from);
}

json_t *idx_source_json(IdxCatalogue *cat, const IdxSource *s)
{
    g_autofree char *remark = idx_source_remark(s), *command = idx_source_command(s);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:s?, s:s?}", "source", s->name, "clock",
                     clock_json(cat, &s->clock), "delay_ms", ms(s->is_live, s->delay_us),
                     "last_arrival", idx_listing_time(cat, s->last_arrival_us), "late_ms",
                     ms(s->late_us != 0, s->late_us), "remark", remark, "command", command);
}

json_t *idx_sources_json(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) list = idx_source_list(cat, now_us, error);
    json_t *array = list ? json_array() : NULL;
    for (guint i = 0; list && i < list->len; i++)
        json_array_append_new(array, idx_source_json(cat, list->pdata[i]));
    return array ? json_pack("{s:o}", "sources", array) : NULL;
}
