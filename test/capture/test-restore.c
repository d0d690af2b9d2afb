// SPDX-License-Identifier: GPL-3.0-or-later
/* What becomes of a home whose catalogue is damaged, or whose place a copy takes. */
#include "capture/libav.h"
#include "index/audit/audit.h"
#include "index/backup.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/hold/hold.h"
#include "index/home_lock.h"
#include "index/purge/purge.h"
#include "test/capture/fixture.h"
#include "test/capture/rebuild_home.h"
#include "test/index/fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LATE (START + 99 * MJ_DAY_US)

static GBytes *spoil(RebuildHome *h, off_t at, size_t size)
{
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autofree char *bytes = g_malloc(size);
    g_clear_pointer(&h->cat, idx_catalogue_free);
    memset(bytes, 0x5a, size);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(pwrite(fd, bytes, size, at), ==, (ssize_t)size);
    close(fd);
    return fixture_read(path);
}

static char *aside(const RebuildHome *h, const char *suffix)
{
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autofree char *day = mj_time_format_day(h->now_us);
    g_autofree char *time = mj_time_format_file(h->now_us);
    return g_strdup_printf("%s.damaged-%sT%sZ%s", path, day, time, suffix);
}

/* Pages that are no pages, a head that is none, a file of nothing: set aside as it is, never deleted. */
static void check_damaged(off_t at, size_t size)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    rebuild_home_record(h, "cam1", "main", START, 0, false, 0);
    g_autofree char *before = rebuild_home_segments(h);
    g_autoptr(GBytes) damaged = spoil(h, at, size);
    g_auto(IdxRebuildSums) dry = {0}, sums = {0};
    g_autofree char *kept_path = aside(h, "");
    h->dry_run = true;
    rebuild_home_run(h, &dry);
    g_assert_cmpint(dry.segments, ==, 1);
    g_assert_false(g_file_test(kept_path, G_FILE_TEST_EXISTS));
    h->dry_run = false;
    rebuild_home_run(h, &sums);
    g_autofree char *after = rebuild_home_segments(h);
    g_assert_cmpstr(after, ==, before);
    g_autoptr(GBytes) kept = fixture_read(kept_path);
    g_assert_true(g_bytes_equal(kept, damaged));
    g_assert_cmpint(rebuild_home_verify(h), ==, 0);
}

static void test_damaged(void)
{
    check_damaged(0, 100);
    check_damaged(3 * 4096, 4096);
}

/* A log that is left without its database is kept too. */
static void test_log(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0};
    rebuild_home_record(h, "cam1", "main", START, 0, false, 0);
    rebuild_home_lose(h);
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    g_assert_true(g_file_set_contents(log, "a log", -1, NULL));
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 1);
    g_autofree char *kept = aside(h, "-wal");
    g_assert_true(fixture_file_contains(kept, "a log"));
}

static void refuse(RebuildHome *h, MjError code, const char *words)
{
    g_auto(IdxRebuildSums) sums = {0};
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    g_autoptr(GError) error = NULL;
    g_assert_false(rebuild_home_try(h, &home, &sums, &error));
    fixture_expect(error, code, words);
}

/* Killed when the catalogue was set aside and its log was not: the next run brings them together. */
static void test_log_killed(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) first = {0}, sums = {0};
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) damaged = spoil(h, 0, 100);
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    g_autofree char *kept = aside(h, ""), *kept_log = aside(h, "-wal");
    h->kill_at = 2; // the first is aside
    g_assert_false(rebuild_home_try(h, &home, &first, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
    idx_restored_clear(&home);
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_set_contents(log, "a log", -1, NULL));
    h->kill_at = 0;
    h->now_us += MJ_MINUTE_US;
    rebuild_home_run(h, &sums);
    g_assert_true(fixture_file_contains(kept_log, "a log"));
    g_autoptr(GBytes) same = fixture_read(kept);
    g_assert_true(g_bytes_equal(same, damaged));
}

