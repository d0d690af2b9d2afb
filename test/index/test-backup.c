// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/backup.h"

#include "index/base/home.h"
#include "index/camera.h"
#include "index/find/naming.h"
#include "index/find/subject.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEGMENTS 20000 // some megabytes: several steps of copying
#define PATIENCE_US (60 * G_USEC_PER_SEC)

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in @folder, sorted, joined by spaces. Caller frees. */
static char *names_in(const char *folder)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

static void make_segments(Fixture *f, int count)
{
    int64_t stream = fixture_camera(f, "W07", T0);
    g_assert_true(idx_begin(f->cat, NULL));
    for (int i = 0; i < count; i++)
        fixture_segment(f, stream, AT(i * 10), AT(i * 10 + 10), "closed");
    g_assert_true(idx_commit(f->cat, NULL));
}

static void back_up(Fixture *f, const char *folder, const IdxBackup *how, IdxBackupSums *sums)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_backup(f->cat, folder, how, sums, &error));
    g_assert_no_error(error);
}

/* --- a copy, and a home made of it ------------------------------------------------------------ */

/* @file as the catalogue of a home of its own, with the key of @from or without. */
static Fixture *restore(const Fixture *from, const char *file, bool with_key)
{
    Fixture *f = g_new0(Fixture, 1);
    f->home = fixture_temp_dir();
    g_assert_true(mj_home_create(f->home, NULL));
    g_autofree char *catalogue = mj_home_catalogue(f->home);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(file, &bytes, &size, NULL));
    g_assert_true(g_file_set_contents(catalogue, bytes, (gssize)size, NULL));
    if (with_key) {
        g_autofree char *key = mj_home_key(from->home, "camera.key");
        g_autofree char *own = mj_home_key(f->home, "camera.key");
        g_autofree char *secret = NULL;
        g_assert_true(g_file_get_contents(key, &secret, &size, NULL));
        g_assert_true(g_file_set_contents(own, secret, (gssize)size, NULL));
    }
    g_autoptr(GError) error = NULL;
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    return f;
}

static char *url_of(Fixture *f, const char *code, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, code, NULL);
    g_assert_nonnull(camera);
    const IdxStream *stream = g_ptr_array_index(camera->streams, 0);
    return idx_stream_url(f->cat, stream->id, error);
}

static void test_restored(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_camera_add(f->cat, "W07", "rtsp://u:never-shown@192.0.2.7/1", NULL, NULL,
                                 NULL, NULL, T0, NULL));
    fixture_place(f, "W01", "W07");
    fixture_happens(f, "1", "hall.ticket.called", AT(1),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W01\"");
    g_autofree char *folder = g_build_filename(f->home, "backups-of-it", NULL);
    g_auto(IdxBackupSums) sums = {0};
    back_up(f, folder, &(IdxBackup){.now_us = T0}, &sums);
    g_assert_true(g_str_has_suffix(sums.path, "/catalogue-20261122T013000.000Z.db"));
    g_assert_cmpint(sums.cameras, ==, 1);
    g_assert_cmpint(sums.events, ==, 1);
    struct stat about;
    g_assert_cmpint(stat(sums.path, &about), ==, 0);
    g_assert_cmpint(about.st_size, ==, sums.bytes);
    g_assert_cmpint(about.st_mode & 0777, ==, 0600);
    g_assert_false(fixture_file_contains(sums.path, "never-shown"));

    g_autoptr(Fixture) whole = restore(f, sums.path, true);
    g_autoptr(IdxSubject) ticket =
        idx_name_find(whole->cat, &(IdxName){"ticket", "A012", DAY, NULL}, &error);
    g_assert_no_error(error);
    g_assert_nonnull(ticket);
    g_autofree char *url = url_of(whole, "W07", &error);
    g_assert_cmpstr(url, ==, "rtsp://u:never-shown@192.0.2.7/1");
    fixture_happens(whole, "2", "hall.ticket.called", AT(2),
                    "\"ticket_no\":\"A013\",\"window_no\":\"W01\"");

    g_autoptr(Fixture) keyless = restore(f, sums.path, false);
    g_assert_null(url_of(keyless, "W07", &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "camera.key");
}

/* --- while others write ------------------------------------------------------------------------ */

typedef struct Writer {
    Fixture *f;
    GThread *thread;
    gint commits, stop; // atomic
    int64_t longest_us; // the thread's, until it is joined
    int steps, began;   // of the copy; commits behind its first step
} Writer;

