// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/find.h"
#include "index/base/clock.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/event/source.h"
#include "index/purge/disposition.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"

#include <sys/timex.h>

#define STALE_US (2 * MJ_DAY_US) // purge has not run for so long
#define LATE_US MJ_MINUTE_US     // a source that seems behind by less may only be slow to send
#define FRESH_US MJ_HOUR_US      // what a camera's clock was lately

static const char SQL_CLOCK[] =
    "SELECT clock_offset_us, coalesce(clock_uncertainty_us, 0) FROM segment INDEXED BY segment_time"
    " WHERE stream_id = ?1 AND start_us > ?2 ORDER BY start_us DESC LIMIT 1";

static char *seconds_of(int64_t offset_us)
{
    return g_strdup_printf("%.1f s %s", (double)ABS(offset_us) / MJ_SECOND_US,
                           offset_us < 0 ? "ahead" : "behind");
}

static void add_host(GArray *list)
{
    struct timex clock = {0};
    if (adjtimex(&clock) < 0 || !(clock.status & STA_UNSYNC))
        return; // well, or not to be known
    IdxCondition c = {.kind = IDX_ALARM_CLOCK,
                      .object = g_strdup("host"),
                      .severity = IDX_ALARM_YELLOW,
                      .code = "host",
                      .detail = g_strdup("the clock of this machine is not synchronised; start "
                                         "chrony and give it a time server")};
    g_array_append_val(list, c);
}

static bool add_camera_clock(IdxCatalogue *cat, const IdxCamera *camera, int64_t now_us,
                             GArray *list, GError **error)
{
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        g_autoptr(IdxQuery) q =
            idx_db_query(cat, SQL_CLOCK, error, "ii", stream->id, now_us - FRESH_US);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        if (!stream->record || row == 0 || idx_db_is_null(q, 0))
            continue;
        int64_t offset_us = idx_db_int(q, 0);
        if (ABS(offset_us) - idx_db_int(q, 1) <= IDX_ALARM_CLOCK_US)
            continue;
        g_autofree char *off = seconds_of(offset_us);
        IdxCondition c = {.kind = IDX_ALARM_CLOCK,
                          .object = g_strdup_printf("camera %s", camera->code),
                          .severity = IDX_ALARM_YELLOW,
                          .code = "camera",
                          .camera = g_strdup(camera->code),
                          .detail = g_strdup_printf(
                              "the clock of %s is %s; footage is indexed by the host's, but "
                              "the picture shows its own: set NTP in the camera",
                              camera->name, off)};
        g_array_append_val(list, c);
        return true; // both streams have one clock
    }
    return true;
}

/* Whoever knows which it is, sets it by hand, and it is an alarm no longer. */
static void add_late(const IdxSource *s, GArray *list)
{
    g_autofree char *remark = idx_source_remark(s);
    if (!remark)
        return;
    IdxCondition c = {.kind = IDX_ALARM_CLOCK,
                      .object = g_strdup_printf("source %s", s->name),
                      .severity = IDX_ALARM_YELLOW,
                      .code = "late",
                      .detail = g_strdup_printf("%s: %s", s->name, remark)};
    g_array_append_val(list, c);
}

static bool add_sources(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(GPtrArray) sources = idx_source_list(cat, now_us, error);
    for (guint i = 0; sources && i < sources->len; i++) {
        const IdxSource *s = sources->pdata[i];
        if (!s->is_live || !s->clock.has_offset || s->clock.how != IDX_SOURCE_MEASURED ||
            (s->clock.offset_us >= -IDX_ALARM_CLOCK_US && s->clock.offset_us <= LATE_US)) {
            add_late(s, list);
            continue;
        }
        g_autofree char *off = seconds_of(s->clock.offset_us);
        IdxCondition c = {
            .kind = IDX_ALARM_CLOCK,
            .object = g_strdup_printf("source %s", s->name),
            .severity = IDX_ALARM_YELLOW,
            .code = "source",
            .detail = g_strdup_printf("the clock of %s is %s, or it sends late; its events are "
                                      "linked with that in mind: mingjing source list",
                                      s->name, off)};
        g_array_append_val(list, c);
    }
    return sources != NULL;
}

static bool add_stream_retention(IdxCatalogue *cat, const IdxRetention *retention,
                                 const IdxCamera *camera, const IdxStream *stream, int64_t now_us,
                                 GArray *list, GError **error)
{
    int64_t gone_us = 0;
    int promised = idx_retention_promised_days(retention, camera->kind);
    if (!idx_disposition_last(cat, stream->id, &gone_us, error))
        return false;
    if (!gone_us || now_us - gone_us >= promised * MJ_DAY_US)
        return true;
    IdxCondition c = {
        .kind = IDX_ALARM_RETENTION,
        .object = g_strdup_printf("%s/%s", camera->code, stream->name),
        .severity = IDX_ALARM_RED,
        .code = "missed",
        .detail = g_strdup_printf(
            "footage of %s (%s) that is %d days old was deleted, and %d days are promised: look at "
            "mingjing retention report and retention policy",
            camera->name, stream->name, (int)((now_us - gone_us) / MJ_DAY_US), promised)};
    g_array_append_val(list, c);
    return true;
}

static bool add_cameras(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(IdxRetention) retention = idx_retention_new(cat, error);
    g_autoptr(GPtrArray) cameras = retention ? idx_camera_list(cat, false, error) : NULL;
    for (guint i = 0; cameras && i < cameras->len; i++) {
        const IdxCamera *camera = cameras->pdata[i];
        if (!add_camera_clock(cat, camera, now_us, list, error))
            return false;
        for (guint j = 0; j < camera->streams->len; j++)
            if (!add_stream_retention(cat, retention, camera, camera->streams->pdata[j], now_us,
                                      list, error))
                return false;
    }
    return cameras != NULL;
}

/* Where it never ran there is nothing yet to be late with. */
static bool add_purge(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(GArray) outlooks = idx_outlook_list(cat, error);
    int64_t last_us = 0;
    for (guint i = 0; outlooks && i < outlooks->len; i++)
        last_us = MAX(last_us, g_array_index(outlooks, IdxOutlook, i).at_us);
    if (!outlooks || last_us == 0 || now_us - last_us < STALE_US)
        return outlooks != NULL;
    IdxCondition c = {.kind = IDX_ALARM_PURGE,
                      .object = g_strdup("purge"),
                      .severity = IDX_ALARM_YELLOW,
                      .code = "stale",
                      .detail = g_strdup("no purge has run to its end for two days, so disks fill "
                                         "up: systemctl status mingjing-purge"),
                      .since_us = last_us};
    g_array_append_val(list, c);
    return true;
}

bool idx_conditions_slow(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    add_host(list);
    return add_cameras(cat, now_us, list, error) && add_sources(cat, now_us, list, error) &&
           add_purge(cat, now_us, list, error);
}
