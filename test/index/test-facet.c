// SPDX-License-Identifier: GPL-3.0-or-later
/* Lists by staff, business, matter and place against a plain slow search through all events: random events,
 * corrections, cancellations, late and in any order; asked live, after linking everything anew, and after an
 * upgrade's reading of what was there. */
#include "index/find/facet.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "index/hall.h"
#include "index/link/relink.h"
#include "test/index/fixture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define N_EVENTS 150
#define ROUNDS 12
#define LIFE_S (3 * 86400)

static int pick(int n)
{
    return g_test_rand_int_range(0, n);
}

static const char *one_of(const char *const *list, int n)
{
    return list[pick(n)];
}

static const char *const STAFF[] = {"1023", "1024", "a7", "A7"};
static const char *const BUSINESS[] = {"登记", "Passport", "passport"};
static const char *const PLACES[] = {"W1", "W2", "w2"};
static const char *const HALLS[] = {"H01", "H02"};

/* An event as the model knows it, before anybody parsed it. */
typedef struct Told {
    char *id, *source_id, *corrects, *text;
    const char *staff, *officials, *business, *item, *place, *hall;
    char *ticket, *approval;
    int version, at;
    bool cancels, alert;
} Told;

static void told_free(gpointer data)
{
    Told *t = data;
    g_free(t->id);
    g_free(t->corrects);
    g_free(t->text);
    g_free(t->ticket);
    g_free(t->approval);
    g_free(t);
}

static void add_field(GString *data, const char *name, const char *value)
{
    if (value)
        g_string_append_printf(data, "%s\"%s\":\"%s\"", data->len ? "," : "", name, value);
}

static char *data_of(const Told *t)
{
    GString *data = g_string_new(NULL);
    add_field(data, "ticket_no", t->ticket);
    add_field(data, "approval_id", t->approval);
    add_field(data, "hall_code", t->hall);
    add_field(data, "window_no", t->place);
    add_field(data, "staff_id", t->staff);
    add_field(data, "business_type", t->business);
    add_field(data, "item_name", t->item);
    add_field(data, "correction_of", t->corrects);
    if (t->officials)
        g_string_append_printf(data, ",\"official_ids\":[\"%s\",7,\"\"]", t->officials);
    g_string_append_printf(data, ",\"data_ver\":%d,\"data_state\":%d", t->version, !t->cancels);
    return g_string_free(data, FALSE);
}

/* Each event corrects at most the one before it of the same chain, so that who holds is plain: the last. */
static Told *random_told(int n, GPtrArray *all)
{
    static const char *const TYPES[] = {"hall.ticket.called", "hall.ticket.finished",
                                        "hall.ticket.unheard_of", "hall.alert.raised"};
    Told *t = g_new0(Told, 1);
    const Told *old = all->len && pick(4) == 0 ? all->pdata[all->len - 1] : NULL;
    t->id = g_strdup_printf("e%d", n);
    t->corrects = old ? g_strdup(old->id) : NULL;
    t->version = old ? old->version + 1 : 1;
    t->cancels = old && pick(3) == 0;
    t->ticket = g_strdup_printf("T%d", pick(5));
    t->approval = pick(3) ? NULL : g_strdup_printf("SP-%d", pick(3));
    t->hall = one_of(HALLS, 2);
    t->place = one_of(PLACES, 3);
    t->staff = pick(3) ? one_of(STAFF, 4) : NULL;
    t->officials = pick(5) ? NULL : one_of(STAFF, 4);
    t->business = pick(3) ? NULL : one_of(BUSINESS, 3);
    t->item = pick(4) ? NULL : "营业执照 100%_";
    t->at = pick(LIFE_S);
    int type = pick(12) ? pick(3) : 3;
    t->alert = type == 3;
    g_autofree char *data = data_of(t);
    g_autofree char *alert =
        t->alert ? g_strconcat(data, ",\"alert_id\":\"1\",\"level\":\"red\"", NULL) : NULL;
    t->text = fixture_event(t->id, TYPES[type], AT(t->at), alert ? alert : data);
    return t;
}

static bool holds(const GPtrArray *all, const Told *t)
{
    for (guint i = 0; i < all->len; i++)
        if (g_strcmp0(((const Told *)all->pdata[i])->corrects, t->id) == 0)
            return false;
    return !t->cancels;
}

