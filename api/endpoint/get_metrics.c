// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/overview.h"
#include "api/reply.h"
#include "index/alarm/alarm.h"
#include "index/link/link.h"
#include "index/meter.h"

/* Camera codes are [A-Za-z0-9._-]: nothing in a label needs escaping. */
static void print_overview(const ApiOverview *overview, GString *text)
{
    g_string_append(text, "# HELP mingjing_stream_recording 1 while the stream is being recorded.\n"
                          "# TYPE mingjing_stream_recording gauge\n");
    for (guint i = 0; i < overview->streams->len; i++) {
        const ApiStreamNow *now = &g_array_index(overview->streams, ApiStreamNow, i);
        g_string_append_printf(text, "mingjing_stream_recording{camera=\"%s\",stream=\"%s\"} %d\n",
                               now->camera->code, now->stream->name,
                               g_str_equal(now->state->state, IDX_STATE_RECORDING) ? 1 : 0);
    }
    g_string_append_printf(
        text,
        "# HELP mingjing_capture_up 1 while a recorder gives its heartbeat.\n"
        "# TYPE mingjing_capture_up gauge\nmingjing_capture_up %d\n"
        "# HELP mingjing_recorded_bytes_hour Bytes recorded in the last hour.\n"
        "# TYPE mingjing_recorded_bytes_hour gauge\nmingjing_recorded_bytes_hour %" G_GINT64_FORMAT
        "\n"
        "# HELP mingjing_disk_bytes Size of the footage disk.\n"
        "# TYPE mingjing_disk_bytes gauge\nmingjing_disk_bytes %" G_GINT64_FORMAT "\n"
        "# HELP mingjing_disk_free_bytes Free space on it.\n"
        "# TYPE mingjing_disk_free_bytes gauge\nmingjing_disk_free_bytes %" G_GINT64_FORMAT "\n"
        "# HELP mingjing_clock_synchronised 1 while the host's clock is synchronised.\n"
        "# TYPE mingjing_clock_synchronised gauge\nmingjing_clock_synchronised %d\n",
        overview->capture_running ? 1 : 0, overview->hour_bytes, overview->disk_total_bytes,
        overview->disk_free_bytes, overview->clock_synchronised ? 1 : 0);
}

/* The value of a label. */
static char *quoted(const char *value)
{
    g_autoptr(GString) text = g_string_new(value);
    g_string_replace(text, "\\", "\\\\", 0);
    g_string_replace(text, "\"", "\\\"", 0);
    g_string_replace(text, "\n", "\\n", 0);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void print_volumes(const ApiOverview *overview, GString *text)
{
    g_string_append(text, "# HELP mingjing_volume_state 1 for the state that the volume is in.\n"
                          "# TYPE mingjing_volume_state gauge\n");
    for (guint i = 0; i < overview->volumes->len; i++) {
        const ApiVolumeNow *now = &g_array_index(overview->volumes, ApiVolumeNow, i);
        g_autofree char *path = quoted(now->volume->path);
        g_string_append_printf(text, "mingjing_volume_state{volume=\"%s\",state=\"%s\"} 1\n", path,
                               now->volume->state);
    }
    g_string_append(text, "# HELP mingjing_volume_free_bytes Free space on its file system.\n"
                          "# TYPE mingjing_volume_free_bytes gauge\n");
    for (guint i = 0; i < overview->volumes->len; i++) {
        const ApiVolumeNow *now = &g_array_index(overview->volumes, ApiVolumeNow, i);
        g_autofree char *path = quoted(now->volume->path);
        if (now->free_bytes >= 0)
            g_string_append_printf(
                text, "mingjing_volume_free_bytes{volume=\"%s\"} %" G_GINT64_FORMAT "\n", path,
                now->free_bytes);
    }
}

static void print_kept(const ApiVolumeNow *now, const char *path, const char *kind, int64_t bytes,
                       GString *text)
{
    if (now->has_outlook)
        g_string_append_printf(text,
                               "mingjing_volume_footage_bytes{volume=\"%s\",kept=\"%s\"} "
                               "%" G_GINT64_FORMAT "\n",
                               path, kind, bytes);
}

/* As the last purge left it. A volume whose day is not in sight has no such line. */
static void print_outlooks(const ApiOverview *overview, int64_t now_us, GString *text)
{
    g_string_append(text, "# HELP mingjing_volume_footage_bytes Footage by why it is kept.\n"
                          "# TYPE mingjing_volume_footage_bytes gauge\n");
    for (guint i = 0; i < overview->volumes->len; i++) {
        const ApiVolumeNow *now = &g_array_index(overview->volumes, ApiVolumeNow, i);
        g_autofree char *path = quoted(now->volume->path);
        print_kept(now, path, "held", now->outlook.held_bytes, text);
        print_kept(now, path, "minimum", now->outlook.bound_bytes, text);
        print_kept(now, path, "spare", now->outlook.spare_bytes, text);
    }
    g_string_append(text, "# HELP mingjing_volume_short_seconds Until it is full and nothing in it "
                          "may be deleted.\n# TYPE mingjing_volume_short_seconds gauge\n");
    for (guint i = 0; i < overview->volumes->len; i++) {
        const ApiVolumeNow *now = &g_array_index(overview->volumes, ApiVolumeNow, i);
        g_autofree char *path = quoted(now->volume->path);
        if (now->has_outlook && now->outlook.short_us != 0)
            g_string_append_printf(
                text, "mingjing_volume_short_seconds{volume=\"%s\",cause=\"%s\"} %.0f\n", path,
                now->outlook.cause, (double)(now->outlook.short_us - now_us) / MJ_SECOND_US);
    }
}

static bool print_alarms(IdxCatalogue *cat, GString *text, GError **error)
{
    g_autoptr(GArray) counts = idx_alarm_counts(cat, error);
    if (counts == NULL)
        return false;
    g_string_append(text, "# HELP mingjing_alarms_open Alarms that are open.\n"
                          "# TYPE mingjing_alarms_open gauge\n");
    for (guint i = 0; i < counts->len; i++) {
        const IdxAlarmCount *c = &g_array_index(counts, IdxAlarmCount, i);
        g_string_append_printf(text,
                               "mingjing_alarms_open{kind=\"%s\",severity=\"yellow\"} "
                               "%" G_GINT64_FORMAT "\n"
                               "mingjing_alarms_open{kind=\"%s\",severity=\"red\"} "
                               "%" G_GINT64_FORMAT "\n",
                               c->kind, c->yellow, c->kind, c->red);
    }
    return true;
}

bool api_get_metrics(ApiRequest *request, GError **error)
{
    g_auto(ApiOverview) overview = {0};
    if (!api_overview_read(request->cat, request->now_us, &overview, error))
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    if (!print_alarms(request->cat, text, error))
        return false;
    print_overview(&overview, text);
    print_volumes(&overview, text);
    print_outlooks(&overview, request->now_us, text);
    g_autoptr(json_t) streams = idx_link_streams(request->context->home, IDX_LINK_QUICK_US);
    idx_meter_print(streams, text);
    api_metrics_print(request->context->metrics, text);
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(g_steal_pointer(&text));
    api_reply_bytes(request, MHD_HTTP_OK, bytes, "text/plain; version=0.0.4; charset=utf-8",
                    API_CACHE_NONE, NULL);
    return true;
}
