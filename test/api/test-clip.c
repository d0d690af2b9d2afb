// SPDX-License-Identifier: GPL-3.0-or-later
/* Clips over HTTP and from the command line: their pictures are decoded, their numbers and times read, their
 * hashes made again. */
#include "api/clips.h"
#include "index/account/user.h"
#include "index/audit/read.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/db.h"
#include "test/api/support/hall.h"
#include "test/api/support/schema.h"

#include <glib/gstdio.h>
#include <libavformat/avformat.h>
#include <string.h>

#define V1 "/api/v1"
#define S MJ_SECOND_US
#define WAIT_S 20

static Hall *hall;
static json_t *contract;

static Answer *send_json(const char *method, const char *path, const char *cookie, const char *body)
{
    const char *headers[] = {"Content-Type: application/json", cookie, NULL};
    return client_send(hall->client, method, path, headers, body, body ? (gssize)strlen(body) : -1);
}

static Answer *ask(const char *camera, int64_t from_us, int64_t to_us)
{
    g_autofree char *from = hall_time(hall, from_us), *to = hall_time(hall, to_us);
    g_autofree char *body =
        g_strdup_printf("{\"camera\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", camera, from, to);
    return send_json("POST", V1 "/clips", hall->cookie, body);
}

static const char *text_of(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void check_schema(const json_t *state)
{
    const json_t *schemas = json_object_get(json_object_get(contract, "components"), "schemas");
    g_autofree char *wrong =
        schema_check(contract, json_object_get(schemas, "ClipState"), state, "$");
    g_assert_cmpstr(wrong, ==, NULL);
}

static json_t *state_of(const char *id)
{
    g_autofree char *path = g_strconcat(V1 "/clips/", id, NULL);
    g_autoptr(Answer) answer = client_get(hall->client, path, hall->cookie);
    g_assert_cmpint(answer->status, ==, 200);
    json_t *state = answer_json(answer);
    check_schema(state);
    return state;
}

/* Its state when nothing more will come. */
static json_t *make(const char *camera, int64_t from_us, int64_t to_us)
{
    g_autoptr(Answer) answer = ask(camera, from_us, to_us);
    g_assert_cmpint(answer->status, ==, 202);
    g_autoptr(json_t) asked = answer_json(answer);
    check_schema(asked);
    for (int i = 0; i < WAIT_S * 100; i++) {
        json_t *state = state_of(text_of(asked, "id"));
        const char *word = text_of(state, "state");
        if (strcmp(word, "ready") == 0 || strcmp(word, "failed") == 0)
            return state;
        json_decref(state);
        g_usleep(10000);
    }
    g_assert_not_reached();
}

static Answer *fetch(const char *id, const char *range)
{
    g_autofree char *path = g_strdup_printf(V1 "/clips/%s/media", id);
    const char *headers[] = {hall->cookie, range, NULL};
    return client_send(hall->client, "GET", path, headers, NULL, -1);
}

/* When each picture is shown, in microseconds, in the order of showing; read by libav. */
static GArray *times_of(const char *path)
{
    AVFormatContext *format = NULL;
    g_assert_cmpint(avformat_open_input(&format, path, NULL, NULL), >=, 0);
    g_assert_cmpint(avformat_find_stream_info(format, NULL), >=, 0);
    GArray *times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(format, packet) >= 0) {
        int64_t us = av_rescale_q(packet->pts, format->streams[packet->stream_index]->time_base,
                                  AV_TIME_BASE_Q);
        if (packet->stream_index == 0 && !(packet->flags & AV_PKT_FLAG_DISCARD))
            g_array_append_val(times, us);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&format);
    return times;
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static char *save(const Answer *answer)
{
    g_autofree char *name = g_strdup("clip-XXXXXX.mp4");
    char *path = NULL;
    int fd = g_file_open_tmp(name, &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, (const char *)answer->body->data,
                                      (gssize)answer->body->len, NULL));
    return path;
}

/* Pictures @first[0] … of @count[0], then @first[1] … of @count[1]; each is shown as long after the first one as
 * it was taken after it. */