static void test_refused(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_autoptr(GError) error = NULL;
    int recorder = idx_home_lock(h->home, 1, &error);
    g_assert_cmpint(recorder, >=, 0);
    refuse(h, MJ_ERROR_BUSY, "being recorded");
    close(recorder);
    int other = idx_home_lock(h->home, IDX_HOME_LOCK_REBUILD, &error);
    g_assert_cmpint(other, >=, 0);
    refuse(h, MJ_ERROR_BUSY, "rebuild");
    g_assert_cmpint(idx_home_lock(h->home, 1, &error), <, 0);
    fixture_expect(error, MJ_ERROR_BUSY, "rebuild");
    close(other);
    g_autofree char *home = g_steal_pointer(&h->home);
    h->home = g_build_filename(home, "nowhere", NULL);
    refuse(h, MJ_ERROR_NOT_FOUND, "init");
    g_free(h->home);
    h->home = g_steal_pointer(&home);
}

/* Somebody who has the catalogue open would go on writing into what is set aside. */
static void test_in_use(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_clear_pointer(&h->cat, idx_catalogue_free);
    int ready[2], end[2];
    char byte = 0;
    g_assert_cmpint(pipe(ready) + pipe(end), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        close(end[1]);
        IdxCatalogue *cat = idx_catalogue_open(h->home, IDX_READ, NULL);
        bool told = cat && write(ready[1], "r", 1) == 1 && read(end[0], &byte, 1) == 0;
        _exit(told ? 0 : 1);
    }
    close(end[0]);
    g_assert_cmpint((int)read(ready[0], &byte, 1), ==, 1);
    g_autoptr(GBytes) damaged = spoil(h, 3 * 4096, 4096);
    refuse(h, MJ_ERROR_BUSY, "open");
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autoptr(GBytes) same = fixture_read(path);
    g_assert_true(g_bytes_equal(same, damaged));
    g_assert_cmpint(unlink(path), ==, 0); // lost, and it is open all the same
    refuse(h, MJ_ERROR_BUSY, "catalogue.db-shm open");
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    close(end[1]);
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    close(ready[0]);
    close(ready[1]);
}

/* --- a copy ----------------------------------------------------------------------------------- */

static char *make_copy(RebuildHome *h)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxBackupSums) sums = {0};
    g_autofree char *folder = g_build_filename(h->home, "backups", NULL);
    IdxBackup how = {.now_us = LATE};
    g_assert_true(idx_backup(h->cat, folder, &how, &sums, &error));
    g_autofree char *newest = idx_backup_newest(folder);
    g_assert_cmpstr(newest, ==, sums.path);
    return g_steal_pointer(&newest);
}

static void begin_row(RebuildHome *h, const IdxSegment *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) camera = idx_camera_get(h->cat, "cam1", &error);
    g_autoptr(IdxSegment) row = idx_segment_copy(file);
    row->stream_id = ((const IdxStream *)camera->streams->pdata[0])->id;
    row->bytes = row->init_bytes;
    row->end_us = row->start_us;
    row->frames = 0;
    g_assert_true(idx_segment_open(h->cat, row, &error));
}

static void remove_file(const RebuildHome *h, int64_t start_us)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT path FROM segment WHERE start_us = %" G_GINT64_FORMAT, start_us);
    g_autofree char *relative = rebuild_home_ask(h, sql);
    g_autofree char *path = rebuild_home_path(h, relative);
    g_assert_cmpint(unlink(path), ==, 0);
}

static void hold(RebuildHome *h, int64_t from_us, int64_t to_us)
{
    static const char *const CAMERAS[] = {"cam1", NULL};
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest request = {.cameras = CAMERAS,
                              .from_us = from_us,
                              .to_us = to_us,
                              .owner = "1023",
                              .reason = "complaint",
                              .case_no = "7",
                              .by = "test"};
    g_assert_true(idx_hold_add(h->cat, &request, LATE, &answer, &error));
}

/* Before the copy: two that are due by now, one that is held since, one that is not old enough, one that is
 * being written; and what people and business systems said. */
