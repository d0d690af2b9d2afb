// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-test-frames HOME|FOLDER|FILE… [--sent FILE] [--mount N] [--list] [--json]
 *
 * Which frames of mingjing-test-rtsp are in a recording, and which are not (sent.h). Exit 0 if nothing
 * is lost, repeated, out of order, damaged or unknown; else 1. */
#include <inttypes.h>
#include <jansson.h>
#include <libavutil/log.h>
#include <stdio.h>

#include "index/base/error.h"
#include "index/base/log.h"
#include "index/base/options.h"
#include "test/rtsp/sent.h"

typedef struct Settings {
    char *sent;
    int64_t mount;
    bool list, json, help;
} Settings;

static const MjOption OPTIONS[] = {
    {"sent", MJ_OPTION_STRING, offsetof(Settings, sent), .value = "FILE",
     .help = "What mingjing-test-rtsp sent"},
    {"mount", MJ_OPTION_INT, offsetof(Settings, mount), .number = -1, .min = -1, .max = 65535,
     .value = "N", .help = "Only this camera's frames"},
    {"list", MJ_OPTION_FLAG, offsetof(Settings, list),
     .help = "A line for each: MOUNT FRAME UTC_US PTS_US INDEX_US KEY WHOLE FILE"},
    {"json", MJ_OPTION_FLAG, offsetof(Settings, json), .help = "One line of JSON at the end"},
    {"help", MJ_OPTION_FLAG, offsetof(Settings, help), .help = "This text"},
    {0}};

static void print_list(const GArray *stored, const GPtrArray *files, int64_t mount)
{
    for (guint i = 0; i < stored->len; i++) {
        const StoredFrame *frame = &g_array_index(stored, StoredFrame, i);
        if (mount >= 0 && (!frame->marked || frame->mount != mount))
            continue;
        if (frame->marked)
            printf("%u %u %" PRId64, frame->mount, frame->frame, frame->utc_us);
        else
            printf("- - -");
        printf(" %" PRId64 " %" PRId64 " %d %d %s\n", frame->pts_us,
               frame->indexed ? frame->index_us : 0, frame->key, frame->whole,
               (char *)files->pdata[frame->file]);
    }
}

static json_t *to_json(const SentReport *report)
{
    json_t *lost = json_array();
    for (guint i = 0; i < report->lost_frames->len; i++) {
        const SentFrame *frame = &g_array_index(report->lost_frames, SentFrame, i);
        json_array_append_new(
            lost, json_pack("[I, I]", (json_int_t)frame->mount, (json_int_t)frame->frame));
    }
    json_t *json = json_object();
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"sent", report->sent},
                  {"stored", report->stored},
                  {"lost", report->lost},
                  {"head", report->head},
                  {"tail", report->tail},
                  {"repeated", report->repeated},
                  {"disordered", report->disordered},
                  {"damaged", report->damaged},
                  {"unmarked", report->unmarked},
                  {"unknown", report->unknown},
                  {"timed", report->timed},
                  {"error_min_us", report->error_min_us},
                  {"error_mean_us", report->error_mean_us},
                  {"error_max_us", report->error_max_us},
                  {"error_p95_us", report->error_p95_us}};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
        json_object_set_new(json, counts[i].name, json_integer(counts[i].value));
    json_object_set_new(json, "lost_frames", lost);
    return json;
}

static void print_report(const SentReport *report, bool json)
{
    if (json) {
        json_t *all = to_json(report);
        g_autofree char *line = json_dumps(all, JSON_COMPACT);
        json_decref(all);
        puts(line);
        return;
    }
    printf("%" PRId64 " stored, %" PRId64 " lost, %" PRId64 " repeated, %" PRId64
           " out of order, %" PRId64 " damaged, %" PRId64 " unmarked, %" PRId64 " unknown",
           report->stored, report->lost, report->repeated, report->disordered, report->damaged,
           report->unmarked, report->unknown);
    if (report->sent)
        printf("; of %" PRId64 " sent %" PRId64 " came before the first and %" PRId64
               " after the last stored",
               report->sent, report->head, report->tail);
    if (report->timed)
        printf("; time is off by %" PRId64 " to %" PRId64 " us, 95 %% within %" PRId64,
               report->error_min_us, report->error_max_us, report->error_p95_us);
    puts("");
}

/* False with @error, or without one if frames are missing. */
static bool run(const Settings *settings, const GPtrArray *paths, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < paths->len; i++)
        if (!sent_find_files(paths->pdata[i], files, error))
            return false;
    g_autoptr(GArray) sent = settings->sent ? sent_log_read(settings->sent, error) : NULL;
    if (settings->sent && !sent)
        return false;
    g_autoptr(GArray) stored = sent_stored_read(files, error);
    if (!stored)
        return false;
    if (settings->list)
        print_list(stored, files, settings->mount);
    g_auto(SentReport) report;
    sent_compare(stored, sent, settings->mount, &report);
    print_report(&report, settings->json);
    return report.lost + report.repeated + report.disordered + report.damaged + report.unknown == 0;
}

int main(int argc, char **argv)
{
    mj_log_init();
    av_log_set_level(AV_LOG_QUIET); // files that were cut off are expected
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    Settings settings = {0};
    bool done = mj_options_parse(OPTIONS, &settings, argc, argv, paths, &error);
    g_autofree char *help = mj_options_help(OPTIONS);
    if (done && settings.help)
        printf("mingjing-test-frames HOME|FOLDER|FILE… — which frames are in a recording\n\n%s",
               help);
    else if (done && paths->len == 0)
        done = mj_error_set(&error, MJ_ERROR_USAGE, "which home or files?");
    else if (done)
        done = run(&settings, paths, &error);
    if (error)
        g_printerr("mingjing-test-frames: %s\n", error->message);
    mj_options_clear(OPTIONS, &settings);
    return done ? 0 : mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
}
