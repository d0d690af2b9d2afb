// SPDX-License-Identifier: GPL-3.0-or-later
/* Covered + gaps = asked, whatever the day was like. */
#include "index/segment/timeline.h"

#include "index/camera.h"
#include "test/index/fixture.h"

#include <string.h>

static IdxTimeline *get(Fixture *f, int64_t stream, int64_t from_us, int64_t to_us, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    IdxTimeline *t = idx_timeline_get(f->cat, stream, from_us, to_us, now_us, &error);
    g_assert_no_error(error);
    return t;
}

/* Gaps in order, apart, inside [from, until), and together with what is covered exactly that. */
static void check_sum(const IdxTimeline *t)
{
    int64_t missing_us = 0, cursor_us = t->from_us;
    for (guint i = 0; i < t->gaps->len; i++) {
        const IdxGap *gap = t->gaps->pdata[i];
        g_assert_cmpint(gap->from_us, >=, cursor_us);
        g_assert_cmpint(gap->to_us, >, gap->from_us);
        g_assert_cmpint(gap->to_us, <=, t->until_us);
        g_assert_nonnull(gap->reason);
        for (guint j = 0; j < t->segments->len; j++) { // no gap where there is footage
            const IdxSegment *s = t->segments->pdata[j];
            g_assert_true(s->end_us <= gap->from_us || s->start_us >= gap->to_us);
        }
        missing_us += gap->to_us - gap->from_us;
        cursor_us = gap->to_us;
    }
    g_assert_cmpint(t->until_us, >=, t->from_us);
    g_assert_cmpint(t->until_us, <=, t->to_us);
    g_assert_cmpint(t->covered_us + missing_us, ==, t->until_us - t->from_us);
    g_assert_cmpfloat(t->coverage, >=, 0.0);
    g_assert_cmpfloat(t->coverage, <=, 1.0);
}

/* "reason from-to" of each gap in seconds from T0. */
static char *gaps_text(const IdxTimeline *t)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < t->gaps->len; i++) {
        const IdxGap *gap = t->gaps->pdata[i];
        g_string_append_printf(out, "%s%s %g-%g", i ? ", " : "", gap->reason,
                               (double)(gap->from_us - T0) / 1e6, (double)(gap->to_us - T0) / 1e6);
    }
    return g_string_free(out, FALSE);
}

static void expect(Fixture *f, int64_t stream, int from, int to, int now, const char *gaps)
{
    g_autoptr(IdxTimeline) t = get(f, stream, AT(from), AT(to), AT(now));
    g_autofree char *text = gaps_text(t);
    check_sum(t);
    g_assert_cmpstr(text, ==, gaps);
}

static void test_reasons(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(9000), false);
    expect(f, s, -60, -30, 9000, "not-recorded -60--30"); // it did not exist
    expect(f, s, -60, 30, 9000, "not-recorded -60-0, unknown 0-30");
    fixture_segment(f, s, AT(10), AT(60), "closed");
    fixture_segment(f, s, AT(60), AT(100), "closed");
    g_assert_true(idx_gap_add(f->cat, s, AT(100), AT(150), IDX_REASON_OFFLINE, "no route", NULL));
    g_assert_true(idx_gap_add(f->cat, s, AT(160), AT(170), IDX_REASON_LOST, NULL, NULL));
    fixture_segment(f, s, AT(200), AT(300), "closed");
    expect(f, s, 10, 100, 9000, "");
    expect(f, s, 0, 300, 9000,
           "unknown 0-10, offline 100-150, unknown 150-160, lost 160-170, unknown 170-200");
    expect(f, s, 120, 140, 9000, "offline 120-140");
    expect(f, s, 90, 110, 9000, "offline 100-110");
    g_autoptr(IdxTimeline) t = get(f, s, AT(0), AT(200), AT(9000));
    g_assert_cmpint(t->covered_us, ==, 90 * MJ_SECOND_US);
    g_assert_cmpfloat(t->coverage, ==, 0.45);
    const IdxGap *gap = t->gaps->pdata[1];
    g_assert_cmpstr(gap->detail, ==, "no route");
}