static RebuildHome *copied_home(char **ret_copy)
{
    RebuildHome *h = rebuild_home_new();
    h->now_us = START + 100 * MJ_DAY_US;
    Fixture f = {.home = h->home, .cat = h->cat};
    rebuild_home_record(h, "cam1", "main", START, 0, false, 0);
    rebuild_home_record(h, "cam1", "main", START + LONG, LONG, true, 0);
    rebuild_home_record(h, "cam1", "main", START + MJ_HOUR_US, 0, false, 0);
    rebuild_home_record(h, "cam1", "main", LATE, 0, false, 0);
    rebuild_home_record(h, "cam1", "main", LATE + LONG, LONG, true, 0);
    g_autoptr(IdxSegment) open =
        rebuild_home_file(h, "cam1", "main", LATE + 2 * LONG, 2 * LONG, true, 0);
    begin_row(h, open);
    fixture_place(&f, "W07", "cam1");
    fixture_happens(&f, "1", "hall.ticket.called", LATE,
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    g_assert_true(idx_audit(h->cat, &(IdxAudit){.what = "find", .at_us = LATE + 2 * LONG},
                            NULL)); // the last that it knows
    g_autofree char *known =
        rebuild_home_ask(h, "SELECT (max(at_us) - 1795000000000000) / 1000 FROM audit");
    g_assert_cmpstr(known, ==, "8553604800");
    *ret_copy = make_copy(h);
    hold(h, START + MJ_HOUR_US, START + MJ_HOUR_US + LONG);
    idx_segment_free(rebuild_home_file(h, "cam1", "main", LATE + 3 * LONG, 3 * LONG, true, 0));
    return h;
}

static const char DISPOSED[] =
    "SELECT (start_us - 1795000000000000) / 1000, rule, length(sha256), b.done_us IS NOT NULL"
    " FROM disposition d JOIN purge_batch b ON b.id = d.batch_id AND d.id BETWEEN b.first_id AND"
    " b.last_id ORDER BY 1";
static const char SEGMENTS[] =
    "SELECT (start_us - 1795000000000000) / 1000, (end_us - start_us) / 1000, state, joins"
    " FROM segment ORDER BY 1";

/* The newest is added, the open one closed, what a purge took since is recorded as that; what no purge may
 * have taken is told. */
static void check_copy(RebuildHome *h, const IdxRebuildSums *sums)
{
    /* What was recorded since the copy was made is linked to what nobody knows any more. */
    g_autofree char *held = rebuild_home_ask(
        h, "SELECT count(*), (min(p.from_us) - 1795000000000000) / 1000, max(p.to_us) >"
           " (SELECT max(end_us) FROM segment) FROM hold h JOIN hold_span p ON p.hold_id = h.id"
           " WHERE h.owner = 'mingjing rebuild' AND p.camera = 'cam1'");
    g_assert_cmpstr(held, ==, "1|8553604800|1");
    g_autofree char *disposed = rebuild_home_ask(h, DISPOSED);
    g_assert_cmpstr(disposed, ==, "0|gone:any/footage:90|32|1\n2400|gone:any/footage:90|32|1");
    g_autofree char *segments = rebuild_home_ask(h, SEGMENTS);
    g_assert_cmpstr(segments, ==,
                    "3600000|2400|closed|0\n8553600000|2400|closed|0\n8553602400|2400|closed|1\n"
                    "8553604800|2400|recovered|1\n8553607200|2400|recovered|1");
    g_autofree char *events = rebuild_home_ask(h, "SELECT count(*) FROM span");
    g_assert_cmpstr(events, ==, "1");
    g_autofree char *left = rebuild_home_ask(
        h, "SELECT group_concat('missing ' || path || char(10), '') FROM (SELECT path FROM segment"
           " WHERE start_us IN (1795003600000000, 1803553600000000) ORDER BY start_us)");
    g_assert_cmpstr(h->left->str, ==, left);
    g_assert_cmpint(rebuild_home_verify(h), ==, 2); // those
    g_autofree char *marks = rebuild_home_ask(h, "SELECT count(*) FROM setting WHERE key ="
                                                 " 'restoring'");
    g_assert_cmpstr(marks, ==, "0");
    g_assert_true(!sums || (sums->gone == 2 && sums->closed == 1 && sums->segments == 1 &&
                            sums->cameras == 0 && sums->holds->len == 1));
}

static void test_copy(void)
{
    g_autofree char *copy = NULL;
    g_autoptr(RebuildHome) h = copied_home(&copy);
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    static const int64_t GONE[] = {START, START + LONG, START + MJ_HOUR_US, LATE};
    for (size_t i = 0; i < G_N_ELEMENTS(GONE); i++)
        remove_file(h, GONE[i]);
    h->copy = copy;
    refuse(h, MJ_ERROR_EXISTS, "sound");
    g_autoptr(GBytes) damaged = spoil(h, 3 * 4096, 4096);
    rebuild_home_run(h, &sums);
    check_copy(h, &sums);
    g_assert_cmpint(sums.learnt, ==, 2); // the hold came after the copy
    g_autofree char *newer = rebuild_home_ask(
        h, "SELECT (SELECT max(id) FROM segment) - (SELECT min(id) FROM segment) > 1073741824,"
           " (SELECT max(seq) - min(seq) FROM hold_record) > 1073741824");
    g_assert_cmpstr(newer, ==, "1|1");   // no id is given twice
    refuse(h, MJ_ERROR_EXISTS, "sound"); // it is restored
    h->copy = NULL;
    rebuild_home_run(h, &again);
    g_assert_cmpint(again.segments + again.gone + again.left, ==, 0);
}

/* Killed at any point; with the copy given again, or not any more. */
static void test_copy_killed(void)
{
    int points = 0;
    for (int n = 1;; n++) {
        g_autofree char *copy = NULL;
        g_autoptr(RebuildHome) h = copied_home(&copy);
        static const int64_t GONE[] = {START, START + LONG, START + MJ_HOUR_US, LATE};
        for (size_t i = 0; i < G_N_ELEMENTS(GONE); i++)
            remove_file(h, GONE[i]);
        g_autoptr(GBytes) damaged = spoil(h, 0, 100);
        g_auto(IdxRestored) home = IDX_RESTORED_NONE;
        g_auto(IdxRebuildSums) first = {0}, sums = {0};
        g_autoptr(GError) error = NULL;
        h->copy = copy;
        h->kill_at = n;
        bool done = rebuild_home_try(h, &home, &first, &error);
        idx_restored_clear(&home);
        h->kill_at = 0;
        if (done)
            break;
        g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
        rebuild_home_run(h, &sums);
        check_copy(h, NULL);
        points++;
    }
    g_test_message("killed at %d points", points);
    g_assert_cmpint(points, >, 8);
}

/* A program that is started while the copy is copied, or while the damaged one goes. */
static void open_meanwhile(RebuildHome *h, const char *step)
{
    bool aside = g_str_equal(step, "aside"); // nothing is there then, or a log alone
    if (!aside && !g_str_equal(step, "part"))
        return;
    g_autofree char *path = mj_home_catalogue(h->home);
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    g_assert_cmpint(code, ==, aside ? SQLITE_CANTOPEN : SQLITE_BUSY);
    sqlite3_close(db);
}

/* What it wrote would be in what is set aside. */
static void test_opened_meanwhile(void)
{
    g_autofree char *copy = NULL;
    g_autoptr(RebuildHome) h = copied_home(&copy);
    g_auto(IdxRebuildSums) sums = {0};
    g_autoptr(GBytes) damaged = spoil(h, 3 * 4096, 4096);
    h->copy = copy;
    h->meanwhile = open_meanwhile;
    rebuild_home_run(h, &sums);
    g_assert_true(strchr(h->steps->str, 'p') && strchr(h->steps->str, 'a'));
    g_autofree char *kept_path = aside(h, "");
    g_autoptr(GBytes) kept = fixture_read(kept_path);
    g_assert_true(g_bytes_equal(kept, damaged));
}

static void move_file(RebuildHome *h, int64_t start_us, const char *root, const char *more)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT path FROM segment WHERE start_us = %" G_GINT64_FORMAT, start_us);
    g_autofree char *relative = rebuild_home_ask(h, sql);
    g_autofree char *from = rebuild_home_path(h, relative), *text = NULL;
    g_autofree char *to = g_build_filename(root, relative, NULL);
    g_autofree char *folder = g_path_get_dirname(to);
    gsize size = 0;
    g_assert_cmpint(g_mkdir_with_parents(folder, 0750), ==, 0);
    g_assert_true(g_file_get_contents(from, &text, &size, NULL));
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const uint8_t *)text, (guint)size);
    g_byte_array_append(bytes, (const uint8_t *)more, (guint)strlen(more));
    g_assert_true(g_file_set_contents(to, (const char *)bytes->data, bytes->len, NULL));
    g_assert_cmpint(unlink(from), ==, 0);
}