/* Two places in each transaction: a copy that has an odd number of them is no moment's. */
static void *write_on(void *data)
{
    Writer *w = data;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(w->f->home, IDX_WRITE, NULL);
    g_assert_nonnull(cat);
    while (!g_atomic_int_get(&w->stop)) {
        int64_t began_us = g_get_monotonic_time();
        g_assert_true(idx_begin(cat, NULL));
        for (char side = 'a'; side <= 'b'; side++) {
            g_autofree char *code = g_strdup_printf("P%d%c", g_atomic_int_get(&w->commits), side);
            g_assert_true(idx_place_add(cat, code, NULL, NULL));
        }
        g_assert_true(idx_commit(cat, NULL));
        w->longest_us = MAX(w->longest_us, g_get_monotonic_time() - began_us);
        g_atomic_int_inc(&w->commits);
    }
    return NULL;
}

/* In the midst of copying: goes on only when the writer has committed something since. */
static void wait_for_writer(int64_t done, int64_t all, void *data)
{
    Writer *w = data;
    int before = g_atomic_int_get(&w->commits);
    if (w->steps == 0)
        w->began = before; // the copy is of a moment before this one
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (g_atomic_int_get(&w->commits) == before) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(200);
    }
    w->steps++;
}

static void test_writers_go_on(void)
{
    g_autoptr(Fixture) f = fixture_new();
    make_segments(f, SEGMENTS);
    g_autofree char *folder = g_build_filename(f->home, "backups", NULL);
    g_auto(IdxBackupSums) sums = {0};
    Writer w = {.f = f};
    w.thread = g_thread_new("writer", write_on, &w);
    wait_for_writer(0, 0, &w);
    w.steps = 0;
    int first = g_atomic_int_get(&w.commits);
    back_up(f, folder, &(IdxBackup){.now_us = T0, .progress = wait_for_writer, .data = &w}, &sums);
    int last = g_atomic_int_get(&w.commits);
    g_atomic_int_set(&w.stop, 1);
    g_thread_join(w.thread);
    g_test_message("%d steps, %d commits meanwhile, the longest took %" G_GINT64_FORMAT " us",
                   w.steps, last - first, w.longest_us);
    g_assert_cmpint(w.steps, >, 4);
    g_assert_cmpint(last - first, >=, w.steps - 1);
    g_assert_cmpint(sums.segments, ==, SEGMENTS);

    g_autoptr(Fixture) copy = restore(f, sums.path, false);
    g_autofree char *places = fixture_dump(copy->cat, "SELECT count(*) FROM place");
    g_assert_cmpint(atoi(places) % 2, ==, 0);
    g_assert_cmpint(atoi(places), >=, 2 * first);
    g_assert_cmpint(atoi(places), <=, 2 * (w.began + 1)); // the moment at which it began
    g_assert_cmpint(last, >, w.began + 3);                // and not that at which it ended
    g_autofree char *left = names_in(folder);
    g_assert_cmpstr(left, ==, "catalogue-20261122T013000.000Z.db");
}

/* --- what stays in the folder ------------------------------------------------------------------ */

static void test_keeps(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *folder = g_build_filename(f->home, "backups", NULL);
    g_autofree char *other = g_build_filename(folder, "catalogue-mine.db", NULL);
    for (int i = 0; i < 5; i++) {
        g_auto(IdxBackupSums) sums = {0};
        back_up(f, folder, &(IdxBackup){.now_us = AT(i), .keep = 3}, &sums);
        g_assert_cmpint(sums.kept, ==, MIN(i + 1, 3));
        g_assert_cmpint(sums.removed, ==, i >= 3);
        g_assert_true(g_file_set_contents(other, "x", 1, NULL)); // not ours to remove
    }
    g_autofree char *names = names_in(folder);
    g_assert_cmpstr(names, ==,
                    "catalogue-20261122T013002.000Z.db catalogue-20261122T013003.000Z.db "
                    "catalogue-20261122T013004.000Z.db catalogue-mine.db");
    g_auto(IdxBackupSums) all = {0};
    back_up(f, folder, &(IdxBackup){.now_us = AT(9)}, &all);
    g_assert_cmpint(all.kept, ==, 4);
    g_autoptr(GError) error = NULL;
    g_auto(IdxBackupSums) again = {0};
    g_assert_false(idx_backup(f->cat, folder, &(IdxBackup){.now_us = AT(9)}, &again, &error));
    fixture_expect(error, MJ_ERROR_EXISTS, "catalogue-20261122T013009.000Z.db");
}

static void die(int64_t done, int64_t all, void *data)
{
    raise(SIGKILL);
}

static void test_killed(void)
{
    g_autoptr(Fixture) f = fixture_new();
    make_segments(f, SEGMENTS / 4);
    g_autofree char *folder = g_build_filename(f->home, "backups", NULL);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        IdxCatalogue *cat = idx_catalogue_open(f->home, IDX_READ, NULL);
        IdxBackupSums none;
        idx_backup(cat, folder, &(IdxBackup){.now_us = AT(0), .progress = die}, &none, NULL);
        _exit(1); // not reached
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status));
    g_autofree char *before = names_in(folder);
    g_assert_cmpstr(before, ==, "catalogue-20261122T013000.000Z.db.part");
    g_autofree char *busy =
        g_build_filename(folder, "catalogue-20261122T013001.000Z.db.part", NULL);
    int fd = open(busy, O_RDWR | O_CREAT, 0600); // of somebody who lives
    g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
    g_auto(IdxBackupSums) sums = {0};
    back_up(f, folder, &(IdxBackup){.now_us = AT(2)}, &sums);
    close(fd);
    g_autofree char *after = names_in(folder);
    g_assert_cmpstr(after, ==,
                    "catalogue-20261122T013001.000Z.db.part catalogue-20261122T013002.000Z.db");
}

