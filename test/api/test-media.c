// SPDX-License-Identifier: GPL-3.0-or-later
/* Playlists, byte ranges and pictures of real recordings: what comes back is decoded and its
 * picture numbers are read. */
#include "index/base/clock.h"
#include "index/base/json.h"
#include "test/api/support/hall.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define S MJ_SECOND_US

static Hall *hall;

static Answer *get(const char *path, const char *header)
{
    const char *headers[] = {hall->cookie, header, NULL};
    return client_send(hall->client, "GET", path, headers, NULL, -1);
}

static Answer *get_playlist(const char *camera, int64_t from_us, int64_t to_us)
{
    g_autofree char *from = hall_time(hall, from_us);
    g_autofree char *to = hall_time(hall, to_us);
    g_autofree char *path =
        g_strdup_printf("/api/v1/cameras/%s/playlist.m3u8?from=%s&to=%s", camera, from, to);
    return get(path, NULL);
}

static void append_range(GByteArray *out, const char *name, int64_t length, int64_t offset)
{
    g_assert_true(g_str_has_prefix(name, "../../segments/"));
    g_autofree char *path =
        g_strconcat("/api/v1/segments/", name + strlen("../../segments/"), NULL);
    g_autofree char *range = g_strdup_printf("Range: bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
                                             offset, offset + length - 1);
    g_autoptr(Answer) answer = get(path, range);
    g_assert_cmpint(answer->status, ==, 206);
    g_assert_cmpint(answer->body->len, ==, length);
    g_byte_array_append(out, answer->body->data, answer->body->len);
}

/* What a player would hold: init parts and parts, fetched. A new stream begins at a discontinuity;
 * within one the init parts after the first are left out. GPtrArray of GByteArray. */
static GPtrArray *fetch(const char *playlist)
{
    g_auto(GStrv) lines = g_strsplit(playlist, "\n", -1);
    g_autoptr(GPtrArray) streams =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    bool fresh = true;
    int64_t length = 0, offset = 0;
    for (char **line = lines; *line != NULL; line++) {
        char name[200] = "";
        if (g_str_equal(*line, "#EXT-X-DISCONTINUITY")) {
            fresh = true;
        } else if (sscanf(*line, "#EXT-X-MAP:URI=\"%199[^\"]\",BYTERANGE=\"%" SCNd64 "@0\"", name,
                          &length) == 2) {
            if (fresh) {
                g_ptr_array_add(streams, g_byte_array_new());
                append_range(g_ptr_array_index(streams, streams->len - 1), name, length, 0);
            }
            fresh = false;
        } else if (sscanf(*line, "#EXT-X-BYTERANGE:%" SCNd64 "@%" SCNd64, &length, &offset) == 2) {
            append_range(g_ptr_array_index(streams, streams->len - 1), line[1], length, offset);
        }
    }
    return g_steal_pointer(&streams);
}

static void expect_numbers(const GByteArray *stream, int first, int count)
{
    int width = 0, height = 0;
    g_autoptr(GBytes) bytes = g_bytes_new(stream->data, stream->len);
    g_autoptr(GArray) numbers = clip_numbers(bytes, false, &width, &height);
    g_assert_nonnull(numbers);
    g_assert_cmpint(numbers->len, ==, count);
    for (guint i = 0; i < numbers->len; i++)
        g_assert_cmpint(g_array_index(numbers, int, i), ==, first + (int)i);
}

