// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/gap.h"

#include "test/index/fixture.h"

static char *dump(Fixture *f)
{
    return fixture_dump(f->cat, "SELECT (from_us - 1795311000000000) / 1000000,"
                                " (to_us - 1795311000000000) / 1000000, reason, detail"
                                " FROM gap ORDER BY from_us");
}

static void test_open_close(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    g_assert_true(idx_gap_close(f->cat, s, AT(5), NULL)); // none is open: nothing happens
    g_assert_true(idx_gap_open(f->cat, s, AT(10), IDX_REASON_OFFLINE, "refused", NULL));
    g_assert_true(idx_gap_open(f->cat, s, AT(20), IDX_REASON_OFFLINE, "no route", NULL));
    g_autofree char *one = dump(f);
    g_assert_cmpstr(one, ==, "10|-|offline|no route");
    g_assert_true(idx_gap_open(f->cat, s, AT(30), IDX_REASON_UNAUTHORIZED, NULL, NULL));
    g_assert_true(idx_gap_close(f->cat, s, AT(40), NULL));
    g_autofree char *two = dump(f);
    g_assert_cmpstr(two, ==, "10|30|offline|no route\n30|40|unauthorized|-");
}

static void test_empty(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    g_assert_true(idx_gap_open(f->cat, s, AT(10), IDX_REASON_OFFLINE, NULL, NULL));
    g_assert_true(idx_gap_open(f->cat, s, AT(10), IDX_REASON_REFUSED, NULL, NULL));
    g_assert_true(idx_gap_close(f->cat, s, AT(10), NULL));
    g_assert_true(idx_gap_open(f->cat, s, AT(10), IDX_REASON_LOST, NULL, NULL));
    g_assert_true(idx_gap_close(f->cat, s, AT(9), NULL)); // a clock that was stepped back
    g_assert_true(idx_gap_add(f->cat, s, AT(10), AT(10), IDX_REASON_LOST, NULL, NULL));
    g_assert_true(idx_gap_add(f->cat, s, AT(11), AT(10), IDX_REASON_LOST, NULL, NULL));
    g_autofree char *none = dump(f);
    g_assert_cmpstr(none, ==, "");
}

static void test_range(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0), other = fixture_camera(f, "W08", T0);
    g_assert_true(idx_gap_add(f->cat, s, AT(0), AT(1000), IDX_REASON_DISK, "full", NULL));
    g_assert_true(idx_gap_add(f->cat, s, AT(1500), AT(1501), IDX_REASON_LOST, NULL, NULL));
    g_assert_true(idx_gap_open(f->cat, s, AT(2000), IDX_REASON_OFFLINE, NULL, NULL));
    g_assert_true(idx_gap_open(f->cat, other, AT(0), IDX_REASON_OFFLINE, NULL, NULL));
    static const struct {
        int64_t from, to;
        guint n;
    } TABLE[] = {{-5, 0, 0},     {-5, 1, 1},      {999, 1000, 1},  {1000, 1500, 0},
                 {999, 1501, 2}, {1499, 2000, 1}, {1499, 2001, 2}, {99999, 100000, 1},
                 {0, 100000, 3}, {500, 501, 1},   {1501, 2000, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GPtrArray) gaps =
            idx_gap_range(f->cat, s, AT(TABLE[i].from), AT(TABLE[i].to), NULL);
        g_assert_cmpint(gaps->len, ==, TABLE[i].n);
    }
    g_autoptr(GPtrArray) open = idx_gap_range(f->cat, s, AT(5000), AT(5001), NULL);
    const IdxGap *gap = open->pdata[0];
    g_assert_cmpint(gap->from_us, ==, AT(2000));
    g_assert_cmpint(gap->to_us, ==, 0);
    g_assert_cmpstr(gap->reason, ==, "offline");
    g_assert_null(gap->detail);
}

/* What happened at a moment is a note, and hides no gap that it lies in. */
static void test_notes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0), other = fixture_camera(f, "W08", T0);
    g_assert_true(idx_gap_add(f->cat, s, AT(0), AT(100), IDX_REASON_DISK, "full", NULL));
    g_assert_true(idx_gap_note(f->cat, s, AT(50), IDX_REASON_CLOCK, "set back", NULL));
    g_assert_true(idx_gap_note(f->cat, s, AT(50), IDX_REASON_CLOCK, NULL, NULL));
    g_assert_true(idx_gap_note(f->cat, s, AT(90), IDX_REASON_CLOCK, "set", NULL));
    g_assert_true(idx_gap_note(f->cat, other, AT(60), IDX_REASON_CLOCK, "another's", NULL));
    g_assert_true(idx_gap_open(f->cat, s, AT(200), IDX_REASON_OFFLINE, NULL, NULL));
    static const struct {
        int64_t from, to;
        guint n;
    } TABLE[] = {{0, 300, 3}, {50, 90, 2}, {51, 91, 1}, {90, 91, 1}, {0, 50, 0}, {91, 300, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GPtrArray) notes =
            idx_gap_notes(f->cat, s, AT(TABLE[i].from), AT(TABLE[i].to), NULL);
        g_assert_cmpint(notes->len, ==, TABLE[i].n);
    }
    g_autoptr(GPtrArray) notes = idx_gap_notes(f->cat, s, AT(0), AT(300), NULL);
    const IdxGap *first = notes->pdata[0], *second = notes->pdata[1];
    g_assert_cmpint(first->from_us, ==, AT(50));
    g_assert_cmpint(first->to_us, ==, AT(50));
    g_assert_cmpstr(first->detail, ==, "set back");
    g_assert_null(second->detail);
    g_autoptr(GPtrArray) behind = idx_gap_range(f->cat, s, AT(60), AT(70), NULL);
    g_assert_cmpint(behind->len, ==, 1);
    g_assert_cmpstr(((const IdxGap *)behind->pdata[0])->reason, ==, IDX_REASON_DISK);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gap/open-close", test_open_close);
    g_test_add_func("/gap/empty", test_empty);
    g_test_add_func("/gap/range", test_range);
    g_test_add_func("/gap/notes", test_notes);
    return g_test_run();
}
