// SPDX-License-Identifier: GPL-3.0-or-later
/* Linking everything anew gives what linking events as they came gave, byte for byte: random halls, random
 * orders, corrections, cancellations, clocks, nights, numbers that are given out more than once; the seed is told by GLib's tests. */
#include "index/link/relink.h"

#include "index/event/source.h"
#include "test/index/fixture.h"

#include <string.h>

#define N_EVENTS 120
#define ROUNDS 8

/* By names, since ids differ between catalogues; spans in force alone. */
static const char *const DUMPS[] = {
    "SELECT u.kind, u.key, u.day, u.part, p.code, c.code, s.from_us, s.to_us, s.method, "
    "s.confidence,"
    " s.uncertainty_us FROM span s JOIN subject u ON u.id = s.subject_id"
    " JOIN place p ON p.id = s.place_id JOIN camera c ON c.id = s.camera_id"
    " WHERE s.superseded_us IS NULL ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
    "SELECT kind, key, day, part, title, first_us, last_us FROM subject u WHERE EXISTS"
    " (SELECT 1 FROM subject_event t WHERE t.subject_id = u.id) ORDER BY 1, 2, 3, 4",
    "SELECT e.event_id, e.data_ver, w.event_id, w.data_ver, e.place, e.cancelled FROM event e"
    " LEFT JOIN event w ON w.id = " HOLDS_FOR_E " ORDER BY 1, 2",
    "SELECT e.event_id, e.data_ver, e.ticket_id, u.kind, u.key, u.day, u.part FROM subject_event t"
    " JOIN event e ON e.id = t.event_id JOIN subject u ON u.id = t.subject_id"
    " ORDER BY 1, 2, 4, 5, 6, 7",
    "SELECT f.kind, f.value, u.kind, u.key, u.day, u.part, r.first_us, r.last_us, r.spelling FROM "
    "facet f"
    " LEFT JOIN subject_facet r ON r.facet_id = f.id LEFT JOIN subject u ON u.id = r.subject_id"
    " ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
};

static char *dump(Fixture *f)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(DUMPS); i++) {
        g_autofree char *part = fixture_dump(f->cat, DUMPS[i]);
        g_string_append_printf(out, "%s\n--\n", part);
    }
    return g_string_free(out, FALSE);
}

static int pick(int n)
{
    return g_test_rand_int_range(0, n);
}

static char *ticket_event(const char *id, int at)
{
    static const char *const TYPES[] = {"taken",  "called", "recalled",    "started", "paused",
                                        "passed", "rated",  "transferred", "finished"};
    g_autofree char *type = g_strconcat("hall.ticket.", TYPES[pick(9)], NULL);
    g_autofree char *approval =
        pick(3) ? g_strdup("") : g_strdup_printf(",\"approval_id\":\"SP-%d\"", pick(4));
    g_autofree char *version =
        pick(4) ? g_strdup("")
                : g_strdup_printf(",\"data_ver\":%d,\"data_state\":%d", 1 + pick(3), pick(3) > 0);
    g_autofree char *corrects =
        pick(6) ? g_strdup("") : g_strdup_printf(",\"correction_of\":\"e%d\"", pick(N_EVENTS));
    g_autofree char *ticket_id =
        pick(4) ? g_strdup("")
                : g_strdup_printf(",\"ticket_id\":\"%c-%d\"", pick(2) ? 'x' : 'X', pick(3));
    g_autofree char *data = g_strdup_printf(
        "\"ticket_no\":\"A%d\",\"window_no\":\"W%d\",\"staff_id\":\"%c%d\"%s%s%s%s", pick(5),
        pick(4), pick(2) ? 's' : 'S', pick(3), approval, version, corrects, ticket_id);
    return fixture_event(id, type, AT(at), data);
}

/* The same, as another system tells it. */
static char *from_elsewhere(char *event)
{
    g_autofree char *text = event;
    g_auto(GStrv) around = g_strsplit(text, SOURCE, 2);
    return g_strjoinv(pick(2) ? "/kiosk" : "/queue/h02", around);
}

static char *other_event(const char *id, int at)
{
    static const char *const TYPES[] = {"hall.approval.accepted", "hall.session.started",
                                        "hall.session.ended", "hall.trade.started",
                                        "hall.approval.withdrawn"};
    g_autofree char *ticket =
        pick(2) ? g_strdup("") : g_strdup_printf("\"ticket_no\":\"A%d\",", pick(5));
    g_autofree char *data = g_strdup_printf(
        "%s\"approval_id\":\"SP-%d\",\"session_id\":\"S-%d\",\"project_no\":\"P\",\"session_type\":"
        "\"开标\",\"room\":\"W%d\"",
        ticket, pick(4), pick(3), pick(4));
    return fixture_event(id, TYPES[pick(5)], AT(at), data);
}

