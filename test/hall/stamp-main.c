// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-test-stamp: prints what is stamped (stamp.h) in pictures, one line of JSON per frame:
 *   {"camera":1,"camera_id":"w01-face","frame":120,"utc_us":…,"pts_us":…}
 * A frame without a readable stamp has "camera":null and its "pts_us".
 *
 *   mingjing-test-stamp [--first] FILE|URL        anything libavformat opens, decoded
 *   mingjing-test-stamp [--first] --size WxH      raw 8-bit gray frames on standard input
 *
 * --first stops after the first stamp read. Where the source reports its clock (RTCP sender
 * reports), "source_utc_us" is the time it gives this frame. Exit 1 if no stamp was read. */
#include "index/base/error.h"
#include "test/hall/camera.h"
#include "test/hall/decode.h"
#include "test/hall/stamp.h"

#include <jansson.h>
#include <stdio.h>

typedef struct Report {
    bool first;
    int read; // stamps
} Report;

static void set_us(json_t *line, const char *key, int64_t value)
{
    json_object_set_new(line, key, value == HALL_NO_TIME ? json_null() : json_integer(value));
}

static bool on_frame(const HallFrame *frame, void *data)
{
    Report *report = data;
    HallStamp stamp;
    json_t *line = json_object();
    bool read = hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp);
    if (read) {
        const HallCamera *camera = hall_camera_by_number(stamp.camera);
        report->read++;
        json_object_set_new(line, "camera", json_integer(stamp.camera));
        json_object_set_new(line, "camera_id", camera ? json_string(camera->id) : json_null());
        json_object_set_new(line, "frame", json_integer(stamp.frame));
        set_us(line, "utc_us", stamp.utc_us);
    } else {
        json_object_set_new(line, "camera", json_null());
    }
    set_us(line, "pts_us", frame->pts_us);
    if (frame->source_utc_us != HALL_NO_TIME)
        set_us(line, "source_utc_us", frame->source_utc_us);
    json_dumpf(line, stdout, JSON_COMPACT);
    json_decref(line);
    putchar('\n');
    fflush(stdout);
    return !(read && report->first);
}

static bool read_raw(const char *size, Report *report, GError **error)
{
    int width = 0, height = 0;
    char rest;
    if (sscanf(size, "%dx%d%c", &width, &height, &rest) != 2 || width < 1 || height < 1 ||
        width > 16384 || height > 16384)
        return mj_error_set(error, MJ_ERROR_USAGE, "--size %s: expected WxH", size);
    size_t length = (size_t)width * (size_t)height;
    g_autofree uint8_t *luma = g_malloc(length);
    HallFrame frame = {.luma = luma,
                       .width = width,
                       .height = height,
                       .stride = width,
                       .pts_us = HALL_NO_TIME,
                       .source_utc_us = HALL_NO_TIME};
    while (fread(luma, 1, length, stdin) == length)
        if (!on_frame(&frame, report))
            break;
    return true;
}

int main(int argc, char **argv)
{
    g_autofree char *size = NULL;
    gboolean first = FALSE;
    GOptionEntry entries[] = {
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Raw gray frames on standard input", "WxH"},
        {"first", 0, 0, G_OPTION_ARG_NONE, &first, "Stop after the first stamp", NULL},
        {NULL}};
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("[FILE|URL] — read the stamps");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || (argc == 2) == (size != NULL)) {
        g_printerr("%s\n", error ? error->message : "expected a file, or --size");
        return 2;
    }
    Report report = {.first = first};
    bool done =
        size ? read_raw(size, &report, &error) : hall_decode(argv[1], on_frame, &report, &error);
    if (!done) {
        g_printerr("mingjing-test-stamp: %s\n", error->message);
        return mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
    }
    return report.read ? 0 : 1;
}
