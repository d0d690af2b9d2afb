// SPDX-License-Identifier: GPL-3.0-or-later
/* What the audit log has of requests when the answer is there, also after the server was killed; who may
 * read it; and that nothing is shown that cannot be told. */
#include "index/account/user.h"
#include "index/audit/read.h"
#include "index/audit/verify.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/db.h"
#include "index/segment/segment.h"
#include "test/api/support/hall.h"
#include "test/must.h"

#include <string.h>

#define JSON "Content-Type: application/json"
#define V1 "/api/v1"

static Hall *hall;
static IdxCatalogue *cat; // of the test

/* The newest rows that fit. Caller frees. */
static GPtrArray *rows_of(const char *what, const char *who)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *rows =
        idx_audit_list(cat, &(IdxAuditFilter){.what = what, .who = who}, 50, NULL, &error);
    g_assert_no_error(error);
    return rows;
}

static guint count(const char *what, const char *who)
{
    g_autoptr(GPtrArray) rows = rows_of(what, who);
    return rows->len;
}

/* "role|address|kind|object|day|camera|reason|case|result" of the newest such row. Caller frees. */
static char *newest(const char *what, const char *who)
{
    g_autoptr(GPtrArray) rows = rows_of(what, who);
    g_assert_cmpint((int)rows->len, >, 0);
    const IdxAuditRow *r = rows->pdata[0];
    return g_strdup_printf("%s|%s|%s|%s|%d|%s|%s|%s|%s", r->role, r->address, r->object_kind,
                           r->object, r->day, r->camera, r->reason, r->case_no, r->result);
}

/* @DAY@ stands for the hall's day, which is today. */
static void expect_row(const char *what, const char *who, const char *expected)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+08:00");
    g_autofree char *day = g_strdup_printf("%d", mj_time_local_day(hall->start_us, zone));
    g_autoptr(GString) text = g_string_new(expected);
    g_autofree char *row = newest(what, who);
    g_string_replace(text, "@DAY@", day, 0);
    g_assert_cmpstr(row, ==, text->str);
}

static void get(const char *path, const char *header, long status)
{
    g_autoptr(Answer) answer = client_get(hall->client, path, header);
    g_test_message("%s: %ld", path, answer->status);
    g_assert_cmpint(answer->status, ==, status);
}

// ── what was done ──

static void test_finds(void)
{
    g_autofree char *approval = g_uri_escape_string(HALL_APPROVAL, NULL, FALSE);
    g_autofree char *dossier = g_strconcat(V1 "/approvals/", approval, NULL);
    const struct {
        const char *path;
        long status;
        const char *row;
    } table[] = {
        {V1 "/tickets/latest/a012", 200,
         "investigator|127.0.0.1|ticket|A012|@DAY@|(null)|(null)|(null)|ok"},
        {V1 "/tickets/2001-01-01/A012", 404,
         "investigator|127.0.0.1|ticket|A012|20010101|(null)|(null)|(null)|failed"},
        {dossier, 200,
         "investigator|127.0.0.1|approval|" HALL_APPROVAL "|0|(null)|(null)|(null)|ok"},
        {V1 "/approvals/none", 404,
         "investigator|127.0.0.1|approval|none|0|(null)|(null)|(null)|failed"},
        {V1 "/sessions/none", 404,
         "investigator|127.0.0.1|session|none|0|(null)|(null)|(null)|failed"},
        {V1 "/find?staff=nobody", 404,
         "investigator|127.0.0.1|staff|nobody|0|(null)|(null)|(null)|failed"},
        {V1 "/places/W07/footage?from=2001-01-01T00:00:00Z&to=2001-01-01T00:01:00Z", 200,
         "investigator|127.0.0.1|place|W07|0|(null)|(null)|(null)|ok"},
        {V1 "/search?q=A0", 200, "investigator|127.0.0.1|search|(null)|0|(null)|(null)|(null)|ok"},
    };
    hall_sign_in(hall);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        guint before = count("find", HALL_USER);
        get(table[i].path, hall->cookie, table[i].status);
        g_assert_cmpint((int)count("find", HALL_USER), ==, (int)before + 1);
        expect_row("find", HALL_USER, table[i].row);
        get(table[i].path, hall->cookie, table[i].status); // the same again is counted
        g_assert_cmpint((int)count("find", HALL_USER), ==, (int)before + 1);
    }
    g_autoptr(GPtrArray) rows = rows_of("find", HALL_USER);
    const IdxAuditRow *search = rows->pdata[0], *footage = rows->pdata[1],
                      *session = rows->pdata[3];
    g_assert_cmpint(footage->to_us - footage->from_us, ==, 60 * MJ_SECOND_US);
    g_assert_cmpstr(search->detail, ==, "{\"queries\":[\"A0\"]}");
    g_assert_nonnull(strstr(session->words, "none"));
}

