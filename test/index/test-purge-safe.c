// SPDX-License-Identifier: GPL-3.0-or-later
/* What purge does not go on with, or leaves alone: by a wrong clock, without a record of a hold, of a camera that was of
 * another kind. And what a hold that comes too late is told. */
#include "index/camera.h"
#include "index/hold/hold.h"
#include "index/segment/volume.h"
#include "test/index/purge_hall.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Journals that know more than the catalogue are believed before anything goes. */
static void test_journal_first(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new(), other = purge_hall_new();
    int64_t hold = 0;
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_hold(other, "c1", 0, 60, &hold);
    g_autofree char *from = g_build_filename(other->f->home, "footage/.mingjing-holds", NULL);
    g_autofree char *to = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL),
                    *text = NULL;
    g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    purge_hall_run(h, DAYS(100), 0);
    g_autofree char *rows = fixture_dump(h->f->cat, "SELECT count(*) FROM hold");
    g_assert_cmpstr(rows, ==, "1");
}

/* The journal of @other, with a byte changed behind @where, as that of @h: its catalogue is from before that hold. */
static void damage_journal(PurgeHall *h, const PurgeHall *other, const char *where)
{
    g_autofree char *from = g_build_filename(other->f->home, "footage/.mingjing-holds", NULL);
    g_autofree char *to = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
    for (char *at = text; (at = strstr(at, where)) != NULL; at += strlen(where))
        at[strlen(where)] ^= 1;
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
}

/* A record of a hold is lost: what it may have held stays until somebody has settled that. */
static void test_lost_record(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new(), other = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    int64_t hold = 0;
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 1, 0, 60, "closed");
    int64_t third = fixture_camera(h->f, "hall", AT(-1000));
    fixture_segment(h->f, third, AT(0), AT(60), "closed");
    purge_hall_hold(other, "c1", 0, 60, &hold);
    damage_journal(h, other, "\"from\":\"2"); // the stretch's alone: its hold is learnt
    IdxPurge p = purge_hall_how(h, DAYS(4000));
    idx_purge(h->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sums.segments, ==, 1); // of the third: what is read as c1 may have been c2
    g_assert_nonnull(strstr(sums.journal_failed, "nothing of camera c1 is deleted until"));
    g_assert_nonnull(strstr(sums.journal_failed, "nothing of camera c2 is deleted until"));
    g_assert_null(strstr(sums.journal_failed, "hall"));
    purge_hall_segment(h, 1, 100, 60, "closed");
    damage_journal(h, other, "\"camera\":\"c"); // and now it might be any
    IdxPurge any = purge_hall_how(h, DAYS(4000));
    g_auto(IdxPurgeSums) none = {0};
    g_assert_false(idx_purge(h->f->cat, &any, &none, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CONFLICT));
    g_assert_nonnull(strstr(error->message, "move the journal away"));
    g_autofree char *journal = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL);
    g_assert_cmpint(unlink(journal), ==, 0);
    purge_hall_run(h, DAYS(4000), 3);
}

/* What @root has as its journal cannot be read, for root neither; nothing of any volume goes, and a dry run says so. */
static void expect_unreadable(PurgeHall *h, const char *root)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) done = {0}, dry = {0};
    g_autofree char *path = g_build_filename(root, ".mingjing-holds", NULL);
    g_autofree char *kept = g_strconcat(path, ".kept", NULL);
    bool was = g_rename(path, kept) == 0;
    g_assert_cmpint(g_mkdir(path, 0750), ==, 0);
    IdxPurge p = purge_hall_how(h, DAYS(4000));
    g_assert_false(idx_purge(h->f->cat, &p, &done, &error));
    fixture_expect(error, MJ_ERROR_CONFLICT,
                   "may be of any camera,nothing is deleted until,move the journal away");
    g_assert_nonnull(strstr(error->message, path));
    p.dry_run = true;
    g_assert_true(idx_purge(h->f->cat, &p, &dry, NULL));
    g_assert_cmpint(dry.segments, ==, 0);
    g_assert_nonnull(strstr(dry.refused, path));
    g_assert_cmpint(g_rmdir(path), ==, 0);
    g_assert_cmpint(was ? g_rename(kept, path) : 0, ==, 0);
}

