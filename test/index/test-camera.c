// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/camera.h"

#include "index/base/home.h"
#include "index/base/json.h"
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
    g_assert_false(idx_camera_set(f->cat, "W", NULL, NULL, "a\nb", NULL, NULL, &name));
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
    g_assert_true(idx_camera_set(f->cat, "W07", NULL, "rtsp://h/2", NULL, NULL, NULL, NULL));
    g_autoptr(IdxCamera) both = idx_camera_get(f->cat, "W07", NULL);
    g_assert_true(stream_of(both, 1)->record);
}

static void test_set(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) unknown = NULL;
    g_assert_true(add(f, "W07", URL, NULL, NULL));
    g_assert_true(idx_camera_set(f->cat, "W07", NULL, NULL, "新", "hall", "original", NULL));
    g_autoptr(IdxCamera) named = idx_camera_get(f->cat, "W07", NULL);
    g_assert_cmpstr(named->name, ==, "新");
    g_assert_cmpstr(named->kind, ==, "hall");
    g_assert_cmpstr(stream_of(named, 0)->audio, ==, "original");
    g_autofree char *kept = idx_stream_url(f->cat, stream_of(named, 0)->id, NULL);
    g_assert_cmpstr(kept, ==, URL);
    g_assert_true(
        idx_camera_set(f->cat, "W07", "rtsp://v:new@h/9", "rtsp://h/s", NULL, NULL, NULL, NULL));
    g_autoptr(IdxCamera) moved = idx_camera_get(f->cat, "W07", NULL);
    g_autofree char *url = idx_stream_url(f->cat, stream_of(moved, 0)->id, NULL);
    g_assert_cmpstr(url, ==, "rtsp://v:new@h/9");
    g_assert_cmpstr(moved->name, ==, "新");
    g_assert_cmpstr(stream_of(moved, 1)->audio, ==, "original");
    g_assert_false(idx_camera_set(f->cat, "W99", NULL, NULL, "x", NULL, NULL, &unknown));
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
    g_assert_true(idx_camera_set(f->cat, "W07", "rtsp://h/2", NULL, NULL, NULL, NULL, NULL));
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
    g_test_add_func("/camera/defaults", test_defaults);
    g_test_add_func("/camera/password-nowhere", test_password_nowhere);
    g_test_add_func("/camera/bad-codes", test_bad_codes);
    g_test_add_func("/camera/bad-urls", test_bad_urls);
    g_test_add_func("/camera/bad-words", test_bad_words);
    g_test_add_func("/camera/remove-revive", test_remove_revive);
    g_test_add_func("/camera/set", test_set);
    g_test_add_func("/camera/generation", test_generation);
    g_test_add_func("/camera/key-gone", test_key_gone);
    return g_test_run();
}
