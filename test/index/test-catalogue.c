// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/catalogue.h"

#include "index/base/home.h"
#include "index/camera.h"
#include "index/find/naming.h"
#include "index/find/subject.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <string.h>
#include <sys/stat.h>

static void test_create(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) twice = NULL, error = NULL;
    fixture_camera(f, "W07", T0);
    g_assert_false(idx_catalogue_create(f->home, "H02", "x", "+08:00", &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, f->home);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(f->home, IDX_READ, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(idx_catalogue_hall_code(cat), ==, "H01");
    g_assert_cmpstr(idx_catalogue_hall_name(cat), ==, "大厅");
    g_assert_cmpstr(idx_catalogue_timezone_name(cat), ==, "+08:00");
    g_assert_cmpstr(idx_catalogue_home(cat), ==, f->home);
    g_autoptr(IdxCamera) kept = idx_camera_get(cat, "W07", NULL);
    g_assert_nonnull(kept);
}

/* The mode and the size of HOME/@name; -1 if it is not there. */
static int mode_of(const char *home, const char *name, int64_t *ret_bytes)
{
    g_autofree char *path = g_build_filename(home, name, NULL);
    struct stat about = {0};
    int found = stat(path, &about);
    *ret_bytes = about.st_size;
    return found == 0 ? (int)(about.st_mode & 0777) : -1;
}

/* In a home that is shared with its group, that writes the catalogue and makes no file. */
static void test_shared(void)
{
    g_autofree char *root = fixture_temp_dir();
    g_autofree char *own = g_build_filename(root, "own", NULL);
    g_autofree char *shared = g_build_filename(root, "shared", NULL);
    g_assert_cmpint(g_mkdir_with_parents(shared, 0750), ==, 0);
    g_assert_cmpint(chmod(shared, 02750), ==, 0);
    g_assert_true(idx_catalogue_create(own, "H01", "x", "+08:00", NULL));
    g_assert_true(idx_catalogue_create(shared, "H01", "x", "+08:00", NULL));
    g_assert_false(mj_home_is_shared(own));
    g_assert_true(mj_home_is_shared(shared));
    int64_t bytes = 0;
    g_assert_cmpint(mode_of(own, "catalogue.db", &bytes) & 0022, ==, 0);
    g_assert_cmpint(mode_of(own, "catalogue.db-wal", &bytes), ==, -1);
    g_assert_cmpint(mode_of(shared, "catalogue.db", &bytes), ==, 0660);
    g_assert_cmpint(mode_of(shared, "catalogue.db-shm", &bytes), ==, 0660);
    g_assert_cmpint(mode_of(shared, "catalogue.db-wal", &bytes), ==, 0660);
    g_assert_cmpint(bytes, ==, 0);
    tree_remove(root);
}

static void test_bad_hall(void)
{
    static const struct {
        const char *code, *name, *zone, *words;
    } TABLE[] = {{"H01", "x", "Mars/Olympus", "Mars/Olympus"},
                 {"H01", "x", "", "time zone"},
                 {"", "x", "+08:00", "hall"},
                 {"H\xff", "x", "+08:00", "hall"},
                 {"H01", "\xff", "+08:00", "hall"}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *root = fixture_temp_dir();
        g_autofree char *home = g_build_filename(root, "home", NULL);
        g_autoptr(GError) error = NULL;
        g_assert_false(
            idx_catalogue_create(home, TABLE[i].code, TABLE[i].name, TABLE[i].zone, &error));
        fixture_expect(error, MJ_ERROR_INVALID, TABLE[i].words);
        g_assert_false(g_file_test(home, G_FILE_TEST_EXISTS)); // nothing is left behind
        tree_remove(root);
    }
}

static void test_missing(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_catalogue_open("/nowhere/at/all", IDX_READ, &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "/nowhere/at/all,mingjing init");
}

/* A file that is not ours, or is no more: said, and left as it is. */
static void check_untouched(const char *content, gsize size)
{
    g_autofree char *home = fixture_temp_dir();
    g_autofree char *path = mj_home_catalogue(home);
    g_assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
    static const IdxMode MODES[] = {IDX_READ, IDX_WRITE, IDX_RECORD};
    for (size_t i = 0; i < G_N_ELEMENTS(MODES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, MODES[i], &error);
        g_assert_null(cat);
        fixture_expect(error, MJ_ERROR_CORRUPT, "catalogue.db");
        g_autofree char *after = NULL;
        gsize length = 0;
        g_assert_true(g_file_get_contents(path, &after, &length, NULL));
        g_assert_cmpmem(after, length, content, size);
    }
    if (size) { // nor does init overwrite it; an empty file holds nothing to lose
        g_assert_false(idx_catalogue_create(home, "H01", "x", "+08:00", NULL));
        g_assert_true(fixture_file_contains(path, content));
    }
    tree_remove(home);
}

static void test_not_ours(void)
{
    g_autofree char *noise = g_malloc(8192);
    for (int i = 0; i < 8192; i++)
        noise[i] = (char)g_test_rand_int_range(1, 256);
    noise[8191] = '\0';
    check_untouched("", 0);
    check_untouched("hello", 5);
    check_untouched(noise, 8191);
}

static char *closed_catalogue(Fixture *f, const char *sql, gsize *size)
{
    g_autofree char *path = mj_home_catalogue(f->home);
    g_free(fixture_dump(f->cat, sql));
    g_clear_pointer(&f->cat, idx_catalogue_free); // the last connection folds the WAL in
    char *bytes = NULL;
    g_assert_true(g_file_get_contents(path, &bytes, size, NULL));
    return bytes;
}

static void test_versions(void)
{
    static const struct {
        const char *sql;
        MjError code;
        const char *words;
    } TABLE[] = {
        {"PRAGMA user_version = 999", MJ_ERROR_UNSUPPORTED, "999,newer"},
        {"PRAGMA user_version = 0", MJ_ERROR_CORRUPT, "not a catalogue"},
        {"PRAGMA application_id = 7", MJ_ERROR_CORRUPT, "not a catalogue"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autofree char *path = mj_home_catalogue(f->home);
        gsize size = 0, length = 0;
        g_autofree char *before = closed_catalogue(f, TABLE[i].sql, &size);
        static const IdxMode MODES[] = {IDX_READ, IDX_WRITE, IDX_RECORD};
        for (size_t m = 0; m < G_N_ELEMENTS(MODES); m++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(IdxCatalogue) cat = idx_catalogue_open(f->home, MODES[m], &error);
            g_assert_null(cat);
            fixture_expect(error, TABLE[i].code, TABLE[i].words);
        }
        g_autofree char *after = NULL;
        g_assert_true(g_file_get_contents(path, &after, &length, NULL));
        g_assert_cmpmem(before, size, after, length);
    }
}

/* A page torn out: errors where it is read, nothing changed, no crash. */
static void test_damaged(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 50; i++) {
        g_autofree char *id = g_strdup_printf("%d", i);
        fixture_happens(f, id, "hall.ticket.taken", T0, "\"ticket_no\":\"A1\"");
    }
    g_autofree char *path = mj_home_catalogue(f->home);
    gsize size = 0;
    g_autofree char *bytes = closed_catalogue(f, "SELECT 1", &size);
    int failed = 0;
    for (int round = 0; round < 40; round++) {
        g_autofree char *bad = g_memdup2(bytes, size);
        gsize page = (gsize)g_test_rand_int_range(1, (int)(size / 4096));
        memset(bad + page * 4096, g_test_rand_int_range(0, 256), 4096);
        g_assert_true(g_file_set_contents(path, bad, (gssize)size, NULL));
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxCatalogue) cat = idx_catalogue_open(f->home, IDX_READ, &error);
        g_autoptr(IdxSubject) s =
            cat ? idx_name_find(cat, &(IdxName){"ticket", "A1", 0, NULL}, &error) : NULL;
        g_autoptr(GPtrArray) places = s ? idx_place_list(cat, &error) : NULL;
        g_assert_true(places || !s || error); // an answer or an error
        failed += error != NULL;
        g_autofree char *after = NULL;
        gsize length = 0;
        g_assert_true(g_file_get_contents(path, &after, &length, NULL));
        g_assert_cmpmem(bad, size, after, length);
    }
    g_assert_cmpint(failed, >, 0);
}