/* A whole journal cannot be read: what it alone may hold is not known. */
static void test_unreadable(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autofree char *home = g_build_filename(h->f->home, "footage", NULL);
    g_autofree char *disk = g_build_filename(h->f->home, "disk", NULL);
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 1, 0, 60, "closed");
    expect_unreadable(h, home);
    g_assert_cmpint(g_mkdir(disk, 0750), ==, 0);
    g_assert_true(idx_volume_add(h->f->cat, disk, -1, 0, AT(0), NULL));
    expect_unreadable(h, disk); // where none of what would go lies
    g_autofree char *files = purge_hall_files(h);
    g_assert_nonnull(strstr(files, "c1/"));
    g_assert_nonnull(strstr(files, "c2/"));
    purge_hall_run(h, DAYS(4000), 2);
}

/* What is said of a run at @now_s, dry and by a reader, and then done. The journal is as it was, between. */
static void expect_foreseen(PurgeHall *h, int64_t now_s, int64_t segments, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) dry = {0}, done = {0};
    g_autoptr(IdxCatalogue) reader = idx_catalogue_open(h->f->home, IDX_READ, &error);
    g_autofree char *path = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL);
    g_autofree char *before = NULL, *behind = NULL;
    g_autofree char *rows = fixture_dump(h->f->cat, "SELECT * FROM hold, hold_span, audit");
    g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
    IdxPurge p = purge_hall_how(h, now_s);
    p.dry_run = true;
    idx_purge(reader, &p, &dry, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &behind, NULL, NULL));
    g_autofree char *same = fixture_dump(h->f->cat, "SELECT * FROM hold, hold_span, audit");
    g_assert_cmpstr(before, ==, behind);
    g_assert_cmpstr(rows, ==, same);
    g_autofree char *said = g_strdup(h->said->str);
    p = purge_hall_how(h, now_s);
    bool ok = idx_purge(h->f->cat, &p, &done, &error);
    g_assert_cmpint(ok, ==, dry.refused == NULL);
    g_assert_cmpstr(dry.refused, ==, ok ? NULL : error->message);
    g_assert_cmpint(dry.segments, ==, segments);
    g_assert_cmpint(done.segments, ==, segments);
    g_assert_cmpint(dry.learnt, ==, ok ? done.learnt : dry.learnt);
    g_assert_cmpstr(said, ==, h->said->str);
    const char *told = ok ? dry.journal_failed : dry.refused;
    g_assert_cmpstr(done.journal_failed, ==, ok ? dry.journal_failed : NULL);
    g_assert_true(words ? told && strstr(told, words) : !told);
}

/* A dry run says what the run does, of what only journals know, of what is damaged, and of what contradicts. */
static void test_foreseen(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new(), other = purge_hall_new();
    g_autoptr(GError) error = NULL;
    int64_t hold = 0;
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 1, 0, 60, "closed");
    purge_hall_segment(h, 1, 1000, 60, "closed");
    purge_hall_hold(other, "c1", 0, 60, &hold);
    g_autofree char *from = g_build_filename(other->f->home, "footage/.mingjing-holds", NULL);
    g_autofree char *to = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL);
    g_autofree char *held = NULL, *text = NULL, *more = NULL;
    g_assert_true(g_file_get_contents(from, &held, NULL, NULL));
    g_assert_true(g_file_set_contents(to, held, -1, NULL)); // learnt: c1 is held
    expect_foreseen(h, DAYS(100), 2, NULL);
    purge_hall_segment(h, 1, 2000, 60, "closed");
    idx_hold_release(other->f->cat, hold, "2001", "done", AT(300), &error);
    g_assert_no_error(error);
    damage_journal(h, other, "\"reason\":\"do"); // a release: in doubt is nothing
    expect_foreseen(h, DAYS(100), 1, "its record is lost");
    purge_hall_segment(h, 1, 3000, 60, "closed");
    g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
    more = g_strconcat(text, "torn\n", NULL);
    g_assert_true(g_file_set_contents(to, more, -1, NULL));
    expect_foreseen(h, DAYS(100), 0, "it may have been on any camera, so nothing is deleted");
    g_assert_true(g_file_set_contents(to, text, -1, NULL)); // released: all goes
    expect_foreseen(h, DAYS(100), 2, NULL);
}

static void refused(const char *words, void *data)
{
    g_string_append(data, words);
}