static void expect_pictures(const Answer *answer, const int first[2], const int count[2])
{
    int width = 0, height = 0, at = 0;
    g_autoptr(GBytes) bytes = answer_bytes(answer);
    g_autoptr(GArray) numbers = clip_numbers(bytes, false, &width, &height);
    g_autofree char *path = save(answer);
    g_autoptr(GArray) times = times_of(path);
    g_remove(path);
    g_array_sort(times, by_time);
    g_assert_nonnull(numbers);
    g_assert_cmpint(width, ==, CLIP_WIDTH);
    g_assert_cmpuint(numbers->len, ==, (guint)(count[0] + count[1]));
    g_assert_cmpuint(times->len, ==, numbers->len);
    for (int part = 0; part < 2; part++)
        for (int i = 0; i < count[part]; i++, at++) {
            int number = first[part] + i;
            g_assert_cmpint(g_array_index(numbers, int, at), ==, number);
            int64_t off =
                g_array_index(times, int64_t, at) - (int64_t)(number - first[0]) * CLIP_FRAME_US;
            g_assert_cmpint(ABS(off), <=, 100);
        }
}

static void expect_digest(const Answer *answer, const json_t *clip)
{
    g_autofree char *hex =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, answer->body->data, answer->body->len);
    g_assert_cmpstr(text_of(clip, "sha256"), ==, hex);
    g_assert_cmpint(json_integer_value(json_object_get(clip, "bytes")), ==, answer->body->len);
    guint8 digest[32];
    for (size_t i = 0; i < sizeof digest; i++)
        digest[i] =
            (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    g_autofree char *base64 = g_base64_encode(digest, sizeof digest);
    g_autofree char *field = g_strdup_printf("sha-256=:%s:", base64);
    g_assert_cmpstr(answer_header(answer, "Repr-Digest"), ==, field);
}

/* From the key frame before 1.3 s over the seam between two files, the gap, into the file with B-frames. */
static void test_whole(void)
{
    g_autoptr(json_t) state = make("W07", 2300000, 14 * S);
    const json_t *clip = json_object_get(state, "clip");
    g_assert_cmpstr(text_of(state, "state"), ==, "ready");
    g_autoptr(Answer) answer = fetch(text_of(state, "id"), NULL);
    g_assert_cmpint(answer->status, ==, 200);
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, "video/mp4");
    g_assert_nonnull(strstr(answer_header(answer, "Content-Disposition"), "W07_main_"));
    expect_digest(answer, clip);
    expect_pictures(answer, (int[]){50, 300}, (int[]){150, 50});
    g_assert_cmpint(json_integer_value(json_object_get(clip, "pictures")), ==, 200);
    g_assert_cmpuint(json_array_size(json_object_get(clip, "gaps")), ==, 1);
    int64_t first_us = 0, last_us = 0;
    g_assert_true(mj_time_parse_rfc3339(text_of(clip, "first"), &first_us, NULL));
    g_assert_true(mj_time_parse_rfc3339(text_of(clip, "last"), &last_us, NULL));
    g_assert_cmpint(ABS(first_us - hall->start_us - 2 * S), <=, 100);
    g_assert_cmpint(ABS(last_us - hall->start_us - 14 * S), <=, 100);
}

/* Exactly to the picture at the end, and to the key frame at the beginning. */
static void test_ends(void)
{
    static const struct {
        int64_t from_us, to_us;
        int first, count;
    } TABLE[] = {
        {0, 40000, 0, 1},          {0, 40001, 0, 2},           {1999999, 2 * S + 1, 0, 51},
        {2 * S, 3 * S, 50, 25},    {7900000, 20 * S, 150, 50}, // and what comes behind the gap
        {12 * S, 13 * S, 300, 25},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(json_t) state = make("W07", TABLE[i].from_us, TABLE[i].to_us);
        g_assert_cmpstr(text_of(state, "state"), ==, "ready");
        g_autoptr(Answer) answer = fetch(text_of(state, "id"), NULL);
        bool both = TABLE[i].to_us == 20 * S;
        expect_pictures(answer, (int[]){TABLE[i].first, 300},
                        (int[]){TABLE[i].count, both ? 100 : 0});
    }
}

/* What a segment that is being written has by now. */
static void test_open_segment(void)
{
    hall_grow(hall, 3);
    int64_t offset_us = hall->open_start_us - hall->start_us;
    g_autoptr(json_t) state = make("W08", offset_us, offset_us + 60 * S);
    g_autoptr(Answer) answer = fetch(text_of(state, "id"), NULL);
    expect_pictures(answer, (int[]){0, 0}, (int[]){75, 0});
}

