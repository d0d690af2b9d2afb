// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/fixture.h"

#include "index/base/home.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/place.h"
#include "index/segment/segment.h"
#include "index/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *fixture_temp_dir(void)
{
    g_autoptr(GError) error = NULL;
    char *path = g_dir_make_tmp("mingjing-test-XXXXXX", &error);
    g_assert_no_error(error);
    return path;
}

Fixture *fixture_new(void)
{
    g_autoptr(GError) error = NULL;
    Fixture *f = g_new0(Fixture, 1);
    f->home = fixture_temp_dir();
    idx_catalogue_create(f->home, "H01", "大厅", "+08:00", &error);
    g_assert_no_error(error);
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    return f;
}

void fixture_free(Fixture *f)
{
    idx_catalogue_free(f->cat);
    tree_remove(f->home);
    g_free(f->home);
    g_free(f);
}

static IdxCamera *get_camera(Fixture *f, const char *code)
{
    g_autoptr(GError) error = NULL;
    IdxCamera *camera = idx_camera_get(f->cat, code, &error);
    g_assert_no_error(error);
    return camera;
}

int64_t fixture_camera(Fixture *f, const char *code, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strdup_printf("rtsp://192.0.2.7:554/%s", code);
    idx_camera_add(f->cat, code, url, NULL, NULL, NULL, NULL, now_us, &error);
    g_assert_no_error(error);
    g_autoptr(IdxCamera) camera = get_camera(f, code);
    return ((const IdxStream *)camera->streams->pdata[0])->id;
}

int64_t fixture_camera_id(Fixture *f, const char *code)
{
    g_autoptr(IdxCamera) camera = get_camera(f, code);
    return camera->id;
}

void fixture_place(Fixture *f, const char *code, const char *cameras)
{
    g_autoptr(GError) error = NULL;
    idx_place_add(f->cat, code, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) list = g_strsplit(cameras, ",", -1);
    for (size_t i = 0; list[i]; i++) {
        idx_coverage_add(f->cat, code, list[i], INT64_MIN, INT64_MAX, T0, &error);
        g_assert_no_error(error);
    }
}

int64_t fixture_segment(Fixture *f, int64_t stream_id, int64_t start_us, int64_t end_us,
                        const char *state)
{
    static int counter;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strdup_printf("cam/main/%d-%" PRId64 ".mp4", ++counter, start_us);
    IdxSegment s = {.stream_id = stream_id,
                    .start_us = start_us,
                    .end_us = start_us,
                    .path = path,
                    .bytes = 1000,
                    .init_bytes = 1000,
                    .video = (char *)"h264",
                    .width = 1280,
                    .height = 720,
                    .audio = (char *)"aac",
                    .clock = (char *)"camera",
                    .has_clock_offset = true,
                    .clock_offset_us = 42000,
                    .clock_uncertainty_us = 5000};
    idx_segment_open(f->cat, &s, &error);
    g_assert_no_error(error);
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    for (int64_t us = start_us; us < end_us; us += MJ_SECOND_US) {
        IdxFragment one = {
            .length = 500, .duration_us = MIN(MJ_SECOND_US, end_us - us), .key = true};
        idx_fragment_append(fragments, &one);
        s.bytes += one.length;
        s.frames += 25;
    }
    s.end_us = end_us;
    s.state = (char *)state;
    bool open = strcmp(state, "open") == 0;
    if (open)
        idx_segment_progress(f->cat, &s, fragments, &error);
    else
        idx_segment_close(f->cat, &s, fragments, &error);
    g_assert_no_error(error);
    return s.id;
}

void fixture_recorder(Fixture *f, int64_t heartbeat_us, bool stopped)
{
    g_autoptr(GError) error = NULL;
    IdxRecorder recorder = {.shard = 1,
                            .shards = 1,
                            .pid = 4711,
                            .started_us = T0,
                            .heartbeat_us = heartbeat_us,
                            .stopped_us = stopped ? heartbeat_us : 0};
    idx_recorder_beat(f->cat, &recorder, &error);
    g_assert_no_error(error);
}

char *fixture_event(const char *id, const char *type, int64_t time_us, const char *data)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+08:00");
    g_autofree char *time = mj_time_format(time_us, zone);
    return g_strdup_printf("{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"" SOURCE
                           "\",\"type\":\"%s\",\"time\":\"%s\",\"data\":{%s}}",
                           id, type, time, data);
}

IdxEventBatch *fixture_add(Fixture *f, const char *text, int accepted, int duplicates, int refused)
{
    g_autoptr(GError) error = NULL;
    IdxEventBatch *batch =
        idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, AT(86400), &error);
    g_assert_no_error(error);
    for (guint i = 0; i < batch->results->len; i++) {
        const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, i);
        if (r->message)
            g_test_message("event %u: %s", i, r->message);
    }
    g_assert_cmpint(batch->accepted, ==, accepted);
    g_assert_cmpint(batch->duplicates, ==, duplicates);
    g_assert_cmpint(batch->refused, ==, refused);
    g_assert_cmpint((int)batch->results->len, ==, accepted + duplicates + refused);
    return batch;
}

void fixture_happens(Fixture *f, const char *id, const char *type, int64_t time_us,
                     const char *data)
{
    g_autofree char *text = fixture_event(id, type, time_us, data);
    idx_event_batch_free(fixture_add(f, text, 1, 0, 0));
}

void fixture_expect(const GError *error, MjError code, const char *words)
{
    g_assert_error(error, MJ_ERROR, (int)code);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_auto(GStrv) list = g_strsplit(words, ",", -1);
    for (size_t i = 0; list[i]; i++)
        if (!strstr(error->message, list[i]))
            g_error("\"%s\" does not say \"%s\"", error->message, list[i]);
}

char *fixture_dump(IdxCatalogue *cat, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(cat->db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    GString *out = g_string_new(NULL);
    int code = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            g_string_append_printf(out, "%s%s", i ? "|" : out->len ? "\n" : "", text ? text : "-");
        }
    }
    g_assert_cmpint(code, ==, SQLITE_DONE);
    sqlite3_finalize(statement);
    return g_string_free(out, FALSE);
}

bool fixture_file_contains(const char *path, const char *needle)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    return g_file_get_contents(path, &bytes, &size, NULL) &&
           memmem(bytes, size, needle, strlen(needle)) != NULL;
}
