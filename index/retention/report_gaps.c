// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/db.h"
#include "index/retention/report_own.h"
#include "index/segment/timeline.h"

#include <string.h>

/* By the index alone. */
static const char SQL_COVERED[] =
    "SELECT coalesce(sum(min(end_us, ?3) - max(start_us, ?2)), 0) FROM segment"
    " INDEXED BY segment_time WHERE stream_id = ?1 AND start_us < ?3 AND end_us > ?2"
    " AND start_us >= coalesce((SELECT max(start_us) FROM segment WHERE stream_id = ?1"
    " AND start_us <= ?2), ?2)";

typedef struct Reason {
    char *name;
    int count;
    int64_t missing_us;
} Reason;

typedef struct Sums {
    GPtrArray *reasons; // Reason *
    const Reason *last; // that of the gap that was met last
    int64_t last_to_us; // where it ended
    IdxReportGaps *total;
} Sums;

static void reason_free(void *data)
{
    Reason *reason = data;
    g_free(reason->name);
    g_free(reason);
}

void idx_report_gaps_clear(IdxReportGaps *gaps)
{
    g_clear_pointer(&gaps->reasons, json_decref);
}

static Reason *reason_of(Sums *sums, const char *name)
{
    for (guint i = 0; i < sums->reasons->len; i++)
        if (strcmp(((Reason *)sums->reasons->pdata[i])->name, name) == 0)
            return sums->reasons->pdata[i];
    Reason *fresh = g_new0(Reason, 1);
    fresh->name = g_strdup(name);
    g_ptr_array_add(sums->reasons, fresh);
    return fresh;
}

/* One that goes on from the day before is the same one. */
static void add_gap(Sums *sums, const IdxGap *gap)
{
    Reason *reason = reason_of(sums, gap->reason);
    bool goes_on = reason == sums->last && gap->from_us == sums->last_to_us;
    bool due = strcmp(gap->reason, IDX_REASON_NOT_RECORDED) != 0;
    reason->count += !goes_on;
    reason->missing_us += gap->to_us - gap->from_us;
    sums->total->count += !goes_on;
    sums->total->missing_us += due ? gap->to_us - gap->from_us : 0;
    sums->last = reason;
    sums->last_to_us = gap->to_us;
}

static bool add_day(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                    int64_t now_us, Sums *sums, GError **error)
{
    int64_t covered_us = 0;
    if (!idx_db_get_int(cat, &covered_us, SQL_COVERED, error, "iii", stream_id, from_us, to_us))
        return false;
    if (covered_us >= to_us - from_us) {
        sums->total->there_us += covered_us;
        return true;
    }
    g_autoptr(IdxTimeline) t =
        idx_timeline_stretches(cat, stream_id, from_us, to_us, now_us, error);
    sums->total->there_us += t ? t->covered_us : 0;
    for (guint i = 0; t && i < t->gaps->len; i++)
        add_gap(sums, t->gaps->pdata[i]);
    return t != NULL;
}

static int by_length(gconstpointer a, gconstpointer b)
{
    const Reason *x = *(const Reason *const *)a, *y = *(const Reason *const *)b;
    return x->missing_us != y->missing_us ? (x->missing_us > y->missing_us ? -1 : 1)
                                          : strcmp(x->name, y->name);
}

static json_t *reasons_json(GPtrArray *reasons)
{
    json_t *list = json_array();
    g_ptr_array_sort(reasons, by_length);
    for (guint i = 0; i < reasons->len; i++) {
        const Reason *one = reasons->pdata[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:f}", "reason", one->name, "count", one->count,
                                        "missing_s", (double)one->missing_us / MJ_SECOND_US));
    }
    return list;
}

bool idx_report_gaps(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t now_us,
                     IdxReportGaps *ret, GError **error)
{
    g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(reason_free);
    IdxReportGaps total = {0};
    Sums sums = {.reasons = reasons, .total = &total};
    for (; from_us < now_us; from_us += MJ_DAY_US)
        if (!add_day(cat, stream_id, from_us, MIN(from_us + MJ_DAY_US, now_us), now_us, &sums,
                     error))
            return false;
    *ret = total;
    ret->reasons = reasons_json(reasons);
    return true;
}