/* The newest segment of W07: from 12 s on. */
static void code_last_as(const char *video)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_autofree char *sql =
        g_strdup_printf("UPDATE segment SET video = '%s' WHERE id = (SELECT g.id FROM segment g"
                        " JOIN stream s ON s.id = g.stream_id JOIN camera c ON c.id = s.camera_id"
                        " WHERE c.code = 'W07' ORDER BY g.start_us DESC LIMIT 1)",
                        video);
    g_assert_true(idx_db_script(cat, sql, &error));
}

/* A party that came back with another browser is coded otherwise from then on: hardly a player goes on there. */
static void test_turned(void)
{
    code_last_as("vp8");
    g_autoptr(json_t) state = make("W07", 4 * S, 14 * S);
    const json_t *clip = json_object_get(state, "clip");
    int64_t rest_us = 0;
    g_assert_cmpstr(text_of(state, "state"), ==, "ready");
    g_assert_true(mj_time_parse_rfc3339(text_of(clip, "rest"), &rest_us, NULL));
    g_assert_cmpint(rest_us, ==, hall->start_us + 12 * S);
    g_autoptr(Answer) answer = fetch(text_of(state, "id"), NULL);
    expect_pictures(answer, (int[]){100, 0}, (int[]){100, 0});
    g_autoptr(json_t) rest = make("W07", 12 * S, 14 * S);
    g_assert_true(json_is_null(json_object_get(json_object_get(rest, "clip"), "rest")));
    g_autoptr(Answer) apart = fetch(text_of(rest, "id"), NULL);
    expect_pictures(apart, (int[]){300, 0}, (int[]){50, 0});
    code_last_as("h264");
}

/* The same stretch is the same file, byte for byte, and any part of it is that part. */
static void test_ranges(void)
{
    g_autoptr(json_t) one = make("W07", 0, 6 * S);
    g_autoptr(json_t) two = make("W07", 0, 6 * S);
    g_assert_cmpstr(text_of(one, "id"), !=, text_of(two, "id"));
    g_autoptr(Answer) whole = fetch(text_of(one, "id"), NULL);
    g_autoptr(Answer) again = fetch(text_of(two, "id"), NULL);
    g_assert_cmpmem(whole->body->data, whole->body->len, again->body->data, again->body->len);
    guint size = whole->body->len;
    for (guint from = 0; from < size; from += size / 7) {
        guint to = MIN(from + 5000, size - 1);
        g_autofree char *range = g_strdup_printf("Range: bytes=%u-%u", from, to);
        g_autoptr(Answer) part = fetch(text_of(one, "id"), range);
        g_autofree char *of = g_strdup_printf("bytes %u-%u/%u", from, to, size);
        g_assert_cmpint(part->status, ==, 206);
        g_assert_cmpstr(answer_header(part, "Content-Range"), ==, of);
        g_assert_cmpmem(part->body->data, part->body->len, whole->body->data + from, to - from + 1);
    }
    g_autoptr(Answer) behind = fetch(text_of(one, "id"), "Range: bytes=99999999-");
    g_assert_cmpint(behind->status, ==, 416);
}

static void expect_status(const char *method, const char *path, const char *cookie,
                          const char *body, long status)
{
    g_autoptr(Answer) answer = send_json(method, path, cookie, body);
    g_test_message("%s %s: %ld", method, path, answer->status);
    g_assert_cmpint(answer->status, ==, status);
}

static void add_user(const char *name, const char *role)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_user_add(cat, name, role, HALL_PASSWORD, hall->start_us, &error);
    g_assert_no_error(error);
}

