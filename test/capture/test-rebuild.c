// SPDX-License-Identifier: GPL-3.0-or-later
/* A catalogue made again from the footage alone says what the one that was lost said. */
#include "capture/libav.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/hold/hold.h"
#include "index/hold/journal.h"
#include "index/purge/purge.h"
#include "index/segment/gap.h"
#include "index/segment/timeline.h"
#include "index/segment/volume.h"
#include "index/state.h"
#include "test/capture/fixture.h"
#include "test/capture/rebuild_home.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LATER (START + 3600 * MJ_SECOND_US)

/* Three that join, the clock being drawn back and forth between them, a hole, two more; a sub stream; a second
 * camera a day later. */
static RebuildHome *busy_home(void)
{
    RebuildHome *h = rebuild_home_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_camera_add(h->cat, "cam2", "rtsp://127.0.0.1:1/2", "rtsp://127.0.0.1:1/3",
                                 NULL, NULL, NULL, START, &error));
    rebuild_home_record(h, "cam1", "main", START, 0, false, -150000);
    rebuild_home_record(h, "cam1", "main", START + LONG - 150000, LONG, true, 300000);
    rebuild_home_record(h, "cam1", "main", START + 2 * LONG + 150000, 2 * LONG, true, 0);
    rebuild_home_record(h, "cam1", "main", LATER, 0, false, 0);
    rebuild_home_record(h, "cam1", "main", LATER + LONG, LONG, true, 0);
    rebuild_home_record(h, "cam2", "main", START + MJ_DAY_US, 0, false, 0);
    rebuild_home_record(h, "cam2", "sub", START + MJ_DAY_US + 1, 0, false, 0);
    rebuild_home_record(h, "cam2", "main", START + MJ_DAY_US + LONG, LONG, true, 0);
    return h;
}

static void put_hold(RebuildHome *h, const char *camera, int64_t from_us, int64_t to_us)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *const cameras[] = {camera, NULL};
    IdxHoldRequest request = {.cameras = cameras,
                              .from_us = from_us,
                              .to_us = to_us,
                              .owner = "1023",
                              .reason = "complaint",
                              .case_no = "7",
                              .by = "test"};
    g_assert_true(idx_hold_add(h->cat, &request, h->now_us, &answer, &error));
}

static void test_lost(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_autofree char *before = rebuild_home_segments(h);
    rebuild_home_lose(h);
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    rebuild_home_run(h, &sums);
    g_autofree char *after = rebuild_home_segments(h);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpint(sums.segments, ==, 8);
    g_assert_cmpint(sums.cameras, ==, 2);
    g_assert_cmpint(sums.left, ==, 0);
    g_assert_cmpint(rebuild_home_verify(h), ==, 0);
    g_autofree char *states = rebuild_home_ask(h, "SELECT DISTINCT state FROM segment");
    g_assert_cmpstr(states, ==, "recovered"); // no file says that its recorder closed it
    g_autofree char *first = rebuild_home_all(h);
    rebuild_home_run(h, &again);
    g_autofree char *second = rebuild_home_all(h);
    g_assert_cmpstr(second, ==, first);
    g_assert_cmpint(again.segments + again.cameras + again.gaps + again.learnt, ==, 0);
    g_assert_cmpint(again.known, ==, 8);
    g_assert_cmpuint(again.holds->len, ==, 0);
}

/* The hole has a reason, and so has what comes behind until the address is known. */
static void test_gaps(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_autoptr(GError) error = NULL;
    g_auto(IdxRebuildSums) sums = {0};
    rebuild_home_lose(h);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.gaps, ==, 1);
    g_autoptr(IdxCamera) camera = idx_camera_get(h->cat, "cam1", &error);
    const IdxStream *stream = camera->streams->pdata[0];
    g_assert_cmpstr(stream->url, ==, "");
    g_assert_false(stream->record);
    g_assert_cmpint(camera->created_us, ==, START);
    g_autoptr(IdxState) state = idx_state_get(h->cat, stream->id, h->now_us, &error);
    g_assert_cmpstr(state->state, ==, IDX_STATE_DISABLED);
    g_assert_nonnull(strstr(state->detail, "camera set"));
    g_assert_true(idx_camera_set(h->cat, "cam1", "rtsp://127.0.0.1:1/1", NULL, NULL, NULL, NULL,
                                 LATER + MJ_HOUR_US, &error));
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(h->cat, stream->id, START, LATER + MJ_HOUR_US, h->now_us, &error);
    g_assert_no_error(error);
    g_assert_cmpint(line->covered_us, ==, 5 * LONG + 150000);
    g_assert_cmpuint(line->gaps->len, ==, 2);
    const IdxGap *hole = line->gaps->pdata[0], *rest = line->gaps->pdata[1];
    g_assert_cmpstr(hole->reason, ==, IDX_REASON_UNKNOWN);
    g_assert_cmpint(hole->from_us, ==, START + 3 * LONG + 150000);
    g_assert_cmpint(hole->to_us, ==, LATER);
    g_assert_cmpstr(rest->reason, ==, IDX_REASON_NOT_RECORDED);
    g_assert_cmpint(rest->from_us, ==, LATER + 2 * LONG);
    g_assert_cmpint(rest->to_us, ==, LATER + MJ_HOUR_US);
    g_autoptr(IdxCamera) set = idx_camera_get(h->cat, "cam1", &error);
    g_assert_true(((const IdxStream *)set->streams->pdata[0])->record);
}

