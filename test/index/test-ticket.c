// SPDX-License-Identifier: GPL-3.0-or-later
/* A number that was given out more than once on one day: whose event is whose, whatever order they came in. */
#include "index/link/ticket.h"

#include "index/base/json.h"
#include "index/find/dossier.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "index/hold/journal.h"
#include "index/link/relink.h"
#include "test/index/hold_hall.h"

#include <string.h>

// ── the rule alone ──

/* An event is "SOURCE TYPE [#ID] [@PLACE] [+SECONDS] [gone]"; several are parted by "; ", and so are their parts. "*": of all. */
static const struct {
    const char *what, *events, *parts;
} TABLE[] = {
    {"one system", "q taken; q called @1; q finished @1", "; ; "},
    {"one system with ids", "q taken #x; q called #X @1; q finished @1", "; ; "},
    {"a kiosk, a queue, a device", "k taken; q called @1; w started @1; r rated", "; ; ; "},
    {"a kiosk, a queue with ids, a case", "k taken; q called #7 @1; a approval #7; a approval",
     "; ; ; "},
    {"two queues", "q taken; p taken; q called @1; p called @2",
     "source:q; source:p; source:q; source:p"},
    {"two that call", "q called @1; p called @2; q finished @1", "source:q; source:p; source:q"},
    {"two kiosks", "k taken; l taken", "source:k; source:l"},
    {"two kiosks, and one who calls for both", "k taken; l taken; q called @1",
     "source:k; source:l; source:q"},
    {"two ids of one system", "q taken #x; q taken #y; q called #x @1; q called #Y @2",
     "id:X; id:Y; id:X; id:Y"},
    {"ids of one, none of the other", "q taken #x; p taken; q called @1; p called @2",
     "id:X; source:p; id:X; source:p"},
    {"at one's place alone", "q called @1; p called @2; w started @1; r rated @2",
     "source:q; source:p; source:q; source:p"},
    {"at the place of both", "q called @1; p called @1; w started @1",
     "source:q; source:p; source:w"},
    {"a rating behind one of two",
     "q called @1; p called @1 +600; q finished @1 +300; r rated @1 +320",
     "source:q; source:p; source:q; source:q"},
    {"and behind the other", "q called @1; p called @1 +600; q finished @1 +300; r rated @1 +900",
     "source:q; source:p; source:q; source:p"},
    {"as near to both", "q called @1 +100; p called @1 +300; r rated @1 +200",
     "source:q; source:p; *"},
    {"near to what never was",
     "q called @1 +100; p called @1 +300; q finished @1 +290 gone; r rated @1 +250",
     "source:q; source:p; source:q; source:p"},
    {"far from both", "q called @1; p called @1 +60; r rated @1 +1860", "source:q; source:p; *"},
    {"not quite", "q called @1; p called @1 +60; r rated @1 +1859", "source:q; source:p; source:p"},
    {"nowhere", "q called @1; p called @2; r rated; r rated @3; w finished",
     "source:q; source:p; *; *; source:w"},
    {"by place though it has ids", "q called #x @1; q called #y @2; q finished @2; q rated",
     "id:X; id:Y; id:Y; *"},
    {"a case with the place", "q called @1; p called @2; a approval @2",
     "source:q; source:p; source:p"},
    {"a case without", "q called @1; p called @2; a approval", "source:q; source:p; *"},
    {"what never was", "q taken; p taken gone; q called @1", "; ; "},
    {"an id that was corrected", "q taken #x gone; q taken #y; q called @1", "; ; "},
    {"gone, of one of two", "q taken; p taken; p called @2 gone; r rated gone",
     "source:q; source:p; source:p; *"},
    {"a recall by another is no second ticket", "q called @1; w recalled @1", "; "},
};

typedef struct Told {
    GArray *events;     // IdxTicketEvent
    GPtrArray *strings; // what they point to
} Told;

