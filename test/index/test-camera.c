// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/camera.h"

#include "index/base/home.h"
#include "index/base/json.h"
#include "index/segment/gap.h"
#include "index/segment/timeline.h"
#include "test/index/fixture.h"

#include <string.h>

#define PASSWORD "s3cr3t-W07"
#define URL "rtsp://admin:" PASSWORD "@192.0.2.7:554/ch1"

static bool add(Fixture *f, const char *code, const char *url, const char *sub, GError **error)
{
    return idx_camera_add(f->cat, code, url, sub, NULL, NULL, NULL, T0, error);
}

static int64_t generation(Fixture *f)
{
    int64_t n = -1;
    g_assert_true(idx_camera_generation(f->cat, &n, NULL));
    return n;
}

static const IdxStream *stream_of(const IdxCamera *camera, guint i)
{
    g_assert_cmpint(camera->streams->len, >, i);
    return camera->streams->pdata[i];
}

static void test_add(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    idx_camera_add(f->cat, "W07-face", URL, "rtsp://192.0.2.7/sub", "七号窗口", "room", "none", T0,
                   &error);
    g_assert_no_error(error);
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, "W07-face", &error);
    g_assert_cmpstr(camera->name, ==, "七号窗口");
    g_assert_cmpstr(camera->kind, ==, "room");
    g_assert_cmpint(camera->created_us, ==, T0);
    g_assert_cmpint(camera->streams->len, ==, 2);
    const IdxStream *main_stream = stream_of(camera, 0), *sub = stream_of(camera, 1);
    g_assert_cmpstr(main_stream->name, ==, "main");
    g_assert_cmpstr(main_stream->url, ==, "rtsp://192.0.2.7:554/ch1");
    g_assert_cmpstr(main_stream->audio, ==, "none");
    g_assert_true(main_stream->has_credentials && main_stream->record);
    g_assert_cmpstr(sub->name, ==, "sub");
    g_assert_false(sub->has_credentials);
    g_autofree char *whole = idx_stream_url(f->cat, main_stream->id, &error);
    g_assert_cmpstr(whole, ==, URL);
    g_autofree char *open = idx_stream_url(f->cat, sub->id, &error);
    g_assert_cmpstr(open, ==, "rtsp://192.0.2.7/sub");
    g_assert_null(idx_stream_url(f->cat, 12345, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_NOT_FOUND);
}

static void test_of_url(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *main = NULL, *sub = NULL, *none = NULL, *gone = NULL;
    g_assert_true(add(f, "W07", "rtsp://u:old@192.0.2.7/main", "rtsp://192.0.2.7/sub", NULL));
    g_assert_true(idx_camera_of_url(f->cat, "rtsp://u:new@192.0.2.7/main", &main, NULL));
    g_assert_cmpstr(main, ==, "W07");
    g_assert_true(idx_camera_of_url(f->cat, "rtsp://192.0.2.7/sub", &sub, NULL));
    g_assert_cmpstr(sub, ==, "W07");
    g_assert_true(idx_camera_of_url(f->cat, "rtsp://192.0.2.7/mai", &none, NULL));
    g_assert_null(none);
    g_assert_true(idx_camera_remove(f->cat, "W07", AT(9), NULL));
    g_assert_true(idx_camera_of_url(f->cat, "rtsp://192.0.2.7/main", &gone, NULL));
    g_assert_null(gone);
}

static void test_defaults(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "W07", T0);
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, "W07", NULL);
    g_assert_cmpstr(camera->name, ==, "W07");
    g_assert_cmpstr(camera->kind, ==, "window");
    g_assert_cmpstr(stream_of(camera, 0)->audio, ==, "aac");
    g_assert_cmpint(camera->streams->len, ==, 1);
}

