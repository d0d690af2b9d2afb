// SPDX-License-Identifier: GPL-3.0-or-later
/* What a number or an ID means, and when it means nothing until more is said. */
#include "index/find/naming.h"

#include "index/db.h"
#include "index/find/dossier.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "index/hall.h"
#include "index/hold/hold.h"
#include "index/hold/json.h"
#include "test/index/fixture.h"

#include <string.h>

static void add_hall(Fixture *f, const char *code)
{
    int64_t id = 0;
    g_assert_true(idx_hall_add(f->cat, code, NULL, NULL, &id, NULL));
}

static void happens(Fixture *f, const char *id, int day, const char *data)
{
    fixture_happens(f, id, "hall.ticket.taken", AT(86400 * day), data);
}

/* "H01 20261122", "none", "no hall H03", or "H01|H02". */
static char *meant(Fixture *f, const char *kind, const char *key, int day, const char *hall)
{
    g_autoptr(GError) error = NULL;
    IdxName name = {kind, key, day, hall};
    g_autoptr(IdxSubject) one = idx_name_find(f->cat, &name, &error);
    if (one)
        return g_strdup_printf("%s %d", one->hall, one->day);
    if (!error)
        return g_strdup("none");
    if (mj_error_is(error, MJ_ERROR_NOT_FOUND))
        return g_strdup(error->message);
    g_assert_true(mj_error_is(error, MJ_ERROR_AMBIGUOUS));
    g_autoptr(GPtrArray) several = idx_name_candidates(f->cat, &name, NULL);
    GString *halls = g_string_new(NULL);
    for (guint i = 0; i < several->len; i++)
        g_string_append_printf(halls, "%s%s", i ? "|" : "",
                               ((const IdxSubject *)several->pdata[i])->hall);
    return g_string_free(halls, FALSE);
}

static void expect(Fixture *f, const char *kind, const char *key, int day, const char *hall,
                   const char *words)
{
    g_autofree char *got = meant(f, kind, key, day, hall);
    g_assert_cmpstr(got, ==, words);
}

static Fixture *two_halls(void)
{
    Fixture *f = fixture_new();
    add_hall(f, "H02");
    happens(f, "1", 0, "\"ticket_no\":\"A012\"");
    happens(f, "2", 0, "\"ticket_no\":\"a012\",\"hall_code\":\"H02\"");
    happens(f, "3", 1, "\"ticket_no\":\"A012\"");
    happens(f, "4", -2, "\"ticket_no\":\"A012\",\"hall_code\":\"H02\"");
    happens(f, "5", 0, "\"ticket_no\":\"B1\",\"approval_id\":\"SP1\"");
    happens(f, "6", 0, "\"ticket_no\":\"B2\",\"approval_id\":\"SP1\",\"hall_code\":\"H02\"");
    happens(f, "7", 0, "\"ticket_no\":\"B3\",\"approval_id\":\"A012\"");
    return f;
}

static void test_table(void)
{
    g_autoptr(Fixture) f = two_halls();
    expect(f, "ticket", "A012", 0, NULL, "H01|H02");       // on whatever days
    expect(f, "ticket", "A012", 0, "H01", "H01 20261123"); // the newest day has one
    expect(f, "ticket", "A012", 20261123, NULL, "H01 20261123");
    expect(f, "ticket", "A012", DAY, NULL, "H01|H02");
    expect(f, "ticket", "A012", DAY, "H02", "H02 20261122");
    expect(f, "ticket", "A012", 0, "H02", "H02 20261122");
    expect(f, "ticket", "A012", 20261120, NULL, "H02 20261120");
    expect(f, "ticket", "A012", 20261121, NULL, "none");
    expect(f, "ticket", "A012", 0, "H03", "no hall H03");
    expect(f, "approval", "sp1", 0, NULL, "H01|H02");
    expect(f, "approval", "sp1", 0, "H01", "H01 0");
    expect(f, "approval", "A012", 0, NULL, "H01 0"); // and no ticket
    expect(f, "session", "A012", 0, NULL, "none");
}

