// SPDX-License-Identifier: GPL-3.0-or-later
/* Does the simulated day hold what real ones do, and is its ground truth what its events say? A
 * fake clock: time goes on by leaps. */
#include "index/base/clock.h"
#include "test/hall/queue.h"
#include "test/hall/sender.h"

#include <string.h>

#define START_US INT64_C(1795311065120456) // 2026-11-22T01:31:05.120456Z
#define TICKETS 200

static const char *const WINDOWS[] = {"W01", "W02", "W03", NULL};

typedef struct Day {
    GPtrArray *events; // json_t, as sent, repeats included
    GPtrArray *truths; // json_t
    GHashTable *by_id; // id → json_t, first copy
    int batches, singles, repeats, late, out_of_order;
    int64_t end_us;
} Day;

static const char *text(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static int64_t time_of(const json_t *json, const char *key)
{
    int64_t us = 0;
    g_autoptr(GError) error = NULL;
    mj_time_parse_rfc3339(text(json, key), &us, &error);
    g_assert_no_error(error);
    return us;
}

static void note_event(Day *day, json_t *event, int64_t now_us)
{
    json_t *first = g_hash_table_lookup(day->by_id, text(event, "id"));
    if (first) {
        g_assert_true(json_equal(first, event));
        day->repeats++;
    } else {
        g_hash_table_insert(day->by_id, (char *)text(event, "id"), event);
    }
    int64_t happened = time_of(event, "time");
    g_assert_cmpint(happened, <=, now_us); // no system reports what has not happened yet
    day->late += now_us - happened >= 10 * MJ_SECOND_US;
    if (day->events->len) {
        json_t *last = g_ptr_array_index(day->events, day->events->len - 1);
        day->out_of_order += happened < time_of(last, "time");
    }
    g_ptr_array_add(day->events, json_incref(event));
}

static void note_parcel(Day *day, json_t *parcel, bool batch, int64_t now_us)
{
    size_t i;
    json_t *event;
    g_assert_true(batch || json_array_size(parcel) == 1);
    day->batches += batch && json_array_size(parcel) > 1;
    day->singles += !batch;
    json_array_foreach(parcel, i, event) note_event(day, event, now_us);
    json_decref(parcel);
}

/* Lives through a day in leaps of @leap_us (0 = from happening to happening). */
static Day *live(guint32 seed, int64_t leap_us)
{
    HallQueueConfig config = {.hall = "H01",
                              .windows = WINDOWS,
                              .visit_min_s = 20,
                              .visit_max_s = 45,
                              .seed = seed,
                              .tickets = TICKETS};
    g_autoptr(HallQueue) queue = hall_queue_new(&config, START_US);
    Day *day = g_new0(Day, 1);
    day->events = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    day->truths = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    day->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    int64_t now = START_US, next;
    while ((next = hall_queue_next_us(queue)) != INT64_MAX) {
        now = leap_us ? now + leap_us : MAX(now, next);
        bool batch;
        hall_queue_advance(queue, now);
        for (json_t *parcel; (parcel = hall_queue_take(queue, now, &batch));)
            note_parcel(day, parcel, batch, now);
        for (json_t *truth; (truth = hall_queue_truth(queue, now));)
            g_ptr_array_add(day->truths, truth);
        g_assert_cmpint(now, <, START_US + MJ_DAY_US);
    }
    day->end_us = now;
    return day;
}

static void day_free(Day *day)
{
    g_hash_table_unref(day->by_id);
    g_ptr_array_unref(day->events);
    g_ptr_array_unref(day->truths);
    g_free(day);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Day, day_free)

static void check_envelope(const json_t *event)
{
    g_assert_cmpstr(text(event, "specversion"), ==, "1.0");
    g_assert_cmpstr(text(event, "datacontenttype"), ==, "application/json");
    g_assert_true(g_str_has_suffix(text(event, "time"), "+08:00"));
    const json_t *data = json_object_get(event, "data");
    bool ticket = g_str_has_prefix(text(event, "type"), "hall.ticket.");
    g_assert_cmpstr(text(event, "source"), ==, ticket ? "queue.h01" : "approval.h01");
    g_assert_cmpstr(text(data, "hall_code"), ==, "H01");
    g_assert_nonnull(text(data, "business_type"));
    g_assert_cmpint(json_integer_value(json_object_get(data, "data_ver")), >=, 1);
    g_assert_nonnull(text(data, ticket ? "ticket_no" : "approval_id"));
    if (ticket && strcmp(text(event, "type"), "hall.ticket.taken") != 0) {
        g_assert_nonnull(text(data, "window_no"));
        g_assert_nonnull(text(data, "staff_id"));
    }
}

static void test_fields(void)
{
    g_autoptr(Day) day = live(11, 0);
    for (guint i = 0; i < day->events->len; i++)
        check_envelope(g_ptr_array_index(day->events, i));
}

static int count_type(const Day *day, const char *type)
{
    int count = 0;
    for (guint i = 0; i < day->events->len; i++)
        count += strcmp(text(g_ptr_array_index(day->events, i), "type"), type) == 0;
    return count;
}

static void test_everything_occurs(void)
{
    const char *const types[] = {
        "hall.ticket.taken",        "hall.ticket.called",      "hall.ticket.recalled",
        "hall.ticket.started",      "hall.ticket.paused",      "hall.ticket.finished",
        "hall.ticket.passed",       "hall.ticket.transferred", "hall.ticket.rated",
        "hall.approval.applied",    "hall.approval.accepted",  "hall.approval.node",
        "hall.approval.decided",    "hall.approval.issued",    "hall.approval.closed",
        "hall.approval.supplement", "hall.approval.fee"};
    g_autoptr(Day) day = live(12, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        g_assert_cmpint(count_type(day, types[i]), >, 0);
    g_assert_cmpint(day->batches, >, 0);
    g_assert_cmpint(day->singles, >, 0);
    g_assert_cmpint(day->repeats, >, 0);
    g_assert_cmpint(day->late, >, 0);
    g_assert_cmpint(day->out_of_order, >, 0);
}

static void test_corrections(void)
{
    g_autoptr(Day) day = live(13, 0);
    int corrections = 0;
    for (guint i = 0; i < day->events->len; i++) {
        json_t *event = g_ptr_array_index(day->events, i), *data = json_object_get(event, "data");
        const char *of = text(data, "correction_of");
        if (!of)
            continue;
        json_t *wrong = g_hash_table_lookup(day->by_id, of);
        g_assert_cmpstr(text(event, "id"), !=, of);
        g_assert_cmpint(json_integer_value(json_object_get(data, "data_ver")), ==, 2);
        g_assert_nonnull(wrong);
        g_assert_cmpstr(text(wrong, "type"), ==, text(event, "type"));
        g_assert_cmpstr(text(json_object_get(wrong, "data"), "ticket_no"), ==,
                        text(data, "ticket_no"));
        g_assert_cmpint(time_of(wrong, "time"), !=, time_of(event, "time"));
        corrections++;
    }
    g_assert_cmpint(corrections, >, 0);
}

/* The time of the @type event of @ticket that counts: the one with the highest data_ver, of those
 * at
 * @window. */
static int64_t told(const Day *day, const json_t *visit, const char *ticket, const char *type)
{
    int64_t found = 0;
    json_int_t version = 0;
    for (guint i = 0; i < day->events->len; i++) {
        json_t *event = g_ptr_array_index(day->events, i), *data = json_object_get(event, "data");
        json_int_t is = json_integer_value(json_object_get(data, "data_ver"));
        bool same = strcmp(text(event, "type"), type) == 0 &&
                    g_strcmp0(text(data, "ticket_no"), ticket) == 0 &&
                    g_strcmp0(text(data, "window_no"), text(visit, "window")) == 0 &&
                    !json_object_get(data, "resumed");
        if (same && is > version) {
            found = time_of(event, "time");
            version = is;
        }
    }
    return found;
}

static void test_truth(void)
{
    g_autoptr(Day) day = live(14, 0);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) approvals = g_hash_table_new(g_str_hash, g_str_equal);
    int twice = 0, moved = 0, corrected = 0, without = 0;
    g_assert_cmpint(day->truths->len, ==, TICKETS);
    for (guint i = 0; i < day->truths->len; i++) {
        json_t *truth = g_ptr_array_index(day->truths, i),
               *visits = json_object_get(truth, "visits");
        const char *ticket = text(truth, "ticket_no"), *approval = text(truth, "approval_id");
        g_assert_true(g_hash_table_add(seen, (char *)ticket));
        g_assert_cmpstr(text(truth, "day"), ==, "2026-11-22");
        g_assert_cmpint(told(day, truth, ticket, "hall.ticket.called"), ==,
                        time_of(truth, "called"));
        g_assert_cmpint(told(day, truth, ticket, "hall.ticket.started"), ==,
                        time_of(truth, "started"));
        g_assert_cmpint(told(day, truth, ticket, "hall.ticket.finished"), ==,
                        time_of(truth, "finished"));
        int64_t length = time_of(truth, "finished") - time_of(truth, "called");
        g_assert_cmpint(length, >=, 20 * MJ_SECOND_US);
        g_assert_cmpint(length, <=, 45 * MJ_SECOND_US);
        g_assert_cmpint(time_of(truth, "settled_at"), <=, day->end_us);
        without += !approval;
        twice += approval && !g_hash_table_add(approvals, (char *)approval);
        moved += json_array_size(visits) == 2;
        corrected += json_is_true(json_object_get(truth, "corrected"));
    }
    g_assert_cmpint(without, >, 0);
    g_assert_cmpint(twice, >, 0);
    g_assert_cmpint(moved, >, 0);
    g_assert_cmpint(corrected, >, 0);
}

/* One citizen at a time: visits at a window do not overlap. */
static void test_windows(void)
{
    g_autoptr(Day) day = live(15, 0);
    for (int w = 0; WINDOWS[w]; w++) {
        int64_t free_us = 0;
        for (guint i = 0; i < day->truths->len; i++) {
            json_t *truth = g_ptr_array_index(day->truths, i);
            if (strcmp(text(truth, "window"), WINDOWS[w]) != 0)
                continue;
            g_assert_cmpint(time_of(truth, "called"), >=, free_us);
            free_us = time_of(truth, "finished");
        }
        g_assert_cmpint(free_us, >, 0);
    }
}

/* The day is made by the seed, not by how often one looks. */
static void test_seed(void)
{
    g_autoptr(Day) one = live(16, 0);
    g_autoptr(Day) two = live(16, 7 * MJ_SECOND_US);
    g_autoptr(Day) other = live(17, 0);
    g_assert_cmpint(one->events->len, ==, two->events->len);
    for (guint i = 0; i < one->truths->len; i++)
        g_assert_true(
            json_equal(g_ptr_array_index(one->truths, i), g_ptr_array_index(two->truths, i)));
    g_assert_false(
        json_equal(g_ptr_array_index(one->truths, 3), g_ptr_array_index(other->truths, 3)));
}

static void test_closed(void)
{
    HallQueueConfig config = {
        .hall = "H01", .windows = WINDOWS, .visit_min_s = 20, .visit_max_s = 45, .seed = 18};
    g_autoptr(HallQueue) queue = hall_queue_new(&config, START_US);
    hall_queue_advance(queue, START_US + 60 * MJ_SECOND_US);
    hall_queue_set_open(queue, false);
    hall_queue_advance(queue, START_US + MJ_HOUR_US);
    bool batch;
    int64_t last = 0;
    for (json_t *parcel; (parcel = hall_queue_take(queue, START_US + MJ_HOUR_US, &batch));) {
        last = MAX(last, time_of(json_array_get(parcel, 0), "time"));
        json_decref(parcel);
    }
    g_assert_cmpint(last, <, START_US + 4 * MJ_MINUTE_US);
    hall_queue_set_open(queue, true);
    g_assert_cmpint(hall_queue_next_us(queue), <, START_US + MJ_HOUR_US + MJ_MINUTE_US);
    hall_queue_advance(queue, START_US + MJ_HOUR_US + MJ_MINUTE_US);
    int called = 0;
    for (json_t *parcel;
         (parcel = hall_queue_take(queue, START_US + MJ_HOUR_US + MJ_MINUTE_US, &batch));) {
        json_t *event = json_array_get(parcel, 0);
        if (strcmp(text(event, "type"), "hall.ticket.called") == 0) {
            /* Milliseconds are cut off, so up to one earlier. */
            g_assert_cmpint(time_of(event, "time"), >, START_US + MJ_HOUR_US - 1000);
            called++;
        }
        json_decref(parcel);
    }
    g_assert_cmpint(called, >, 0);
}

static void test_answers(void)
{
    HallSent sent = {0};
    const char *body = "{\"accepted\":2,\"duplicates\":1,\"refused\":0,\"results\":[]}";
    g_assert_cmpint(hall_sender_judge(200, body, &sent), ==, HALL_TAKEN);
    g_assert_cmpuint(sent.accepted, ==, 2);
    g_assert_cmpuint(sent.duplicates, ==, 1);
    g_assert_cmpint(hall_sender_judge(200, "<html>", &sent), ==, HALL_TRY_AGAIN);
    g_assert_cmpint(hall_sender_judge(503, body, &sent), ==, HALL_TRY_AGAIN);
    g_assert_cmpint(hall_sender_judge(401, "{}", &sent), ==, HALL_TRY_AGAIN);
    g_assert_cmpint(hall_sender_judge(400, "{}", &sent), ==, HALL_DROPPED);
    g_assert_cmpuint(sent.accepted, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/queue/fields", test_fields);
    g_test_add_func("/hall/queue/everything-occurs", test_everything_occurs);
    g_test_add_func("/hall/queue/corrections", test_corrections);
    g_test_add_func("/hall/queue/truth", test_truth);
    g_test_add_func("/hall/queue/windows", test_windows);
    g_test_add_func("/hall/queue/seed", test_seed);
    g_test_add_func("/hall/queue/closed", test_closed);
    g_test_add_func("/hall/queue/answers", test_answers);
    return g_test_run();
}