static void test_password_nowhere(void)
{
    g_autoptr(Fixture) f = fixture_new();
    static const char *const FILES[] = {"catalogue.db", "catalogue.db-wal", "catalogue.db-shm"};
    g_assert_true(add(f, "W07", URL, URL "sub", NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(FILES); i++) {
        g_autofree char *path = g_build_filename(f->home, FILES[i], NULL);
        g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
        g_assert_false(fixture_file_contains(path, PASSWORD));
        g_assert_false(fixture_file_contains(path, "admin:"));
    }
    g_autofree char *wal = g_build_filename(f->home, "catalogue.db-wal", NULL);
    g_assert_true(fixture_file_contains(wal, "192.0.2.7:554")); // the search can find something
    g_autoptr(GError) error = NULL;
    g_assert_false(add(f, "W07", URL, NULL, &error));
    g_assert_null(strstr(error->message, PASSWORD));
}

static void test_bad_codes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *long_code = g_strnfill(65, 'a');
    const char *const BAD[] = {"",    ".",   "..",   "../x", "a/b",     "-a",  "_a", ".a",
                               "a b", "a\n", "窗口", "a\\b", long_code, "a%b", "a?b"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(add(f, BAD[i], "rtsp://h/1", NULL, &error));
        fixture_expect(error, MJ_ERROR_INVALID, "camera's ID");
    }
    long_code[64] = '\0';
    g_assert_true(add(f, long_code, "rtsp://h/1", NULL, NULL));
    g_assert_true(add(f, "A-1_b.c", "rtsp://h/1", NULL, NULL));
}

static void test_bad_urls(void)
{
    static const char *const BAD[] = {
        "",
        "rtsp://",
        "rtsp:///ch1",
        "rtsp://:554/ch1",
        "rtsp://u:" PASSWORD "@",
        "rtsp://u:" PASSWORD "@/ch1",
        "rtsp://u:" PASSWORD "@:554/ch1",
        "http://u:" PASSWORD "@h/1",
        "http://u:x " PASSWORD "@h/1",
        "RTSP://u:" PASSWORD "@h/1",
        "u:" PASSWORD "@h/1",
        "rtsp://u:" PASSWORD "@h/a b",
        "rtsp://u:" PASSWORD "@h/a\n",
        "rtsp://u:x " PASSWORD "@h/1",
        "rtsp://u:x/" PASSWORD "@h/1", // must be written %2F
        "rtsp://u:x?" PASSWORD "@h/1",
        "rtsp://u:x#" PASSWORD "@h/1",
        "rtsp://u:" PASSWORD "@h/\xff",
        "rtsp://#udp",
        "rtsp://h:99999/1",
        "rtsp://h:0/1",
        "rtsp://h:/1",
        "rtsp://h:554x/1",
        "rtsp://u:" PASSWORD "@[::1]:70000/1",
        "rtsp://h/1#sctp",
        "rtsp://h/1#",
        "rtsps://h/1#udp",
        "pipeline:",
        "pipeline:videotestsrc",
        "pipeline:appsink",
        "pipeline:videotestsrc ! appsink ! fakesink",
        "pipeline:rtspsrc location=rtsp://h/ user-pw=" PASSWORD " ! appsink",
        "pipeline:rtspsrc location=rtsp://u:" PASSWORD "@h/ ! appsink",
        "pipeline:videotestsrc\n! appsink",
        "/etc/passwd",
        "file:///etc/passwd",
    };
    g_autoptr(Fixture) f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL, as_sub = NULL;
        if (add(f, "W07", BAD[i], NULL, &error))
            g_error("\"%s\" was taken for an address", BAD[i]);
        fixture_expect(error, MJ_ERROR_INVALID, "W07");
        if (strstr(error->message, PASSWORD))
            g_error("the password stands in: %s", error->message);
        g_assert_false(add(f, "W07", "rtsp://h/1", BAD[i], &as_sub));
        g_assert_error(as_sub, MJ_ERROR, MJ_ERROR_INVALID);
    }
    g_autofree char *all = fixture_dump(f->cat, "SELECT code FROM camera");
    g_assert_cmpstr(all, ==, "");
}