static int count(const Answer *answer, const char *what)
{
    g_autofree char *text = g_strndup((char *)answer->body->data, answer->body->len);
    int n = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

static GPtrArray *fetch_answer(const Answer *answer)
{
    g_test_message("%ld %.*s", answer->status, (int)answer->body->len, (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, 200);
    g_autofree char *text = g_strndup((char *)answer->body->data, answer->body->len);
    return fetch(text);
}

static void test_playlist(void)
{
    g_autoptr(Answer) answer = get_playlist("W07", 0, 16 * S);
    g_autoptr(GPtrArray) streams = fetch_answer(answer);
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, "application/vnd.apple.mpegurl");
    g_assert_cmpint(count(answer, "#EXTINF:2.000000,"), ==, 6);
    g_assert_cmpint(count(answer, "#EXT-X-ENDLIST"), ==, 1);
    g_assert_cmpint(count(answer, "#EXT-X-DISCONTINUITY\n"), ==, 1);
    g_assert_cmpint(streams->len, ==, 2);
    expect_numbers(g_ptr_array_index(streams, 0), 0,
                   200); // two files as one, no picture lost or twice
    expect_numbers(g_ptr_array_index(streams, 1), 300, 100);
}

/* From within a group of pictures: it begins at the key frame before. */
static void test_playlist_part(void)
{
    g_autoptr(Answer) answer = get_playlist("W07", 3 * S, 5 * S);
    g_autoptr(GPtrArray) streams = fetch_answer(answer);
    g_assert_cmpint(streams->len, ==, 1);
    expect_numbers(g_ptr_array_index(streams, 0), 50, 100);
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(8 * 3600);
    g_autofree char *time = mj_time_format(hall->start_us + 2 * S, zone);
    g_autofree char *date = g_strconcat("#EXT-X-PROGRAM-DATE-TIME:", time, "\n", NULL);
    g_assert_cmpint(count(answer, date), ==, 1);
}

static void test_playlist_empty(void)
{
    g_autoptr(Answer) gap = get_playlist("W07", 9 * S, 11 * S);
    g_assert_cmpint(gap->status, ==, 404);
    g_assert_cmpint(count(gap, "offline, connection refused"), ==, 1);
    g_autoptr(Answer) before = get_playlist("W07", -3600 * S, -3500 * S);
    g_assert_cmpint(before->status, ==, 404);
    g_autoptr(Answer) endless = get_playlist("W07", 0, 86400 * S);
    g_assert_cmpint(endless->status, ==, 400);
    g_autoptr(Answer) backwards = get_playlist("W07", 2 * S, S);
    g_assert_cmpint(backwards->status, ==, 400);
}

static int64_t first_segment(void)
{
    g_autoptr(Answer) answer = get_playlist("W07", 0, S);
    g_autofree char *text = g_strndup((char *)answer->body->data, answer->body->len);
    const char *name = strstr(text, "../../segments/");
    g_assert_nonnull(name);
    return g_ascii_strtoll(name + strlen("../../segments/"), NULL, 10);
}

static void test_ranges(void)
{
    g_autofree char *path =
        g_strdup_printf("/api/v1/segments/%" G_GINT64_FORMAT ".mp4", first_segment());
    g_autoptr(Answer) whole = get(path, NULL);
    g_assert_cmpint(whole->status, ==, 200);
    g_assert_cmpstr(answer_header(whole, "Accept-Ranges"), ==, "bytes");
    g_assert_cmpstr(answer_header(whole, "Content-Type"), ==, "video/mp4");
    g_assert_cmpstr(answer_header(whole, "Cache-Control"), ==, "no-store");
    expect_numbers(whole->body, 0, 100);
    guint size = whole->body->len;
    g_autofree char *etag = g_strconcat("If-None-Match: ", answer_header(whole, "ETag"), NULL);
    g_autoptr(Answer) known = get(path, etag);
    g_assert_cmpint(known->status, ==, 304);

    g_autoptr(Answer) tail = get(path, "Range: bytes=-10");
    g_assert_cmpint(tail->status, ==, 206);
    g_assert_cmpmem(tail->body->data, tail->body->len, whole->body->data + size - 10, 10);
    g_autofree char *expected = g_strdup_printf("bytes %u-%u/%u", size - 10, size - 1, size);
    g_assert_cmpstr(answer_header(tail, "Content-Range"), ==, expected);

    g_autofree char *beyond = g_strdup_printf("Range: bytes=%u-", size);
    g_autoptr(Answer) none = get(path, beyond);
    g_assert_cmpint(none->status, ==, 416);
    g_autofree char *star = g_strdup_printf("bytes */%u", size);
    g_assert_cmpstr(answer_header(none, "Content-Range"), ==, star);

    g_autofree char *same = g_strconcat("If-Range: ", answer_header(whole, "ETag"), NULL);
    const char *headers[] = {hall->cookie, "Range: bytes=0-9", same, NULL};
    g_autoptr(Answer) part = client_send(hall->client, "GET", path, headers, NULL, -1);
    g_assert_cmpint(part->status, ==, 206);
    headers[2] = "If-Range: \"another\"";
    g_autoptr(Answer) changed = client_send(hall->client, "GET", path, headers, NULL, -1);
    g_assert_cmpint(changed->status, ==, 200);

    g_autoptr(Answer) head = client_send(hall->client, "HEAD", path, headers, NULL, -1);
    g_assert_cmpint(head->status, ==, 200);
    g_assert_cmpint(atoi(answer_header(head, "Content-Length")), ==, (int)size);
    g_assert_cmpint(head->body->len, ==, 0);
}

/* The picture and its time at @at_us after the camera's picture 0. */
static void expect_picture(int64_t at_us, int number, int width, int expected_width,
                           int expected_height)
{
    g_autofree char *at = hall_time(hall, at_us);
    g_autofree char *path =
        width > 0 ? g_strdup_printf("/api/v1/cameras/W07/frame.jpg?at=%s&width=%d", at, width)
                  : g_strdup_printf("/api/v1/cameras/W07/frame.jpg?at=%s", at);
    g_autoptr(Answer) answer = get(path, NULL);
    g_assert_cmpint(answer->status, ==, 200);
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, "image/jpeg");
    int got_width = 0, got_height = 0;
    g_autoptr(GBytes) bytes = answer_bytes(answer);
    g_autoptr(GArray) numbers = clip_numbers(bytes, true, &got_width, &got_height);
    g_assert_nonnull(numbers);
    g_assert_cmpint(numbers->len, ==, 1);
    g_test_message("at %" G_GINT64_FORMAT ": picture %d", at_us, g_array_index(numbers, int, 0));
    g_assert_cmpint(g_array_index(numbers, int, 0), ==, number);
    g_assert_cmpint(got_width, ==, expected_width);
    g_assert_cmpint(got_height, ==, expected_height);
    int64_t time_us = 0;
    g_assert_true(
        mj_time_parse_rfc3339(answer_header(answer, "Mingjing-Frame-Time"), &time_us, NULL));
    g_assert_cmpint(time_us, ==, hall->start_us + (int64_t)number * CLIP_FRAME_US);
}