/* Killed at any point, and run again. */
static void test_killed(void)
{
    g_autofree char *expected = NULL;
    int points = 0;
    for (int n = 0;; n++) { // 0: not at all
        g_autoptr(RebuildHome) h = busy_home();
        h->now_us = MAX(h->now_us, INT64_C(1900000000000000)); // the same for all
        put_hold(h, "cam1", START, START + LONG);
        rebuild_home_lose(h);
        g_auto(IdxRestored) home = IDX_RESTORED_NONE;
        g_auto(IdxRebuildSums) first = {0}, sums = {0};
        g_autoptr(GError) error = NULL;
        h->kill_at = n;
        bool done = rebuild_home_try(h, &home, &first, &error);
        g_assert_true(done || mj_error_is(error, MJ_ERROR_CANCELLED));
        idx_restored_clear(&home);
        h->kill_at = 0;
        rebuild_home_run(h, &sums);
        g_autofree char *state = rebuild_home_all(h);
        if (n == 0)
            expected = g_strdup(state);
        g_assert_cmpstr(state, ==, expected);
        g_assert_cmpint(rebuild_home_verify(h), ==, 0);
        if (n > 0 && done)
            break;
        points += n > 0;
    }
    g_test_message("killed at %d points", points);
    g_assert_cmpint(points, >, 20);
}

static IdxPurgeSums purge(RebuildHome *h, int days)
{
    g_autoptr(GError) error = NULL;
    IdxPurgeSums sums = {0};
    IdxPurge how = {.now_us = START + days * MJ_DAY_US};
    g_assert_true(idx_purge(h->cat, &how, &sums, &error));
    return sums;
}

/* What was held stays held; and the rest is, until somebody says that it need not be. */
static void test_held(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_autoptr(GError) error = NULL;
    g_auto(IdxRebuildSums) sums = {0};
    put_hold(h, "cam1", START, START + LONG);
    rebuild_home_lose(h);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.learnt, >=, 2);
    g_assert_cmpuint(sums.holds->len, ==, 1);
    g_auto(IdxPurgeSums) none = purge(h, 4000);
    g_assert_cmpint(none.segments, ==, 0);
    g_assert_true(idx_hold_release(h->cat, g_array_index(sums.holds, int64_t, 0), "test", "settled",
                                   h->now_us, &error));
    g_auto(IdxPurgeSums) rest = purge(h, 4000);
    g_assert_cmpint(rest.segments, ==, 6);
    g_autofree char *left = rebuild_home_ask(h, "SELECT start_us FROM segment ORDER BY 1");
    g_autofree char *held =
        g_strdup_printf("%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT, START, START + LONG - 150000);
    g_assert_cmpstr(left, ==, held); // the second begins within what is held
}

/* Twenty-five years in all, and a clock that was ahead: one hold is not enough for it. */
static void test_held_for_long(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    static const int YEARS[] = {-20, -11, 0, 5};
    for (size_t i = 0; i < G_N_ELEMENTS(YEARS); i++)
        rebuild_home_record(h, "cam1", "main", START + YEARS[i] * 365 * MJ_DAY_US, 0, false, 0);
    rebuild_home_lose(h);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 4);
    g_assert_cmpuint(sums.holds->len, ==, 3);
    rebuild_home_run(h, &again);
    g_assert_cmpuint(again.holds->len, ==, 0);
    g_auto(IdxPurgeSums) none = purge(h, 40 * 365);
    g_assert_cmpint(none.segments, ==, 0);
}

