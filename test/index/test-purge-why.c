// SPDX-License-Identifier: GPL-3.0-or-later
/* What a purge says of footage that stays: in sums, and segment by segment. */
#include "test/index/purge_hall.h"

#include <inttypes.h>

static void note_kept(const IdxKept *k, void *data)
{
    PurgeHall *h = data;
    g_string_append_printf(h->said, "%s%s %" PRId64 " %s %s/%s %d-%d", h->said->len ? "\n" : "",
                           k->camera, k->segments, idx_verdict_name(k->verdict), k->rule->kind,
                           k->rule->purpose, (int)((k->first_us - T0) / MJ_DAY_US),
                           k->last_us == INT64_MAX ? -1 : (int)((k->last_us - T0) / MJ_DAY_US));
}

/* All that stays is explained, a line for each camera and reason; what goes since the disk is short is none of it. */
static void test_kept(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    int64_t hold = 0;
    for (int i = 0; i < 24; i++) // one a camera and ten days
        purge_hall_segment(h, i % 2, DAYS(i / 2 * 10), 60, i < 23 ? "closed" : "open");
    purge_hall_hold(h, "c2", DAYS(10), DAYS(20) + 1, &hold);
    fixture_happens(h->f, "1", "hall.ticket.called", AT(DAYS(70) + 30),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "2", "hall.ticket.finished", AT(DAYS(70) + 40),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    IdxPurge p = purge_hall_how(h, DAYS(111));
    p.decided = NULL;
    p.kept = note_kept;
    p.dry_run = true;
    purge_hall_run_with(h, &p, 4); // of day 0 to 20, but for what is held
    g_assert_cmpstr(h->said->str, ==,
                    "c1 5 spare any/footage 120-170\n"
                    "c1 1 bound any/ticket 160-160\n"
                    "c1 3 bound any/footage 120-140\n"
                    "c2 2 held any/footage 40-50\n"
                    "c2 6 spare any/footage 120-170\n"
                    "c2 2 bound any/footage 120-130\n"
                    "c2 1 open any/footage 140-140");
    purge_hall_sql(h, "UPDATE volume SET max_bytes = 62000 * 7"); // of about twice as much
    purge_hall_how(h, DAYS(111));
    purge_hall_run_with(h, &p, 10);
    g_assert_cmpstr(h->said->str, ==,
                    "c1 2 spare any/footage 140-170\n"
                    "c1 1 bound any/ticket 160-160\n"
                    "c1 3 bound any/footage 120-140\n"
                    "c2 2 held any/footage 40-50\n"
                    "c2 3 spare any/footage 140-170\n"
                    "c2 2 bound any/footage 120-130\n"
                    "c2 1 open any/footage 140-140");
}

static void note_why(const char *stream, const IdxSurveySegment *g, const IdxVerdict *v, void *data)
{
    GString *said = data;
    g_string_append_printf(said, "%s%d %s %d", said->len ? ", " : "",
                           (int)((g->start_us - T0) / MJ_DAY_US), idx_verdict_name(v->kind),
                           (int)((v->min_us - T0) / MJ_DAY_US));
}

/* Of one camera, each segment; as many as are asked for. */
static void test_why(void)
{
    static const struct {
        int from_days, to_days;
        int64_t limit;
        bool more;
        const char *said;
    } TABLE[] = {
        {-9, 99, 9, false, "0 due 30, 40 held 70, 80 bound 110"},
        {-9, 99, 2, true, "0 due 30, 40 held 70"},
        {-9, 99, 3, false, "0 due 30, 40 held 70, 80 bound 110"},
        {40, 80, 9, false, "40 held 70"},
        {41, 79, 9, false, ""},
    };
    g_autoptr(PurgeHall) h = purge_hall_new();
    int64_t hold = 0;
    for (int i = 0; i < 3; i++)
        purge_hall_segment(h, 0, DAYS(i * 40), 60, "closed");
    purge_hall_segment(h, 1, DAYS(50), 60, "closed");
    purge_hall_hold(h, "c1", DAYS(40), DAYS(40) + 1, &hold);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) said = g_string_new(NULL);
        bool more = false;
        int64_t told = 0;
        IdxPurgeAsk ask = {.camera = "c1",
                           .from_us = AT(DAYS(TABLE[i].from_days)),
                           .to_us = AT(DAYS(TABLE[i].to_days)),
                           .limit = TABLE[i].limit,
                           .now_us = AT(DAYS(100)),
                           .told = note_why,
                           .data = said};
        idx_purge_why(h->f->cat, &ask, &told, &more, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(said->str, ==, TABLE[i].said);
        g_assert_true(more == TABLE[i].more);
        ask.camera = "c9";
        g_assert_false(idx_purge_why(h->f->cat, &ask, &told, &more, &error));
        fixture_expect(error, MJ_ERROR_NOT_FOUND, "c9");
    }
}

static void note_sum(const IdxKept *k, void *data)
{
    GString *said = data;
    g_string_append_printf(said, "%s%s %" PRId64 " %s %s/%s", said->len ? ", " : "", k->stream,
                           k->segments, idx_verdict_name(k->verdict), k->rule->kind,
                           k->rule->purpose);
}

/* Of one camera in sums, with what goes; and the same as JSON. */
static void test_sums(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) said = g_string_new(NULL);
    int64_t hold = 0, told = 0;
    bool more = false;
    for (int i = 0; i < 8; i++)
        purge_hall_segment(h, 0, DAYS(i * 20), 60, i < 7 ? "closed" : "open");
    purge_hall_segment(h, 1, DAYS(60), 60, "closed");
    purge_hall_hold(h, "c1", DAYS(40), DAYS(40) + 1, &hold);
    IdxPurgeAsk ask = {.camera = "c1",
                       .from_us = INT64_MIN,
                       .to_us = INT64_MAX,
                       .limit = 99,
                       .now_us = AT(DAYS(141)),
                       .kept = note_sum,
                       .data = said};
    idx_purge_why(h->f->cat, &ask, &told, &more, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(said->str, ==,
                    "main 2 due any/footage, main 1 held any/footage, main 3 spare any/footage,"
                    " main 1 bound any/footage, main 1 open any/footage");
    g_assert_true(told == 8 && !more);
    g_autoptr(json_t) json = idx_purge_why_json(h->f->cat, "c1", AT(DAYS(141)), &error);
    g_assert_no_error(error);
    const json_t *first = json_array_get(json_object_get(json, "reasons"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(first, "because")), ==, "due");
    g_assert_cmpint(json_integer_value(json_object_get(first, "days")), ==, 90);
    g_assert_cmpint((int)json_array_size(json_object_get(json, "reasons")), ==, 5);
    g_assert_null(idx_purge_why_json(h->f->cat, "c9", AT(0), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "c9");
    g_clear_error(&error);
    purge_hall_how(h, DAYS(141));
    purge_hall_run(h, DAYS(141), 2); // what was said to go
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/purge/kept", test_kept);
    g_test_add_func("/purge/why", test_why);
    g_test_add_func("/purge/sums", test_sums);
    return g_test_run();
}