static void test_refusals(void)
{
    g_autofree char *time = hall_time(hall, 0);
    g_autofree char *late = hall_time(hall, 7 * MJ_HOUR_US);
    g_autofree char *too_long =
        g_strdup_printf("{\"camera\":\"W07\",\"from\":\"%s\",\"to\":\"%s\"}", time, late);
    g_autofree char *no_camera =
        g_strdup_printf("{\"camera\":\"W99\",\"from\":\"%s\",\"to\":\"%s\"}", time, late);
    g_autofree char *no_time = g_strdup_printf("{\"camera\":\"W07\",\"from\":\"%s\"}", time);
    expect_status("POST", V1 "/clips", hall->cookie, too_long, 400);
    expect_status("POST", V1 "/clips", hall->cookie, no_camera, 404);
    expect_status("POST", V1 "/clips", hall->cookie, no_time, 400);
    expect_status("POST", V1 "/clips", hall->cookie, "[]", 400);
    expect_status("POST", V1 "/clips", NULL, too_long, 401);
    add_user("op1", "operator");
    g_autofree char *operator_cookie = hall_cookie(hall, "op1");
    expect_status("POST", V1 "/clips", operator_cookie, too_long, 403);
    expect_status("GET", V1 "/clips/none", hall->cookie, NULL, 404);
    expect_status("GET", V1 "/clips/none/media", hall->cookie, NULL, 404);
    expect_status("DELETE", V1 "/clips/none", hall->cookie, NULL, 404);
    /* nothing is recorded there, and why is told */
    g_autoptr(json_t) state = make("W07", 9 * S, 11 * S);
    const json_t *problem = json_object_get(state, "problem");
    g_assert_cmpstr(text_of(state, "state"), ==, "failed");
    g_assert_cmpstr(text_of(problem, "code"), ==, "not-found");
    g_assert_nonnull(strstr(text_of(problem, "detail"), "offline"));
    g_autoptr(Answer) media = fetch(text_of(state, "id"), NULL);
    g_assert_cmpint(media->status, ==, 409);
}

/* A clip is its owner's, and gone when it is given up. */
static void test_owner(void)
{
    g_autoptr(json_t) state = make("W07", 0, S);
    g_autofree char *path = g_strconcat(V1 "/clips/", text_of(state, "id"), NULL);
    g_autofree char *media = g_strconcat(path, "/media", NULL);
    g_autofree char *token = g_strdup_printf("Authorization: Bearer %s", hall->read_token);
    expect_status("GET", media, NULL, NULL, 401);
    expect_status("GET", media, token, NULL, 403);
    expect_status("DELETE", path, hall->cookie, NULL, 204);
    expect_status("GET", path, hall->cookie, NULL, 404);
}

static char *run_clip(const char *out, const char *from, const char *to)
{
    const char *argv[] = {g_getenv("MINGJING"),
                          "clip",
                          "W07",
                          "--home",
                          hall->home,
                          "--json",
                          "--from",
                          from,
                          "--to",
                          to,
                          "--out",
                          out,
                          "--reason",
                          "why",
                          NULL};
    char *answer = NULL;
    int status = 0;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer, NULL,
                 &status, &error);
    g_assert_no_error(error);
    if (g_spawn_check_wait_status(status, NULL))
        return answer;
    g_free(answer);
    return NULL;
}

/* The command writes what the API sends; never over a file that is there. */
/* Adds one that fails, and waits until it has: it counts as one that is done. */
static char *add_done(ApiClips *clips, const char *owner)
{
    g_autoptr(GError) error = NULL;
    const IdxClipAsk of = {.camera = "nowhere", .stream = "main", .from_us = 1, .to_us = 2};
    char *id = api_clips_add(clips, owner, &of, &error);
    g_assert_no_error(error);
    for (;;) {
        g_autoptr(json_t) told = api_clips_json(clips, owner, id, NULL);
        if (g_str_equal(text_of(told, "state"), "failed"))
            return id;
        g_usleep(1000);
    }
}

/* The oldest of an owner's gives way, and nobody else's; an account is not the token of the same name. */
static void test_room(void)
{
    g_autoptr(ApiClips) clips = api_clips_new(hall->home, NULL);
    g_autofree char *other = add_done(clips, "2 a"), *first = add_done(clips, "1 a");
    for (int i = 0; i < API_CLIPS_MAX; i++)
        g_free(add_done(clips, "1 a"));
    g_autofree char *last = add_done(clips, "1 a");
    g_autoptr(json_t) gone = api_clips_json(clips, "1 a", first, NULL);
    g_autoptr(json_t) kept = api_clips_json(clips, "1 a", last, NULL);
    g_autoptr(json_t) others = api_clips_json(clips, "2 a", other, NULL);
    g_assert_true(!gone && kept && others);
    ApiRequest account = {.identity = {.kind = API_USER, .name = (char *)"a"}};
    ApiRequest token = {.identity = {.kind = API_TOKEN, .name = (char *)"a"}};
    g_autofree char *one = api_clips_owner(&account), *two = api_clips_owner(&token);
    g_assert_cmpstr(one, !=, two);
}

