// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/ingest.h"

#include "index/find/naming.h"
#include "index/find/search.h"
#include "index/find/subject.h"
#include "index/link/relink.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <string.h>
#include <unistd.h>

#define HEAD "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/q\""
#define TIME "\"time\":\"2026-11-22T09:30:00+08:00\""
#define CALLED HEAD ",\"type\":\"hall.ticket.called\"," TIME
#define TICKET "\"ticket_no\":\"A1\""

/* Every refusal names the field. "~" in the text stands for 300 letters. */
static const struct {
    const char *json, *words;
} REFUSED[] = {
    {"[1]", "object"},
    {"\"x\"", "object"},
    {"{}", "specversion is missing"},
    {"{\"specversion\":1.0}", "specversion must be a string"},
    {"{\"specversion\":\"0.3\"}", "specversion,1.0"},
    {"{\"specversion\":\"1.0\"}", "id is missing"},
    {"{\"specversion\":\"1.0\",\"id\":\"\"}", "id must be 1 to 256"},
    {"{\"specversion\":\"1.0\",\"id\":\"~\"}", "id must be 1 to 256"},
    {"{\"specversion\":\"1.0\",\"id\":7}", "id must be a string"},
    {"{\"specversion\":\"1.0\",\"id\":\"a\\u0007\"}", "id,control"},
    {"{\"specversion\":\"1.0\",\"id\":\"a\\u0085\"}", "id,control"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\"}", "source is missing"},
    {"{" HEAD "}", "type is missing"},
    {"{" HEAD ",\"type\":\"x\"}", "time is missing"},
    {"{" HEAD ",\"type\":\"x\",\"time\":1795311000}", "time must be a string"},
    {"{" HEAD ",\"type\":\"x\",\"time\":\"yesterday\"}", "time: ,yesterday"},
    {"{" HEAD ",\"type\":\"x\",\"time\":\"2026-11-22T09:30:00\"}", "time: "},
    {"{" HEAD ",\"type\":\"x\",\"time\":\"1999-12-31T00:00:00Z\"}", "time: ,2000"},
    {"{" HEAD ",\"type\":\"x\",\"time\":\"2100-01-01T00:00:00Z\"}", "time: ,2100"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":[]}", "data must be an object"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET ",\"data_ver\":0}}",
     "data.data_ver"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET ",\"data_ver\":\"2\"}}",
     "data.data_ver"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET ",\"data_ver\":1.5}}",
     "data.data_ver"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET
     ",\"data_ver\":3000000000}}",
     "data.data_ver"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET ",\"hall_code\":5}}",
     "data.hall_code"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET ",\"correction_of\":{}}}",
     "data.correction_of"},
    {"{" HEAD ",\"type\":\"hall.ticket.lost\"," TIME ",\"data\":{" TICKET
     ",\"business_type\":\"~\"}}",
     "data.business_type"},
    {"{" CALLED "}", "data is missing"},
    {"{" CALLED ",\"data\":{}}", "hall.ticket.called,data.ticket_no is missing"},
    {"{" CALLED ",\"data\":{\"ticket_no\":null}}", "data.ticket_no is missing"},
    {"{" CALLED ",\"data\":{\"ticket_no\":12}}", "data.ticket_no must be a string"},
    {"{" CALLED ",\"data\":{\"ticket_no\":\"~\"}}", "data.ticket_no must be 1 to 64"},
    {"{" CALLED ",\"data\":{" TICKET "}}", "data.window_no is missing"},
    {"{" CALLED ",\"data\":{" TICKET ",\"window_no\":\"W1\",\"ticket_day\":\"22.11.\"}}",
     "data.ticket_day"},
    {"{" CALLED ",\"data\":{" TICKET ",\"window_no\":\"W1\",\"ticket_day\":\"2026-02-30\"}}",
     "data.ticket_day"},
    {"{" CALLED ",\"data\":{" TICKET ",\"window_no\":\"W1\",\"ticket_day\":\"yesterday\"}}",
     "data.ticket_day"},
    {"{" HEAD ",\"type\":\"hall.approval.applied\"," TIME ",\"data\":{}}",
     "data.approval_id is missing"},
    {"{" HEAD ",\"type\":\"hall.session.started\"," TIME ",\"data\":{}}",
     "data.session_id is missing"},
    {"{" HEAD ",\"type\":\"hall.ticket.invented\"," TIME ",\"data\":{\"ticket_no\":7}}",
     "data.ticket_no"},
};

