// SPDX-License-Identifier: GPL-3.0-or-later
/* An outline says what the timeline says, with less. */
#include "index/segment/outline.h"

#include "index/base/json.h"
#include "test/index/fixture.h"

#include <string.h>

static IdxOutline *get(Fixture *f, int64_t stream, int64_t from_us, int64_t to_us,
                       int64_t resolution_us)
{
    g_autoptr(GError) error = NULL;
    IdxOutline *o =
        idx_outline_get(f->cat, stream, from_us, to_us, resolution_us, AT(90000), &error);
    g_assert_no_error(error);
    return o;
}

/* "reason from-to missing×gaps" in seconds from T0. */
static void expect(Fixture *f, int64_t stream, int from, int to, int resolution, const char *text)
{
    g_autoptr(IdxOutline) o = get(f, stream, AT(from), AT(to), resolution * MJ_SECOND_US);
    g_autoptr(GString) out = g_string_new(NULL);
    int64_t missing_us = 0;
    for (guint i = 0; i < o->missing->len; i++) {
        const IdxMissing *m = &g_array_index(o->missing, IdxMissing, i);
        missing_us += m->missing_us;
        g_string_append_printf(out, "%s%s %g-%g %g×%d", i ? ", " : "", m->longest->reason,
                               (double)(m->from_us - T0) / 1e6, (double)(m->to_us - T0) / 1e6,
                               (double)m->missing_us / 1e6, (int)m->gaps);
    }
    g_assert_cmpstr(out->str, ==, text);
    const IdxTimeline *t = o->timeline; // covered + gaps = asked, at any resolution
    g_assert_cmpint(t->covered_us + missing_us, ==, t->until_us - t->from_us);
}

static void test_joins(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(90000), false);
    fixture_segment(f, s, AT(0), AT(60), "closed");
    fixture_segment(f, s, AT(60), AT(100), "closed");
    fixture_segment(f, s, AT(102), AT(110), "closed");
    fixture_segment(f, s, AT(115), AT(200), "closed");
    fixture_segment(f, s, AT(300), AT(400), "closed");
    g_assert_true(idx_gap_add(f->cat, s, AT(100), AT(102), IDX_REASON_LOST, NULL, NULL));
    g_assert_true(idx_gap_add(f->cat, s, AT(110), AT(115), IDX_REASON_STALLED, NULL, NULL));
    g_assert_true(idx_gap_add(f->cat, s, AT(200), AT(240), IDX_REASON_OFFLINE, NULL, NULL));
    g_assert_true(idx_gap_add(f->cat, s, AT(240), AT(300), IDX_REASON_DISK, NULL, NULL));
    expect(f, s, 0, 400, 1,
           "lost 100-102 2×1, stalled 110-115 5×1, offline 200-240 40×1, disk 240-300 60×1");
    // eight seconds lie between the first two
    expect(f, s, 0, 400, 9, "stalled 100-115 7×2, offline 200-240 40×1, disk 240-300 60×1");
    expect(f, s, 0, 400, 50, "stalled 100-115 7×2, disk 200-300 100×2");
    expect(f, s, 0, 400, 1000, "disk 100-300 107×4");
    expect(f, s, 0, 100, 1000, "");
    g_autoptr(IdxOutline) usual = get(f, s, AT(0), AT(400), 0);
    g_assert_cmpint(usual->resolution_us, ==, 400000);
    g_assert_cmpuint(usual->timeline->segments->len, ==, 4); // two follow each other
}

/* A line that loses something every other second for a day. */
static void test_bounded(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(90000), false);
    idx_begin(f->cat, &error);
    for (int i = 0; i < 2000; i++) {
        fixture_segment(f, s, AT(4 * i), AT(4 * i + 3), "closed");
        idx_damage_add(f->cat, s, IDX_TRACK_VIDEO, AT(4 * i), AT(4 * i + 1), &error);
    }
    idx_commit(f->cat, &error);
    g_assert_no_error(error);
    g_autoptr(IdxOutline) fine = get(f, s, AT(0), AT(8000), MJ_SECOND_US);
    g_assert_cmpuint(fine->missing->len, ==, 2000);
    g_assert_cmpuint(fine->damage->len, ==, 2000);
    g_autoptr(IdxOutline) coarse = get(f, s, AT(0), AT(8000), 8 * MJ_SECOND_US);
    g_assert_cmpuint(coarse->missing->len, ==, 1);
    g_assert_cmpuint(coarse->damage->len, ==, 1);
    g_assert_cmpfloat(coarse->timeline->coverage, ==, 0.75);
    g_autofree char *text = idx_outline_text(f->cat, "W07", "main", coarse);
    g_assert_cmpuint(strlen(text), <, 1000);
    g_autoptr(json_t) json = json_loads(text, 0, NULL);
    const json_t *gap = json_array_get(json_object_get(json, "gaps"), 0);
    g_assert_cmpfloat(json_real_value(json_object_get(gap, "missing_s")), ==, 2000);
    g_assert_cmpint(json_integer_value(json_object_get(gap, "gaps")), ==, 2000);
}

/* Whoever records right now is not missing: the answer is the timeline's. */
static void test_like_timeline(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(202), false);
    fixture_segment(f, s, AT(10), AT(60), "closed");
    fixture_segment(f, s, AT(60), AT(200), "open");
    static const int TO[] = {30, 60, 195, 200, 201, 300};
    for (size_t i = 0; i < G_N_ELEMENTS(TO); i++) {
        g_autoptr(IdxTimeline) t = idx_timeline_get(f->cat, s, AT(0), AT(TO[i]), AT(202), &error);
        g_autoptr(IdxTimeline) drawn =
            idx_timeline_stretches(f->cat, s, AT(0), AT(TO[i]), AT(202), &error);
        g_assert_no_error(error);
        g_assert_cmpint(drawn->until_us, ==, t->until_us);
        g_assert_cmpint(drawn->covered_us, ==, t->covered_us);
        g_assert_cmpuint(drawn->gaps->len, ==, t->gaps->len);
    }
}

static void test_refusals(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) fine = NULL, backwards = NULL, longer = NULL;
    int64_t s = fixture_camera(f, "W07", T0);
    g_assert_null(idx_outline_get(f->cat, s, AT(0), AT(101), 1000, AT(1), &fine));
    fixture_expect(fine, MJ_ERROR_INVALID, "resolution,100000");
    g_autoptr(IdxOutline) just = get(f, s, AT(0), AT(100), 1000);
    g_assert_nonnull(just);
    g_assert_null(idx_outline_get(f->cat, s, AT(1), AT(0), 0, AT(1), &backwards));
    fixture_expect(backwards, MJ_ERROR_INVALID, "ends before");
    g_assert_null(idx_outline_get(f->cat, s, AT(0), AT(32 * 86400), 0, AT(1), &longer));
    fixture_expect(longer, MJ_ERROR_INVALID, "31 days");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outline/joins", test_joins);
    g_test_add_func("/outline/bounded", test_bounded);
    g_test_add_func("/outline/like-timeline", test_like_timeline);
    g_test_add_func("/outline/refusals", test_refusals);
    return g_test_run();
}
