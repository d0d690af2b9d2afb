// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/bench.h"

#include <string.h>

#include "capture/clock_map.h"
#include "index/base/home.h"
#include "test/capture/fixture.h"
#include "test/hall/camera.h"
#include "test/hall/decode.h"
#include "test/hall/stamp.h"

void check_ffprobe(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *err = NULL;
    int status = 0;
    const char *const arguments[] = {
        "ffprobe", "-v", "warning", "-show_entries", "stream=codec_name", "-of",
        "csv=p=0", path, NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpstr(err, ==, "");
    g_assert_true(strstr(out, "h264") || strstr(out, "hevc") || strstr(out, "vp8"));
}

typedef struct Check {
    const IdxSegment *segment;
    const HallCamera *camera;
    int frames;
    uint32_t last;
    bool follows;
    int64_t worst_us;
} Check;

/* By how much the times of @segment may be wrong because its recorder could not know better, and says
 * so: a clock that seemed to be apart from ours, which on one machine it is not, when a busy host was
 * late with the first pictures. */
static int64_t allowed_us(const IdxSegment *segment)
{
    bool in_step = ABS(segment->clock_offset_us) <= CAP_CLOCK_LATENCY_US;
    return in_step ? 0 : segment->clock_uncertainty_us;
}

static bool check_frame(const HallFrame *frame, void *data)
{
    Check *check = data;
    HallStamp stamp;
    g_assert_true(hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp));
    g_assert_cmpint(stamp.camera, ==, check->camera->number);
    if (check->follows)
        g_assert_cmpuint(stamp.frame, ==, check->last + 1);
    check->last = stamp.frame;
    check->follows = true;
    int64_t said_us = check->segment->start_us + frame->pts_us - check->segment->media_start_us;
    int64_t off_us = MAX(0, ABS(said_us - stamp.utc_us) - allowed_us(check->segment));
    check->worst_us = MAX(check->worst_us, off_us);
    check->frames++;
    return true;
}

/* All pictures of @code: each the one after the other within what joins, each taken when the catalogue says
 * (± a frame, and what the recorder says itself that it could not tell), as many as it says. How many. */
int check_pictures(const Bench *bench, const char *code)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    Check check = {.camera = hall_camera_by_id(code)};
    int64_t frame_us = MJ_SECOND_US * check.camera->fps_den / check.camera->fps_num;
    int64_t end_us = 0;
    int total = 0;
    for (guint i = 0; i < segments->len; i++) {
        check.segment = g_ptr_array_index(segments, i);
        g_assert_cmpint(check.segment->start_us, >=, end_us);
        if (check.segment->joins)
            g_assert_cmpint(check.segment->start_us, ==, end_us);
        else
            check.follows = false;
        end_us = check.segment->end_us;
        check.frames = 0;
        g_autoptr(GError) error = NULL;
        g_autofree char *path = file_of(bench, check.segment);
        g_assert_true(hall_decode(path, check_frame, &check, &error));
        g_assert_no_error(error);
        g_assert_cmpint(check.frames, ==, check.segment->frames);
        g_assert_cmpstr(check.segment->clock, ==, "camera");
        total += check.frames;
    }
    g_test_message("%s: %d pictures in %u files, at most %" G_GINT64_FORMAT " us off", code, total,
                   segments->len, check.worst_us);
    g_assert_cmpint(check.worst_us, <=, frame_us);
    return total;
}

void check_hashes(const Bench *bench, const char *code)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        g_assert_cmpstr(segment->state, !=, "open");
        g_assert_true(segment->has_sha256);
        g_autofree char *path = file_of(bench, segment);
        g_autoptr(GBytes) bytes = fixture_read(path);
        g_assert_cmpint((int64_t)g_bytes_get_size(bytes), ==, segment->bytes);
        g_autofree char *hex = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
        for (int byte = 0; byte < IDX_SHA256_BYTES; byte++) {
            char pair[3];
            g_snprintf(pair, sizeof pair, "%02x", segment->sha256[byte]);
            g_assert_true(strncmp(pair, hex + 2 * byte, 2) == 0);
        }
        check_ffprobe(path);
    }
}

/* Annex B with start codes of four bytes throughout. */
static GByteArray *long_start_codes(GBytes *bytes)
{
    static const guint8 CODE[] = {0, 0, 0, 1};
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    GByteArray *out = g_byte_array_sized_new((guint)size + 1024);
    gsize from = 0;
    for (gsize i = 0; i + 3 <= size;) {
        if (data[i] != 0 || data[i + 1] != 0 || data[i + 2] != 1) {
            i++;
            continue;
        }
        gsize end = i;
        while (end > from && data[end - 1] == 0)
            end--;
        g_byte_array_append(out, data + from, (guint)(end - from));
        g_byte_array_append(out, CODE, sizeof CODE);
        i += 3;
        from = i;
    }
    g_byte_array_append(out, data + from, (guint)(size - from));
    return out;
}

/* What is on disk of @code is a piece of what was sent, bit by bit. For recordings without a gap. */
void check_byte_exact(const Bench *bench, const char *code)
{
    g_autoptr(GByteArray) stored = g_byte_array_new();
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    int frames = 0;
    for (guint i = 0; i < segments->len; i++) {
        g_autofree char *path = file_of(bench, g_ptr_array_index(segments, i));
        frames += fixture_read_annexb(path, stored);
    }
    const HallCamera *camera = hall_camera_by_id(code);
    g_autofree char *name = g_strdup_printf("%s.%s", code, camera->video);
    g_autofree char *path = g_build_filename(hall.dump, name, NULL);
    g_autoptr(GBytes) raw = fixture_read(path);
    g_autoptr(GByteArray) sent = long_start_codes(raw);
    g_assert_cmpint(frames, >, 50);
    g_assert_nonnull(memmem(sent->data, sent->len, stored->data, stored->len));
}

/* --- tests ----------------------------------------------------------------------------------- */
