// SPDX-License-Identifier: GPL-3.0-or-later
/* Meetings of trading platforms, and what they are called. */
#include "index/event/event.h"

#include "index/find/facet.h"
#include "index/find/naming.h"
#include "index/find/search.h"
#include "index/link/relink.h"
#include "test/index/fixture.h"

#define TRADED(project, section)                                                                   \
    "\"project_no\":\"" project "\",\"section_no\":\"" section "\",\"session_type\":\"评标\""

static char *subjects_with_events(Fixture *f)
{
    return fixture_dump(f->cat, "SELECT s.key, count(*) FROM subject s JOIN subject_event t ON"
                                " t.subject_id = s.id GROUP BY s.id ORDER BY s.key");
}

/* A meeting of a trade has one key, whether it is told whole or in parts, and however these are typed. */
static void test_trades(void)
{
    static const char *const TYPED[] = {"P1:01:评标", " p1 : 01 : 评标", "Ｐ１：０１：评标 ",
                                        "P1 :01"};
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.trade.started", AT(0), TRADED("P1", "01"));
    fixture_happens(f, "2", "hall.trade.ended", AT(10), TRADED(" Ｐ1　", " ０１ "));
    fixture_happens(f, "3", "hall.session.marked", AT(5),
                    "\"session_id\":\" P1 : 01 ： 评标\",\"mark\":\"cut\"");
    g_autofree char *rows = subjects_with_events(f);
    g_assert_cmpstr(rows, ==, "P1:01:评标|3");
    for (size_t i = 0; i < G_N_ELEMENTS(TYPED); i++) {
        IdxName name = {.kind = "session", .key = TYPED[i]};
        g_autoptr(IdxSubject) found = idx_name_find(f->cat, &name, NULL);
        g_autoptr(json_t) search = idx_search(f->cat, TYPED[i], 0, NULL, 20, AT(9999), NULL);
        g_test_message("%s", TYPED[i]);
        g_assert_true((found != NULL) == (i < 3)); // the last is a beginning
        g_assert_cmpint((int)json_array_size(json_object_get(search, "results")), ==, 1);
    }
    fixture_happens(f, "4", "hall.trade.started", AT(20), TRADED("鲁Ｐ２", "01"));
    fixture_happens(f, "5", "hall.session.started", AT(30),
                    "\"session_id\":\"S1\",\"official_ids\":[\"１０２３ \"]");
    g_autoptr(GPtrArray) projects = idx_facet_get(f->cat, IDX_FACET_MATTER, "鲁Ｐ２", NULL, NULL);
    g_autoptr(GPtrArray) staff = idx_facet_get(f->cat, IDX_FACET_STAFF, "１０２３", NULL, NULL);
    g_autoptr(json_t) begun = idx_search(f->cat, "鲁Ｐ", 0, NULL, 20, AT(9999), NULL);
    g_assert_cmpint((int)projects->len, ==, 1);
    g_assert_cmpstr(((IdxFacet *)projects->pdata[0])->value, ==, "鲁P2");
    g_assert_cmpint((int)staff->len, ==, 1);
    g_assert_cmpstr(((IdxFacet *)staff->pdata[0])->value, ==, "1023");
    g_assert_cmpint((int)json_array_size(json_object_get(begun, "matters")), ==, 1);
}

/* As an earlier version had them: bodies as they came, the key and what is held by it as that version made it of them. */
static void test_trades_of_old(void)
{
    static const struct {
        const char *body, *key;
    } OLD[] = {{"\" P1 \"", " P1 :01:评标"}, {"\"Ｐ1 \"", "P1 :01:评标"}};
    for (size_t i = 0; i < G_N_ELEMENTS(OLD); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autoptr(GError) error = NULL;
        fixture_happens(f, "1", "hall.trade.started", AT(0), TRADED("P1", "01"));
        fixture_happens(f, "2", "hall.trade.ended", AT(10), TRADED("P1", "01"));
        g_autofree char *bodies =
            g_strdup_printf("UPDATE event SET body = replace(body, '\"P1\"', '%s')", OLD[i].body);
        g_autofree char *key = g_strdup_printf("UPDATE subject SET key = '%s'", OLD[i].key);
        g_autofree char *hold = g_strdup_printf(
            "INSERT INTO hold (kind, hall, key, day, owner, reason, case_no, review_day, "
            "created_us,"
            " created_by) SELECT 'session', code, '%s', 0, 'o', 'r', 'c', 0, 1, 'b' FROM hall",
            OLD[i].key);
        g_free(fixture_dump(f->cat, bodies));
        g_free(fixture_dump(f->cat, key));
        g_free(fixture_dump(f->cat, hold));
        g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(9), &error));
        g_assert_true(idx_relink_run(f->cat, AT(9), NULL, NULL, NULL, &error));
        g_assert_no_error(error);
        g_autofree char *rows = subjects_with_events(f);
        g_assert_cmpstr(rows, ==, "P1:01:评标|2");
        g_autofree char *held = fixture_dump(f->cat, "SELECT key FROM hold");
        g_assert_cmpstr(held, ==, "P1:01:评标");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trade/keys", test_trades);
    g_test_add_func("/trade/keys-of-old", test_trades_of_old);
    return g_test_run();
}