static void test_views(void)
{
    g_autofree char *from = hall_time(hall, 0);
    g_autofree char *to = hall_time(hall, 4 * G_USEC_PER_SEC);
    g_autofree char *playlist =
        g_strdup_printf(V1 "/cameras/W07/playlist.m3u8?from=%s&to=%s", from, to);
    g_autofree char *frame = g_strdup_printf(V1 "/cameras/W08/frame.jpg?at=%s", from);
    g_autofree char *empty =
        g_strdup(V1 "/cameras/W07/playlist.m3u8?from=2001-01-01T00:00:00Z&to=2001-01-01T00:01:00Z");
    hall_sign_in(hall);
    get(playlist, hall->cookie, 200);
    expect_row("view", HALL_USER, "investigator|127.0.0.1|(null)|(null)|0|W07|test|test-1|ok");
    g_autoptr(GPtrArray) rows = rows_of("view", HALL_USER);
    const IdxAuditRow *view = rows->pdata[0];
    g_assert_cmpint(view->from_us, ==, hall->start_us);
    g_assert_cmpint(view->to_us, ==, hall->start_us + 4 * G_USEC_PER_SEC);
    /* the segments that a player asks for then are part of it */
    g_autoptr(Answer) answer = client_get(hall->client, playlist, hall->cookie);
    const char *text = g_strstr_len((char *)answer->body->data, answer->body->len, "segments/");
    g_assert_nonnull(text);
    g_autofree char *segment =
        g_strdup_printf(V1 "/segments/%.*s.mp4", (int)strcspn(text + 9, "."), text + 9);
    for (int i = 0; i < 5; i++)
        get(segment, hall->cookie, 200);
    g_assert_cmpint((int)count("view", HALL_USER), ==, (int)rows->len);
    get(empty, hall->cookie, 404);
    expect_row("view", HALL_USER, "investigator|127.0.0.1|(null)|(null)|0|W07|test|test-1|failed");
    /* somebody else, by another camera */
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autoptr(Answer) picture = client_get(hall->client, frame, token);
    g_assert_cmpint(picture->status, !=, 403);
    g_autofree char *other = newest("view", "viewer");
    g_assert_nonnull(strstr(other, "token|127.0.0.1|"));
    get(segment, token, 200);
    expect_row("view", "viewer", "token|127.0.0.1|(null)|(null)|0|W07|test|test-1|ok");
}

/* Why, and for which case: as it was sent, and another reason is another row. */
static void test_reason(void)
{
    g_autofree char *cookie = hall_cookie(hall, "reason1");
    const char *const headers[] = {cookie, "Mingjing-Reason: %E6%8A%95%E8%AF%89 %E5%A4%8D%E6%A0%B8",
                                   "Mingjing-Case: 2026-7", NULL};
    g_autoptr(Answer) first =
        client_send(hall->client, "GET", V1 "/tickets/latest/A012", headers, NULL, -1);
    g_assert_cmpint(first->status, ==, 200);
    expect_row("find", "reason1",
               "investigator|127.0.0.1|ticket|A012|@DAY@|(null)|投诉 复核|2026-7|ok");
    get(V1 "/tickets/latest/A012", cookie, 200);
    expect_row("find", "reason1",
               "investigator|127.0.0.1|ticket|A012|@DAY@|(null)|(null)|(null)|ok");
    const char *const broken[] = {cookie, "Mingjing-Reason: %FF%00%E5", NULL};
    g_autoptr(Answer) odd =
        client_send(hall->client, "GET", V1 "/tickets/latest/A012", broken, NULL, -1);
    g_assert_cmpint(odd->status, ==, 200);
}