static bool tells(const Told *t, IdxFacetKind kind, const char *value)
{
    const char *of[IDX_FACETS] = {t->staff, t->business, t->item, t->place};
    return (of[kind] && g_ascii_strcasecmp(of[kind], value) == 0) ||
           (kind == IDX_FACET_STAFF && t->officials &&
            g_ascii_strcasecmp(t->officials, value) == 0);
}

/* Which of the subjects an event speaks of: which stands for (kind, number). The fixture's day begins at
 * 09:30, and tickets are of the local date. */
static char *subject_of(Fixture *f, const Told *t, bool approval)
{
    if (approval)
        return t->approval ? g_strdup_printf("approval %s  %s", t->approval, t->hall) : NULL;
    g_autofree char *sql = g_strdup_printf( // the night decides: link/night.h has tests of its own
        "SELECT s.day FROM subject s JOIN subject_event x ON x.subject_id = s.id JOIN event e ON"
        " e.id = x.event_id WHERE s.kind = 'ticket' AND e.event_id = '%s'",
        t->id);
    g_autofree char *day = fixture_dump(f->cat, sql);
    return g_strdup_printf("ticket %s %s %s", t->ticket, day, t->hall);
}

typedef struct Event {
    const Told *told;
    char *subject;
} Event;

static int by_time(gconstpointer a, gconstpointer b)
{
    return ((const Event *)a)->told->at - ((const Event *)b)->told->at;
}

static void clear_event(gpointer data)
{
    g_free(((Event *)data)->subject);
}

/* All that holds, once for each subject, by time. */
static GArray *held_events(Fixture *f, const GPtrArray *all)
{
    GArray *events = g_array_new(FALSE, FALSE, sizeof(Event));
    g_array_set_clear_func(events, clear_event);
    for (guint i = 0; i < all->len; i++) {
        const Told *t = all->pdata[i];
        for (int approval = 0; approval < 2 && !t->alert && holds(all, t); approval++) {
            Event event = {t, subject_of(f, t, approval)};
            if (event.subject)
                g_array_append_val(events, event);
        }
    }
    g_array_sort(events, by_time);
    return events;
}

static bool told_of(const GArray *events, const char *subject, IdxFacetKind kind, const char *value)
{
    for (guint i = 0; i < events->len; i++) {
        const Event *e = &g_array_index(events, Event, i);
        if (strcmp(e->subject, subject) == 0 && tells(e->told, kind, value))
            return true;
    }
    return false;
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sittings of one subject that the value has, as "SUBJECT FIRST LAST". */
static void model_subject(const GArray *events, const char *subject, IdxFacetKind kind,
                          const char *value, const char *hall, GPtrArray *lines)
{
    bool whole = kind == IDX_FACET_BUSINESS || kind == IDX_FACET_MATTER;
    int first = -1, last = -1;
    if (whole && !told_of(events, subject, kind, value))
        return;
    for (guint i = 0; i <= events->len; i++) {
        const Event *e = i < events->len ? &g_array_index(events, Event, i) : NULL;
        bool mine = e && strcmp(e->subject, subject) == 0 && strcmp(e->told->hall, hall) == 0 &&
                    (whole || tells(e->told, kind, value));
        bool breaks =
            !e || (mine && (e->told->at - last >= 12 * 3600 || e->told->at - first > 86400));
        if (first >= 0 && breaks) {
            g_ptr_array_add(lines, g_strdup_printf("%s %d %d", subject, first, last));
            first = -1;
        }
        if (mine && first < 0)
            first = e->told->at;
        if (mine)
            last = e->told->at;
    }
}

static char *joined(GPtrArray *lines)
{
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static char *model(const GArray *events, IdxFacetKind kind, const char *value, const char *hall)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < events->len; i++) {
        const Event *e = &g_array_index(events, Event, i);
        if (strcmp(e->told->hall, hall) == 0 && g_hash_table_add(seen, e->subject))
            model_subject(events, e->subject, kind, value, hall, lines);
    }
    return joined(lines);
}

static int seconds_of(const json_t *item, const char *name)
{
    int64_t us = 0;
    g_assert_true(mj_time_parse_rfc3339(json_string_value(json_object_get(item, name)), &us, NULL));
    return (int)((us - T0) / MJ_SECOND_US);
}