/* A mistake that was corrected is no second meaning; alone it is still found, and says that it was corrected. */
static void test_corrected(void)
{
    g_autoptr(Fixture) f = two_halls();
    happens(f, "8", 0,
            "\"ticket_no\":\"A099\",\"hall_code\":\"H02\",\"data_ver\":2,\"correction_of\":\"2\"");
    expect(f, "ticket", "A012", DAY, NULL, "H01 20261122");
    expect(f, "ticket", "A012", DAY, "H02",
           "H02 20261122"); // who asks for it sees what became of it
    happens(f, "9", 1,
            "\"ticket_no\":\"A012\",\"data_ver\":2,\"correction_of\":\"3\","
            "\"data_state\":0");
    expect(f, "ticket", "A012", 0, "H01", "H01 20261122"); // the day after never had it
    expect(f, "ticket", "A012", 20261123, NULL, "H01 20261123");
}

static char *also(const json_t *dossier)
{
    size_t i = 0;
    const json_t *o = NULL;
    GString *out = g_string_new(NULL);
    json_array_foreach(json_object_get(dossier, "also"), i, o)
    {
        const char *day = json_string_value(json_object_get(o, "day"));
        g_string_append_printf(out, "%s%s %s %s", i ? "; " : "",
                               json_string_value(json_object_get(o, "kind")), day ? day : "-",
                               json_string_value(json_object_get(o, "hall")));
    }
    return g_string_free(out, FALSE);
}

static void test_also(void)
{
    g_autoptr(Fixture) f = two_halls();
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "A012", 0, "H01"}, AT(9), NULL);
    g_autofree char *others = also(d);
    g_assert_cmpstr(others, ==,
                    "approval - H01; ticket 2026-11-22 H01; ticket 2026-11-22 H02;"
                    " ticket 2026-11-20 H02");
    g_assert_true(json_is_false(json_object_get(d, "also_more")));
    g_autoptr(json_t) in2 =
        idx_dossier(f->cat, &(IdxName){"ticket", "A012", DAY, "H02"}, AT(9), NULL);
    const json_t *hall = json_object_get(in2, "hall");
    g_assert_cmpstr(json_string_value(json_object_get(hall, "code")), ==, "H02");
    for (int i = 0; i < 40; i++) {
        g_autofree char *id = g_strdup_printf("many%d", i);
        happens(f, id, -10 - i, "\"ticket_no\":\"A012\"");
    }
    g_autoptr(json_t) many =
        idx_dossier(f->cat, &(IdxName){"ticket", "A012", 0, "H01"}, AT(9), NULL);
    g_assert_cmpint((int)json_array_size(json_object_get(many, "also")), ==, IDX_ALSO_MAX);
    g_assert_true(json_is_true(json_object_get(many, "also_more")));
}

