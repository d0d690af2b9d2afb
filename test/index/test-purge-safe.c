// SPDX-License-Identifier: GPL-3.0-or-later
/* What purge does not go on with, or leaves alone: by a wrong clock, without a record of a hold, of a camera that was of
 * another kind. And what a hold that comes too late is told. */
#include "index/camera.h"
#include "index/hold.h"
#include "test/index/purge_hall.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/purge/kind-before", test_kind_before);
    g_test_add_func("/purge/seams", test_seams);
    g_test_add_func("/purge/lost-record", test_lost_record);
    g_test_add_func("/purge/journal-first", test_journal_first);
    g_test_add_func("/purge/clock", test_clock);
    g_test_add_func("/purge/clock-first", test_clock_first);
    g_test_add_func("/purge/clock-again", test_clock_again);
    return g_test_run();
}