static void add_items(const json_t *found, GPtrArray *lines)
{
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(json_object_get(found, "items"), i, item)
    {
        const char *day = json_string_value(json_object_get(item, "day"));
        g_auto(GStrv) parts = g_strsplit(day ? day : "", "-", -1);
        g_autofree char *number = g_strjoinv("", parts);
        g_ptr_array_add(lines,
                        g_strdup_printf("%s %s %s %s %d %d",
                                        json_string_value(json_object_get(item, "kind")),
                                        json_string_value(json_object_get(item, "key")), number,
                                        json_string_value(json_object_get(item, "hall")),
                                        seconds_of(item, "from"), seconds_of(item, "to")));
        g_assert_true(json_is_array(json_object_get(item, "gaps")));
        const json_t *coverage = json_object_get(item, "coverage");
        g_assert_true(json_is_null(coverage) || json_number_value(coverage) <= 1.0);
    }
}

/* Page by page. */
static char *listed(Fixture *f, IdxFacetKind kind, const char *value, const char *hall)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *after = NULL;
    int last = INT_MAX, pages = 0;
    do {
        g_autoptr(GError) error = NULL;
        IdxFind find = {kind, value, hall, INT64_MIN, INT64_MAX, after, 1 + pick(7), AT(9 * 86400)};
        g_autoptr(json_t) found = idx_find(f->cat, &find, &error);
        g_clear_pointer(&after, g_free);
        if (!found) {
            g_assert_true(pages == 0 && mj_error_is(error, MJ_ERROR_NOT_FOUND));
            break;
        }
        const json_t *first = json_array_get(json_object_get(found, "items"), 0);
        g_assert_cmpint(seconds_of(first, "to"), <=, last);
        last = seconds_of(first, "to");
        add_items(found, lines);
        after = g_strdup(json_string_value(json_object_get(found, "next")));
        pages++;
    } while (after);
    return joined(lines);
}

/* How many lists had anything in them. */
static int compare_all(Fixture *f, const GPtrArray *all)
{
    int full = 0;
    static const struct {
        IdxFacetKind kind;
        const char *value;
    } ASKED[] = {{IDX_FACET_STAFF, "1023"},        {IDX_FACET_STAFF, "A7"},
                 {IDX_FACET_STAFF, "nobody"},      {IDX_FACET_BUSINESS, "登记"},
                 {IDX_FACET_BUSINESS, "PASSPORT"}, {IDX_FACET_MATTER, "营业执照 100%_"},
                 {IDX_FACET_PLACE, "W1"},          {IDX_FACET_PLACE, "w2"}};
    g_autoptr(GArray) events = held_events(f, all);
    for (size_t i = 0; i < G_N_ELEMENTS(ASKED); i++) {
        for (size_t h = 0; h < G_N_ELEMENTS(HALLS); h++) {
            g_autofree char *expected = model(events, ASKED[i].kind, ASKED[i].value, HALLS[h]);
            g_autofree char *got = listed(f, ASKED[i].kind, ASKED[i].value, HALLS[h]);
            g_assert_cmpstr(got, ==, expected);
            full += *got != '\0';
        }
    }
    return full;
}

static char *dump(Fixture *f)
{
    return fixture_dump(
        f->cat, "SELECT c.kind, c.value, c.hall_id, s.kind, s.key, s.day, r.first_us, r.last_us,"
                " r.spelling FROM facet c LEFT JOIN subject_facet r ON r.facet_id = c.id LEFT JOIN"
                " subject s ON s.id = r.subject_id ORDER BY 1, 2, 3, 4, 5, 6, 7, 8");
}

static void drain(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    idx_relink_run(f->cat, AT(9 * 86400), NULL, NULL, NULL, &error);
    g_assert_no_error(error);
}

static void rebuild(Fixture *f)
{
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(9 * 86400), NULL));
    drain(f);
}

/* As migrate/0004.sql leaves a catalogue. */
static void forget(Fixture *f)
{
    g_free(fixture_dump(f->cat, "DELETE FROM subject_facet"));
    g_free(fixture_dump(f->cat, "DELETE FROM facet"));
    g_free(fixture_dump(f->cat,
                        "INSERT INTO setting (key, value) SELECT 'facets_below', max(id) + 1"
                        " FROM subject HAVING max(id) IS NOT NULL"));
}

static bool is_complete(Fixture *f)
{
    g_autoptr(json_t) found = idx_search(f->cat, "1", 0, NULL, 5, AT(9 * 86400), NULL);
    return json_is_true(json_object_get(found, "complete"));
}