static void test_refusals(void)
{
    g_autofree char *many = g_strnfill(300, 'x');
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        g_auto(GStrv) parts = g_strsplit(REFUSED[i].json, "~", -1);
        g_autofree char *text = g_strjoinv(many, parts);
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) json = json_loads(text, JSON_DECODE_ANY, NULL);
        g_assert_nonnull(json);
        g_autoptr(IdxEvent) event = idx_event_parse(json, &error);
        if (event)
            g_error("accepted: %s", text);
        fixture_expect(error, MJ_ERROR_INVALID, REFUSED[i].words);
    }
}

static void test_parse(void)
{
    static const char TEXT[] =
        "{" CALLED ",\"extension\":1,\"data\":{\"hall_code\":\"H01\",\"ticket_no\":\"A1\","
        "\"ticket_day\":\"2026-11-21\",\"window_no\":\"W1\",\"approval_id\":\"SP1\","
        "\"business_type\":\"登记\",\"correction_of\":\"0\",\"data_ver\":3,\"more\":[{}]}}";
    g_autoptr(json_t) json = json_loads(TEXT, 0, NULL);
    g_autoptr(IdxEvent) e = idx_event_parse(json, NULL);
    g_assert_cmpstr(e->event_id, ==, "1");
    g_assert_cmpstr(e->source, ==, "/q");
    g_assert_cmpstr(e->type, ==, "hall.ticket.called");
    g_assert_cmpint(e->time_us, ==, T0);
    g_assert_cmpint(e->data_ver, ==, 3);
    g_assert_cmpstr(e->hall_code, ==, "H01");
    g_assert_cmpstr(e->ticket_no, ==, "A1");
    g_assert_cmpint(e->ticket_day, ==, 20261121);
    g_assert_cmpstr(e->place, ==, "W1");
    g_assert_cmpstr(e->approval_id, ==, "SP1");
    g_assert_cmpstr(e->correction_of, ==, "0");
    g_autoptr(json_t) body = json_loads(e->body, 0, NULL);
    g_assert_true(json_equal(json, body)); // nothing is lost, also what we do not know
    g_autoptr(json_t) unknown =
        json_loads("{" HEAD ",\"type\":\"com.example.lamp\"," TIME "}", 0, NULL);
    g_autoptr(IdxEvent) kept = idx_event_parse(unknown, NULL);
    g_assert_nonnull(kept);
    g_assert_null(kept->ticket_no);
    g_autoptr(json_t) other = json_loads("{" HEAD ",\"type\":\"com.example.lamp\"," TIME
                                         ",\"data\":{\"ticket_no\":\"A1\",\"room\":3}}",
                                         0, NULL);
    g_autoptr(IdxEvent) linked = idx_event_parse(other, NULL);
    g_assert_cmpstr(linked->ticket_no, ==, "A1");
    g_assert_null(linked->place);
}