/* The run began before the catalogue was made: its hold counts as one of this catalogue's. */
static void test_held_once(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    rebuild_home_record(h, "cam1", "main", START - 800 * MJ_DAY_US, 0, false, 0);
    rebuild_home_lose(h);
    h->now_us = START - 700 * MJ_DAY_US;
    rebuild_home_run(h, &sums);
    g_assert_cmpuint(sums.holds->len, ==, 1);
    rebuild_home_run(h, &again);
    g_assert_cmpuint(again.holds->len, ==, 0);
}

/* What comes later and goes on behind what the first one held. */
static void test_held_further(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0}, more = {0}, again = {0};
    rebuild_home_record(h, "cam1", "main", START, 0, false, 0);
    rebuild_home_lose(h);
    rebuild_home_run(h, &sums);
    g_assert_cmpuint(sums.holds->len, ==, 1);
    h->now_us += MJ_DAY_US;
    rebuild_home_run(h, &again); // a day later there is no more to hold
    g_assert_cmpuint(again.holds->len, ==, 0);
    idx_segment_free(rebuild_home_file(h, "cam1", "main", START + 4000 * MJ_DAY_US, 0, false, 0));
    rebuild_home_run(h, &more);
    g_assert_cmpint(more.segments, ==, 1);
    g_assert_cmpuint(more.holds->len, >, 0);
    g_auto(IdxPurgeSums) none = purge(h, 8000);
    g_assert_cmpint(none.segments, ==, 0);
    g_auto(IdxRebuildSums) last = {0};
    rebuild_home_run(h, &last);
    g_assert_cmpuint(last.holds->len, ==, 0);
}

/* Folders of a clock that was never set, and of no day at all, beside those of the footage. */
static void check_held_beside(const char *folder)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *relative = g_build_filename("cam1/main", folder, NULL);
    g_autofree char *path = rebuild_home_path(h, relative);
    rebuild_home_record(h, "cam1", "main", START - 400 * MJ_DAY_US, 0, false, 0);
    rebuild_home_record(h, "cam1", "main", START + 400 * MJ_DAY_US, 0, false, 0);
    g_assert_cmpint(g_mkdir_with_parents(path, 0750), ==, 0);
    rebuild_home_lose(h);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 2);
    g_assert_cmpuint(sums.holds->len, <=, 7); // of ten years each, from 1970 at the earliest
    g_auto(IdxPurgeSums) none = purge(h, 40 * 365);
    g_assert_cmpint(none.segments, ==, 0);
}

static void test_held_beside(void)
{
    check_held_beside("19700101");
    check_held_beside("00000000");
    check_held_beside("00010101");
    check_held_beside("99999999");
}

/* Files without a row in a sound catalogue: they get one, and nothing else changes. */
static void test_orphans(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_auto(IdxRebuildSums) sums = {0}, dry = {0};
    idx_segment_free(
        rebuild_home_file(h, "cam1", "main", START + 3 * LONG + 150000, 3 * LONG, true, 0));
    idx_segment_free(
        rebuild_home_file(h, "cam1", "main", START + 1000 * MJ_SECOND_US, 0, false, 0));
    g_autofree char *known = rebuild_home_ask(h, "SELECT * FROM segment ORDER BY id");
    g_autofree char *cameras = rebuild_home_ask(h, "SELECT * FROM camera ORDER BY id");
    g_autofree char *streams = rebuild_home_ask(h, "SELECT * FROM stream ORDER BY id");
    h->dry_run = true;
    rebuild_home_run(h, &dry);
    g_assert_cmpint(dry.segments, ==, 2);
    h->dry_run = false;
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 2);
    g_assert_cmpint(sums.known, ==, 8);
    g_assert_cmpuint(sums.holds->len, ==, 0);
    g_autofree char *same =
        rebuild_home_ask(h, "SELECT * FROM segment WHERE state <> 'recovered' ORDER BY id");
    g_autofree char *cameras_after = rebuild_home_ask(h, "SELECT * FROM camera ORDER BY id");
    g_autofree char *streams_after = rebuild_home_ask(h, "SELECT * FROM stream ORDER BY id");
    g_assert_cmpstr(same, ==, known);
    g_assert_cmpstr(cameras_after, ==, cameras);
    g_assert_cmpstr(streams_after, ==, streams);
    g_autofree char *gaps = rebuild_home_ask(h, "SELECT from_us - 1795000000000000, to_us -"
                                                " 1795000000000000, reason FROM gap ORDER BY 1");
    g_assert_cmpstr(gaps, ==, "9750000|1000000000|unknown\n1002400000|3600000000|unknown");
    g_assert_cmpint(rebuild_home_verify(h), ==, 0);
}