static void add_event(Told *told, const char *text)
{
    char **words = g_strsplit(text, " ", -1);
    IdxTicketEvent e = {.source = words[0]};
    char *type = g_strcmp0(words[1], "approval") == 0 ? g_strdup("hall.approval.accepted")
                                                      : g_strconcat("hall.ticket.", words[1], NULL);
    e.type = type;
    for (int i = 2; words[i]; i++) {
        e.ticket_id = words[i][0] == '#' ? words[i] + 1 : e.ticket_id;
        e.place = words[i][0] == '@' ? words[i] + 1 : e.place;
        if (words[i][0] == '+')
            e.time_us = g_ascii_strtoll(words[i] + 1, NULL, 10) * MJ_SECOND_US;
        e.gone = e.gone || strcmp(words[i], "gone") == 0;
    }
    g_array_append_val(told->events, e);
    g_ptr_array_add(told->strings, type);
    for (int i = 0; words[i]; i++)
        g_ptr_array_add(told->strings, words[i]);
    g_free(words);
}

/* Of the events from @turn on, and behind the last the first. */
static void expect_turned(const Told *told, char **wanted, guint turn, const char *what)
{
    g_autoptr(GArray) turned = g_array_new(FALSE, FALSE, sizeof(IdxTicketEvent));
    guint n = told->events->len;
    for (guint i = 0; i < n; i++)
        g_array_append_val(turned, g_array_index(told->events, IdxTicketEvent, (i + turn) % n));
    g_autoptr(GPtrArray) parts =
        idx_ticket_parts((const IdxTicketEvent *)(void *)turned->data, turned->len);
    g_assert_cmpuint(parts->len, ==, n);
    for (guint i = 0; i < n; i++) {
        const char *part = parts->pdata[i] ? parts->pdata[i] : "*";
        g_test_message("%s, from %u", what, turn);
        g_assert_cmpstr(part, ==, wanted[(i + turn) % n]);
    }
}

static void test_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        Told told = {g_array_new(FALSE, FALSE, sizeof(IdxTicketEvent)),
                     g_ptr_array_new_with_free_func(g_free)};
        g_auto(GStrv) texts = g_strsplit(TABLE[i].events, "; ", -1);
        g_auto(GStrv) wanted = g_strsplit(TABLE[i].parts, "; ", -1);
        g_assert_cmpuint(g_strv_length(wanted), ==, g_strv_length(texts));
        for (int j = 0; texts[j]; j++)
            add_event(&told, texts[j]);
        for (guint turn = 0; turn < told.events->len; turn++)
            expect_turned(&told, wanted, turn, TABLE[i].what);
        g_array_unref(told.events);
        g_ptr_array_unref(told.strings);
    }
}

// ── in the catalogue ──

static void tell(Fixture *f, const char *id, const char *source, const char *type, int seconds,
                 const char *data)
{
    g_autofree char *full = g_strconcat(strchr(type, '.') ? "hall." : "hall.ticket.", type, NULL);
    g_autofree char *text = fixture_event(id, full, AT(seconds), data);
    g_auto(GStrv) around = g_strsplit(text, SOURCE, 2);
    g_autofree char *told = g_strjoinv(source, around);
    idx_event_batch_free(fixture_add(f, told, 1, 0, 0));
}

/* "A1 source:/q W7:-30-160; …": tickets that have events, and their spans in force. */
static char *tickets(Fixture *f)
{
    return fixture_dump(
        f->cat,
        "SELECT u.key || ' ' || u.part || coalesce((SELECT group_concat(s, '') FROM (SELECT ' ' ||"
        " p.code || ':' || ((s.from_us - 1795311000000000) / 1000000) || '-' || ((s.to_us -"
        " 1795311000000000) / 1000000) s FROM span s JOIN place p ON p.id = s.place_id WHERE"
        " s.subject_id = u.id AND s.superseded_us IS NULL ORDER BY s.from_us, s.camera_id)), '')"
        " FROM subject u WHERE kind = 'ticket' AND EXISTS (SELECT 1 FROM subject_event t WHERE"
        " t.subject_id = u.id) ORDER BY 1");
}