/* --- what goes wrong ---------------------------------------------------------------------------- */

/* Zeros in the middle of a table that has nothing to do with opening. */
static void damage(Fixture *f)
{
    g_autofree char *page =
        fixture_dump(f->cat, "SELECT rootpage FROM sqlite_schema WHERE name = 'segment'");
    g_autofree char *path = mj_home_catalogue(f->home);
    static const char ZEROS[2000];
    g_clear_pointer(&f->cat, idx_catalogue_free);
    int fd = open(path, O_RDWR);
    g_assert_cmpint(pwrite(fd, ZEROS, sizeof ZEROS, (atoll(page) - 1) * 4096), ==, sizeof ZEROS);
    close(fd);
    f->cat = idx_catalogue_open(f->home, IDX_READ, NULL);
    g_assert_nonnull(f->cat);
}

static void test_damaged(void)
{
    g_autoptr(Fixture) f = fixture_new();
    make_segments(f, 2000);
    g_autofree char *folder = g_build_filename(f->home, "backups", NULL);
    g_auto(IdxBackupSums) good = {0}, bad = {0};
    back_up(f, folder, &(IdxBackup){.now_us = T0}, &good);
    damage(f);
    g_autoptr(GError) error = NULL;
    g_assert_false(
        idx_backup(f->cat, folder, &(IdxBackup){.now_us = AT(1), .keep = 1}, &bad, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, MJ_ERROR, MJ_ERROR_CORRUPT);
    g_autofree char *names = names_in(folder);
    g_assert_cmpstr(names, ==, "catalogue-20261122T013000.000Z.db"); // that of before
}

/* Not where it would be taken for footage, nor where nobody meant: a folder of which only the last part is new is made. */
static void test_elsewhere(void)
{
    static const char *const AMONG[] = {"footage", "footage/copies", "footage/../footage"};
    g_autoptr(Fixture) f = fixture_new();
    make_segments(f, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(AMONG); i++) {
        g_auto(IdxBackupSums) sums = {0};
        g_autoptr(GError) error = NULL;
        g_autofree char *folder = g_build_filename(f->home, AMONG[i], NULL);
        g_assert_false(idx_backup(f->cat, folder, &(IdxBackup){.now_us = T0}, &sums, &error));
        fixture_expect(error, MJ_ERROR_INVALID, "among the footage");
    }
    g_auto(IdxBackupSums) sums = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *lost = g_build_filename(f->home, "bakups", "daily", NULL);
    g_assert_false(idx_backup(f->cat, lost, &(IdxBackup){.now_us = T0}, &sums, &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, lost);
    g_autofree char *beside = g_build_filename(f->home, "footage-of-copies", NULL);
    back_up(f, beside, &(IdxBackup){.now_us = T0}, &sums);
}

/* The disk takes no more: here, files of this process beyond a limit. */
static void test_no_room(void)
{
    g_autoptr(Fixture) f = fixture_new();
    make_segments(f, SEGMENTS / 4);
    g_autofree char *folder = g_build_filename(f->home, "backups", NULL);
    g_auto(IdxBackupSums) sums = {0};
    g_autoptr(GError) error = NULL;
    struct rlimit before, small;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = before;
    small.rlim_cur = 300000;
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    bool ok = idx_backup(f->cat, folder, &(IdxBackup){.now_us = T0}, &sums, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(ok);
    g_test_message("%s", error->message);
    fixture_expect(error, MJ_ERROR_IO, "backups");
    g_autofree char *names = names_in(folder);
    g_assert_cmpstr(names, ==, "");
    g_clear_error(&error);
    g_autofree char *file = mj_home_catalogue(f->home);
    g_autofree char *below = g_build_filename(file, "backups", NULL);
    g_assert_false(idx_backup(f->cat, below, &(IdxBackup){.now_us = T0}, &sums, &error));
    fixture_expect(error, MJ_ERROR_IO, below);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/backup/restored", test_restored);
    g_test_add_func("/backup/writers-go-on", test_writers_go_on);
    g_test_add_func("/backup/keeps", test_keeps);
    g_test_add_func("/backup/killed", test_killed);
    g_test_add_func("/backup/damaged", test_damaged);
    g_test_add_func("/backup/elsewhere", test_elsewhere);
    g_test_add_func("/backup/no-room", test_no_room);
    return g_test_run();
}
