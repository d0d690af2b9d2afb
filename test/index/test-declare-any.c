// SPDX-License-Identifier: GPL-3.0-or-later
/* Any hall after any other from files: the second time nothing is left to change, what is printed
 * changes nothing, and the spans are those that linking all anew makes. */
#include "index/declare/declare.h"

#include "index/link/place_link.h"
#include "test/index/fixture.h"

#include <string.h>

static char *apply(Fixture *f, const char *text, bool prune)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxDeclaration) declaration = idx_declare_parse(text, strlen(text), &error);
    IdxDeclareHow how = {.folder = f->home, .prune = prune, .now_us = AT(0)};
    g_autoptr(GPtrArray) changes =
        declaration ? idx_declare_apply(f->cat, declaration, &how, &error) : NULL;
    if (error)
        g_error("%s\n%s", error->message, text);
    g_assert_true(idx_place_link_run(f->cat, AT(0), NULL, NULL, NULL, NULL));
    return idx_declare_words(changes);
}

static void random_coverage(GRand *rand, GString *out)
{
    int from = -1;
    for (int camera = 0; camera < 3; camera++) {
        int at = 1;
        for (int n = g_rand_int_range(rand, 0, 4); n > 0 && at < 27; n--) {
            from = g_rand_int_range(rand, at, at + 4);
            at = g_rand_int_range(rand, from + 1, from + 4);
            bool open = n == 1 && g_rand_boolean(rand);
            g_string_append_printf(out, "%s{camera: c%d, from: 2026-11-%02d",
                                   out->str[out->len - 1] == '[' ? "" : ", ", camera,
                                   MIN(from, 29));
            if (!open)
                g_string_append_printf(out, ", to: 2026-11-%02d", MIN(at, 30));
            g_string_append_c(out, '}');
        }
    }
}

static char *random_file(GRand *rand)
{
    GString *out = g_string_new("cameras:\n");
    static const char *const KINDS[] = {"window", "hall", "room", "session"};
    for (int i = 0; i < 3; i++) {
        bool sub = g_rand_boolean(rand);
        g_string_append_printf(out, "  c%d: {main: rtsp://192.0.2.%d/x, kind: %s%s%s}\n", i,
                               g_rand_int_range(rand, 1, 4), KINDS[g_rand_int_range(rand, 0, 4)],
                               sub ? ", sub: rtsp://192.0.2.9/s" : "",
                               g_rand_boolean(rand) ? ", record: main" : "");
    }
    g_string_append(out, "halls:\n  H01:\n    places:\n      W00:\n");
    for (int i = 1; i < 6; i++)
        if (g_rand_boolean(rand)) {
            g_string_append_printf(out, "      W%02d: {name: n%d, coverage: [", i,
                                   g_rand_int_range(rand, 0, 3));
            random_coverage(rand, out);
            g_string_append(out, "]}\n");
        }
    return g_string_free(out, FALSE);
}

static void random_visits(Fixture *f, GRand *rand)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < 80; i++) {
        int64_t at_us = AT(0) + g_rand_int_range(rand, -21 * 86400, 8 * 86400) * MJ_SECOND_US;
        g_autofree char *data = g_strdup_printf("\"ticket_no\":\"A%02d\",\"window_no\":\"W%02d\"",
                                                i, g_rand_int_range(rand, 0, 6));
        for (int end = 0; end < 2; end++) {
            g_autofree char *id = g_strdup_printf("%d-%d", i, end);
            g_autofree char *event =
                fixture_event(id, end ? "hall.ticket.finished" : "hall.ticket.called",
                              at_us + end * 600 * MJ_SECOND_US, data);
            g_string_append_printf(lines, "%s\n", event);
        }
    }
    idx_event_batch_free(fixture_add(f, lines->str, 160, 0, 0));
}

static void expect_linked(Fixture *f)
{
    static const char SQL[] = "SELECT subject_id, place_id, camera_id, from_us, to_us FROM span"
                              " WHERE superseded_us IS NULL ORDER BY 1, 2, 3, 4";
    g_autofree char *live = fixture_dump(f->cat, SQL);
    g_assert_true(idx_place_link_queue_all(f->cat, T0, NULL));
    g_assert_true(idx_place_link_run(f->cat, T0, NULL, NULL, NULL, NULL));
    g_autofree char *anew = fixture_dump(f->cat, SQL);
    g_assert_cmpstr(live, ==, anew);
}

/* From any state to any other: the second time nothing is left to change, whatever is printed changes
 * nothing, and every span is the one that linking all anew would make. */
static void test_random(void)
{
    guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
    g_test_message("seed %u", seed);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(Fixture) f = fixture_new();
    random_visits(f, rand);
    for (int round = 0; round < 30; round++) {
        g_autofree char *text = random_file(rand);
        g_free(apply(f, text, true));
        g_autofree char *again = apply(f, text, true);
        g_autofree char *printed = idx_declare_print(f->cat, NULL);
        g_autofree char *third = apply(f, printed, true);
        if (again[0] || third[0])
            g_error("seed %u round %d:\n%s\nagain:\n%s\nprinted:\n%s\n%s", seed, round, text, again,
                    printed, third);
        expect_linked(f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/declare/random", test_random);
    return g_test_run();
}