/* And so does what is said of one camera. */
static void test_foreseen_why(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) told = g_string_new(NULL);
    int64_t count = 0, hold = 0;
    bool more = false;
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_hold(h, "c2", 0, 60, &hold);
    purge_hall_run(h, DAYS(1), 0);
    IdxPurgeAsk ask = {.camera = "c1",
                       .from_us = INT64_MIN,
                       .to_us = INT64_MAX,
                       .limit = 10,
                       .now_us = AT(DAYS(2)),
                       .refused = refused,
                       .data = told};
    g_autofree char *path = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL);
    g_assert_true(idx_purge_why(h->f->cat, &ask, &count, &more, &error));
    g_assert_cmpstr(told->str, ==, "");
    g_assert_true(g_file_set_contents(path, "torn\n", -1, NULL));
    g_assert_true(idx_purge_why(h->f->cat, &ask, &count, &more, &error));
    g_assert_nonnull(strstr(told->str, "nothing is deleted"));
    g_autoptr(json_t) json = idx_purge_why_json(h->f->cat, "c1", AT(DAYS(2)), &error);
    g_assert_cmpstr(json_string_value(json_object_get(json, "refused")), ==, told->str);
    g_assert_cmpint(unlink(path), ==, 0);
    g_string_truncate(told, 0);
    ask.now_us = AT(DAYS(100)); // and of the clock
    g_assert_true(idx_purge_why(h->f->cat, &ask, &count, &more, &error));
    g_assert_nonnull(strstr(told->str, "--after-pause"));
    g_string_truncate(told, 0);
    ask.after_pause = true;
    g_assert_true(idx_purge_why(h->f->cat, &ask, &count, &more, &error));
    g_assert_cmpstr(told->str, ==, "");
}

static void set_kind(PurgeHall *h, const char *kind, int64_t at_s)
{
    g_autoptr(GError) error = NULL;
    idx_camera_set(h->f->cat, "c1", NULL, NULL, NULL, kind, NULL, AT(at_s), &error);
    g_assert_no_error(error);
}

/* Footage of a room has no maximum; it gets none when the camera is hung up at a window. */
static void test_kind_before(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    purge_hall_segment(h, 0, 0, 60, "closed"); // of a window
    set_kind(h, "room", DAYS(1));
    purge_hall_segment(h, 0, DAYS(2), 60, "closed");
    set_kind(h, "window", DAYS(3));
    purge_hall_segment(h, 0, DAYS(4), 60, "closed");
    set_kind(h, "room", DAYS(5)); // by mistake: nothing was recorded as that
    set_kind(h, "window", DAYS(6));
    purge_hall_run(h, DAYS(4000), 2); // all but what is the room's
    g_assert_nonnull(strstr(h->said->str, "goes due max:any/footage:90"));
    set_kind(h, "room", DAYS(4001));
    set_kind(h, "window", DAYS(4002));
    purge_hall_segment(h, 0, DAYS(4001), 60, "closed");
    purge_hall_run(h, DAYS(4001), 0); // by now all of it is
}

/* What a hold comes too late for is told, and not what is there between it. */
static void test_seams(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *cameras[] = {"c1", NULL};
    int64_t hold = 0;
    for (int i = 0; i < 6; i++)
        purge_hall_segment(h, 0, i * 60, 60, "closed");
    purge_hall_hold(h, "c1", 130, 170, &hold); // of the third
    purge_hall_run(h, DAYS(4000), 5);
    IdxHoldRequest r = {.cameras = cameras,
                        .from_us = AT(0),
                        .to_us = AT(360),
                        .owner = "o",
                        .reason = "r",
                        .case_no = "c",
                        .by = "1023"};
    idx_hold_add(h->f->cat, &r, AT(DAYS(4000)), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.segments, ==, 1);
    g_assert_cmpuint(answer.gone->len, ==, 2);
    const IdxGone *before = answer.gone->pdata[0], *behind = answer.gone->pdata[1];
    g_assert_cmpint(before->from_us, ==, AT(0));
    g_assert_cmpint(before->to_us, ==, AT(120));
    g_assert_cmpint(before->segments, ==, 2);
    g_assert_cmpint(behind->from_us, ==, AT(180));
    g_assert_cmpint(behind->to_us, ==, AT(360));
    g_assert_cmpint(behind->segments, ==, 3);
}