static void try_login(const char *name, const char *password, long status)
{
    const char *headers[] = {JSON, NULL};
    g_autofree char *body =
        g_strdup_printf("{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", V1 "/login", headers, body, (gssize)strlen(body));
    g_assert_cmpint(answer->status, ==, status);
}

static void test_logins(void)
{
    guint before = count("login", "login1");
    try_login("Login1", HALL_PASSWORD, 200);
    try_login("login1", HALL_PASSWORD, 200); // each has its row
    try_login("login1", "a wrong password", 401);
    g_assert_cmpint((int)count("login", "login1"), ==, (int)before + 3);
    expect_row("login", "login1", "operator|127.0.0.1|user|login1|0|(null)|(null)|(null)|denied");
    /* a name that nobody has may be a password: it is not in the log */
    try_login("my-secret-password", "x", 401);
    expect_row("login", "nobody", "nobody|127.0.0.1|(null)|(null)|0|(null)|(null)|(null)|denied");
    guint unknowns = count("login", "nobody");
    for (int i = 0; i < 5; i++)
        try_login("another-secret", "x", i < 5 ? 401 : 429);
    g_assert_cmpint((int)count("login", "nobody"), ==, (int)unknowns); // counted
    g_autofree char *cookie = hall_cookie(hall, "login1");
    const char *const headers[] = {cookie, JSON, NULL};
    g_autoptr(Answer) out = client_send(hall->client, "POST", V1 "/logout", headers, "", 0);
    g_assert_cmpint(out->status, ==, 204);
    g_autofree char *logout = newest("logout", "login1");
    g_assert_nonnull(strstr(logout, "operator|127.0.0.1|"));
}

static void add_events(int n, long status)
{
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    const char *const headers[] = {token, "Content-Type: application/x-ndjson", NULL};
    static int id;
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < n; i++, id++)
        g_string_append_printf(
            lines,
            "{\"specversion\":\"1.0\",\"id\":\"audit-%d\",\"source\":\"/queue\","
            "\"type\":\"hall.ticket.taken\",\"time\":\"2026-11-22T09:31:00+08:00\","
            "\"data\":{\"ticket_no\":\"Q%d\"}}\n",
            id, id);
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", V1 "/events", headers, lines->str, (gssize)lines->len);
    g_assert_cmpint(answer->status, ==, status);
}

static void test_events(void)
{
    add_events(3, 200);
    g_autoptr(GPtrArray) rows = rows_of("event.add", "queue");
    const IdxAuditRow *row = rows->pdata[0];
    g_assert_cmpint((int)rows->len, ==, 1);
    g_assert_cmpstr(row->detail, ==, "{\"accepted\":3,\"duplicates\":0,\"refused\":0}");
    for (int i = 0; i < 10; i++)
        add_events(2, 200);
    g_assert_cmpint((int)count("event.add", "queue"), ==, 1); // the others when the time is over
    get(V1 "/tickets/latest/A012", "Authorization: Bearer 00", 401);
    g_autofree char *stranger = newest("find", "nobody");
    g_assert_nonnull(strstr(stranger, "|denied"));
}

// ── who may read it ──

static void test_roles(void)
{
    static const char *const roles[] = {"operator", "investigator", "supervisor",
                                        "sysadmin", "secadmin",     "auditor"};
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_autofree char *name = g_strconcat("r-", roles[i], NULL);
        g_autofree char *cookie = hall_cookie(hall, name);
        bool may = g_str_equal(roles[i], "auditor");
        get(V1 "/audit", cookie, may ? 200 : 403);
        g_autofree char *row = newest("audit.read", name); // each try is in it
        g_assert_nonnull(strstr(row, may ? "|ok" : "|denied"));
    }
    g_autofree char *read = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autofree char *events = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    get(V1 "/audit", read, 403);
    get(V1 "/audit", events, 403);
    get(V1 "/audit", NULL, 401);
}