static void test_answers(void)
{
    g_autoptr(Fixture) f = two_halls();
    g_autoptr(GError) error = NULL, place = NULL;
    IdxName name = {"ticket", "A012", DAY, NULL};
    g_assert_null(idx_dossier(f->cat, &name, AT(9), &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "2 halls,A012,2026-11-22,H01,H02");
    name.day = 0;
    g_clear_error(&error);
    g_assert_null(idx_dossier(f->cat, &name, AT(9), &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "2 halls,A012,H01 on 2026-11-23,H02 on 2026-11-22");
    g_autoptr(json_t) several = idx_dossier_candidates(f->cat, &name, AT(9), NULL);
    g_assert_cmpint((int)json_array_size(several), ==, 2);
    g_assert_true(json_object_get(json_array_get(several, 0), "coverage") != NULL);
    fixture_place(f, "W1", "");
    g_free(fixture_dump(f->cat, "INSERT INTO place (hall_id, code, name) SELECT id, 'W1', 'two'"
                                " FROM hall WHERE code = 'H02'"));
    g_assert_null(idx_dossier_place(f->cat, "W1", NULL, AT(0), AT(1), AT(9), &place));
    fixture_expect(place, MJ_ERROR_AMBIGUOUS, "2 halls,W1");
    g_autoptr(json_t) one = idx_dossier_place(f->cat, "W1", "H02", AT(0), AT(1), AT(9), NULL);
    g_assert_cmpint((int)json_array_size(json_object_get(one, "cameras")), ==, 0);
}

/* A hold that guessed would keep the wrong footage, and let the right go. */
static void test_hold(void)
{
    g_autoptr(Fixture) f = two_halls();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest r = {.kind = "approval",
                        .key = "SP1",
                        .owner = "me",
                        .reason = "why",
                        .case_no = "1",
                        .by = "me"};
    g_assert_false(idx_hold_add(f->cat, &r, AT(9), &answer, &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "H01,H02");
    r.hall = "H02";
    g_clear_error(&error);
    g_assert_true(idx_hold_add(f->cat, &r, AT(9), &answer, &error));
    g_assert_cmpstr(answer.hold->hall, ==, "H02");
    g_autoptr(json_t) told = idx_hold_answer_json(f->cat, &answer, AT(9));
    g_assert_nonnull(strstr(json_string_value(json_object_get(told, "warning")), "hall H02"));
}

/* Every kind of thing in one box; case does not matter, wildcards are none, and Chinese is text. */
static void test_search(void)
{
    static const struct {
        const char *q, *group;
        int n;
    } TABLE[] = {{"a01", "results", 5},   {"w", "places", 2},        {"不动", "places", 1},
                 {"W0%", "places", 0},    {"_", "places", 0},        {"cam-", "cameras", 1},
                 {"10", "staff", 2},      {"1023", "staff", 1},      {"%", "staff", 0},
                 {"婚姻", "business", 1}, {"营业", "matters", 1},    {"100%", "matters", 1},
                 {"10%", "matters", 0},   {"婚姻登记", "matters", 0}};
    g_autoptr(Fixture) f = two_halls();
    fixture_camera(f, "CAM-1", AT(-9));
    fixture_place(f, "W01", "CAM-1");
    fixture_place(f, "W02", "");
    g_free(fixture_dump(f->cat, "UPDATE place SET name = '不动产登记' WHERE code = 'W02'"));
    fixture_happens(f, "s1", "hall.ticket.called", AT(1),
                    "\"ticket_no\":\"C1\",\"window_no\":\"W01\",\"staff_id\":\"1023\","
                    "\"business_type\":\"婚姻登记\"");
    fixture_happens(f, "s2", "hall.approval.accepted", AT(2),
                    "\"approval_id\":\"X1\",\"staff_id\":\"1099\",\"item_name\":\"营业执照100%\"");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) found = idx_search(f->cat, TABLE[i].q, 0, NULL, 20, AT(9999), &error);
        g_assert_no_error(error);
        g_test_message("%s in %s", TABLE[i].q, TABLE[i].group);
        g_assert_cmpint((int)json_array_size(json_object_get(found, TABLE[i].group)), ==,
                        TABLE[i].n);
    }
    g_autoptr(json_t) one = idx_search(f->cat, "", 0, NULL, 1, AT(9999), NULL);
    g_assert_cmpint((int)json_array_size(json_object_get(one, "staff")), ==, 1); // each bounded
}

/* Whoever asks for what there is not is told what to ask for instead. */
static void test_none(void)
{
    static const struct {
        const char *kind, *key;
        int day;
        const char *words;
    } TABLE[] = {
        {"ticket", "D1", 20250101,
         "no ticket D1 on 2025-01-01; the newest day that has it is 2026-11-22, before that"
         " 2026-11-21, 2026-11-20, 2026-11-19"},
        {"ticket", "D2", 20250101,
         "no ticket D2 on 2025-01-01; the newest day that has it is 2026-11-22"},
        {"ticket", "D29", 0, "no ticket D29 on any day; there are D2: search for how it begins"},
        {"ticket", "D9", 0, "no ticket D9 on any day; there are D2, D1: search for how it begins"},
        {"ticket", "Q", 0, "no ticket Q on any day"},
        {"approval", "许可-8", 0, "no approval 许可-8; there are 许可-7: search for how it begins"},
        {"session", "D9", 0, "no session D9"},
    };
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 4; i++) {
        g_autofree char *id = g_strdup_printf("n%d", i);
        fixture_happens(f, id, "hall.ticket.taken", AT(-i * 86400), "\"ticket_no\":\"D1\"");
    }
    fixture_happens(f, "m", "hall.ticket.taken", AT(0), "\"ticket_no\":\"D2\"");
    fixture_happens(f, "p", "hall.approval.applied", AT(0), "\"approval_id\":\"许可-7\"");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        IdxName name = {.kind = TABLE[i].kind, .key = TABLE[i].key, .day = TABLE[i].day};
        g_assert_null(idx_dossier(f->cat, &name, AT(9), &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_NOT_FOUND);
        g_assert_cmpstr(error->message, ==, TABLE[i].words);
    }
}

