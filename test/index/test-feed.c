// SPDX-License-Identifier: GPL-3.0-or-later
/* What is said of those who should have told of a number that is not found. */
#include "index/event/feed.h"

#include "index/db.h"
#include "test/index/fixture.h"

#include <inttypes.h>
#include <string.h>

/* An event of @source that arrives when it happens, @seconds after T0. */
static void arrives(Fixture *f, const char *source, const char *type, int seconds, const char *data)
{
    static int n = 0;
    g_autofree char *time = NULL;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GError) error = NULL;
    json_t *at = mj_json_time(AT(seconds), utc);
    time = g_strdup(json_string_value(at));
    json_decref(at);
    g_autofree char *text = g_strdup_printf(
        "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"%s\",\"type\":\"%s\",\"time\":\"%s\","
        "\"data\":{%s}}",
        n++, source, type, time, data);
    g_autoptr(IdxEventBatch) batch =
        idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, AT(seconds), &error);
    g_assert_no_error(error);
    if (batch->accepted != 1)
        g_error("%s: %s", text, g_array_index(batch->results, IdxEventResult, 0).message);
}

/* "/queue 09:41 /kiosk -; 3 of 20261122; refused 2 at 10:00" */
static char *feed_text(Fixture *f, const char *kind, int day, int now)
{
    size_t i = 0;
    const json_t *source = NULL;
    g_autoptr(GError) error = NULL;
    GString *out = g_string_new(NULL);
    g_autoptr(json_t) feed =
        idx_feed_json(f->cat, &(IdxName){.kind = kind, .key = "A9", .day = day}, AT(now), &error);
    g_assert_no_error(error);
    json_array_foreach(json_object_get(feed, "sources"), i, source)
    {
        const char *last = json_string_value(json_object_get(source, "last"));
        g_string_append_printf(out, "%s %.5s ",
                               json_string_value(json_object_get(source, "source")),
                               last ? last + 11 : "-");
    }
    if (json_is_integer(json_object_get(feed, "told")))
        g_string_append_printf(out, "told %d ",
                               (int)json_integer_value(json_object_get(feed, "told")));
    const char *last = json_string_value(json_object_get(feed, "refused_last"));
    g_string_append_printf(out, "refused %d %.16s",
                           (int)json_integer_value(json_object_get(feed, "refused")),
                           last ? last : "-");
    return g_string_free(out, FALSE);
}

static void expect(Fixture *f, const char *kind, int day, int now, const char *words)
{
    g_autofree char *got = feed_text(f, kind, day, now);
    g_assert_cmpstr(got, ==, words);
}

static void uploads(Fixture *f, int accepted, int refused, int seconds)
{
    g_autoptr(json_t) detail = json_pack("{s:i, s:i}", "accepted", accepted, "refused", refused);
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO audit (seq, at_us, who, role, what, result, detail, hash) SELECT"
        " coalesce(max(seq), 0) + 1, %" PRId64 ", 'q', 'token', 'event.add', 'ok',"
        " '{\"accepted\":%d,\"refused\":%d}', zeroblob(32) FROM audit",
        AT(seconds), accepted, refused);
    g_free(fixture_dump(f->cat, sql));
}

static void test_feed(void)
{
    g_autoptr(Fixture) f = fixture_new();
    expect(f, "ticket", DAY, 60, "told 0 refused 0 -");
    arrives(f, "/queue", "hall.ticket.taken", 0, "\"ticket_no\":\"A1\"");
    arrives(f, "/queue", "hall.ticket.taken", 660, "\"ticket_no\":\"A2\"");
    arrives(f, "/rating", "hall.ticket.rated", 700, "\"ticket_no\":\"A2\"");
    arrives(
        f, "/approvals", "hall.approval.accepted", 1200,
        "\"approval_id\":\"SP1\",\"ticket_no\":\"A7\""); // which makes no ticket that was told of
    arrives(f, "/rooms", "hall.trade.started", 1300,
            "\"project_no\":\"P\",\"session_type\":\"评标\",\"room\":\"R\"");
    uploads(f, 5, 0, 1500);
    uploads(f, 0, 2, 1800);
    uploads(f, 1, 1, 2400);
    uploads(f, 0, 9, -86400);
    expect(f, "ticket", DAY, 3600, "/queue 09:41 told 2 refused 3 2026-11-22T10:10");
    expect(f, "ticket", 20261121, 3600, "/queue 09:41 told 0 refused 12 2026-11-22T10:10");
    expect(f, "ticket", 0, 3600, "/queue 09:41 refused 3 2026-11-22T10:10");
    expect(f, "approval", 0, 3600, "/approvals 09:50 refused 3 2026-11-22T10:10");
    expect(f, "session", 0, 3600, "/rooms 09:51 refused 3 2026-11-22T10:10");
    expect(f, "ticket", DAY, 60 * 86400, "/queue 09:41 told 2 refused 3 2026-11-22T10:10");
}

/* Who tells of tickets in another hall alone is not asked about; a hall that is not known is an error. */
static void test_halls(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    arrives(f, "/queue", "hall.ticket.taken", 0, "\"ticket_no\":\"A1\"");
    IdxName name = {.kind = "ticket", .key = "A9", .hall = "H09"};
    g_assert_null(idx_feed_json(f->cat, &name, AT(60), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "H09");
    g_free(fixture_dump(f->cat,
                        "INSERT INTO hall (code, name, timezone) SELECT 'H09', 'nine', timezone"
                        " FROM hall"));
    g_autoptr(json_t) feed = idx_feed_json(f->cat, &name, AT(60), NULL);
    g_assert_cmpuint(json_array_size(json_object_get(feed, "sources")), ==, 0);
}

/* However many events there are of however many sources, few are looked at. */
static void test_bounds(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 3; i++) {
        g_autofree char *sql = g_strdup_printf(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2999) INSERT"
            " INTO event (hall_id, source, event_id, data_ver, type, time_us, received_us, body)"
            " SELECT h.id, '/s%d', 'e' || i, 1, CASE WHEN i = 999 THEN 'hall.ticket.taken' ELSE"
            " 'hall.door.open' END, 0, 0, '{}' FROM n, hall h",
            i);
        g_free(fixture_dump(f->cat, sql));
    }
    expect(f, "ticket", 0, 60, "/s0 - /s1 - /s2 - refused 0 -"); // by the last of the ids
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, f->cat->statements);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_assert_cmpint(sqlite3_stmt_status(value, SQLITE_STMTSTATUS_VM_STEP, 0), <, 60000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/feed/feed", test_feed);
    g_test_add_func("/feed/halls", test_halls);
    g_test_add_func("/feed/bounds", test_bounds);
    return g_test_run();
}