/* --- what stays as it is ---------------------------------------------------------------------- */

static void append_bytes(const char *path, size_t size)
{
    FILE *file = fopen(path, "ab");
    g_autofree char *bytes = g_malloc(size);
    memset(bytes, 0x7f, size);
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, size, file), ==, size);
    fclose(file);
}

static void copy_file(const char *from, const char *to)
{
    g_autofree char *folder = g_path_get_dirname(to);
    g_autoptr(GBytes) bytes = fixture_read(from);
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0750), ==, 0);
    g_assert_true(g_file_set_contents(to, data, (gssize)size, NULL));
}

static void put(const RebuildHome *h, const char *relative, const char *text)
{
    g_autofree char *path = rebuild_home_path(h, relative);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0750), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

#define DAY "20261118"
#define CUT_POINT 10 // of a rebuild of a lost catalogue with one camera: the first file is cut

static void test_broken(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *before = rebuild_home_segments(h);
    g_autofree char *first =
        rebuild_home_ask(h, "SELECT path FROM segment WHERE start_us = 1795000000000000");
    g_autofree char *whole = rebuild_home_path(h, first);
    g_autofree char *misplaced = rebuild_home_path(h, "cam3/main/" DAY "/010203.004Z.mp4");
    g_autofree char *overlap = rebuild_home_path(h, "cam1/main/" DAY "/235959.000Z.mp4");
    g_autofree char *linked = rebuild_home_path(h, "cam1/main/" DAY "/235958.000Z.mp4");
    g_autoptr(IdxSegment) spoilt =
        rebuild_home_file(h, "cam1", "main", START + 2000 * MJ_SECOND_US, 0, false, 0);
    g_autofree char *spoilt_path = rebuild_home_path(h, spoilt->path);
    copy_file(whole, misplaced);
    copy_file(whole, overlap);
    append_bytes(spoilt_path, 3 << 20);
    g_assert_cmpint(symlink(whole, linked), ==, 0);
    put(h, "cam1/main/" DAY "/000000.000Z.mp4", "");
    put(h, "cam1/main/" DAY "/000001.000Z.mp4", "not one of ours, and not long enough either");
    put(h, "cam1/main/" DAY "/notes.txt", "x");
    put(h, "cam1/third/" DAY "/000001.000Z.mp4", "x");
    put(h, "lost+found", "x");
    rebuild_home_lose(h);
    rebuild_home_run(h, &sums);
    g_autofree char *after = rebuild_home_segments(h);
    g_assert_cmpstr(after, ==, before);
    g_autofree char *spoilt_line = g_strdup_printf("broken %s\n", spoilt->path);
    const char *const lines[] = {"strange lost+found\n",
                                 "strange cam1/third\n",
                                 "broken cam1/main/" DAY "/000000.000Z.mp4\n",
                                 "broken cam1/main/" DAY "/000001.000Z.mp4\n",
                                 "strange cam1/main/" DAY "/notes.txt\n",
                                 "strange cam1/main/" DAY "/235958.000Z.mp4\n",
                                 "overlap cam1/main/" DAY "/235959.000Z.mp4\n",
                                 "misplaced cam3/main/" DAY "/010203.004Z.mp4\n",
                                 spoilt_line};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        if (!strstr(h->left->str, lines[i]))
            g_error("not told: %s of\n%s", lines[i], h->left->str);
    g_assert_cmpint(sums.left, ==, G_N_ELEMENTS(lines));
    g_assert_cmpint(sums.cameras, ==, 2); // cam3 is not one of them
    g_autoptr(GBytes) kept = fixture_read(spoilt_path);
    g_assert_cmpuint(g_bytes_get_size(kept), ==, (gsize)spoilt->bytes + (3 << 20));
}