/* All places are taken: whoever has the most makes room for whoever has fewer, and for himself. */
static void test_full(void)
{
    g_autoptr(ApiClips) clips = api_clips_new(hall->home, NULL);
    char *first[API_CLIPS_MAX / API_CLIPS_OWNER_MAX] = {0};
    for (int i = 0; i < API_CLIPS_MAX; i++) {
        int who = i % (int)G_N_ELEMENTS(first);
        g_autofree char *owner = g_strdup_printf("1 owner%d", who), *id = add_done(clips, owner);
        if (!first[who])
            first[who] = g_steal_pointer(&id);
    }
    g_autofree char *small = add_done(clips, "1 small"), *again = add_done(clips, "1 small");
    g_autoptr(json_t) one = api_clips_json(clips, "1 small", small, NULL);
    g_autoptr(json_t) two = api_clips_json(clips, "1 small", again, NULL);
    g_assert_true(one && two); // neither gave way to the other
    int gone = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(first); i++) {
        g_autofree char *owner = g_strdup_printf("1 owner%zu", i);
        g_autoptr(json_t) told = api_clips_json(clips, owner, first[i], NULL);
        gone += !told;
        g_free(first[i]);
    }
    g_assert_cmpint(gone, ==,
                    2); // one each of two that had the most: what nobody asked for longest
    for (int i = 0; i < 200; i++)
        g_free(add_done(clips, "1 greedy")); // who asks for more and more gets his share
    g_autoptr(json_t) kept = api_clips_json(clips, "1 small", small, NULL);
    g_assert_nonnull(kept);
}

static void test_command(void)
{
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 6 * S);
    g_autofree char *path = g_build_filename(hall->home, "evidence.mp4", NULL);
    g_autofree char *answer = run_clip(path, from, to);
    g_assert_nonnull(answer);
    g_autoptr(json_t) told = json_loads(answer, 0, NULL);
    g_autoptr(json_t) state = make("W07", 0, 6 * S);
    g_assert_cmpstr(text_of(told, "sha256"), ==, text_of(json_object_get(state, "clip"), "sha256"));
    g_autofree char *data = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &data, &size, NULL));
    g_autofree char *hex =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)data, size);
    g_assert_cmpstr(text_of(told, "sha256"), ==, hex);
    g_assert_null(run_clip(path, from, to));
    g_remove(path);
}

/* The hash of what left the house is in the audit log. */
static void test_audit(void)
{
    g_autoptr(json_t) state = make("W07", 0, 5 * S);
    g_autoptr(Answer) answer = fetch(text_of(state, "id"), NULL);
    g_assert_cmpint(answer->status, ==, 200);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_READ, &error);
    g_assert_no_error(error);
    IdxAuditFilter filter = {.what = "clip", .who = HALL_USER};
    g_autoptr(GPtrArray) rows = idx_audit_list(cat, &filter, 100, NULL, &error);
    g_assert_no_error(error);
    bool found = false;
    for (guint i = 0; i < rows->len; i++) {
        const IdxAuditRow *row = rows->pdata[i];
        found = found || (row->detail &&
                          strstr(row->detail, text_of(json_object_get(state, "clip"), "sha256")) &&
                          g_strcmp0(row->camera, "W07") == 0);
    }
    g_assert_true(found);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    hall = hall_new();
    hall_start(hall);
    hall_sign_in(hall);
    g_test_add_func("/clip/whole", test_whole);
    g_test_add_func("/clip/ends", test_ends);
    g_test_add_func("/clip/open-segment", test_open_segment);
    g_test_add_func("/clip/turned", test_turned);
    g_test_add_func("/clip/ranges", test_ranges);
    g_test_add_func("/clip/refusals", test_refusals);
    g_test_add_func("/clip/owner", test_owner);
    g_test_add_func("/clip/room", test_room);
    g_test_add_func("/clip/full", test_full);
    g_test_add_func("/clip/command", test_command);
    g_test_add_func("/clip/audit", test_audit);
    int result = g_test_run();
    hall_free(hall);
    json_decref(contract);
    return result;
}