static void test_good_urls(void)
{
    static const char *const GOOD[] = {
        "rtsp://h/1#udp",
        "rtsp://u:p@h/1?a=b#tcp",
        "rtsps://u:p@h/1",
        "rtsps://h:322/1#tcp",
        "pipeline:v4l2src device=/dev/video0 ! videoconvert ! x264enc ! h264parse ! appsink "
        "name=video",
        "pipeline:souphttpsrc location=http://192.0.2.7/a.ts ! tsdemux ! h264parse ! appsink "
        "name=video",
        "pipeline:videotestsrc ! \"video/x-raw, width=64\" ! x264enc ! appsink",
    };
    g_autoptr(Fixture) f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *code = g_strdup_printf("c%zu", i);
        add(f, code, GOOD[i], NULL, &error);
        g_assert_no_error(error);
        g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, code, &error);
        g_autofree char *url = idx_stream_url(f->cat, stream_of(camera, 0)->id, &error);
        g_assert_cmpstr(url, ==, GOOD[i]);
        g_assert_null(strstr(stream_of(camera, 0)->url, "u:p"));
    }
}

/* "record record", of main and sub */
static void expect_record(Fixture *f, const char *words)
{
    g_autofree char *all = fixture_dump(f->cat, "SELECT record FROM stream ORDER BY name");
    g_assert_cmpstr(all, ==, words);
}

static void test_record(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) no_sub = NULL, word = NULL, unknown = NULL;
    g_assert_true(add(f, "W07", URL, NULL, NULL));
    g_assert_false(idx_camera_record(f->cat, "W07", "both", AT(1), &no_sub));
    fixture_expect(no_sub, MJ_ERROR_INVALID, "W07,--sub");
    g_assert_false(idx_camera_record(f->cat, "W07", "all", AT(1), &word));
    fixture_expect(word, MJ_ERROR_INVALID, "main,sub,both,none");
    g_assert_false(idx_camera_record(f->cat, "W99", "main", AT(1), &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "W99");
    g_assert_true(idx_camera_set(f->cat, "W07", NULL, "rtsp://h/2", NULL, NULL, NULL, AT(5), NULL));
    expect_record(f, "1\n1");
    int64_t n = generation(f);
    g_assert_true(idx_camera_record(f->cat, "W07", "main", AT(10), NULL));
    g_assert_cmpint(generation(f), >, n); // the recorder looks
    expect_record(f, "1\n0");
    /* another address does not make it recorded */
    g_assert_true(
        idx_camera_set(f->cat, "W07", NULL, "rtsp://h/3", NULL, NULL, NULL, AT(15), NULL));
    expect_record(f, "1\n0");
    g_assert_true(idx_camera_record(f->cat, "W07", "sub", AT(20), NULL));
    expect_record(f, "0\n1");
    g_assert_true(idx_camera_record(f->cat, "W07", "none", AT(30), NULL));
    expect_record(f, "0\n0");
    g_assert_true(idx_camera_record(f->cat, "W07", "both", AT(40), NULL));
    expect_record(f, "1\n1");
    g_autofree char *gaps =
        fixture_dump(f->cat, "SELECT s.name, (g.from_us - 1795311000000000) / 1000000,"
                             " (g.to_us - 1795311000000000) / 1000000, g.reason FROM gap g"
                             " JOIN stream s ON s.id = g.stream_id ORDER BY s.name, g.from_us");
    g_assert_cmpstr(gaps, ==,
                    "main|20|40|not-recorded\nsub|0|5|not-recorded\nsub|10|20|not-recorded\n"
                    "sub|30|40|not-recorded");
}

/* The time between is nobody's fault, and said. */
static void test_revival_gap(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t stream = fixture_camera(f, "W07", T0);
    g_assert_true(idx_gap_open(f->cat, stream, AT(2), IDX_REASON_OFFLINE, "no route", NULL));
    g_assert_true(idx_camera_remove(f->cat, "W07", AT(10), NULL));
    g_assert_true(
        idx_camera_add(f->cat, "W07", "rtsp://h/2", NULL, NULL, NULL, NULL, AT(60), NULL));
    fixture_recorder(f, AT(99), false);
    g_autoptr(IdxTimeline) t = idx_timeline_get(f->cat, stream, AT(2), AT(60), AT(100), NULL);
    g_assert_cmpint(t->gaps->len, ==, 2);
    const IdxGap *before = t->gaps->pdata[0], *between = t->gaps->pdata[1];
    g_assert_cmpstr(before->reason, ==, IDX_REASON_OFFLINE);
    g_assert_cmpint(before->to_us, ==, AT(10));
    g_assert_cmpstr(between->reason, ==, IDX_REASON_NOT_RECORDED);
    g_assert_cmpint(between->to_us, ==, AT(60));
}