typedef struct Writer {
    const char *home;
    int from;
} Writer;

static gpointer write_many(gpointer data)
{
    const Writer *w = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(w->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    for (int i = 0; i < 40; i++) {
        g_autofree char *id = g_strdup_printf("%d", w->from + i);
        g_autofree char *text = fixture_event(id, "hall.ticket.taken", T0, "\"ticket_no\":\"A1\"");
        g_autoptr(IdxEventBatch) batch =
            idx_event_add_text(cat, text, strlen(text), IDX_EVENT_FORM_ONE, T0, &error);
        g_assert_no_error(error);
        g_assert_cmpint(batch->accepted, ==, 1);
    }
    return NULL;
}

static void test_two_writers(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Writer writers[] = {{f->home, 0}, {f->home, 1000}, {f->home, 2000}};
    GThread *threads[G_N_ELEMENTS(writers)];
    for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
        threads[i] = g_thread_new("writer", write_many, &writers[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
        g_thread_join(threads[i]);
    g_autofree char *rows = fixture_dump(
        f->cat, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM subject_event),"
                " (SELECT count(*) FROM subject)");
    g_assert_cmpstr(rows, ==, "120|120|1");
}

static void test_read_only(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(f->home, IDX_READ, NULL);
    g_assert_false(idx_place_add(cat, "W1", NULL, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_DENIED);
}

static void test_transactions(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(IdxCatalogue) other = idx_catalogue_open(f->home, IDX_READ, NULL);
    g_assert_true(idx_begin(f->cat, NULL));
    fixture_camera(f, "CAM-A", T0);
    g_assert_null(idx_camera_get(other, "CAM-A", NULL)); // not before the commit
    g_assert_false(idx_coverage_add(f->cat, "W9", "CAM-A", T0, AT(1), T0, NULL));
    fixture_place(f, "W1", "CAM-A"); // what failed undid itself alone
    g_assert_true(idx_commit(f->cat, NULL));
    g_autoptr(IdxCamera) seen = idx_camera_get(other, "CAM-A", NULL);
    g_assert_nonnull(seen);
    g_assert_true(idx_begin(f->cat, NULL));
    fixture_camera(f, "CAM-B", T0);
    idx_rollback(f->cat);
    idx_rollback(f->cat); // once more does nothing
    g_assert_null(idx_camera_get(f->cat, "CAM-B", NULL));
}

/* Ids begin at node << 40, so that two nodes never make the same. */
static void test_ids(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", T0);
    g_autofree char *ok = fixture_dump(
        f->cat, "SELECT s.value BETWEEN 1 AND 4095, c.id >> 40 = s.value, c.id & 0xffffffffff,"
                " c.id < 1 << 53 FROM setting s, camera c WHERE s.key = 'node'");
    g_assert_cmpstr(ok, ==, "1|1|1|1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/catalogue/create", test_create);
    g_test_add_func("/catalogue/shared", test_shared);
    g_test_add_func("/catalogue/bad-hall", test_bad_hall);
    g_test_add_func("/catalogue/missing", test_missing);
    g_test_add_func("/catalogue/not-ours", test_not_ours);
    g_test_add_func("/catalogue/versions", test_versions);
    g_test_add_func("/catalogue/damaged", test_damaged);
    g_test_add_func("/catalogue/two-writers", test_two_writers);
    g_test_add_func("/catalogue/read-only", test_read_only);
    g_test_add_func("/catalogue/transactions", test_transactions);
    g_test_add_func("/catalogue/ids", test_ids);
    return g_test_run();
}