/* The copy was made, then files went from a failing disk to another one: they are there, and not gone. */
static void test_moved(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    g_autofree char *root = g_build_filename(h->home, "volumes", "disk2", NULL);
    g_autofree char *mark = g_build_filename(root, ".mingjing-volume", NULL);
    h->now_us = START + 100 * MJ_DAY_US;
    rebuild_home_record(h, "cam1", "main", START, 0, false, 0);
    rebuild_home_record(h, "cam1", "main", START + LONG, LONG, true, 0);
    g_autofree char *copy = make_copy(h);
    g_assert_cmpint(g_mkdir_with_parents(root, 0750), ==, 0);
    g_assert_true(g_file_set_contents(mark, "", 0, NULL));
    move_file(h, START, root, "");
    move_file(h, START + LONG, root, "and more"); // another one: nobody decides
    g_autoptr(GBytes) damaged = spoil(h, 0, 100);
    h->copy = copy;
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.moved, ==, 1);
    g_assert_cmpint(sums.gone, ==, 0);
    g_assert_true(g_str_has_prefix(h->left->str, "twice "));
    g_assert_cmpint(sums.left, ==, 1);
    g_autofree char *rows = rebuild_home_ask(
        h, "SELECT (start_us - 1795000000000000) / 1000, v.path LIKE '%disk2' FROM segment g JOIN"
           " volume v ON v.id = g.volume_id ORDER BY 1");
    g_assert_cmpstr(rows, ==, "0|1\n2400|0");
    h->copy = NULL;
    rebuild_home_run(h, &again);
    g_assert_cmpint(again.moved + again.gone, ==, 0);
}

