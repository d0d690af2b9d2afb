// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/naming.h"
#include "index/find/subject.h"

#include "index/find/dossier.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "test/index/fixture.h"

#include <string.h>

/* Keys of what is found, newest first. */
static char *search(Fixture *f, const char *prefix, int day, int limit)
{
    IdxSubjectAt next = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found =
        idx_subject_search(f->cat, prefix, day, NULL, limit, &next, &error);
    g_assert_no_error(error);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const IdxSubject *s = found->pdata[i];
        g_string_append_printf(out, "%s%s", i ? " " : "", s->key);
    }
    return g_string_free(out, FALSE);
}

static void test_search(void)
{
    static const struct {
        const char *prefix;
        int day, limit;
        const char *keys;
    } TABLE[] = {
        {"A0", 0, 9, "A012 A013 A012"},
        {"a01", 0, 9, "A012 A013 A012"},
        {"A012", 0, 9, "A012 A012"},
        {"A012", DAY, 9, "A012"},
        {"A0123", 0, 9, ""},
        {"A", 0, 2, "A012 A_"},
        {"%", 0, 9, ""},
        {"_", 0, 9, ""},
        {"A%", 0, 9, "A%"},
        {"A_", 0, 9, "A_"},
        {"A'", 0, 9, ""},
        {"'; DROP TABLE subject; --", 0, 9, ""},
        {"许可", 0, 9, "许可-2026-0007"},
        {"许", 0, 9, "许可-2026-0007"},
        {"许可-2026-0008", 0, 9, ""},
        {"可", 0, 9, ""},
        {"", 0, 99, "A012 许可-2026-0007 A_ A% A013 A012"},
        {"Z", 0, 9, ""},
    };
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.taken", AT(0), "\"ticket_no\":\"A012\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(1), "\"ticket_no\":\"A013\"");
    fixture_happens(f, "3", "hall.ticket.taken", AT(2), "\"ticket_no\":\"A%\"");
    fixture_happens(f, "4", "hall.ticket.taken", AT(3), "\"ticket_no\":\"A_\"");
    fixture_happens(f, "5", "hall.approval.applied", AT(4), "\"approval_id\":\"许可-2026-0007\"");
    fixture_happens(f, "6", "hall.ticket.taken", AT(86400), "\"ticket_no\":\"A012\"");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *keys = search(f, TABLE[i].prefix, TABLE[i].day, TABLE[i].limit);
        g_assert_cmpstr(keys, ==, TABLE[i].keys);
    }
    g_autoptr(json_t) json = idx_search(f->cat, "许", 0, NULL, 9, AT(90000), NULL);
    const json_t *results = json_object_get(json, "results");
    g_assert_cmpint(json_array_size(results), ==, 1);
    const json_t *one = json_array_get(results, 0);
    g_assert_cmpstr(json_string_value(json_object_get(one, "kind")), ==, "approval");
    g_assert_true(json_is_null(json_object_get(one, "day")));
}

static void test_related(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.finished", AT(0),
                    "\"ticket_no\":\"A1\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(9),
                    "\"ticket_no\":\"A1\",\"approval_id\":\"SP2\"");
    fixture_happens(f, "3", "hall.ticket.finished", AT(86400),
                    "\"ticket_no\":\"A1\",\"approval_id\":\"SP1\"");
    g_autoptr(IdxSubject) ticket =
        idx_name_find(f->cat, &(IdxName){"ticket", "A1", DAY, NULL}, NULL);
    g_autoptr(IdxSubject) approval =
        idx_name_find(f->cat, &(IdxName){"approval", "sp1", 0, NULL}, NULL);
    g_autoptr(GPtrArray) approvals = idx_subject_related(f->cat, ticket->id, false, NULL);
    g_autoptr(GPtrArray) tickets = idx_subject_related(f->cat, approval->id, false, NULL);
    g_assert_cmpint(approvals->len, ==, 2);
    g_assert_cmpint(tickets->len, ==, 2);
    g_assert_cmpint(((const IdxSubject *)tickets->pdata[1])->day, ==, 20261123);
    /* the approval was written down wrongly: the ticket has nothing to do with SP2 */
    fixture_happens(f, "4", "hall.ticket.finished", AT(9),
                    "\"ticket_no\":\"A1\",\"approval_id\":\"SP1\",\"correction_of\":\"2\","
                    "\"data_ver\":2");
    g_autoptr(GPtrArray) corrected = idx_subject_related(f->cat, ticket->id, false, NULL);
    g_assert_cmpint(corrected->len, ==, 1);
    g_assert_cmpstr(((const IdxSubject *)corrected->pdata[0])->key, ==, "SP1");
}

static void test_none(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_name_find(f->cat, &(IdxName){"ticket", "A1", 0, NULL}, &error));
    g_assert_null(idx_name_find(f->cat, &(IdxName){"approval", "A1", 0, NULL}, &error));
    g_assert_null(idx_subject_get(f->cat, 1, &error));
    g_assert_no_error(error);
}