static void test_duplicates(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *one = fixture_event("1", "hall.ticket.taken", T0, TICKET);
    g_autofree char *other = fixture_event("1", "hall.ticket.taken", AT(1), TICKET);
    g_autofree char *higher =
        fixture_event("1", "hall.ticket.taken", AT(1), TICKET ",\"data_ver\":2");
    /* the same with its members in another order and more blanks */
    static const char AGAIN[] =
        "{ \"data\": {\"ticket_no\":\"A1\"}, \"type\":\"hall.ticket.taken\", \"id\":\"1\","
        "\"time\":\"2026-11-22T09:30:00.000000+08:00\",\"source\":\"" SOURCE "\","
        "\"specversion\":\"1.0\" }";
    idx_event_batch_free(fixture_add(f, one, 1, 0, 0));
    idx_event_batch_free(fixture_add(f, one, 0, 1, 0));
    idx_event_batch_free(fixture_add(f, AGAIN, 0, 1, 0));
    g_autoptr(IdxEventBatch) conflict = fixture_add(f, other, 0, 0, 1);
    const IdxEventResult *r = &g_array_index(conflict->results, IdxEventResult, 0);
    g_assert_cmpstr(r->id, ==, "1");
    g_assert_nonnull(strstr(r->message, "data.data_ver"));
    idx_event_batch_free(fixture_add(f, higher, 1, 0, 0));
    g_autofree char *twice = g_strdup_printf("[%s,%s]", higher, higher);
    idx_event_batch_free(fixture_add(f, twice, 0, 2, 0));
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM event");
    g_assert_cmpstr(rows, ==, "2");
    g_autofree char *elsewhere = g_strdup("{" HEAD ",\"type\":\"x\"," TIME "}");
    idx_event_batch_free(fixture_add(f, elsewhere, 1, 0, 0)); // its id is free
}

static void expect_superseded(Fixture *f, const char *rows)
{
    g_autofree char *got =
        fixture_dump(f->cat, "SELECT e.event_id, e.data_ver, w.event_id, w.data_ver FROM event e"
                             " LEFT JOIN event w ON w.id = " HOLDS_FOR_E " ORDER BY 1, 2");
    g_assert_cmpstr(got, ==, rows);
}

static void test_corrections(void)
{
    static const struct {
        const char *order, *rows;
    } TABLE[] = {
        {"ab", "a|1|b|2\nb|2|-|-"},
        {"ba", "a|1|b|2\nb|2|-|-"},
        {"abc", "a|1|c|3\nb|2|c|3\nc|3|-|-"},
        {"cba", "a|1|c|3\nb|2|c|3\nc|3|-|-"},
        {"acb", "a|1|c|3\nb|2|c|3\nc|3|-|-"},
        {"ac", "a|1|-|-\nc|3|-|-"}, // the link of the chain is not there yet
        {"ad", "a|1|d|1\nd|1|-|-"}, // it holds, though it is earlier and not of a higher version
        {"da", "a|1|d|1\nd|1|-|-"},
        {"ae", "a|1|a|2\na|2|-|-"},
        {"ea", "a|1|a|2\na|2|-|-"},
    };
    g_autofree char *a = fixture_event("a", "hall.ticket.taken", AT(50), TICKET);
    g_autofree char *b = fixture_event("b", "hall.ticket.taken", AT(40),
                                       TICKET ",\"data_ver\":2,\"correction_of\":\"a\"");
    g_autofree char *c = fixture_event("c", "hall.ticket.taken", AT(30),
                                       TICKET ",\"data_ver\":3,\"correction_of\":\"b\"");
    g_autofree char *d =
        fixture_event("d", "hall.ticket.taken", AT(20), TICKET ",\"correction_of\":\"a\"");
    g_autofree char *e = fixture_event("a", "hall.ticket.taken", AT(10), TICKET ",\"data_ver\":2");
    const char *const EVENTS[] = {a, b, c, d, e};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(Fixture) f = fixture_new();
        for (const char *p = TABLE[i].order; *p; p++)
            idx_event_batch_free(fixture_add(f, EVENTS[*p - 'a'], 1, 0, 0));
        expect_superseded(f, TABLE[i].rows);
    }
}

/* A correction of another source's event corrects nothing. */
static void test_correction_elsewhere(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "a", "hall.ticket.taken", T0, TICKET);
    static const char OTHER[] = "{\"specversion\":\"1.0\",\"id\":\"b\",\"source\":\"/other\","
                                "\"type\":\"hall.ticket.taken\"," TIME ",\"data\":{" TICKET
                                ",\"correction_of\":\"a\",\"data_ver\":2}}";
    idx_event_batch_free(fixture_add(f, OTHER, 1, 0, 0));
    expect_superseded(f, "a|1|-|-\nb|2|-|-");
}

