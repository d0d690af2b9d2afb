// SPDX-License-Identifier: GPL-3.0-or-later
/* Who is served where now. */
#include "index/serving.h"

#include "index/place.h"
#include "test/index/fixture.h"

/* "W07=A012 W08=-" */
static void expect(Fixture *f, int now, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) list = idx_serving_list(f->cat, AT(now), &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(list, i, one)
    {
        const json_t *ticket = json_object_get(one, "ticket");
        g_string_append_printf(
            text, "%s%s=%s%s", i > 0 ? " " : "", json_string_value(json_object_get(one, "place")),
            json_is_null(ticket) ? "-" : json_string_value(json_object_get(ticket, "number")),
            json_string_value(json_object_get(ticket, "started")) != NULL ? "!" : "");
    }
    g_assert_cmpstr(text->str, ==, expected);
}

static void happens(Fixture *f, const char *type, int at, const char *ticket, const char *more)
{
    static int id;
    g_autofree char *name = g_strdup_printf("%d", ++id);
    g_autofree char *full = g_strconcat("hall.ticket.", type, NULL);
    g_autofree char *data = g_strdup_printf("\"ticket_no\":\"%s\"%s", ticket, more);
    fixture_happens(f, name, full, AT(at), data);
}

#define AT_W07 ",\"window_no\":\"W07\""
#define AT_W08 ",\"window_no\":\"W08\""

static void test_visit(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_place(f, "W07", "");
    fixture_place(f, "W08", "");
    expect(f, 0, "W07=- W08=-");
    happens(f, "taken", 0, "A012", "");
    expect(f, 5, "W07=- W08=-");
    happens(f, "called", 10, "A012", AT_W07);
    expect(f, 11, "W07=A012 W08=-");
    happens(f, "started", 20, "A012", AT_W07);
    expect(f, 21, "W07=A012! W08=-");
    happens(f, "rated", 25, "A011", AT_W07); // of the one before
    happens(f, "taken", 26, "A014", AT_W07); // of one that waits
    expect(f, 27, "W07=A012! W08=-");
    happens(f, "finished", 30, "A012", ""); // without saying where
    expect(f, 31, "W07=- W08=-");
}

static void test_elsewhere(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_place(f, "W07", "");
    fixture_place(f, "W08", "");
    happens(f, "called", 10, "A012", AT_W07);
    happens(f, "called", 20, "A012", AT_W08); // it is gone from the first one
    expect(f, 21, "W07=- W08=A012");
    happens(f, "called", 30, "A013", AT_W07);
    happens(f, "passed", 40, "A013", AT_W07);
    expect(f, 41, "W07=- W08=A012");
    happens(f, "called", 50, "A014", AT_W08); // nobody told that the one before has left
    expect(f, 51, "W07=- W08=A014");
}

static void test_forgotten(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_place(f, "W07", "");
    happens(f, "called", 10, "A012", AT_W07);
    expect(f, 7200, "W07=A012");
    expect(f, 7211, "W07=-"); // a visit lasts no longer than that
    happens(f, "called", 8000, "A013", AT_W07);
    expect(f, 7000, "W07=A012"); // what is told for later than now is not yet
}

static void test_corrected(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_place(f, "W07", "");
    fixture_happens(f, "c1", "hall.ticket.called", AT(10), "\"ticket_no\":\"A012\"" AT_W07);
    fixture_happens(f, "c2", "hall.ticket.called", AT(11), "\"ticket_no\":\"A013\"" AT_W07);
    expect(f, 12, "W07=A013");
    fixture_happens(f, "c3", "hall.ticket.called", AT(12),
                    "\"ticket_no\":\"A013\"" AT_W07 ",\"correction_of\":\"c2\",\"data_state\":0");
    expect(f, 13, "W07=A012"); // that call never was
    int64_t generation = 0;
    g_assert_true(idx_serving_generation(f->cat, &generation, NULL));
    int64_t before = generation;
    happens(f, "finished", 14, "A012", AT_W07);
    g_assert_true(idx_serving_generation(f->cat, &generation, NULL));
    g_assert_cmpint(generation, >, before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/index/serving/visit", test_visit);
    g_test_add_func("/index/serving/elsewhere", test_elsewhere);
    g_test_add_func("/index/serving/forgotten", test_forgotten);
    g_test_add_func("/index/serving/corrected", test_corrected);
    return g_test_run();
}