static void test_open_gap(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(1000), false);
    g_assert_true(idx_gap_open(f->cat, s, AT(100), IDX_REASON_STALLED, NULL, NULL));
    expect(f, s, 50, 1000, 1000, "unknown 50-100, stalled 100-1000");
    expect(f, s, 500, 2000, 1000, "stalled 500-1000"); // the rest is still to come
    fixture_recorder(f, AT(400), false);               // its recorder has been silent since
    expect(f, s, 50, 1000, 1000, "unknown 50-100, stalled 100-400, capture-down 400-1000");
}

static void test_dead_recorder(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    expect(f, s, -10, 1000, 1000, "not-recorded -10-0, capture-down 0-1000"); // never started
    fixture_segment(f, s, AT(0), AT(100), "closed");
    fixture_segment(f, s, AT(100), AT(130), "open"); // it died while writing
    fixture_recorder(f, AT(131), false);
    expect(f, s, 0, 1000, 1000, "unknown 130-131, capture-down 131-1000");
    fixture_recorder(f, AT(130), true);
    expect(f, s, 0, 200, 1000, "capture-down 130-200");
    g_assert_true(idx_camera_remove(f->cat, "W07", AT(500), NULL));
    expect(f, s, 0, 1000, 1000, "capture-down 130-500, not-recorded 500-1000");
}

static void test_being_recorded(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(102), false);
    fixture_segment(f, s, AT(0), AT(60), "closed");
    fixture_segment(f, s, AT(60), AT(100), "open");
    g_autoptr(IdxTimeline) t = get(f, s, AT(0), AT(500), AT(102));
    g_assert_cmpint(t->until_us, ==, AT(100)); // the newest second is no whole fragment yet
    g_assert_cmpint(t->gaps->len, ==, 0);
    g_assert_cmpfloat(t->coverage, ==, 1.0);
    g_autoptr(IdxTimeline) tail = get(f, s, AT(100), AT(102), AT(102));
    g_assert_cmpint(tail->until_us, ==, AT(100));
    g_assert_cmpint(tail->gaps->len, ==, 0);
    g_autoptr(IdxTimeline) ahead = get(f, s, AT(400), AT(500), AT(102));
    g_assert_cmpint(ahead->until_us, ==, AT(400));
    g_assert_cmpfloat(ahead->coverage, ==, 1.0);
    g_autoptr(IdxTimeline) past = get(f, s, AT(10), AT(50), AT(102));
    g_assert_cmpint(past->until_us, ==, AT(50));
    fixture_recorder(f, AT(200), false);
    expect(f, s, 90, 200, 200, "unknown 100-200"); // no news for long: a gap
}

static void test_refusals(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    g_autoptr(GError) empty = NULL, backwards = NULL, longer = NULL, unknown = NULL;
    g_assert_null(idx_timeline_get(f->cat, s, T0, T0, T0, &empty));
    fixture_expect(empty, MJ_ERROR_INVALID, "ends before");
    g_assert_null(idx_timeline_get(f->cat, s, AT(1), T0, T0, &backwards));
    fixture_expect(backwards, MJ_ERROR_INVALID, "ends before");
    g_assert_null(idx_timeline_get(f->cat, s, T0, AT(31 * 86400 + 1), T0, &longer));
    fixture_expect(longer, MJ_ERROR_INVALID, "31 days");
    g_autoptr(IdxTimeline) longest = get(f, s, T0, AT(31 * 86400), T0);
    g_assert_nonnull(longest);
    g_assert_null(idx_timeline_get(f->cat, 4711, T0, AT(1), T0, &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "4711");
}

/* A note is told beside what is covered and missing, and changes neither, even ahead of now. */
static void test_notes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(9000), false);
    fixture_segment(f, s, AT(0), AT(60), "closed");
    fixture_segment(f, s, AT(60), AT(100), "closed");
    g_assert_true(idx_gap_add(f->cat, s, AT(100), AT(150), IDX_REASON_OFFLINE, NULL, NULL));
    g_assert_true(idx_gap_note(f->cat, s, AT(60), IDX_REASON_CLOCK, "set back", NULL));
    g_assert_true(idx_gap_note(f->cat, s, AT(120), IDX_REASON_CLOCK, "set back again", NULL));
    expect(f, s, 0, 150, 9000, "offline 100-150");
    expect(f, s, 130, 140, 9000, "offline 130-140");
    expect(f, s, 60, 100, 9000, "");
    g_autoptr(IdxTimeline) all = get(f, s, AT(0), AT(150), AT(50));
    g_assert_cmpint(all->until_us, ==, AT(50));
    g_assert_cmpuint(all->notes->len, ==, 2);
    const IdxGap *note = all->notes->pdata[0];
    g_assert_cmpint(note->from_us, ==, AT(60));
    g_assert_cmpstr(note->reason, ==, IDX_REASON_CLOCK);
    g_assert_cmpstr(note->detail, ==, "set back");
    g_autoptr(IdxTimeline) before = get(f, s, AT(0), AT(60), AT(9000));
    g_assert_cmpuint(before->notes->len, ==, 0);
}