static void test_partial_batch(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *good = fixture_event("1", "hall.ticket.taken", T0, TICKET);
    g_autofree char *bad = fixture_event("2", "hall.ticket.called", T0, TICKET);
    g_autofree char *far =
        fixture_event("3", "hall.ticket.taken", T0, TICKET ",\"hall_code\":\"H9\"");
    g_autofree char *last = fixture_event("4", "hall.ticket.taken", T0, TICKET);
    g_autofree char *text = g_strdup_printf("[%s,%s,7,%s,%s]", good, bad, far, last);
    g_autoptr(IdxEventBatch) batch = fixture_add(f, text, 2, 0, 3);
    g_autoptr(json_t) json = idx_event_batch_json(batch);
    static const struct {
        const char *id, *status, *error;
    } EXPECTED[] = {{"1", "accepted", NULL},
                    {"2", "refused", "data.window_no"},
                    {NULL, "refused", "object"},
                    {"3", "refused", "data.hall_code"},
                    {"4", "accepted", NULL}};
    g_assert_cmpint(json_integer_value(json_object_get(json, "refused")), ==, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(EXPECTED); i++) {
        const json_t *r = json_array_get(json_object_get(json, "results"), i);
        const char *error = json_string_value(json_object_get(r, "error"));
        g_assert_cmpint(json_integer_value(json_object_get(r, "index")), ==, i);
        g_assert_cmpstr(json_string_value(json_object_get(r, "id")), ==, EXPECTED[i].id);
        g_assert_cmpstr(json_string_value(json_object_get(r, "status")), ==, EXPECTED[i].status);
        g_assert_true(EXPECTED[i].error ? error && strstr(error, EXPECTED[i].error) : !error);
    }
    g_autofree char *ids = fixture_dump(f->cat, "SELECT event_id FROM event ORDER BY 1");
    g_assert_cmpstr(ids, ==, "1\n4");
}

/* Of no family: kept, whatever it carries; used is what is as it should be. */
static void test_no_family(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *name = g_strnfill(65, 'x');
    g_autofree char *longer = g_strdup_printf(TICKET ",\"ticket_id\":\"%s\"", name);
    fixture_happens(f, "1", "com.example.lamp", T0, longer);
    fixture_happens(f, "2", "com.example.lamp", T0,
                    TICKET ",\"ticket_id\":\"7\",\"window_no\":\"W1\",\"hall_code\":\"H9\"");
    fixture_happens(f, "3", "com.example.lamp", T0, TICKET ",\"ticket_id\":\"7\"");
    g_autofree char *rows =
        fixture_dump(f->cat, "SELECT event_id, hall_id IN (SELECT id FROM hall), ticket_id, place, "
                             "(SELECT count(*) FROM subject_event s"
                             " WHERE s.event_id = e.id) FROM event e ORDER BY 1");
    g_assert_cmpstr(rows, ==, "1|1|-|-|1\n2|1|-|-|0\n3|1|7|-|1");
}

static const char *warning_of(const IdxEventBatch *batch, guint i)
{
    return g_array_index(batch->results, IdxEventResult, i).warning;
}

/* Of a family, and not in the table: kept without the family's key too, and told of. */
static void test_unknown_type(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *bare = fixture_event("1", "hall.ticket.unheard", T0, "\"x\":1");
    g_autofree char *with =
        fixture_event("2", "hall.approval.unheard", T0, "\"approval_id\":\"S\"");
    g_autofree char *known = fixture_event("3", "hall.ticket.taken", T0, TICKET);
    g_autofree char *wrong = fixture_event("4", "hall.session.unheard", T0, "\"session_id\":7");
    g_autofree char *text = g_strdup_printf("[%s,%s,%s,%s]", bare, with, known, wrong);
    g_autoptr(IdxEventBatch) batch = fixture_add(f, text, 3, 0, 1);
    g_assert_cmpint(batch->warned_of[IDX_WARNED_TYPE], ==, 2);
    g_assert_nonnull(strstr(warning_of(batch, 0), "hall.ticket.unheard"));
    g_assert_null(warning_of(batch, 2));
    g_autofree char *rows = fixture_dump(
        f->cat, "SELECT event_id, (SELECT count(*) FROM subject_event s WHERE s.event_id = e.id)"
                " FROM event e ORDER BY 1");
    g_assert_cmpstr(rows, ==, "1|0\n2|1\n3|1");
}