/* A stream that is live only stays "not-recorded" when the recorder is dead, too. */
static void test_live_only_timeline(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t stream = fixture_camera(f, "W07", T0);
    g_assert_true(idx_camera_record(f->cat, "W07", "none", T0, NULL));
    fixture_recorder(f, AT(10), true);
    g_autoptr(IdxTimeline) t = idx_timeline_get(f->cat, stream, T0, AT(60), AT(100), NULL);
    g_assert_cmpint(t->gaps->len, ==, 1);
    g_assert_cmpstr(((const IdxGap *)t->gaps->pdata[0])->reason, ==, IDX_REASON_NOT_RECORDED);
}

static void test_bad_words(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) kind = NULL, audio = NULL, name = NULL;
    g_assert_false(idx_camera_add(f->cat, "W", "rtsp://h/", NULL, NULL, "door", NULL, T0, &kind));
    fixture_expect(kind, MJ_ERROR_INVALID, "door,window");
    g_assert_false(idx_camera_add(f->cat, "W", "rtsp://h/", NULL, NULL, NULL, "mp3", T0, &audio));
    fixture_expect(audio, MJ_ERROR_INVALID, "mp3,original");
    g_assert_false(idx_camera_add(f->cat, "W", "rtsp://h/", NULL, "\xff", NULL, NULL, T0, &name));
    fixture_expect(name, MJ_ERROR_INVALID, "name");
    g_assert_true(add(f, "W", "rtsp://h/", NULL, NULL));
    g_clear_error(&name);
    g_assert_false(idx_camera_set(f->cat, "W", NULL, NULL, "a\nb", NULL, NULL, T0, &name));
    fixture_expect(name, MJ_ERROR_INVALID, "name");
}