static void test_at(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(200), false);
    int64_t id = fixture_segment(f, s, AT(10), AT(60), "closed");
    g_assert_true(idx_gap_open(f->cat, s, AT(60), IDX_REASON_OFFLINE, "no route", NULL));
    g_autoptr(IdxSegment) first = idx_timeline_at(f->cat, s, AT(10), AT(200), NULL);
    g_autoptr(IdxSegment) last = idx_timeline_at(f->cat, s, AT(60) - 1, AT(200), NULL);
    g_assert_cmpint(first->id, ==, id);
    g_assert_cmpint(last->id, ==, id);
    g_autoptr(GError) behind = NULL, before = NULL, future = NULL;
    g_assert_null(idx_timeline_at(f->cat, s, AT(60), AT(200), &behind));
    fixture_expect(behind, MJ_ERROR_NOT_FOUND, "W07/main,09:31:00,offline,no route");
    g_assert_null(idx_timeline_at(f->cat, s, AT(-1), AT(200), &before));
    fixture_expect(before, MJ_ERROR_NOT_FOUND, "W07/main,not-recorded");
    g_assert_null(idx_timeline_at(f->cat, s, AT(900), AT(200), &future));
    fixture_expect(future, MJ_ERROR_NOT_FOUND, "W07/main,still to come");
}

/* A day of a camera: footage, stored gaps and nothing at all, one after the other. */
static int64_t random_day(Fixture *f, int64_t stream)
{
    static const char *const REASONS[] = {"offline", "lost", "disk"};
    int64_t us = T0;
    int parts = g_test_rand_int_range(0, 12);
    for (int i = 0; i < parts; i++) {
        int64_t end_us = us + g_test_rand_int_range(1, 40000000);
        int what = g_test_rand_int_range(0, 4);
        bool last = i == parts - 1;
        if (what <= 1)
            fixture_segment(f, stream, us, end_us, last && what ? "open" : "closed");
        else if (what == 2)
            g_assert_true(idx_gap_add(f->cat, stream, us, end_us, REASONS[i % 3], NULL, NULL));
        us = end_us;
    }
    if (g_test_rand_bit())
        g_assert_true(idx_gap_open(f->cat, stream, us, IDX_REASON_OFFLINE, NULL, NULL));
    return us;
}

static void test_random_days(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int day = 0; day < 60; day++) {
        g_autofree char *code = g_strdup_printf("C%d", day);
        int64_t stream = fixture_camera(f, code, T0 + g_test_rand_int_range(-9, 9) * MJ_SECOND_US);
        int64_t end_us = random_day(f, stream);
        fixture_recorder(f, end_us + g_test_rand_int_range(-60, 9) * MJ_SECOND_US, day % 5 == 0);
        for (int ask = 0; ask < 25; ask++) {
            int64_t from_us = T0 + g_test_rand_int_range(-20000000, 400000000);
            int64_t to_us = from_us + g_test_rand_int_range(1, 400000000);
            int64_t now_us = end_us + g_test_rand_int_range(-1000000, 30000000);
            g_autoptr(IdxTimeline) t = get(f, stream, from_us, to_us, now_us);
            check_sum(t);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timeline/reasons", test_reasons);
    g_test_add_func("/timeline/open-gap", test_open_gap);
    g_test_add_func("/timeline/dead-recorder", test_dead_recorder);
    g_test_add_func("/timeline/being-recorded", test_being_recorded);
    g_test_add_func("/timeline/refusals", test_refusals);
    g_test_add_func("/timeline/notes", test_notes);
    g_test_add_func("/timeline/at", test_at);
    g_test_add_func("/timeline/random-days", test_random_days);
    return g_test_run();
}