static int breaths;

/* Instead of GLib's. */
void g_usleep(gulong us)
{
    breaths++;
    usleep((useconds_t)us);
}

/* Between the transactions of a long upload others get in, who but look now and then. */
static void test_breath(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 3000; i++) {
        g_autofree char *id = g_strdup_printf("%d", i);
        g_autofree char *data = g_strdup_printf("\"ticket_no\":\"B%d\"", i);
        g_autofree char *event = fixture_event(id, "hall.ticket.taken", T0, data);
        g_string_append_printf(text, "%s\n", event);
    }
    breaths = 0;
    idx_event_batch_free(fixture_add(f, text->str, 3000, 0, 0));
    g_assert_cmpint(breaths, >=, 2);
}

/* A place that nobody knows is told, of what was accepted; and no more once it is known. */
static void test_unknown_place(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_place_add(f->cat, "W50", NULL, &error));
    g_autofree char *known =
        fixture_event("1", "hall.ticket.called", T0, TICKET ",\"window_no\":\"W50\"");
    g_autofree char *unknown =
        fixture_event("2", "hall.ticket.called", T0, TICKET ",\"window_no\":\"W99\"");
    g_autofree char *again =
        fixture_event("3", "hall.ticket.called", AT(9), TICKET ",\"window_no\":\"W99\"");
    g_autofree char *nowhere = fixture_event("4", "hall.ticket.taken", T0, TICKET);
    g_autofree char *text =
        g_strdup_printf("[%s,%s,%s,%s,%s]", known, unknown, again, nowhere, unknown);
    g_autoptr(IdxEventBatch) batch = fixture_add(f, text, 4, 1, 0);
    g_assert_cmpint(batch->warned, ==, 2);
    for (guint i = 1; i <= 2; i++) {
        g_assert_nonnull(strstr(warning_of(batch, i), "place W99 is not known in hall H01"));
        g_assert_nonnull(strstr(warning_of(batch, i), "mingjing place add W99"));
    }
    g_assert_null(warning_of(batch, 0));
    g_assert_null(warning_of(batch, 3));
    g_assert_null(warning_of(batch, 4)); // a duplicate: it was said
    g_autoptr(json_t) json = idx_event_batch_json(batch);
    const json_t *results = json_object_get(json, "results");
    g_assert_null(json_object_get(json_array_get(results, 0), "warning"));
    g_assert_nonnull(json_object_get(json_array_get(results, 1), "warning"));
    g_assert_true(idx_place_add(f->cat, "W99", NULL, &error));
    g_autofree char *later =
        fixture_event("5", "hall.ticket.called", AT(20), TICKET ",\"window_no\":\"W99\"");
    g_autoptr(IdxEventBatch) after = fixture_add(f, later, 1, 0, 0);
    g_assert_null(warning_of(after, 0));
}

/* A fault of syntax in an array undoes it, and the error says so and what would not have. */
static void test_broken_array(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *good = fixture_event("1", "hall.ticket.taken", T0, TICKET);
    g_autofree char *text = g_strdup_printf("[%s,\n{\"id\":]", good);
    g_assert_null(idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, T0, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "line 2,nothing of this array was kept: send NDJSON");
    g_autofree char *ids = fixture_dump(f->cat, "SELECT event_id FROM event ORDER BY 1");
    g_assert_cmpstr(ids, ==, "");
}

/* What a form expects: the counts, or that the whole is refused. */
static void check_form(IdxEventForm form, const char *text, size_t size, int accepted, int refused)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxEventBatch) batch = idx_event_add_text(f->cat, text, size, form, T0, &error);
    if (accepted < 0) {
        g_assert_null(batch);
        fixture_expect(error, MJ_ERROR_INVALID, "");
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpint(batch->accepted, ==, accepted);
    g_assert_cmpint(batch->refused, ==, refused);
}