/* A folder that cannot be read is not an empty one. */
static void test_unreadable(void)
{
    bool as_root = geteuid() == 0; // whom no mode stops
    g_assert_true(!as_root || seteuid(65534) == 0);
    RebuildHome *h = busy_home();
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    g_autofree char *day = rebuild_home_path(h, "cam1/main/" DAY);
    rebuild_home_lose(h);
    g_assert_cmpint(chmod(day, 0), ==, 0);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(chmod(day, 0750), ==, 0);
    g_assert_cmpstr(h->left->str, ==, "broken cam1/main/" DAY "\n");
    g_assert_cmpint(sums.left, ==, 1);
    rebuild_home_run(h, &again);
    g_assert_cmpint(again.left, ==, 0);
    g_assert_cmpint(sums.segments + again.segments, ==, 8);
    g_assert_cmpint(again.segments, >, 0);
    rebuild_home_free(h);
    g_assert_true(!as_root || seteuid(0) == 0);
}

static IdxSegment *torn_file(RebuildHome *h)
{
    IdxSegment *torn = rebuild_home_file(h, "cam1", "main", START, 0, false, 0);
    idx_segment_free(rebuild_home_file(h, "cam1", "main", START + LONG, LONG, true, 0));
    g_autofree char *path = rebuild_home_path(h, torn->path);
    g_assert_cmpint(truncate(path, (off_t)torn->bytes - 1), ==, 0);
    return torn;
}

/* A power cut: the end that is torn is cut off, and what follows joins it no more. */
static void check_torn(int kill_at)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    g_auto(IdxRebuildSums) killed = {0};
    g_autoptr(GError) error = NULL;
    idx_segment_free(torn_file(h));
    rebuild_home_lose(h);
    h->kill_at = kill_at;
    if (kill_at) {
        g_assert_false(rebuild_home_try(h, &home, &killed, &error));
        idx_restored_clear(&home);
        g_assert_cmpint(h->steps->str[kill_at - 1], ==, 'c'); // it was cut
        h->kill_at = 0;
    }
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 2);
    g_assert_cmpint(sums.cut, ==, kill_at ? 0 : 1);
    g_autofree char *rows =
        rebuild_home_ask(h, "SELECT start_us - 1795000000000000, end_us - 1795000000000000, joins"
                            " FROM segment ORDER BY 1");
    g_assert_cmpstr(rows, ==, "0|1800000|0\n2400000|4800000|0");
    g_autofree char *gaps =
        rebuild_home_ask(h, "SELECT from_us - 1795000000000000, to_us - 1795000000000000, reason"
                            " FROM gap WHERE to_us IS NOT NULL");
    g_assert_cmpstr(gaps, ==, "1800000|2400000|disk");
    g_assert_cmpint(rebuild_home_verify(h), ==, 0);
}

static void test_torn(void)
{
    check_torn(0);
    check_torn(CUT_POINT);
}

/* A purge deleted it, and somebody put it back. */
static void test_deleted(void)
{
    g_autoptr(RebuildHome) h = rebuild_home_new();
    g_auto(IdxRebuildSums) sums = {0};
    rebuild_home_record(h, "cam1", "main", START, 0, false, 0);
    g_autofree char *relative = rebuild_home_ask(h, "SELECT path FROM segment");
    g_autofree char *path = rebuild_home_path(h, relative);
    g_autofree char *saved = g_build_filename(h->home, "saved.mp4", NULL);
    copy_file(path, saved);
    g_auto(IdxPurgeSums) gone = purge(h, 4000);
    g_assert_cmpint(gone.segments, ==, 1);
    copy_file(saved, path);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 0);
    g_autofree char *line = g_strdup_printf("deleted %s\n", relative);
    g_assert_cmpstr(h->left->str, ==, line);
}

/* --- volumes ---------------------------------------------------------------------------------- */

static char *make_volume(RebuildHome *h, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(h->home, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(path, 0750), ==, 0);
    char *real = realpath(path, NULL);
    g_assert_true(idx_volume_add(h->cat, real, -1, 0, START, &error));
    return real;
}

/* The n-th file of cam1 is recorded to the n-th volume. */
static void move_to(RebuildHome *h, const char *root, int64_t start_us)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT path FROM segment WHERE start_us = %" G_GINT64_FORMAT, start_us);
    g_autofree char *move = g_strdup_printf(
        "UPDATE segment SET volume_id = (SELECT id FROM volume WHERE path = '%s') WHERE start_us ="
        " %" G_GINT64_FORMAT,
        root, start_us);
    g_autofree char *relative = rebuild_home_ask(h, sql);
    g_autofree char *from = rebuild_home_path(h, relative);
    g_autofree char *to = g_build_filename(root, relative, NULL);
    copy_file(from, to);
    g_unlink(from);
    g_free(rebuild_home_ask(h, move));
}