/* What was corrected to be another, or cancelled, is offered to nobody, whatever is asked for. */
static void test_none_corrected(void)
{
    static const struct {
        const char *key;
        int day;
        const char *words;
    } TABLE[] = {
        {"D1", 20250101,
         "no ticket D1 on 2025-01-01; the newest day that has it is 2026-11-22, before that"
         " 2026-11-20"},
        {"D7", 20250101, "no ticket D7 on any day; there are D1: search for how it begins"},
        {"D79", 0, "no ticket D79 on any day; there are D1: search for how it begins"},
    };
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 3; i++) {
        g_autofree char *id = g_strdup_printf("n%d", i);
        happens(f, id, -i, "\"ticket_no\":\"D1\"");
    }
    happens(f, "c", -1, "\"ticket_no\":\"E1\",\"correction_of\":\"n1\",\"data_ver\":2");
    happens(f, "m", 1, "\"ticket_no\":\"D7\""); // never was
    happens(f, "m", 1, "\"ticket_no\":\"D7\",\"data_ver\":2,\"data_state\":0");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        idx_name_none(
            f->cat, &(IdxName){.kind = "ticket", .key = TABLE[i].key, .day = TABLE[i].day}, &error);
        g_assert_cmpstr(error->message, ==, TABLE[i].words);
    }
}

/* "A7 2026-11-24 SP7" of what is only named, and by what; "A7 2026-11-22" of others. Caller frees. */
static char *spoken_text(const json_t *subject)
{
    size_t i = 0;
    const json_t *id = NULL;
    GString *out = g_string_new(json_string_value(json_object_get(subject, "key")));
    g_string_append_printf(out, " %s", json_string_value(json_object_get(subject, "day")));
    if (json_is_true(json_object_get(subject, "spoken")))
        return g_string_free(out, FALSE);
    g_assert_true(json_is_false(json_object_get(subject, "spoken")));
    g_string_append(out, " named");
    json_array_foreach(json_object_get(subject, "named_by"), i, id)
        g_string_append_printf(out, " %s", json_string_value(id));
    return g_string_free(out, FALSE);
}

static void expect_dossier(Fixture *f, const char *key, int day, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", key, day, NULL}, AT(9), &error);
    g_autofree char *got =
        d ? spoken_text(json_object_get(d, "subject")) : g_strdup(error->message);
    g_assert_cmpstr(got, ==, words);
}

static char *found(Fixture *f, const char *q, int day, int limit)
{
    GString *out = g_string_new(NULL);
    g_autofree char *cursor = NULL;
    do {
        size_t i = 0;
        const json_t *item = NULL;
        g_autoptr(json_t) page = idx_search(f->cat, q, day, cursor, limit, AT(9), NULL);
        json_array_foreach(json_object_get(page, "results"), i, item)
        {
            g_autofree char *one = spoken_text(item);
            g_string_append_printf(out, "%s%s", out->len ? "; " : "", one);
        }
        g_free(cursor);
        cursor = g_strdup(json_string_value(json_object_get(page, "next")));
    } while (cursor);
    return g_string_free(out, FALSE);
}