static void test_forms(void)
{
    g_autofree char *a = fixture_event("a", "hall.ticket.taken", T0, TICKET);
    g_autofree char *b = fixture_event("b", "hall.ticket.taken", T0, TICKET);
    g_autofree char *lines = g_strdup_printf("\r\n%s\r\n\n  %s  \n{\"x\":\n", a, b);
    g_autofree char *array = g_strdup_printf(" [%s,\n%s] ", a, b);
    g_autofree char *garbage = g_strdup_printf("%s%s", a, b);
    static const struct {
        IdxEventForm form;
        int which, accepted, refused;
    } TABLE[] = {
        {IDX_EVENT_FORM_ANY, 0, 1, 0},    {IDX_EVENT_FORM_ANY, 1, 2, 1},
        {IDX_EVENT_FORM_ANY, 2, 2, 0},    {IDX_EVENT_FORM_ANY, 3, -1, 0},
        {IDX_EVENT_FORM_ANY, 4, -1, 0},   {IDX_EVENT_FORM_ANY, 5, 0, 0},
        {IDX_EVENT_FORM_ONE, 0, 1, 0},    {IDX_EVENT_FORM_ONE, 2, -1, 0},
        {IDX_EVENT_FORM_ONE, 1, -1, 0},   {IDX_EVENT_FORM_BATCH, 2, 2, 0},
        {IDX_EVENT_FORM_BATCH, 0, -1, 0}, {IDX_EVENT_FORM_BATCH, 5, 0, 0},
        {IDX_EVENT_FORM_NDJSON, 1, 2, 1}, {IDX_EVENT_FORM_NDJSON, 0, 1, 0},
        {IDX_EVENT_FORM_NDJSON, 4, 0, 0}, {IDX_EVENT_FORM_NDJSON, 3, 0, 1},
    };
    const char *const TEXTS[] = {a, lines, array, garbage, "", "[]"};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        const char *text = TEXTS[TABLE[i].which];
        check_form(TABLE[i].form, text, strlen(text), TABLE[i].accepted, TABLE[i].refused);
    }
    /* a NUL inside a line ends nothing silently */
    g_autoptr(GString) nul = g_string_new(a);
    g_string_append_len(nul, "\0", 1);
    g_string_append_printf(nul, "%s\n", b);
    check_form(IDX_EVENT_FORM_NDJSON, nul->str, nul->len, 0, 1);
    static const char BROKEN[] = "{\"id\":\"\xff\"}", TWICE[] = "{\"id\":\"1\",\"id\":\"2\"}";
    check_form(IDX_EVENT_FORM_ANY, BROKEN, strlen(BROKEN), -1, 0);
    check_form(IDX_EVENT_FORM_NDJSON, BROKEN, strlen(BROKEN), 0, 1);
    check_form(IDX_EVENT_FORM_ANY, TWICE, strlen(TWICE), -1, 0);
    check_form(IDX_EVENT_FORM_ANY, "nul", 3, -1, 0);
}

static void test_huge(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *fill = g_strnfill(IDX_EVENT_MAX_BYTES, 'x');
    g_autofree char *data = g_strdup_printf(TICKET ",\"note\":\"%s\"", fill);
    g_autofree char *text = fixture_event("1", "hall.ticket.taken", T0, data);
    g_autoptr(IdxEventBatch) big = fixture_add(f, text, 0, 0, 1);
    const IdxEventResult *r = &g_array_index(big->results, IdxEventResult, 0);
    g_assert_nonnull(strstr(r->message, "65536"));
    fill[IDX_EVENT_MAX_BYTES - 400] = '\0';
    g_autofree char *less = g_strdup_printf(TICKET ",\"note\":\"%s\"", fill);
    g_autofree char *fits = fixture_event("2", "hall.ticket.taken", T0, less);
    idx_event_batch_free(fixture_add(f, fits, 1, 0, 0));
}

/* As deep as the parser allows, and far deeper: an answer either way, never a crash. */
static void test_deep(void)
{
    static const int DEPTHS[] = {100, 1000, 2040, 5000, 100000};
    for (size_t i = 0; i < G_N_ELEMENTS(DEPTHS); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autofree char *open = g_strnfill((gsize)DEPTHS[i], '['),
                        *close = g_strnfill((gsize)DEPTHS[i], ']');
        g_autofree char *data = g_strdup_printf(TICKET ",\"deep\":%s%s", open, close);
        g_autofree char *text = fixture_event("1", "hall.ticket.taken", T0, data);
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxEventBatch) batch =
            idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, T0, &error);
        if (DEPTHS[i] > 2048) {
            fixture_expect(error, MJ_ERROR_INVALID, "depth");
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpint(batch->accepted, ==, 1);
    }
}