static void test_volumes(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_autoptr(GError) error = NULL;
    g_auto(IdxRebuildSums) sums = {0}, failed = {0}, rest = {0};
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    g_autofree char *second = make_volume(h, "volumes/disk2"), *third = make_volume(h, "disk3");
    move_to(h, second, START + LONG - 150000);
    move_to(h, third, LATER);
    g_autofree char *before = rebuild_home_segments(h);
    rebuild_home_lose(h);
    g_ptr_array_add(h->volumes, g_build_filename(h->home, "run", NULL)); // is none
    g_assert_false(rebuild_home_try(h, &home, &failed, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_NOT_FOUND));
    idx_restored_clear(&home);
    g_ptr_array_set_size(h->volumes, 0);
    rebuild_home_run(h, &sums); // finds the second by itself
    g_assert_cmpint(sums.segments, ==, 7);
    g_assert_cmpuint(sums.volumes->len, ==, 2);
    g_ptr_array_add(h->volumes, g_strdup(third));
    rebuild_home_run(h, &rest);
    g_assert_cmpint(rest.segments, ==, 1);
    g_autofree char *after = rebuild_home_segments(h);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpint(rebuild_home_verify(h), ==, 0);
}

/* The journal of the home as one that says something else under the same number. */
static void contradict(RebuildHome *h, const char *root)
{
    g_autofree char *from = rebuild_home_path(h, IDX_HOLD_JOURNAL), *text = NULL;
    g_autofree char *to = g_build_filename(root, IDX_HOLD_JOURNAL, NULL);
    g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", 2);
    g_auto(GStrv) parts = g_strsplit(lines[0] + 17, "complaint", 2);
    g_autofree char *line = g_strjoin("quarrel", parts[0], parts[1], NULL);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
    g_autofree char *whole = g_strdup_printf("%.16s %s\n", digest, line);
    g_assert_true(g_file_set_contents(to, whole, -1, NULL));
}

/* That stops every purge until somebody has settled it, and no rebuild. */
static void test_contradiction(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_autoptr(GError) error = NULL;
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *second = make_volume(h, "volumes/disk2");
    put_hold(h, "cam1", START, START + LONG);
    rebuild_home_lose(h);
    contradict(h, second);
    rebuild_home_run(h, &sums);
    g_assert_cmpint(sums.segments, ==, 8);
    g_assert_cmpuint(sums.holds->len, ==, 1);
    g_assert_nonnull(strstr(sums.journal_failed, "nothing is purged"));
    IdxPurgeSums none = {0};
    IdxPurge how = {.now_us = START + 4000 * MJ_DAY_US};
    g_assert_false(idx_purge(h->cat, &how, &none, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CONFLICT));
}

/* The same file in two volumes: one row, and the other is told. */
static void test_twice(void)
{
    g_autoptr(RebuildHome) h = busy_home();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *second = make_volume(h, "volumes/disk2");
    g_autofree char *relative = rebuild_home_ask(h, "SELECT min(path) FROM segment");
    g_autofree char *from = rebuild_home_path(h, relative);
    g_autofree char *to = g_build_filename(second, relative, NULL);
    copy_file(from, to);
    rebuild_home_run(h, &sums);
    g_autofree char *line = g_strdup_printf("twice %s\n", relative);
    g_assert_cmpstr(h->left->str, ==, line);
    g_assert_cmpint(sums.segments, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/rebuild/lost", test_lost);
    g_test_add_func("/rebuild/gaps", test_gaps);
    g_test_add_func("/rebuild/killed", test_killed);
    g_test_add_func("/rebuild/held", test_held);
    g_test_add_func("/rebuild/held-for-long", test_held_for_long);
    g_test_add_func("/rebuild/held-once", test_held_once);
    g_test_add_func("/rebuild/held-further", test_held_further);
    g_test_add_func("/rebuild/held-beside", test_held_beside);
    g_test_add_func("/rebuild/orphans", test_orphans);
    g_test_add_func("/rebuild/broken", test_broken);
    g_test_add_func("/rebuild/unreadable", test_unreadable);
    g_test_add_func("/rebuild/torn", test_torn);
    g_test_add_func("/rebuild/deleted", test_deleted);
    g_test_add_func("/rebuild/volumes", test_volumes);
    g_test_add_func("/rebuild/contradiction", test_contradiction);
    g_test_add_func("/rebuild/twice", test_twice);
    return g_test_run();
}