static json_t *read_page(const char *query, const char *cookie)
{
    g_autofree char *path = g_strconcat(V1 "/audit", query, NULL);
    g_autoptr(Answer) answer = client_get(hall->client, path, cookie);
    g_assert_cmpint(answer->status, ==, 200);
    return answer_json(answer);
}

static void test_pages(void)
{
    g_autofree char *cookie = hall_cookie(hall, "r-auditor");
    g_autoptr(json_t) all = read_page("?limit=1000&to=now", cookie);
    size_t n = json_array_size(json_object_get(all, "rows"));
    g_assert_cmpint((int)n, >, 20);
    size_t read = 0;
    for (char *cursor = NULL; read == 0 || cursor != NULL;) {
        g_autofree char *query =
            cursor != NULL ? g_strdup_printf("?limit=7&cursor=%s", cursor) : g_strdup("?limit=7");
        g_autoptr(json_t) page = read_page(query, cookie);
        read += json_array_size(json_object_get(page, "rows"));
        g_free(cursor);
        cursor = g_strdup(json_string_value(json_object_get(page, "next")));
    }
    g_assert_cmpint((int)read, >=, (int)n);
    g_assert_cmpint((int)read, <=, (int)n + 2); // that it was read, under two questions
    g_autoptr(json_t) found = read_page("?object=a012&what=find&result=ok&who=reason1", cookie);
    g_assert_cmpint((int)json_array_size(json_object_get(found, "rows")), ==, 2);
    get(V1 "/audit?limit=0", cookie, 400);
    get(V1 "/audit?cursor=x", cookie, 400);
    get(V1 "/audit?format=xml", cookie, 400);
    get(V1 "/audit?from=then", cookie, 400);
    get(V1 "/audit?result=done", cookie, 400);
}

/* By the case, as a page and as a table; and who mistypes a filter does not get everything for it. */
static void test_by_case(void)
{
    g_autoptr(GError) error = NULL;
    static const char *const CASES[] = {"案-2026-7", "x-8"};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        must(idx_audit(cat, &(IdxAudit){.what = "cased", .object = "C1", .case_no = CASES[i]},
                       &error),
             error);
    g_autofree char *cookie = hall_cookie(hall, "r-auditor");
    g_autoptr(json_t) page = read_page("?case=%E6%A1%88-2026-7&what=cased", cookie);
    const json_t *rows = json_object_get(page, "rows");
    g_assert_cmpuint(json_array_size(rows), ==, 1);
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(rows, 0), "case_no")), ==,
                    CASES[0]);
    g_autoptr(GPtrArray) read = rows_of("audit.read", "r-auditor"); // with what was asked
    const IdxAuditRow *told = read->pdata[0];
    g_assert_nonnull(strstr(told->detail, "\"case\":\"案-2026-7\""));
    g_autoptr(Answer) table = client_get(hall->client, V1 "/audit?case=X-8&format=csv", cookie);
    g_byte_array_append(table->body, (const guint8 *)"", 1);
    g_auto(GStrv) lines = g_strsplit((const char *)table->body->data, "\r\n", -1);
    g_assert_cmpint((int)g_strv_length(lines), ==, 1 + 1 + 1);
    g_assert_nonnull(strstr(lines[1], ",x-8,"));
    g_autoptr(Answer) wrong = client_get(hall->client, V1 "/audit?casse=x-8", cookie);
    g_autoptr(json_t) problem = answer_json(wrong);
    g_assert_cmpint(wrong->status, ==, 400);
    g_assert_nonnull(strstr(json_string_value(json_object_get(problem, "detail")), "'casse'"));
}