/* Numbers repeat every day and are typed in any case. */
static void test_identity(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.taken", T0, "\"ticket_no\":\"A012\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(86400), "\"ticket_no\":\"A012\"");
    fixture_happens(f, "3", "hall.ticket.rated", AT(60), "\"ticket_no\":\"a012\"");
    fixture_happens(f, "4", "hall.ticket.taken", AT(14 * 3600 + 1799), "\"ticket_no\":\"A012\"");
    fixture_happens(f, "5", "hall.ticket.rated", AT(14 * 3600 + 1800), // past midnight in the hall
                    "\"ticket_no\":\"A012\",\"ticket_day\":\"2026-11-22\"");
    g_autofree char *rows =
        fixture_dump(f->cat, "SELECT s.key, s.day, count(*) FROM subject s JOIN subject_event t"
                             " ON t.subject_id = s.id GROUP BY s.id ORDER BY s.day");
    g_assert_cmpstr(rows, ==, "A012|20261122|4\nA012|20261123|1");
    g_autoptr(IdxSubject) first =
        idx_name_find(f->cat, &(IdxName){"ticket", "a012", DAY, NULL}, NULL);
    g_autoptr(IdxSubject) newest =
        idx_name_find(f->cat, &(IdxName){"ticket", "A012", 0, NULL}, NULL);
    g_assert_cmpint(first->day, ==, DAY);
    g_assert_cmpint(newest->day, ==, 20261123);
}

/* However a vendor writes them, numbers and windows are what people call them. */
static void test_identifiers(void)
{
    static const char *const SAME[] = {"A001", " A001 ", "Ａ００１", "　Ａ００１", "A００1\\t"};
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", T0);
    fixture_place(f, "W07", "CAM-A");
    for (size_t i = 0; i < G_N_ELEMENTS(SAME); i++) {
        g_autofree char *id = g_strdup_printf(" Ｅ%d ", (int)i);
        g_autofree char *data =
            g_strdup_printf("\"ticket_no\":\"%s\",\"window_no\":\"%s\",\"ticket_id\":\" ｑ1\","
                            "\"staff_id\":\"１０２３ \",\"business_type\":\" 企业（个人） \"",
                            SAME[i], i % 2 ? "Ｗ０７" : "W07 ");
        fixture_happens(f, id, "hall.ticket.called", AT(i), data);
    }
    g_autofree char *rows = fixture_dump(
        f->cat, "SELECT s.key, s.part, count(*), min(e.place), max(e.place), max(e.ticket_id),"
                " count(DISTINCT e.event_id), max(e.body ->> '$.data.business_type') FROM subject s"
                " JOIN subject_event t ON t.subject_id = s.id JOIN event e ON e.id = t.event_id"
                " GROUP BY s.id");
    g_assert_cmpstr(rows, ==, "A001||5|W07|W07|q1|5| 企业（个人） ");
    g_autofree char *spelt = fixture_dump(f->cat, "SELECT event_id FROM event ORDER BY id LIMIT 1");
    g_assert_cmpstr(spelt, ==, " Ｅ0 "); // as told: it is the source's own
    g_autoptr(IdxSubject) found =
        idx_name_find(f->cat, &(IdxName){.kind = "ticket", .key = " ａ００１"}, NULL);
    g_assert_nonnull(found);
    g_autoptr(json_t) staff = idx_search(f->cat, "１０", 0, NULL, 20, AT(9999), NULL);
    g_assert_cmpint((int)json_array_size(json_object_get(staff, "staff")), ==, 1);
    g_autoptr(json_t) words = idx_search(f->cat, " 企业（", 0, NULL, 20, AT(9999), NULL);
    g_assert_cmpint((int)json_array_size(json_object_get(words, "business")), ==, 1);
    g_autofree char *blank =
        fixture_event("b", "hall.ticket.taken", AT(1), "\"ticket_no\":\"　 \"");
    idx_event_batch_free(fixture_add(f, blank, 0, 0, 1));
}