/* The matter: what the newest event says of it, by its type or by its name. */
static void test_title(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    fixture_happens(f, "a1", "hall.approval.applied", T0,
                    "\"approval_id\":\"SP1\",\"item_name\":\"不动产转移\"");
    g_autoptr(IdxSubject) named =
        idx_name_find(f->cat, &(IdxName){.kind = "approval", .key = "SP1"}, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(named->title, ==, "不动产转移");
    fixture_happens(f, "a2", "hall.approval.accepted", T0 + MJ_SECOND_US,
                    "\"approval_id\":\"SP1\",\"business_type\":\"登记\",\"item_name\":\"不动产\"");
    g_autoptr(IdxSubject) typed =
        idx_name_find(f->cat, &(IdxName){.kind = "approval", .key = "SP1"}, &error);
    g_assert_cmpstr(typed->title, ==, "登记");
}

static char *title_of(Fixture *f, const char *ticket)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT coalesce(title, 'none') FROM subject WHERE key = '%s'", ticket);
    return fixture_dump(f->cat, sql);
}

/* What was taken back does not speak while anything holds. */
static void test_title_corrected(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.taken", AT(0),
                    "\"ticket_no\":\"B1\",\"business_type\":\"登记\"");
    fixture_happens(f, "1", "hall.ticket.taken", AT(0), "\"ticket_no\":\"B1\",\"data_ver\":2");
    g_autofree char *corrected = title_of(f, "B1");
    g_assert_cmpstr(g_strchomp(corrected), ==, "none");
    fixture_happens(f, "2", "hall.ticket.taken", AT(0),
                    "\"ticket_no\":\"B2\",\"business_type\":\"登记\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(0), "\"ticket_no\":\"B3\",\"data_ver\":2");
    g_autofree char *gone = title_of(f, "B2");
    g_assert_cmpstr(g_strchomp(gone), ==, "登记"); // of one that is no more, what it was
}

/* What is no text where a text is wanted, in types that we do not know: it is told as SQLite tells it of the body. */
static void test_other_values(void)
{
    static const char *const VALUES[] = {"5",       "1.50",          "true",
                                         "null",    "\"a\\\"b\\n\"", "{\"b\":1}",
                                         "[1, 2 ]", "1e400000000",   "\"\""};
    for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autofree char *data = g_strdup_printf(
            "\"session_id\":\"S1\",\"topic\":%s,\"business_type\":\"else\"", VALUES[i]);
        g_autofree char *text = fixture_event("1", "vendor.thing.happened", AT(0), data);
        idx_event_batch_free(
            idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, AT(1), NULL));
        g_autofree char *differ = fixture_dump(
            f->cat,
            "SELECT s.title, coalesce(e.body ->> '$.data.topic', e.body ->>"
            " '$.data.business_type') t FROM subject s JOIN event e WHERE s.title IS NOT t");
        g_test_message("%s", VALUES[i]);
        g_assert_cmpstr(differ, ==, "");
    }
}

/* What was corrected to be another number, or never was, comes last and is marked; a limit is not used up by it. */
static void test_superseded(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    fixture_happens(f, "1", "hall.ticket.taken", AT(0), "\"ticket_no\":\"B001\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(10), "\"ticket_no\":\"B002\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(10), "\"ticket_no\":\"B003\",\"data_ver\":2");
    fixture_happens(f, "4", "hall.ticket.taken", AT(20), "\"ticket_no\":\"B004\"");
    fixture_happens(f, "4", "hall.ticket.taken", AT(20),
                    "\"ticket_no\":\"B004\",\"data_ver\":2,\"data_state\":0");
    static const struct {
        int day, limit;
        const char *keys;
    } TABLE[] = {
        {0, 9, "B003 B001 B004 B002"}, {DAY, 9, "B003 B001 B004 B002"}, {0, 2, "B003 B001"}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *keys = search(f, "B", TABLE[i].day, TABLE[i].limit);
        g_assert_cmpstr(keys, ==, TABLE[i].keys);
    }
    g_autoptr(json_t) json = idx_search(f->cat, "B", 0, NULL, 9, AT(100), &error);
    g_assert_no_error(error);
    const json_t *results = json_object_get(json, "results"), *item = NULL;
    size_t i = 0;
    json_array_foreach(results, i, item)
        g_assert_true(json_is_true(json_object_get(item, "superseded")) == (i >= 2));
    IdxName name = {"ticket", "B002", DAY};
    g_autoptr(json_t) dossier = idx_dossier(f->cat, &name, AT(100), &error);
    g_assert_true(json_is_true(json_object_get(json_object_get(dossier, "subject"), "superseded")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/subject/search", test_search);
    g_test_add_func("/subject/superseded", test_superseded);
    g_test_add_func("/subject/related", test_related);
    g_test_add_func("/subject/none", test_none);
    g_test_add_func("/subject/title", test_title);
    g_test_add_func("/subject/title-corrected", test_title_corrected);
    g_test_add_func("/subject/other-values", test_other_values);
    return g_test_run();
}