/* A number that an approval names, and that no queue ever spoke of, takes nothing over, and says who names it. */
static void test_named(void)
{
    g_autoptr(Fixture) f = fixture_new();
    add_hall(f, "H02");
    happens(f, "1", 0, "\"ticket_no\":\"A7\"");
    fixture_happens(f, "2", "hall.approval.accepted", AT(2 * 86400 + 60),
                    "\"approval_id\":\"SP7\",\"ticket_no\":\"A7\",\"ticket_day\":\"2026-11-24\"");
    fixture_happens(f, "3", "hall.approval.accepted", AT(0),
                    "\"approval_id\":\"SP7\",\"ticket_no\":\"A7\",\"hall_code\":\"H02\"");
    fixture_happens(f, "4", "hall.approval.accepted", AT(0),
                    "\"approval_id\":\"SP8\",\"ticket_no\":\"A8\"");
    fixture_happens(f, "5", "hall.ticket.rated", AT(0), "\"ticket_no\":\"A9\"");
    expect(f, "ticket", "A7", 0, NULL, "H01 20261122");
    expect(f, "ticket", "A7", DAY, NULL, "H01 20261122");
    expect_dossier(f, "A7", 0, "A7 2026-11-22");
    expect_dossier(f, "A7", 20261124, "A7 2026-11-24 named SP7");
    expect_dossier(f, "A8", 0, "A8 2026-11-22 named SP8");
    expect_dossier(f, "A9", 0, "A9 2026-11-22 named");
    expect_dossier(f, "A7", 20250101,
                   "no ticket A7 on 2025-01-01; the newest day that has it is 2026-11-22");
    expect_dossier(
        f, "A8", 20250101,
        "no ticket A8 on 2025-01-01; no queue ever spoke of it, but approval SP8 names it"
        " on 2026-11-22");
    expect_dossier(f, "A75", 0, "no ticket A75 on any day; there are A7: search for how it begins");
    expect_dossier(f, "A85", 0, "no ticket A85 on any day");
    for (int limit = 1; limit <= 20; limit += 19) { // page by page, and at once
        g_autofree char *all = found(f, "A7", 0, limit);
        g_assert_cmpstr(all, ==, "A7 2026-11-22; A7 2026-11-24 named SP7; A7 2026-11-22 named SP7");
    }
    g_autofree char *day = found(f, "A", DAY, 20);
    g_assert_true(g_str_has_prefix(day, "A7 2026-11-22; "));
    happens(f, "6", 0, "\"ticket_no\":\"A8\"");
    expect_dossier(f, "A8", 0, "A8 2026-11-22");
}

static int count_statement(unsigned what, void *count, void *statement, void *text)
{
    (*(int *)count)++;
    return 0;
}

/* However long the number is, and however much of it must be taken off, a few statements find what is called alike. */
static void test_none_costs(void)
{
    static const struct {
        const char *kind, *key, *words;
    } TABLE[] = {
        {"ticket", "a1xxxxxxxx", "there are A1, A12: search"},  // eight that are too many
        {"ticket", "A1xxxxxxxxx", "on any day"},                // nine
        {"ticket", "9F-7", "there are A2: search"},             // by its id
        {"ticket", "A1", "there are A1, A2, A12: search"},      // of another source
        {"ticket", "A", "on any day"},                          //
        {"approval", "许可一二三", "there are 许可甲: search"}, // by characters
        {"approval", "A1", "no approval A1"},                   // not of another kind
        {"session", "不动产", "there are S-77: search"},        // by what is planned
    };
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.taken", AT(1), "\"ticket_no\":\"A1\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(0), "\"ticket_no\":\"A12\"");
    fixture_happens(f, "3", "hall.ticket.taken", AT(0),
                    "\"ticket_no\":\"A2\",\"ticket_id\":\"9f-1\"");
    fixture_happens(f, "4", "hall.approval.applied", AT(0), "\"approval_id\":\"许可甲\"");
    fixture_happens(f, "5", "hall.session.scheduled", AT(0), "\"session_id\":\"S-77\"");
    g_free(fixture_dump(f->cat, "INSERT INTO meeting (session, place, topic, created_us) VALUES"
                                " ('S-77', 'R1', '不动登记', 1)"));
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        IdxName name = {.kind = TABLE[i].kind, .key = TABLE[i].key, .source = "/none"};
        int count = 0;
        sqlite3_trace_v2(f->cat->db, SQLITE_TRACE_STMT, count_statement, &count);
        idx_name_none(f->cat, &name, &error);
        sqlite3_trace_v2(f->cat->db, 0, NULL, NULL);
        g_test_message("%d statements: %s", count, error->message);
        g_assert_nonnull(strstr(error->message, TABLE[i].words));
        g_assert_cmpint(count, <=, 12);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/naming/table", test_table);
    g_test_add_func("/naming/corrected", test_corrected);
    g_test_add_func("/naming/also", test_also);
    g_test_add_func("/naming/answers", test_answers);
    g_test_add_func("/naming/hold", test_hold);
    g_test_add_func("/naming/search", test_search);
    g_test_add_func("/naming/none", test_none);
    g_test_add_func("/naming/none-corrected", test_none_corrected);
    g_test_add_func("/naming/named", test_named);
    g_test_add_func("/naming/none-costs", test_none_costs);
    return g_test_run();
}