/* Read from the catalogue, and from the story as it is loaded. */
static void told_alike(Fixture *f)
{
    g_autofree char *ids =
        fixture_dump(f->cat, "SELECT id FROM subject WHERE kind = 'ticket' ORDER BY id");
    g_auto(GStrv) each = g_strsplit(ids, "\n", -1);
    for (int i = 0; each[i] && *each[i]; i++) {
        g_autoptr(GError) error = NULL;
        int64_t subject_id = g_ascii_strtoll(each[i], NULL, 10);
        g_autofree char *ticket_id = NULL, *source = NULL;
        const char *by_ticket_id = NULL, *by_source = NULL;
        g_autoptr(IdxStory) story = idx_story_load(f->cat, subject_id, false, &error);
        g_assert_no_error(error);
        g_assert_true(idx_ticket_told(f->cat, subject_id, &ticket_id, &source, NULL));
        idx_ticket_told_by(story, &by_ticket_id, &by_source);
        g_assert_cmpstr(by_ticket_id, ==, ticket_id);
        g_assert_cmpstr(by_source, ==, source);
    }
}

static void expect(Fixture *f, const char *wanted)
{
    told_alike(f);
    g_autoptr(GError) error = NULL;
    g_autofree char *live = tickets(f);
    g_assert_cmpstr(live, ==, wanted);
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(90000), NULL));
    g_assert_true(idx_relink_run(f->cat, AT(90000), NULL, NULL, NULL, &error));
    g_assert_no_error(error);
    g_autofree char *again = tickets(f);
    g_assert_cmpstr(again, ==, wanted);
}

static Fixture *hall(void)
{
    Fixture *f = fixture_new();
    fixture_camera(f, "c1", AT(-1000));
    fixture_camera(f, "c2", AT(-1000));
    fixture_place(f, "W7", "c1");
    fixture_place(f, "W8", "c2");
    return f;
}

static const struct {
    const char *id, *source, *type;
    int at;
    const char *data;
} TWO[] = {
    {"1", "/p", "taken", 0, "\"ticket_no\":\"A1\""},
    {"2", "/p", "called", 100, "\"ticket_no\":\"A1\",\"window_no\":\"W7\""},
    {"3", "/q", "called", 150, "\"ticket_no\":\"A1\",\"window_no\":\"W8\""},
    {"4", "/p", "finished", 200, "\"ticket_no\":\"A1\",\"window_no\":\"W7\""},
    {"5", "/q", "finished", 300, "\"ticket_no\":\"A1\",\"window_no\":\"W8\""},
    {"6", "/rating", "rated", 310, "\"ticket_no\":\"A1\",\"window_no\":\"W8\",\"evalevel\":5"},
};