static void test_picture(void)
{
    expect_picture(0, 0, 0, CLIP_WIDTH, CLIP_HEIGHT);
    expect_picture(1500000, 37, 0, CLIP_WIDTH, CLIP_HEIGHT); // 1.48 s is the newest not after
    expect_picture(1479999, 36, 0, CLIP_WIDTH, CLIP_HEIGHT);
    expect_picture(1480000, 37, 80, 80, 48);
    expect_picture(3999999, 99, 320, 320, 192);
    expect_picture(4000000, 100, 0, CLIP_WIDTH, CLIP_HEIGHT); // the first of the next file
    for (int i = 0; i < 100; i += 7)                          // with B-frames
        expect_picture(12 * S + i * CLIP_FRAME_US, 300 + i, 0, CLIP_WIDTH, CLIP_HEIGHT);
}

static void test_picture_refused(void)
{
    static const struct {
        const char *query;
        long status;
    } table[] = {
        {"W07/frame.jpg", 400},
        {"W07/frame.jpg?at=", 400},
        {"W07/frame.jpg?at=noon", 400},
        {"W07/frame.jpg?at=now&width=0", 400},
        {"W07/frame.jpg?at=now&width=99999", 400},
        {"W07/frame.jpg?at=now&width=-64", 400},
        {"W07/frame.jpg?at=now&stream=third", 400},
        {"W07/frame.jpg?at=now&stream=sub", 404},
        {"W99/frame.jpg?at=now", 404},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *path = g_strconcat("/api/v1/cameras/", table[i].query, NULL);
        g_autoptr(Answer) answer = get(path, NULL);
        g_test_message("%s → %ld %.*s", table[i].query, answer->status, (int)answer->body->len,
                       (char *)answer->body->data);
        g_assert_cmpint(answer->status, ==, table[i].status);
    }
    g_autofree char *at = hall_time(hall, 9 * S);
    g_autofree char *path = g_strconcat("/api/v1/cameras/W07/frame.jpg?at=", at, NULL);
    g_autoptr(Answer) gap = get(path, NULL);
    g_assert_cmpint(gap->status, ==, 404);
    g_assert_cmpint(count(gap, "offline"), ==, 1);
}

/* W08 records: the list grows and never changes what it said; the file ends where the catalogue
 * says. */
static void test_growing(void)
{
    int64_t from_us = hall->open_start_us - hall->start_us;
    hall_grow(hall, 3); // a group and a half
    g_autoptr(Answer) first = get_playlist("W08", from_us, from_us + 3600 * S);
    g_autoptr(GPtrArray) one = fetch_answer(first);
    expect_numbers(g_ptr_array_index(one, 0), 0, 50);
    g_assert_cmpint(count(first, "TYPE:EVENT"), ==, 1);
    g_assert_cmpint(count(first, "ENDLIST"), ==, 0);
    g_autofree char *path =
        g_strdup_printf("/api/v1/segments/%" G_GINT64_FORMAT ".mp4", hall->open->id);
    g_autoptr(Answer) file = get(path, NULL);
    const IdxFragment *third = &g_array_index(hall->open_fragments, IdxFragment, 2);
    g_assert_cmpint(file->body->len, ==, third->offset + third->length);
    g_assert_cmpstr(answer_header(file, "Cache-Control"), ==, "no-store");
    expect_numbers(file->body, 0, 75);

    hall_grow(hall, 5);
    g_autoptr(Answer) second = get_playlist("W08", from_us, from_us + 3600 * S);
    g_autoptr(GPtrArray) two = fetch_answer(second);
    expect_numbers(g_ptr_array_index(two, 0), 0, 100);
    g_assert_cmpint(second->body->len, >, first->body->len);
    g_assert_cmpmem(second->body->data, first->body->len, first->body->data, first->body->len);

    hall_close_open(hall);
    g_autoptr(Answer) last = get_playlist("W08", from_us, from_us + 8 * S);
    g_autoptr(GPtrArray) three = fetch_answer(last);
    expect_numbers(g_ptr_array_index(three, 0), 0, 200);
    g_assert_cmpint(count(last, "TYPE:VOD"), ==, 1);
    g_assert_cmpint(count(last, "ENDLIST"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    hall_sign_in(hall);
    g_test_add_func("/media/playlist", test_playlist);
    g_test_add_func("/media/playlist-part", test_playlist_part);
    g_test_add_func("/media/playlist-empty", test_playlist_empty);
    g_test_add_func("/media/ranges", test_ranges);
    g_test_add_func("/media/picture", test_picture);
    g_test_add_func("/media/picture-refused", test_picture_refused);
    g_test_add_func("/media/growing", test_growing);
    int result = g_test_run();
    hall_free(hall);
    return result;
}