/* As long as the log is. */
static void test_table(void)
{
    g_autoptr(GError) error = NULL;
    must(idx_begin(cat, &error), error);
    for (int i = 0; i < 3000; i++)
        must(idx_audit(cat, &(IdxAudit){.what = "many", .reason = "复核, \"x\"", .object = "M"},
                       &error),
             error);
    must(idx_commit(cat, &error), error);
    g_autofree char *cookie = hall_cookie(hall, "r-auditor");
    const char *const accept[] = {cookie, "Accept: text/csv", NULL};
    for (int i = 0; i < 2; i++) {
        const char *path = i == 0 ? V1 "/audit?what=many&format=csv" : V1 "/audit?object=m";
        g_autoptr(Answer) answer = client_send(hall->client, "GET", path, accept, NULL, -1);
        g_assert_cmpint(answer->status, ==, 200);
        g_assert_nonnull(strstr(answer_header(answer, "content-type"), "text/csv"));
        g_byte_array_append(answer->body, (const guint8 *)"", 1);
        const char *text = (const char *)answer->body->data;
        g_assert_true(g_str_has_prefix(text, "\xef\xbb\xbfseq,time,who,"));
        g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
        g_assert_cmpint((int)g_strv_length(lines), ==, 1 + 3000 + 1);
        g_assert_nonnull(strstr(lines[1], ",\"复核, \"\"x\"\"\","));
    }
    g_autofree char *row = newest("audit.read", "r-auditor");
    g_assert_nonnull(strstr(row, "auditor|127.0.0.1|audit|"));
}

static guint lines_of(const char *query, const char *cookie)
{
    g_autofree char *path = g_strconcat(V1 "/audit?what=many&format=csv", query, NULL);
    g_autoptr(Answer) answer = client_get(hall->client, path, cookie);
    g_assert_cmpint(answer->status, ==, 200);
    g_byte_array_append(answer->body, (const guint8 *)"", 1);
    g_auto(GStrv) lines = g_strsplit((const char *)answer->body->data, "\r\n", -1);
    return g_strv_length(lines) - 2; // the head, and nothing behind the last
}

/* A filter is heeded, or it is said that it is not: an answer that means another question is none. */
static void test_asked_wrong(void)
{
    g_autofree char *cookie = hall_cookie(hall, "r-auditor");
    static const char *const WRONG[] = {
        "?what=bogus",   "?result=bogus", "?limit=2&limit=3",       "?what=find&what=view",
        "?cursor=bogus", "?limit=",       "?what=bogus&format=csv", "?form=csv",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        g_autofree char *path = g_strconcat(V1 "/audit", WRONG[i], NULL);
        get(path, cookie, 400);
    }
    get(V1 "/audit?what=purge", cookie, 200); // which never was yet
    g_assert_cmpuint(lines_of("&limit=7", cookie), ==, 7);
    g_assert_cmpuint(lines_of("&limit=1000", cookie), ==, 1000);
    g_autofree char *finder = hall_cookie(hall, "r-operator");
    get(V1 "/find?place=W07&after=nonsense", finder, 400);
    get(V1 "/find?place=W07&after=", finder, 400);
    get(V1 "/find?place=W07&after=1", finder, 400);
    get(V1 "/find?place=W07&place=W08", finder, 400);
}

/* All of the log is looked at for a few rows: meanwhile others are answered, and each table is whole. */
static void *read_rare(void *cookie)
{
    g_autoptr(Client) client = hall_client(hall);
    for (int i = 0; i < 10; i++) {
        g_autoptr(Answer) answer =
            client_get(client, V1 "/audit?what=many&result=denied&format=csv", cookie);
        g_assert_cmpint(answer->status, ==, 200);
        g_byte_array_append(answer->body, (const guint8 *)"", 1);
        g_auto(GStrv) lines = g_strsplit((const char *)answer->body->data, "\r\n", -1);
        g_assert_cmpint((int)g_strv_length(lines), ==, 1 + 2 + 1);
    }
    return NULL;
}