/* Two days and the night between them. */
static GPtrArray *random_events(void)
{
    GPtrArray *events = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < N_EVENTS; i++) {
        g_autofree char *id = g_strdup_printf("e%d", pick(8) ? i : i / 2);
        int at = pick(2) ? pick(30000) : 46800 + pick(25000); // 22:30 … 05:26
        char *event = pick(4) ? ticket_event(id, at) : other_event(id, at);
        g_ptr_array_add(events, pick(3) ? event : from_elsewhere(event));
    }
    return events;
}

static void shuffle(GPtrArray *events)
{
    for (int i = (int)events->len - 1; i > 0; i--) {
        int j = pick(i + 1);
        gpointer swap = events->pdata[i];
        events->pdata[i] = events->pdata[j];
        events->pdata[j] = swap;
    }
}

static void prepare(Fixture *f)
{
    fixture_camera(f, "CAM-A", T0);
    fixture_camera(f, "CAM-B", T0);
    fixture_place(f, "W0", "CAM-A");
    fixture_place(f, "W1", "CAM-B,CAM-A");
    fixture_place(f, "W2", "CAM-B");
}

static void drain(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    idx_relink_run(f->cat, AT(172800), NULL, NULL, NULL, &error);
    g_assert_no_error(error);
}

/* One of an id and version holds what came first: the rest conflicts, so each is told once. */
static GPtrArray *without_conflicts(GPtrArray *events)
{
    GPtrArray *kept = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < events->len; i++) {
        g_autoptr(json_t) json = json_loads(events->pdata[i], 0, NULL);
        const json_t *version = json_object_get(json_object_get(json, "data"), "data_ver");
        char *key = g_strdup_printf("%s/%d", json_string_value(json_object_get(json, "id")),
                                    version ? (int)json_integer_value(version) : 1);
        if (g_hash_table_add(seen, key))
            g_ptr_array_add(kept, events->pdata[i]);
    }
    return kept;
}

static void play(Fixture *f, const GPtrArray *events, int clock_at)
{
    int64_t offset_us = -7 * MJ_SECOND_US;
    bool set = false;
    prepare(f);
    for (guint i = 0; i < events->len; i++) {
        idx_event_batch_free(fixture_add(f, events->pdata[i], 1, 0, 0));
        bool known = strstr(events->pdata[i], "\"" SOURCE "\"") != NULL;
        if (!set && (int)i >= clock_at && known) {
            set = true;
            g_assert_true(idx_source_set(f->cat, SOURCE, AT(20000), &offset_us, 2 * MJ_SECOND_US,
                                         AT(90000), NULL));
        }
    }
    drain(f);
}

static void test_rebuild(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(GPtrArray) all = random_events();
        g_autoptr(GPtrArray) events = without_conflicts(all);
        g_autofree char *first = NULL;
        for (int order = 0; order < 3; order++) {
            g_autoptr(Fixture) f = fixture_new();
            play(f, events, pick((int)events->len / 2));
            g_autofree char *live = dump(f);
            g_autofree char *rows = fixture_dump(f->cat, "SELECT * FROM span ORDER BY id");
            if (!first)
                first = g_strdup(live);
            g_assert_cmpstr(live, ==, first);
            g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(172801), NULL));
            drain(f);
            g_autofree char *rebuilt = dump(f);
            g_autofree char *still = fixture_dump(f->cat, "SELECT * FROM span ORDER BY id");
            g_assert_cmpstr(rebuilt, ==, live);
            g_assert_cmpstr(still, ==, rows); // nothing was even written
            shuffle(events);
        }
    }
}

/* What is missing or wrong comes back; killed between two steps, it goes on. */
static void test_resumed(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GPtrArray) all = random_events();
    g_autoptr(GPtrArray) events = without_conflicts(all);
    play(f, events, 5);
    g_autofree char *live = dump(f);
    g_free(fixture_dump(f->cat, "UPDATE span SET superseded_us = 1"));
    g_free(
        fixture_dump(f->cat, "UPDATE event SET superseded_by = NULL, cancelled = 0, place = 'X'"));
    g_free(fixture_dump(f->cat, "DELETE FROM subject_event"));
    g_free(fixture_dump(f->cat, "DELETE FROM subject_facet WHERE last_us % 2 = 0"));
    g_free(fixture_dump(f->cat, "UPDATE subject_facet SET first_us = 1"));
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(172801), NULL));
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(172802), NULL));
    g_autofree char *jobs = fixture_dump(f->cat, "SELECT count(*) FROM relink");
    g_assert_cmpstr(jobs, ==, "1"); // asked for twice
    int steps = 0;
    for (bool more = true; more; steps++) {
        idx_catalogue_free(f->cat); // as if another process went on
        f->cat = idx_catalogue_open(f->home, IDX_WRITE, NULL);
        g_assert_true(idx_relink_step(f->cat, AT(172803), &more, NULL, NULL));
    }
    g_assert_cmpint(steps, >, 2);
    g_autofree char *rebuilt = dump(f);
    g_assert_cmpstr(rebuilt, ==, live);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relink/rebuild", test_rebuild);
    g_test_add_func("/relink/resumed", test_resumed);
    return g_test_run();
}