static void play(Fixture *f, GPtrArray *all)
{
    int64_t hall = 0;
    g_assert_true(idx_hall_add(f->cat, "H02", NULL, NULL, &hall, NULL));
    for (int i = 0; i < N_EVENTS; i++)
        g_ptr_array_add(all, random_told(i, all));
    g_autofree guint *order = g_new(guint, N_EVENTS);
    for (guint i = 0; i < N_EVENTS; i++)
        order[i] = i;
    for (guint i = N_EVENTS; i-- > 1;) {
        guint j = (guint)pick((int)i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    for (guint i = 0; i < N_EVENTS; i++)
        idx_event_batch_free(fixture_add(f, ((const Told *)all->pdata[order[i]])->text, 1, 0, 0));
}

static void test_model(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(told_free);
        play(f, all);
        g_assert_cmpint(compare_all(f, all), >, 8);
        g_autofree char *live = dump(f);
        rebuild(f);
        g_autofree char *rebuilt = dump(f);
        g_assert_cmpstr(rebuilt, ==, live);
        forget(f);
        g_assert_false(is_complete(f));
        drain(f);
        g_assert_true(is_complete(f));
        g_autofree char *filled = dump(f);
        g_assert_cmpstr(filled, ==, live);
    }
}

/* What the last event that said it no longer says is known no more, not even to the search. */
static void test_forgotten(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"staff_id\":\"7\"");
    fixture_happens(f, "2", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"staff_id\":\"8\",\"data_ver\":2,"
                    "\"correction_of\":\"1\"");
    g_autofree char *rows = dump(f);
    g_assert_true(strstr(rows, "staff|8|") && !strstr(rows, "staff|7"));
    fixture_happens(f, "3", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"data_ver\":3,\"correction_of\":\"2\",\"data_state\":0");
    g_autofree char *none = dump(f);
    g_assert_cmpstr(none, ==, "");
}

/* Sittings that touch a time, to the microsecond; and one in two halls is nobody's. */
static void test_range(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    int64_t hall = 0;
    static const struct {
        int64_t from_us, to_us;
        int n;
    } TABLE[] = {{AT(0), AT(100), 1},    {AT(100), AT(101), 1},  {AT(100) + 1, AT(200), 0},
                 {AT(-9), AT(0), 0},     {AT(-9), AT(0) + 1, 1}, {AT(0), AT(86400 * 9), 2},
                 {INT64_MIN, AT(50), 1}, {AT(50), INT64_MAX, 2}};
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"staff_id\":\"7\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(100),
                    "\"ticket_no\":\"A1\",\"staff_id\":\"7\"");
    fixture_happens(f, "3", "hall.approval.accepted", AT(86400 * 3),
                    "\"approval_id\":\"SP\",\"staff_id\":\"7\"");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        IdxFind find = {IDX_FACET_STAFF, "7",  NULL, TABLE[i].from_us,
                        TABLE[i].to_us,  NULL, 9,    AT(86400 * 4)};
        g_autoptr(json_t) found = idx_find(f->cat, &find, &error);
        g_assert_no_error(error);
        g_assert_cmpint((int)json_array_size(json_object_get(found, "items")), ==, TABLE[i].n);
    }
    g_assert_true(idx_hall_add(f->cat, "H02", NULL, NULL, &hall, NULL));
    fixture_happens(f, "4", "hall.ticket.finished", AT(100),
                    "\"ticket_no\":\"A1\",\"staff_id\":\"7\",\"hall_code\":\"H02\"");
    IdxFind find = {IDX_FACET_STAFF, "7", NULL, INT64_MIN, INT64_MAX, NULL, 9, AT(86400 * 4)};
    g_assert_null(idx_find(f->cat, &find, &error));
    fixture_expect(error, MJ_ERROR_AMBIGUOUS, "2 halls,staff 7");
    g_clear_error(&error);
    find.cursor = "12-x";
    g_assert_null(idx_find(f->cat, &find, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "12-x");
    g_autoptr(json_t) halls = idx_find_candidates(f->cat, IDX_FACET_STAFF, "7", NULL);
    g_assert_cmpint((int)json_array_size(halls), ==, 2);
}

int main(int argc, char **argv)
{
    if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) && !g_getenv("TMPDIR"))
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/facet/model", test_model);
    g_test_add_func("/facet/forgotten", test_forgotten);
    g_test_add_func("/facet/range", test_range);
    return g_test_run();
}