static void test_rare_rows(void)
{
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 2; i++)
        must(idx_audit(cat, &(IdxAudit){.what = "many", .object = "M", .result = IDX_AUDIT_DENIED},
                       &error),
             error);
    g_autofree char *cookie = hall_cookie(hall, "r-auditor");
    GThread *readers[4];
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        readers[i] = g_thread_new("reader", read_rare, cookie);
    for (int i = 0; i < 50; i++)
        get(V1 "/health", NULL, 200);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        g_thread_join(readers[i]);
}

/* More at once than the lane has room for: those that it turns away come again, and no table is cut off. */
static void *read_whole(void *cookie)
{
    g_autoptr(Client) client = hall_client(hall);
    g_autoptr(Answer) answer =
        client_get(client, V1 "/audit?what=many&result=ok&format=csv", cookie);
    g_assert_cmpint(answer->status, ==, 200);
    g_byte_array_append(answer->body, (const guint8 *)"", 1);
    g_auto(GStrv) lines = g_strsplit((const char *)answer->body->data, "\r\n", -1);
    g_assert_cmpint((int)g_strv_length(lines), ==, 1 + 3000 + 1);
    return NULL;
}

static void test_crowd(void)
{
    GThread *readers[48];
    g_autofree char *cookie = hall_cookie(hall, "r-auditor");
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        readers[i] = g_thread_new("reader", read_whole, cookie);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        g_thread_join(readers[i]);
}

// ── what becomes of it ──

static void test_untold(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *cookie = hall_cookie(hall, "untold1");
    must(idx_db_script(cat,
                       "CREATE TRIGGER audit_full BEFORE INSERT ON audit BEGIN"
                       " SELECT RAISE(ABORT, 'no room'); END",
                       &error),
         error);
    for (int i = 0; i < 2; i++) {
        g_autoptr(Answer) answer = client_get(hall->client, V1 "/tickets/latest/A012", cookie);
        g_assert_cmpint(answer->status, ==, 503);
        g_assert_null(g_strstr_len((char *)answer->body->data, answer->body->len, "A012"));
    }
    get(V1 "/me", cookie, 200); // what leaves no row goes on
    try_login("untold1", HALL_PASSWORD, 503);
    must(idx_db_script(cat, "DROP TRIGGER audit_full", &error), error);
    get(V1 "/tickets/latest/A012", cookie, 200);
    g_autofree char *row = newest("find", "untold1");
    g_assert_nonnull(strstr(row, "|ok"));
}

static void expect_whole(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxAuditReport) report = {0};
    must(idx_audit_verify(cat, &(IdxAuditVerify){0}, &report, &error), error);
    g_assert_null(idx_audit_report_first(&report));
}

/* What was answered has its row, and what was counted is told of when the server ends in order. */
static void test_ends(void)
{
    g_autofree char *cookie = hall_cookie(hall, "ends1");
    get(V1 "/tickets/latest/A012", cookie, 200);
    hall_kill(hall);
    g_assert_cmpint((int)count("find", "ends1"), ==, 1);
    expect_whole();
    hall_start(hall);
    g_clear_pointer(&cookie, g_free);
    cookie = hall_cookie(hall, "ends1");
    for (int i = 0; i < 4; i++)
        get(V1 "/tickets/latest/A012", cookie, 200);
    g_assert_cmpint((int)count("find", "ends1"), ==, 2);
    hall_stop(hall);
    g_autoptr(GPtrArray) rows = rows_of("find", "ends1");
    g_assert_cmpint((int)rows->len, ==, 3);
    const IdxAuditRow *row = rows->pdata[0];
    g_assert_nonnull(strstr(row->detail, "\"times\":3"));
    expect_whole();
}

/* Ids of the segments of W07, as its playlist has them. Caller frees. */
static GPtrArray *segment_ids(const char *header)
{
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 600 * G_USEC_PER_SEC);
    g_autofree char *path =
        g_strdup_printf(V1 "/cameras/W07/playlist.m3u8?from=%s&to=%s", from, to);
    g_autoptr(Answer) answer = client_get(hall->client, path, header);
    g_assert_cmpint(answer->status, ==, 200);
    g_byte_array_append(answer->body, (const guint8 *)"", 1);
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = (char *)answer->body->data; (at = strstr(at, "segments/")); at++) {
        g_autofree char *id = g_strndup(at + 9, strcspn(at + 9, "."));
        if (!g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
            g_ptr_array_add(ids, g_steal_pointer(&id));
    }
    return ids;
}

