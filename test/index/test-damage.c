// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/damage.h"

#include "index/segment/timeline.h"
#include "test/index/fixture.h"

static char *dump(Fixture *f)
{
    return fixture_dump(f->cat, "SELECT track, (from_us - 1795311000000000) / 1000000,"
                                " (to_us - 1795311000000000) / 1000000"
                                " FROM damage ORDER BY stream_id, track, from_us");
}

static void add(Fixture *f, int64_t stream, const char *track, int64_t from, int64_t to)
{
    g_autoptr(GError) error = NULL;
    idx_damage_add(f->cat, stream, track, AT(from), AT(to), &error);
    g_assert_no_error(error);
}

static void test_add(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0), other = fixture_camera(f, "W08", T0);
    add(f, s, "video", 10, 11);
    add(f, s, "video", 11, 12); // goes on
    add(f, s, "video", 14, 15); // begins again soon
    add(f, s, "video", 13, 14); // is in it
    add(f, s, "video", 18, 19);
    add(f, s, "video", 30, 30); // empty
    add(f, s, "video", 31, 30);
    add(f, s, "audio", 19, 20);
    add(f, other, "video", 19, 20);
    g_autofree char *all = dump(f);
    g_assert_cmpstr(all, ==, "audio|19|20\nvideo|10|15\nvideo|18|19\nvideo|19|20");
    /* The clock was set back: what follows is before what was. */
    add(f, s, "video", 5, 6);
    add(f, s, "video", 6, 7);
    g_autofree char *back = dump(f);
    g_assert_cmpstr(back, ==, "audio|19|20\nvideo|5|7\nvideo|10|15\nvideo|18|19\nvideo|19|20");
}

static void test_range(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    add(f, s, "video", 0, 100);
    add(f, s, "audio", 50, 60);
    add(f, s, "video", 200, 201);
    static const struct {
        int64_t from, to;
        guint n;
    } TABLE[] = {{-5, 0, 0},  {-5, 1, 1},   {99, 100, 1}, {100, 200, 0}, {55, 56, 2},
                 {0, 300, 3}, {59, 201, 3}, {60, 61, 1},  {201, 300, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GPtrArray) list =
            idx_damage_range(f->cat, s, AT(TABLE[i].from), AT(TABLE[i].to), NULL);
        g_assert_cmpint(list->len, ==, TABLE[i].n);
        for (guint j = 0; j < list->len; j++) {
            const IdxDamage *damage = list->pdata[j];
            g_assert_cmpint(damage->from_us, >=, AT(TABLE[i].from));
            g_assert_cmpint(damage->to_us, <=, AT(TABLE[i].to));
            g_assert_cmpint(damage->from_us, <, damage->to_us);
        }
    }
}

/* What is damaged is recorded; a timeline says both. What never was recorded is not damaged. */
static void test_timeline(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_segment(f, s, AT(0), AT(60), "closed");
    fixture_segment(f, s, AT(100), AT(160), "closed");
    add(f, s, "video", 10, 12);
    add(f, s, "video", 58, 102);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxTimeline) t = idx_timeline_get(f->cat, s, AT(11), AT(160), AT(1000), &error);
    g_assert_no_error(error);
    g_assert_cmpint(t->covered_us, ==, AT(109) - AT(0));
    g_assert_cmpuint(t->gaps->len, ==, 1);
    static const int64_t EXPECTED[][2] = {{11, 12}, {58, 60}, {100, 102}};
    g_assert_cmpuint(t->damage->len, ==, G_N_ELEMENTS(EXPECTED));
    for (guint i = 0; i < t->damage->len; i++) {
        const IdxDamage *damage = t->damage->pdata[i];
        g_assert_cmpint(damage->from_us, ==, AT(EXPECTED[i][0]));
        g_assert_cmpint(damage->to_us, ==, AT(EXPECTED[i][1]));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/damage/add", test_add);
    g_test_add_func("/damage/range", test_range);
    g_test_add_func("/damage/timeline", test_timeline);
    return g_test_run();
}