static void expect_clock(PurgeHall *h, int64_t now_s, bool right)
{
    g_autoptr(GError) error = NULL;
    bool ok = idx_purge_check_clock(h->f->cat, T0 + now_s * MJ_SECOND_US, &error);
    g_assert_cmpint(ok, ==, right);
    g_assert_true(right || mj_error_is(error, MJ_ERROR_CONFLICT));
    g_assert_true(right || strstr(error->message, "--after-pause"));
}

/* A clock that is ahead makes all footage old. */
static void test_clock(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    expect_clock(h, DAYS(400), true); // nothing is known yet, and nothing can go
    purge_hall_segment(h, 0, 0, 60, "closed");
    expect_clock(h, DAYS(1), true);
    expect_clock(h, DAYS(365), false);
    purge_hall_run(h, DAYS(1), 0);
    purge_hall_segment(h, 0, DAYS(365), 60, "closed"); // the recorder has the wrong clock too
    expect_clock(h, DAYS(2), true);
    expect_clock(h, DAYS(-1), true); // behind, nothing looks old
    expect_clock(h, DAYS(365), false);
    purge_hall_run(h, DAYS(366), 1); // somebody said that the clock is right
    expect_clock(h, DAYS(367), true);
}

/* The recorder runs by the wrong clock, too, and nothing was purged before: footage itself tells. */
static void test_clock_first(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    for (int i = 0; i < 40; i++) // every 12 hours, by turns: no camera alone has all of it
        purge_hall_segment(h, i % 2, i * DAYS(1) / 2, 60, "closed");
    expect_clock(h, DAYS(20), true);
    for (int i = 0; i < 4; i++)
        purge_hall_segment(h, i % 2, DAYS(420) + i * DAYS(1) / 2, 60, "closed");
    expect_clock(h, DAYS(422), false);
    expect_clock(h, DAYS(20), true); // it was set right again
    purge_hall_run(h, DAYS(20), 0);
    expect_clock(h, DAYS(422), false);
}

/* It was ahead when something was purged: it may be ahead once more. */
static void test_clock_again(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    purge_hall_segment(h, 0, DAYS(399), 60, "closed");
    purge_hall_run(h, DAYS(400), 0);
    expect_clock(h, DAYS(1), true); // set back, nothing looks old
    purge_hall_run(h, DAYS(1), 0);
    expect_clock(h, DAYS(2), true);
    expect_clock(h, DAYS(400), false);
    expect_clock(h, DAYS(401), false);
}

/* Purges that are refused for days, for a reason that is no clock, are no pause; a clock that jumps then still is. */
static void test_clock_refused(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autofree char *path = g_build_filename(h->f->home, "footage/.mingjing-holds", NULL);
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_run(h, DAYS(1), 0);
    g_assert_true(g_file_set_contents(path, "torn\n", -1, NULL));
    for (int day = 2; day < 8; day++) {
        g_autoptr(GError) error = NULL;
        g_auto(IdxPurgeSums) none = {0};
        expect_clock(h, DAYS(day), true);
        IdxPurge p = purge_hall_how(h, DAYS(day));
        g_assert_false(idx_purge(h->f->cat, &p, &none, &error));
        g_assert_true(mj_error_is(error, MJ_ERROR_CONFLICT));
    }
    expect_clock(h, DAYS(30), false);
    expect_clock(h, DAYS(30), false); // that is no try
    g_assert_cmpint(unlink(path), ==, 0);
    expect_clock(h, DAYS(8), true);
    purge_hall_run(h, DAYS(8), 0);
    expect_clock(h, DAYS(9), true);
    expect_clock(h, DAYS(11), false); // what was tried before it is forgotten
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/purge/kind-before", test_kind_before);
    g_test_add_func("/purge/seams", test_seams);
    g_test_add_func("/purge/lost-record", test_lost_record);
    g_test_add_func("/purge/unreadable-journal", test_unreadable);
    g_test_add_func("/purge/journal-first", test_journal_first);
    g_test_add_func("/purge/foreseen", test_foreseen);
    g_test_add_func("/purge/foreseen-why", test_foreseen_why);
    g_test_add_func("/purge/clock-refused", test_clock_refused);
    g_test_add_func("/purge/clock", test_clock);
    g_test_add_func("/purge/clock-first", test_clock_first);
    g_test_add_func("/purge/clock-again", test_clock_again);
    return g_test_run();
}