/* Whether a row of @who names all of the segment @id. */
static bool has_view(const GPtrArray *rows, const char *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxSegment) segment = idx_segment_get(cat, g_ascii_strtoll(id, NULL, 10), &error);
    must(segment != NULL, error);
    for (guint i = 0; i < rows->len; i++) {
        const IdxAuditRow *row = rows->pdata[i];
        if (row->from_us <= segment->start_us && row->to_us >= segment->end_us)
            return true;
    }
    return false;
}

/* Each of them twice, by one person, within a moment: a kill loses none, and none has two rows. */
static void test_killed(void)
{
    static const char *const queries[] = {"A", "A0", "A01", "A012", "B1", "W0"};
    g_autofree char *read = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autoptr(GPtrArray) ids = segment_ids(hall->cookie);
    g_assert_cmpint((int)ids->len, >=, 2);
    guint before = count("find", "viewer");
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(queries); i++) {
        g_autofree char *path = g_strconcat(V1 "/search?q=", queries[i / 2], NULL);
        get(path, read, 200);
    }
    for (guint i = 0; i < 2 * ids->len; i++) {
        g_autofree char *path =
            g_strdup_printf(V1 "/segments/%s.mp4", (char *)ids->pdata[i % ids->len]);
        get(path, read, 200);
    }
    hall_kill(hall);
    g_autoptr(GPtrArray) finds = rows_of("find", "viewer");
    g_autoptr(GPtrArray) views = rows_of("view", "viewer");
    g_assert_cmpint((int)(finds->len - before), ==, (int)G_N_ELEMENTS(queries));
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autofree char *detail = g_strdup_printf("{\"queries\":[\"%s\"]}", queries[i]);
        const IdxAuditRow *row = finds->pdata[G_N_ELEMENTS(queries) - 1 - i];
        g_assert_cmpstr(row->detail, ==, detail);
    }
    for (guint i = 0; i < ids->len; i++)
        g_assert_true(has_view(views, ids->pdata[i]));
    expect_whole();
    hall_start(hall);
}

static void add_user(const char *name, const char *role)
{
    g_autoptr(GError) error = NULL;
    must(idx_user_add(cat, name, role, HALL_PASSWORD, 1, &error), error);
}

static void add_users(void)
{
    static const char *const roles[] = {"operator", "investigator", "supervisor",
                                        "sysadmin", "secadmin",     "auditor"};
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_autofree char *name = g_strconcat("r-", roles[i], NULL);
        add_user(name, roles[i]);
    }
    add_user("reason1", "investigator");
    add_user("untold1", "investigator");
    add_user("ends1", "investigator");
    add_user("login1", "operator");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    hall = hall_new();
    cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL, error);
    add_users();
    hall_start(hall);
    g_test_add_func("/audit/finds", test_finds);
    g_test_add_func("/audit/views", test_views);
    g_test_add_func("/audit/reason", test_reason);
    g_test_add_func("/audit/logins", test_logins);
    g_test_add_func("/audit/events", test_events);
    g_test_add_func("/audit/roles", test_roles);
    g_test_add_func("/audit/pages", test_pages);
    g_test_add_func("/audit/by-case", test_by_case);
    g_test_add_func("/audit/table", test_table);
    g_test_add_func("/audit/asked-wrong", test_asked_wrong);
    g_test_add_func("/audit/rare-rows", test_rare_rows);
    g_test_add_func("/audit/crowd", test_crowd);
    g_test_add_func("/audit/untold", test_untold);
    g_test_add_func("/audit/killed", test_killed);
    g_test_add_func("/audit/ends", test_ends);
    int result = g_test_run();
    idx_catalogue_free(cat);
    hall_free(hall);
    return result;
}