/* Two queue systems, whose visits lie across each other; in both orders, and with one in the middle last. */
static void test_two_systems(void)
{
    static const int ORDERS[][6] = {{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {5, 0, 1, 3, 4, 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(ORDERS); i++) {
        g_autoptr(Fixture) f = hall();
        for (size_t j = 0; j < G_N_ELEMENTS(TWO); j++) {
            int n = ORDERS[i][j];
            tell(f, TWO[n].id, TWO[n].source, TWO[n].type, TWO[n].at, TWO[n].data);
        }
        expect(f, "A1 source:/p W7:70-260\nA1 source:/q W8:120-360");
        g_autofree char *rated = fixture_dump(
            f->cat, "SELECT u.part FROM event e JOIN subject_event t ON t.event_id = e.id JOIN"
                    " subject u ON u.id = t.subject_id WHERE e.event_id = '6'");
        g_assert_cmpstr(rated, ==, "source:/q");
    }
}

/* Both at one window, and a device that knows no id: a rating is no third ticket that one could ask for. */
static void test_rated(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    tell(f, "1", "/p", "called", 100, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    tell(f, "2", "/p", "finished", 200, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    tell(f, "3", "/q", "called", 900, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    tell(f, "4", "/rating", "rated", 210, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    tell(f, "5", "/rating", "rated", 230, "\"ticket_no\":\"A1\"");
    tell(f, "6", "/q", "finished", 1000, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    expect(f, "A1 source:/p W7:70-260\nA1 source:/q W7:870-1060");
    IdxName name = {"ticket", "A1", 20261122, NULL, NULL, "/q"};
    g_autoptr(json_t) dossier = idx_dossier(f->cat, &name, AT(1000), &error);
    g_assert_no_error(error);
    const json_t *event = NULL, *events = json_object_get(dossier, "events");
    size_t i = 0;
    g_assert_cmpuint(json_array_size(events), ==, 3); // its own, and what may be anybody's
    json_array_foreach(events, i, event)
    {
        bool rated = g_str_has_suffix(json_string_value(json_object_get(event, "type")), "rated");
        g_assert_true(json_is_true(json_object_get(event, "unassigned")) == rated);
    }
}

/* One system, whose two kiosks count by themselves, tells them apart by the ids; a device leaves them out. */
static void test_ids(void)
{
    g_autoptr(Fixture) f = hall();
    tell(f, "1", "/q", "called", 100,
         "\"ticket_no\":\"A1\",\"window_no\":\"W7\",\"ticket_id\":\"x-1\"");
    tell(f, "2", "/w", "finished", 200, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    expect(f, "A1  W7:70-260");
    tell(f, "3", "/q", "called", 150,
         "\"ticket_no\":\"a1\",\"window_no\":\"W8\",\"ticket_id\":\"x-2\"");
    tell(f, "4", "/w", "finished", 300, "\"ticket_no\":\"A1\",\"window_no\":\"W8\"");
    expect(f, "A1 id:X-1 W7:70-260\na1 id:X-2 W8:120-360");
    // a correction says that the second was the first after all; the device ends what it was at
    tell(f, "3", "/q", "called", 150,
         "\"ticket_no\":\"A1\",\"window_no\":\"W8\",\"ticket_id\":\"X-1\",\"data_ver\":2");
    expect(f, "A1  W7:70-260 W8:120-360");
}

/* A case whose ticket cannot be told has the footage of each; a ticket is no relative of its namesake. */
static void test_case(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    for (size_t i = 0; i < 5; i++)
        tell(f, TWO[i].id, TWO[i].source, TWO[i].type, TWO[i].at, TWO[i].data);
    tell(f, "a", "/cases", "approval.accepted", 250,
         "\"ticket_no\":\"A1\",\"approval_id\":\"SP1\"");
    expect(f, "A1 source:/p W7:70-260\nA1 source:/q W8:120-360");
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"approval", "SP1"}, AT(900), &error);
    g_assert_no_error(error);
    g_assert_cmpuint(json_array_size(json_object_get(d, "cameras")), ==, 2);
    IdxName one = {.kind = "ticket", .key = "A1", .day = DAY, .source = "/q"};
    g_autoptr(json_t) ticket = idx_dossier(f->cat, &one, AT(900), &error);
    g_assert_no_error(error);
    const json_t *related = json_object_get(ticket, "related");
    g_assert_cmpuint(json_array_size(related), ==, 1);
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(related, 0), "key")), ==,
                    "SP1");
}

/* The night belongs to each of them: one goes on after midnight, one is given out then. */
static void test_night(void)
{
    static const int MIDNIGHT = 52200; // after T0, which is 09:30
    g_autoptr(Fixture) f = hall();
    tell(f, "1", "/p", "taken", MIDNIGHT - 600, "\"ticket_no\":\"A1\"");
    tell(f, "2", "/q", "taken", MIDNIGHT + 60, "\"ticket_no\":\"A1\"");
    tell(f, "3", "/q", "called", MIDNIGHT + 300, "\"ticket_no\":\"A1\",\"window_no\":\"W8\"");
    tell(f, "4", "/p", "called", MIDNIGHT + 200, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    tell(f, "5", "/p", "finished", MIDNIGHT + 400, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    tell(f, "6", "/p", "passed", MIDNIGHT - 60, "\"ticket_no\":\"B1\",\"ticket_id\":\"b\"");
    tell(f, "7", "/p", "called", MIDNIGHT + 60,
         "\"ticket_no\":\"B1\",\"window_no\":\"W7\",\"ticket_id\":\"B\"");
    g_autofree char *days = fixture_dump(
        f->cat, "SELECT e.event_id, u.day, u.part FROM event e JOIN subject_event t ON t.event_id ="
                " e.id JOIN subject u ON u.id = t.subject_id ORDER BY 1");
    g_assert_cmpstr(days, ==,
                    "1|20261122|\n2|20261123|\n3|20261123|\n4|20261122|\n5|20261122|\n"
                    "6|20261122|\n7|20261122|");
}

/* As a catalogue of before: all of the number in one. What step 5 of the schema queues parts it. */
static void test_before(void)
{
    g_autoptr(Fixture) f = hall();
    for (size_t i = 0; i < G_N_ELEMENTS(TWO); i++)
        tell(f, TWO[i].id, TWO[i].source, TWO[i].type, TWO[i].at, TWO[i].data);
    tell(f, "i", "/ids", "taken", 400, "\"ticket_no\":\"B1\",\"ticket_id\":\"x\"");
    g_free(fixture_dump(f->cat, "UPDATE event SET ticket_id = NULL"));
    g_free(fixture_dump(f->cat, "UPDATE subject_event SET subject_id = (SELECT s.id FROM subject s"
                                " JOIN subject o ON o.id = subject_event.subject_id WHERE s.key ="
                                " o.key AND s.day = o.day AND s.part = '')"));
    g_free(fixture_dump(f->cat, "DELETE FROM subject WHERE part <> '' AND id NOT IN (SELECT"
                                " subject_id FROM span)"));
    g_autofree char *before = fixture_dump(f->cat, "SELECT count(DISTINCT subject_id) FROM"
                                                   " subject_event");
    g_assert_cmpstr(before, ==, "2");
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(90000), NULL));
    g_assert_true(idx_relink_run(f->cat, AT(90000), NULL, NULL, NULL, NULL));
    expect(f, "A1 source:/p W7:70-260\nA1 source:/q W8:120-360\nB1 ");
    g_autofree char *ids =
        fixture_dump(f->cat, "SELECT ticket_id FROM event WHERE source = '/ids'");
    g_assert_cmpstr(ids, ==, "x");
}

// ── names ──

static char *candidates(Fixture *f, const IdxName *name)
{
    size_t i = 0;
    const json_t *c = NULL;
    g_autoptr(json_t) list = idx_dossier_candidates(f->cat, name, AT(900), NULL);
    GString *out = g_string_new(NULL);
    json_array_foreach(list, i, c)
    {
        const char *id = json_string_value(json_object_get(c, "ticket_id"));
        g_string_append_printf(out, "%s%s %s %s %d", i ? "; " : "", id ? id : "-",
                               json_string_value(json_object_get(c, "source")),
                               json_string_value(json_array_get(json_object_get(c, "places"), 0)),
                               json_is_true(json_object_get(c, "shared")));
    }
    return g_string_free(out, FALSE);
}

static void expect_named(Fixture *f, const char *id, const char *source, const char *wanted)
{
    IdxName name = {.kind = "ticket", .key = "a1", .ticket_id = id, .source = source};
    g_autofree char *got = candidates(f, &name);
    g_assert_cmpstr(got, ==, wanted);
}

static void test_names(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    tell(f, "1", "/q", "called", 100,
         "\"ticket_no\":\"A1\",\"window_no\":\"W7\",\"ticket_id\":\"x-1\"");
    expect_named(f, NULL, NULL, "x-1 /q W7 0");
    expect_named(f, "X-1", NULL, "x-1 /q W7 0"); // may be said though it need not
    tell(f, "2", "/q", "called", 150,
         "\"ticket_no\":\"A1\",\"window_no\":\"W8\",\"ticket_id\":\"x-2\"");
    tell(f, "3", "/p", "called", 50, "\"ticket_no\":\"A1\",\"window_no\":\"W8\"");
    expect_named(f, NULL, NULL, "- /p W8 1; x-1 /q W7 1; x-2 /q W8 1");
    expect_named(f, "X-2", NULL, "x-2 /q W8 1");
    expect_named(f, NULL, "/p", "- /p W8 1");
    expect_named(f, NULL, "/q", "x-1 /q W7 1; x-2 /q W8 1");
    expect_named(f, "x-9", NULL, "");
    IdxName name = {.kind = "ticket", .key = "A1"};
    g_assert_null(idx_dossier(f->cat, &name, AT(900), &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "3 tickets,A1,2026-11-22,H01,ticket_id,source");
    tell(f, "4", "/q", "called", 86500,
         "\"ticket_no\":\"A1\",\"window_no\":\"W7\",\"ticket_id\":\"y\"");
    expect_named(f, NULL, NULL, "y /q W7 0");    // the newest day
    expect_named(f, "x-1", NULL, "x-1 /q W7 1"); // the newest that has that one
    g_autoptr(json_t) found = idx_search(f->cat, "X-", 0, NULL, 20, AT(900), NULL);
    g_assert_cmpuint(json_array_size(json_object_get(found, "results")), ==, 2);
    g_autoptr(json_t) none = idx_search(f->cat, "X-", 20261123, NULL, 20, AT(900), NULL);
    g_assert_cmpuint(json_array_size(json_object_get(none, "results")), ==, 0);
    g_autoptr(json_t) first = idx_search(f->cat, "x", 0, NULL, 1, AT(900), NULL);
    g_assert_cmpuint(json_array_size(json_object_get(first, "results")), ==, 1);
}

// ── holds ──

static int64_t hold(Fixture *f, const char *id, const char *source)
{
    IdxHoldRequest r = hold_hall_request();
    r.kind = "ticket";
    r.key = "A1";
    r.ticket_id = id;
    r.source = source;
    return hold_hall_put(f, &r);
}

/* On a number that turns out to be two tickets: both. */
static void test_hold_number(void)
{
    g_autoptr(Fixture) f = hall();
    tell(f, TWO[1].id, "/p", "called", 100, TWO[1].data);
    tell(f, TWO[3].id, "/p", "finished", 200, TWO[3].data);
    hold(f, NULL, NULL);
    hold_hall_expect(f, "c1:70-260");
    tell(f, TWO[2].id, "/q", "called", 150, TWO[2].data);
    tell(f, TWO[4].id, "/q", "finished", 300, TWO[4].data);
    expect(f, "A1 source:/p W7:70-260\nA1 source:/q W8:120-360");
    g_autofree char *c2 = fixture_dump(f->cat, "SELECT count(*) > 0 FROM hold_span WHERE camera = "
                                               "'c2' AND from_us <= 1795311120000000");
    g_assert_cmpstr(c2, ==, "1");
}

/* The journal beside the footage alone brings the hold back as it was. */
static void expect_journalled(Fixture *f, const char *part)
{
    g_autofree char *path = g_build_filename(f->home, "footage", IDX_HOLD_JOURNAL, NULL);
    g_autofree char *text = NULL;
    size_t size = 0;
    int damaged = 0;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(text, size, &damaged);
    const IdxHoldRecord *first = records->pdata[0];
    g_assert_cmpint(damaged, ==, 0);
    g_assert_cmpstr(first->part, ==, part);
    g_autofree char *line = idx_hold_journal_line(first);
    g_assert_cmpstr(line, ==, first->line);
}

/* On one of two: its own, also what comes later; and the journal brings it back as it was. */
static void test_hold_one(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    tell(f, "1", "/p", "called", 100, TWO[1].data);
    tell(f, "2", "/q", "called", 150, TWO[2].data);
    IdxHoldRequest r = hold_hall_request();
    r.kind = "ticket";
    r.key = "A1";
    g_assert_false(idx_hold_add(f->cat, &r, AT(200), &answer, &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "2 tickets");
    int64_t id = hold(f, NULL, "/p");
    tell(f, "3", "/p", "finished", 200, TWO[3].data);
    tell(f, "4", "/q", "finished", 300, TWO[4].data);
    g_autofree char *cameras = fixture_dump(f->cat, "SELECT DISTINCT camera FROM hold_span");
    g_assert_cmpstr(cameras, ==, "c1");
    g_autofree char *line = fixture_dump(
        f->cat, "SELECT line ->> '$.part' FROM hold_record WHERE line ->> '$.do' = 'hold'");
    g_assert_cmpstr(line, ==, "source:/p");
    g_autoptr(IdxHold) one = idx_hold_get(f->cat, id, NULL);
    g_assert_cmpstr(one->part, ==, "source:/p");
    expect_journalled(f, "source:/p");
    // its source gives it an id by a correction: that ticket is not told any more, so all of the number is kept
    tell(f, "1", "/p", "called", 100,
         "\"ticket_no\":\"A1\",\"window_no\":\"W7\",\"ticket_id\":\"x\",\"data_ver\":2");
    expect(f, "A1 id:X W7:70-260\nA1 source:/q W8:120-360");
    g_autofree char *now = fixture_dump(f->cat, "SELECT DISTINCT camera FROM hold_span ORDER BY 1");
    g_assert_cmpstr(now, ==, "c1\nc2");
}

/* Named by its id while the number is its alone: a namesake that comes later is not held. */
static void test_hold_named(void)
{
    g_autoptr(Fixture) f = hall();
    tell(f, "1", "/q", "called", 100,
         "\"ticket_no\":\"A1\",\"window_no\":\"W7\",\"ticket_id\":\"x\"");
    tell(f, "2", "/q", "finished", 200,
         "\"ticket_no\":\"A1\",\"window_no\":\"W7\",\"ticket_id\":\"x\"");
    hold(f, "x", NULL);
    tell(f, "3", "/q", "called", 150,
         "\"ticket_no\":\"A1\",\"window_no\":\"W8\",\"ticket_id\":\"y\"");
    hold_hall_expect(f, "c1:70-260");
}

/* On a number that is two tickets' already, all of them, and those to come. */
static void test_hold_all(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    for (size_t i = 0; i < 5; i++)
        tell(f, TWO[i].id, TWO[i].source, TWO[i].type, TWO[i].at, TWO[i].data);
    IdxHoldRequest r = hold_hall_request();
    r.kind = "ticket";
    r.key = "A1";
    g_assert_false(idx_hold_add(f->cat, &r, AT(400), &answer, &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "2 tickets");
    g_clear_error(&error);
    r.all = true;
    r.source = "/p";
    g_assert_false(idx_hold_add(f->cat, &r, AT(400), &answer, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "without a ticket_id and a source");
    g_clear_error(&error);
    r.source = NULL;
    idx_hold_add(f->cat, &r, AT(400), &answer, &error);
    g_assert_no_error(error);
    hold_hall_expect(f, "c1:70-260 c2:120-360");
    g_assert_cmpuint(answer.tickets->len, ==, 2);
    const IdxHoldTicket *one = answer.tickets->pdata[0], *two = answer.tickets->pdata[1];
    g_assert_cmpstr(one->source, ==, "/p");
    g_assert_cmpstr(two->source, ==, "/q");
    tell(f, "9", "/s", "called", 500, "\"ticket_no\":\"A1\",\"window_no\":\"W7\"");
    hold_hall_expect(f, "c1:70-260 c1:470-7760 c2:120-360"); // as long as it may be
}

/* A day of review that is over would never come. */
static void test_hold_review(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    tell(f, TWO[1].id, TWO[1].source, TWO[1].type, TWO[1].at, TWO[1].data);
    IdxHoldRequest r = hold_hall_request();
    r.kind = "ticket";
    r.key = "A1";
    r.review_day = 20261121;
    g_assert_false(idx_hold_add(f->cat, &r, AT(400), &answer, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "2026-11-21, is over");
    g_clear_error(&error);
    r.review_day = 20261122;
    g_assert_true(idx_hold_add(f->cat, &r, AT(400), &answer, &error));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ticket/table", test_table);
    g_test_add_func("/ticket/two-systems", test_two_systems);
    g_test_add_func("/ticket/rated", test_rated);
    g_test_add_func("/ticket/ids", test_ids);
    g_test_add_func("/ticket/case", test_case);
    g_test_add_func("/ticket/night", test_night);
    g_test_add_func("/ticket/before", test_before);
    g_test_add_func("/ticket/names", test_names);
    g_test_add_func("/ticket/hold-number", test_hold_number);
    g_test_add_func("/ticket/hold-one", test_hold_one);
    g_test_add_func("/ticket/hold-named", test_hold_named);
    g_test_add_func("/ticket/hold-all", test_hold_all);
    g_test_add_func("/ticket/hold-review", test_hold_review);
    return g_test_run();
}
