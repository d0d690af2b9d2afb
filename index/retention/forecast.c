// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/retention/forecast.h"

#include "index/base/clock.h"
#include "index/db.h"

#include <string.h>
#include <sys/statvfs.h>

static const char SQL_STORE[] =
    "INSERT INTO volume_outlook (volume_id, at_us, used_bytes, held_bytes, bound_bytes,"
    " spare_bytes, room_bytes, day_bytes, short_us, cause)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0), ?10)"
    " ON CONFLICT (volume_id) DO UPDATE SET at_us = excluded.at_us,"
    " used_bytes = excluded.used_bytes, held_bytes = excluded.held_bytes,"
    " bound_bytes = excluded.bound_bytes, spare_bytes = excluded.spare_bytes,"
    " room_bytes = excluded.room_bytes, day_bytes = excluded.day_bytes,"
    " short_us = excluded.short_us, cause = excluded.cause";
static const char SQL_LIST[] =
    "SELECT o.volume_id, o.at_us, o.used_bytes, o.held_bytes, o.bound_bytes, o.spare_bytes,"
    " o.room_bytes, o.day_bytes, coalesce(o.short_us, 0), o.cause FROM volume v"
    " JOIN volume_outlook o ON o.volume_id = v.id WHERE v.removed_us IS NULL ORDER BY v.id";

int64_t idx_outlook_room(const IdxVolume *volume, int64_t used_bytes, int64_t total_bytes,
                         int64_t free_bytes)
{
    int64_t room = free_bytes - idx_volume_reserve(volume, total_bytes);
    return volume->max_bytes > 0 ? MIN(room, volume->max_bytes - used_bytes) : room;
}

/* Of what is recorded from now on, so much comes past its minimum on @day and is not held then. */
static double ripe_ahead(const IdxSurveyVolume *s, bool with_held, int day, int64_t by_days)
{
    return (double)(by_days - (with_held ? 0 : s->ahead_held[day])) / (double)s->recent_bytes;
}

/* Days from now until there is neither room nor anything that may go; -1 = not in sight. */
static double days_left(const IdxSurveyVolume *s, bool with_held, double room, double day_bytes)
{
    /* What may be written by the end of a day, if all goes that may; what is recorded from now on
     * ripens too. */
    double allowed = room + (double)s->bytes[IDX_VERDICT_SPARE] + (double)s->bytes[IDX_VERDICT_DUE];
    int64_t by_days = 0; // of what is recent: what has a minimum less than so many days
    allowed += (double)s->ripe[0] + (with_held ? (double)s->held_ripe[0] : 0);
    if (allowed <= 0)
        return 0;
    for (int day = 1; day < IDX_SURVEY_DAYS && day_bytes > 0; day++) {
        double before = allowed;
        by_days += s->recent_by_days[day - 1];
        if (s->recent_bytes > 0)
            allowed += ripe_ahead(s, with_held, day, by_days) * day_bytes;
        allowed += (double)s->ripe[day] + (with_held ? (double)s->held_ripe[day] : 0);
        if (allowed < day_bytes * day)
            return MIN(before / day_bytes, day);
    }
    return -1;
}

IdxOutlook idx_outlook_of(const IdxSurveyVolume *survey, int64_t volume_id, int64_t room_bytes,
                          int64_t now_us)
{
    IdxOutlook o = {.volume_id = volume_id, .at_us = now_us, .room_bytes = room_bytes};
    if (!survey)
        return o;
    o.used_bytes = idx_survey_used(survey);
    o.held_bytes = survey->bytes[IDX_VERDICT_HELD];
    o.bound_bytes = survey->bytes[IDX_VERDICT_BOUND] + survey->bytes[IDX_VERDICT_OPEN];
    o.spare_bytes = survey->bytes[IDX_VERDICT_SPARE] + survey->bytes[IDX_VERDICT_DUE];
    if (now_us - survey->recent_first_us >= MJ_HOUR_US)
        o.day_bytes = idx_survey_day_bytes(survey, now_us);
    double days = days_left(survey, false, (double)room_bytes, (double)o.day_bytes);
    if (days < 0)
        return o;
    double without = days_left(survey, true, (double)room_bytes, (double)o.day_bytes);
    o.short_us = now_us + (int64_t)(days * (double)MJ_DAY_US);
    o.cause = without < 0 || without >= days + 1 ? IDX_OUTLOOK_HELD : IDX_OUTLOOK_MINIMUM;
    return o;
}

bool idx_outlook_store(IdxCatalogue *cat, const IdxOutlook *o, GError **error)
{
    return idx_db_run(cat, SQL_STORE, error, "iiiiiiiiit", o->volume_id, o->at_us, o->used_bytes,
                      o->held_bytes, o->bound_bytes, o->spare_bytes, o->room_bytes, o->day_bytes,
                      o->short_us, o->cause);
}

bool idx_outlook_warns(const IdxOutlook *o, int64_t now_us)
{
    return o->short_us != 0 && o->short_us <= now_us + IDX_OUTLOOK_WARN_DAYS * MJ_DAY_US;
}

GArray *idx_outlook_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(IdxOutlook));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        const char *cause = idx_db_text(q, 9);
        IdxOutlook o = {.volume_id = idx_db_int(q, 0),
                        .at_us = idx_db_int(q, 1),
                        .used_bytes = idx_db_int(q, 2),
                        .held_bytes = idx_db_int(q, 3),
                        .bound_bytes = idx_db_int(q, 4),
                        .spare_bytes = idx_db_int(q, 5),
                        .room_bytes = idx_db_int(q, 6),
                        .day_bytes = idx_db_int(q, 7),
                        .short_us = idx_db_int(q, 8)};
        if (cause)
            o.cause = strcmp(cause, IDX_OUTLOOK_HELD) == 0 ? IDX_OUTLOOK_HELD : IDX_OUTLOOK_MINIMUM;
        g_array_append_val(list, o);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

const IdxOutlook *idx_outlook_in(const GArray *outlooks, int64_t volume_id)
{
    for (guint i = 0; i < outlooks->len; i++)
        if (g_array_index(outlooks, IdxOutlook, i).volume_id == volume_id)
            return &g_array_index(outlooks, IdxOutlook, i);
    return NULL;
}

GArray *idx_outlook_find(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(IdxRetention) retention = idx_retention_new(cat, error);
    g_autoptr(GPtrArray) surveys =
        retention ? idx_survey(cat, retention, now_us, IDX_VERDICT_OPEN, NULL, NULL, error) : NULL;
    g_autoptr(GPtrArray) volumes = surveys ? idx_volume_list(cat, error) : NULL;
    if (!volumes)
        return NULL;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(IdxOutlook));
    for (guint i = 0; i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        const IdxSurveyVolume *survey = idx_survey_find(surveys, volume->id);
        struct statvfs disk;
        if (volume->removed_us || g_str_equal(volume->state, IDX_VOLUME_STALLED) ||
            g_str_equal(volume->state, IDX_VOLUME_MISSING) || statvfs(volume->path, &disk) < 0)
            continue;
        int64_t room = idx_outlook_room(volume, survey ? idx_survey_used(survey) : 0,
                                        (int64_t)disk.f_blocks * (int64_t)disk.f_frsize,
                                        (int64_t)disk.f_bavail * (int64_t)disk.f_frsize);
        IdxOutlook one = idx_outlook_of(survey, volume->id, room, now_us);
        g_array_append_val(list, one);
    }
    return list;
}