/* What an earlier version stored as it came is the same event, and is tied anew by the rule of today. */
static void test_identifiers_of_old(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    for (int i = 2; i < 200; i++) { // more than are linked anew in one step
        g_autofree char *id = g_strdup_printf("%d", i);
        fixture_happens(f, id, "hall.ticket.recalled", AT(i),
                        "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    }
    g_free(fixture_dump(f->cat, "INSERT INTO hold (kind, hall, key, day, owner, reason, case_no,"
                                " review_day, created_us, created_by) SELECT 'ticket', code, ' A1',"
                                " 20261122, 'o', 'r', 'c', 0, 1, 'b' FROM hall"));
    g_free(fixture_dump(f->cat,
                        "UPDATE event SET body = replace(replace(body, '\"A1\"', '\" A1\"'),"
                        " '\"W7\"', '\"Ｗ７\"'), place = 'Ｗ７'"));
    g_free(fixture_dump(f->cat, "UPDATE subject SET key = ' A1'"));
    g_autofree char *again = fixture_event("1", "hall.ticket.called", AT(0),
                                           "\"ticket_no\":\" A1\",\"window_no\":\"Ｗ７\"");
    idx_event_batch_free(fixture_add(f, again, 0, 1, 0));
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(9), &error));
    g_assert_true(idx_relink_run(f->cat, AT(9), NULL, NULL, NULL, &error));
    g_assert_no_error(error);
    g_autofree char *rows =
        fixture_dump(f->cat, "SELECT DISTINCT s.key, e.place FROM subject s JOIN subject_event t ON"
                             " t.subject_id = s.id JOIN event e ON e.id = t.event_id");
    g_assert_cmpstr(rows, ==, "A1|W7");
    g_autofree char *held = fixture_dump(f->cat, "SELECT key FROM hold");
    g_assert_cmpstr(held, ==, "A1");
}

/* A batch that the disk refuses leaves nothing behind. */
static void test_all_or_nothing(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_free(fixture_dump(f->cat, "PRAGMA max_page_count = 1"));
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < 2000; i++) {
        g_autofree char *id = g_strdup_printf("%d", i);
        g_autofree char *one = fixture_event(id, "hall.ticket.taken", T0, TICKET);
        g_string_append_printf(lines, "%s\n", one);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(
        idx_event_add_text(f->cat, lines->str, lines->len, IDX_EVENT_FORM_ANY, T0, &error));
    fixture_expect(error, MJ_ERROR_IO, "full");
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM event");
    g_assert_cmpstr(rows, ==, "0");
    g_free(fixture_dump(f->cat, "PRAGMA max_page_count = 1000000"));
    idx_event_batch_free(fixture_add(f, lines->str, 2000, 0, 0)); // and goes on after
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/event/refusals", test_refusals);
    g_test_add_func("/event/parse", test_parse);
    g_test_add_func("/event/duplicates", test_duplicates);
    g_test_add_func("/event/corrections", test_corrections);
    g_test_add_func("/event/correction-elsewhere", test_correction_elsewhere);
    g_test_add_func("/event/partial-batch", test_partial_batch);
    g_test_add_func("/event/no-family", test_no_family);
    g_test_add_func("/event/unknown-type", test_unknown_type);
    g_test_add_func("/event/breath", test_breath);
    g_test_add_func("/event/unknown-place", test_unknown_place);
    g_test_add_func("/event/broken-array", test_broken_array);
    g_test_add_func("/event/forms", test_forms);
    g_test_add_func("/event/huge", test_huge);
    g_test_add_func("/event/deep", test_deep);
    g_test_add_func("/event/identity", test_identity);
    g_test_add_func("/event/identifiers", test_identifiers);
    g_test_add_func("/event/identifiers-of-old", test_identifiers_of_old);
    g_test_add_func("/event/all-or-nothing", test_all_or_nothing);
    return g_test_run();
}