static void test_remove_revive(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) twice = NULL, gone = NULL, unknown = NULL;
    g_assert_true(add(f, "W07", URL, "rtsp://192.0.2.7/sub", NULL));
    g_assert_false(add(f, "W07", URL, NULL, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, "W07,camera set");
    g_autoptr(IdxCamera) before = idx_camera_get(f->cat, "W07", NULL);
    g_assert_true(idx_camera_remove(f->cat, "W07", AT(10), NULL));
    g_assert_false(idx_camera_remove(f->cat, "W07", AT(11), &gone));
    fixture_expect(gone, MJ_ERROR_NOT_FOUND, "W07");
    g_assert_false(idx_camera_remove(f->cat, "W99", AT(11), &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "W99");
    g_autoptr(GPtrArray) in_use = idx_camera_list(f->cat, false, NULL);
    g_autoptr(GPtrArray) all = idx_camera_list(f->cat, true, NULL);
    g_assert_cmpint(in_use->len, ==, 0);
    g_assert_cmpint(((const IdxCamera *)all->pdata[0])->removed_us, ==, AT(10));
    g_assert_true(add(f, "W07", "rtsp://192.0.2.8/ch1", NULL, NULL));
    g_autoptr(IdxCamera) after = idx_camera_get(f->cat, "W07", NULL);
    g_assert_cmpint(after->id, ==, before->id); // its footage is its own still
    g_assert_cmpint(after->removed_us, ==, 0);
    g_assert_cmpint(stream_of(after, 0)->id, ==, stream_of(before, 0)->id);
    g_assert_cmpstr(stream_of(after, 0)->url, ==, "rtsp://192.0.2.8/ch1");
    g_assert_false(stream_of(after, 0)->has_credentials); // the old password is not kept
    g_assert_true(stream_of(after, 0)->record);
    g_assert_false(stream_of(after, 1)->record); // nobody asked for a sub stream again
    g_assert_true(idx_camera_set(f->cat, "W07", NULL, "rtsp://h/2", NULL, NULL, NULL, T0, NULL));
    g_autoptr(IdxCamera) both = idx_camera_get(f->cat, "W07", NULL);
    g_assert_true(stream_of(both, 1)->record);
}

static void test_set(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) unknown = NULL;
    g_assert_true(add(f, "W07", URL, NULL, NULL));
    g_assert_true(idx_camera_set(f->cat, "W07", NULL, NULL, "新", "hall", "original", T0, NULL));
    g_autoptr(IdxCamera) named = idx_camera_get(f->cat, "W07", NULL);
    g_assert_cmpstr(named->name, ==, "新");
    g_assert_cmpstr(named->kind, ==, "hall");
    g_assert_cmpstr(stream_of(named, 0)->audio, ==, "original");
    g_autofree char *kept = idx_stream_url(f->cat, stream_of(named, 0)->id, NULL);
    g_assert_cmpstr(kept, ==, URL);
    g_assert_true(idx_camera_set(f->cat, "W07", "rtsp://v:new@h/9", "rtsp://h/s", NULL, NULL, NULL,
                                 T0, NULL));
    g_autoptr(IdxCamera) moved = idx_camera_get(f->cat, "W07", NULL);
    g_autofree char *url = idx_stream_url(f->cat, stream_of(moved, 0)->id, NULL);
    g_assert_cmpstr(url, ==, "rtsp://v:new@h/9");
    g_assert_cmpstr(moved->name, ==, "新");
    g_assert_cmpstr(stream_of(moved, 1)->audio, ==, "original");
    g_assert_false(idx_camera_set(f->cat, "W99", NULL, NULL, "x", NULL, NULL, T0, &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "W99");
}

static void test_generation(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t n = generation(f);
    g_assert_true(add(f, "W07", URL, NULL, NULL));
    g_assert_cmpint(generation(f), >, n);
    n = generation(f);
    g_assert_false(add(f, "W07", URL, NULL, NULL));
    g_assert_cmpint(generation(f), ==, n); // nothing happened
    g_assert_true(idx_camera_set(f->cat, "W07", "rtsp://h/2", NULL, NULL, NULL, NULL, T0, NULL));
    g_assert_cmpint(generation(f), >, n);
    n = generation(f);
    g_assert_true(idx_camera_remove(f->cat, "W07", T0, NULL));
    g_assert_cmpint(generation(f), >, n);
    n = generation(f);
    g_assert_true(add(f, "W07", URL, NULL, NULL));
    g_assert_cmpint(generation(f), >, n);
}

static void test_key_gone(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_assert_true(add(f, "W07", URL, NULL, NULL));
    g_autofree char *key = mj_home_key(f->home, "camera.key");
    g_assert_cmpint(remove(key), ==, 0);
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, "W07", NULL);
    g_assert_nonnull(camera); // all but the password is there
    g_autoptr(GError) error = NULL, again = NULL;
    g_assert_null(idx_stream_url(f->cat, stream_of(camera, 0)->id, &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "camera.key");
    g_assert_false(add(f, "W08", URL, NULL, &again));
    g_assert_null(idx_camera_get(f->cat, "W08", NULL)); // no half camera
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/camera/add", test_add);
    g_test_add_func("/camera/of-url", test_of_url);
    g_test_add_func("/camera/defaults", test_defaults);
    g_test_add_func("/camera/password-nowhere", test_password_nowhere);
    g_test_add_func("/camera/bad-codes", test_bad_codes);
    g_test_add_func("/camera/bad-urls", test_bad_urls);
    g_test_add_func("/camera/good-urls", test_good_urls);
    g_test_add_func("/camera/record", test_record);
    g_test_add_func("/camera/revival-gap", test_revival_gap);
    g_test_add_func("/camera/live-only-timeline", test_live_only_timeline);
    g_test_add_func("/camera/bad-words", test_bad_words);
    g_test_add_func("/camera/remove-revive", test_remove_revive);
    g_test_add_func("/camera/set", test_set);
    g_test_add_func("/camera/generation", test_generation);
    g_test_add_func("/camera/key-gone", test_key_gone);
    return g_test_run();
}