/* A copy that is none, or damaged itself, changes nothing. */
static void test_bad_copy(void)
{
    g_autofree char *copy = NULL;
    g_autoptr(RebuildHome) h = copied_home(&copy);
    g_autofree char *none = g_build_filename(h->home, "none.db", NULL);
    g_assert_true(g_file_set_contents(none, "no database, whatever its name says", -1, NULL));
    g_autoptr(GBytes) damaged = spoil(h, 3 * 4096, 4096);
    h->copy = none;
    refuse(h, MJ_ERROR_INVALID, "none.db");
    int fd = open(copy, O_WRONLY | O_CLOEXEC);
    char zeros[4096] = {0};
    g_assert_cmpint(pwrite(fd, zeros, sizeof zeros, 4 * 4096), ==, (ssize_t)sizeof zeros);
    close(fd);
    h->copy = copy;
    refuse(h, MJ_ERROR_INVALID, "damaged itself");
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    g_autoptr(GBytes) same = fixture_read(path);
    g_assert_true(g_bytes_equal(same, damaged));
    g_assert_false(g_file_test(part, G_FILE_TEST_EXISTS));
}

/* The mark is in the file that is renamed, not in a log beside it; and no log of a part stays. */
static void test_part(void)
{
    g_autofree char *copy = NULL;
    g_autoptr(RebuildHome) h = copied_home(&copy);
    g_autofree char *path = mj_home_catalogue(h->home);
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    g_autofree char *log = g_strconcat(part, "-wal", NULL);
    g_autofree char *memory = g_strconcat(part, "-shm", NULL);
    g_autoptr(GBytes) damaged = spoil(h, 0, 100);
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    g_auto(IdxRebuildSums) sums = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(log, "of a run that was killed", -1, NULL));
    g_assert_true(g_file_set_contents(memory, "likewise", -1, NULL));
    h->copy = copy;
    h->kill_at = 1;
    g_assert_false(rebuild_home_try(h, &home, &sums, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
    g_assert_true(fixture_file_contains(part, "restoring"));
    g_assert_false(g_file_test(log, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(memory, G_FILE_TEST_EXISTS));
    unlink(part);
    g_assert_true(g_file_set_contents(log, "of a run that was killed", -1, NULL));
    g_assert_true(g_file_set_contents(copy, "none", -1, NULL));
    refuse(h, MJ_ERROR_INVALID, "cannot take");
    g_assert_false(g_file_test(log, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/restore/damaged", test_damaged);
    g_test_add_func("/restore/log", test_log);
    g_test_add_func("/restore/log-killed", test_log_killed);
    g_test_add_func("/restore/refused", test_refused);
    g_test_add_func("/restore/in-use", test_in_use);
    g_test_add_func("/restore/copy", test_copy);
    g_test_add_func("/restore/copy-killed", test_copy_killed);
    g_test_add_func("/restore/part", test_part);
    g_test_add_func("/restore/opened-meanwhile", test_opened_meanwhile);
    g_test_add_func("/restore/moved", test_moved);
    g_test_add_func("/restore/bad-copy", test_bad_copy);
    return g_test_run();
}
