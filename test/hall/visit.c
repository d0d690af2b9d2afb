// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/visit.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static const struct {
    const char *name, *item, *dept;
    char prefix;
} MATTERS[] = {
    {"不动产登记", "转移登记", "370281-ZRZY", 'A'},
    {"社保登记", "单位参保登记", "370281-RSJ", 'B'},
    {"营业执照变更", "经营范围变更", "370281-SCJG", 'C'},
    {"户口迁移", "市内迁移", "370281-GAJ", 'D'},
};

typedef struct Truth {
    int64_t at_us;
    json_t *json;
} Truth;

static void truth_free(gpointer data)
{
    Truth *truth = data;
    json_decref(truth->json);
    g_free(truth);
}

static gint truth_compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Truth *first = a, *second = b;
    return first->at_us < second->at_us ? -1 : first->at_us > second->at_us;
}

/* The local date of @utc_us as 20261123, and minutes since its midnight. */
static int local_day(int64_t utc_us, int *ret_minute)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(utc_us / SECOND + 8 * 3600);
    if (ret_minute)
        *ret_minute = g_date_time_get_hour(time) * 60 + g_date_time_get_minute(time);
    return g_date_time_get_year(time) * 10000 + g_date_time_get_month(time) * 100 +
           g_date_time_get_day_of_month(time);
}

void hall_day_init(HallDay *day, const HallQueueConfig *config, int64_t start_us)
{
    day->hall = g_strdup(config->hall);
    day->random = g_rand_new_with_seed(config->seed);
    day->outbox = hall_outbox_new(config->hall, start_us, day->random);
    day->truths = g_sequence_new(truth_free);
    day->visit_min_s = config->visit_min_s;
    day->visit_max_s = config->visit_max_s;
    day->first_number = config->first_number;
}

static void approval_free(HallApproval *approval)
{
    if (!approval)
        return;
    g_free(approval->id);
    g_free(approval);
}

void hall_day_clear(HallDay *day)
{
    g_queue_clear_full(&day->returning, (GDestroyNotify)approval_free);
    g_sequence_free(day->truths);
    hall_outbox_free(day->outbox);
    g_rand_free(day->random);
    g_free(day->hall);
}

int64_t hall_day_between(HallDay *day, double from_s, double to_s)
{
    return from_s < to_s ? (int64_t)(g_rand_double_range(day->random, from_s, to_s) * 1000) * 1000
                         : (int64_t)(from_s * 1000) * 1000;
}

static bool chance(HallDay *day, double share)
{
    return g_rand_double(day->random) < share;
}

int64_t hall_day_truth_us(const HallDay *day)
{
    GSequenceIter *first = g_sequence_get_begin_iter(day->truths);
    return g_sequence_iter_is_end(first) ? INT64_MAX : ((Truth *)g_sequence_get(first))->at_us;
}

json_t *hall_day_truth(HallDay *day, int64_t now_us)
{
    if (hall_day_truth_us(day) > now_us)
        return NULL;
    GSequenceIter *first = g_sequence_get_begin_iter(day->truths);
    json_t *json = json_incref(((Truth *)g_sequence_get(first))->json);
    g_sequence_remove(first);
    return json;
}

static char *next_number(HallDay *day, int matter, int64_t at_us)
{
    int minute, date = local_day(at_us, &minute);
    if (date != day->date) {
        int first = day->first_number ? day->first_number : 1;
        if (!day->date && !day->first_number)
            first = 1 + 2 * minute; // faster than any window works
        for (size_t i = 0; i < G_N_ELEMENTS(day->numbers); i++)
            day->numbers[i] = first - 1;
        day->date = date;
    }
    return g_strdup_printf("%c%03d", MATTERS[matter].prefix, ++day->numbers[matter]);
}

/* Numbers of approvals rise with the time of the year: other halls take numbers too. */
static HallApproval *new_approval(HallDay *day, int matter, int64_t at_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND + 8 * 3600);
    int64_t seconds = (g_date_time_get_day_of_year(time) - 1) * 86400 +
                      g_date_time_get_hour(time) * 3600 + g_date_time_get_minute(time) * 60 +
                      g_date_time_get_second(time);
    day->approvals = MAX(day->approvals + 1, seconds / 32);
    HallApproval *approval = g_new0(HallApproval, 1);
    approval->id = g_strdup_printf("370281-%d-%06d", g_date_time_get_year(time),
                                   (int)(day->approvals % 1000000));
    approval->matter = matter;
    approval->incomplete = chance(day, 0.3);
    return approval;
}

/* An approval whose citizen is due back by @at_us, or NULL. */
static HallApproval *returning(HallDay *day, int64_t at_us)
{
    for (GList *link = day->returning.head; link; link = link->next) {
        HallApproval *approval = link->data;
        if (approval->back_us > at_us)
            continue;
        g_queue_delete_link(&day->returning, link);
        return approval;
    }
    return NULL;
}

static json_t *ticket_data(const HallDay *day, const HallTicket *ticket)
{
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:i, s:s, s:i}", "hall_code", day->hall, "ticket_no",
                  ticket->number, "business_type", MATTERS[ticket->matter].name, "number_type",
                  ticket->number_type, "dept_code", MATTERS[ticket->matter].dept, "data_ver", 1);
    if (ticket->approval)
        json_object_set_new(data, "approval_id", json_string(ticket->approval->id));
    return data;
}

static void set_place(json_t *data, const HallWindow *window)
{
    g_autofree char *staff = g_strdup_printf("%d", window->staff);
    json_object_set_new(data, "window_no", json_string(window->code));
    json_object_set_new(data, "staff_id", json_string(staff));
}

/* Posts a ticket event; @more (taken over, may be NULL) is added to its data. */
static const char *tell(HallDay *day, HallTicket *ticket, const HallWindow *window,
                        const char *type, int64_t at_us, json_t *more)
{
    json_t *data = ticket_data(day, ticket);
    if (window)
        set_place(data, window);
    if (more)
        json_object_update(data, more);
    json_decref(more);
    HallEvent event = {HALL_QUEUE_SYSTEM, type, at_us, data};
    return hall_outbox_post(day->outbox, &event, &ticket->settled_us);
}

/* Posts an approval event. @window NULL: the step was not done at a window. */
static void tell_approval(HallDay *day, HallTicket *ticket, const HallWindow *window,
                          const char *type, int64_t at_us, json_t *more)
{
    json_t *data =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "hall_code", day->hall, "approval_id",
                  ticket->approval->id, "business_type", MATTERS[ticket->matter].name, "item_name",
                  MATTERS[ticket->matter].item, "dept_code", MATTERS[ticket->matter].dept,
                  "approval_type", 1, "data_ver", 1);
    if (window) {
        json_object_set_new(data, "ticket_no", json_string(ticket->number));
        set_place(data, window);
    }
    if (more)
        json_object_update(data, more);
    json_decref(more);
    HallEvent event = {HALL_APPROVAL_SYSTEM, type, at_us, data};
    hall_outbox_post(day->outbox, &event, &ticket->settled_us);
}

HallTicket *hall_ticket_take(HallDay *day, int64_t at_us)
{
    HallTicket *ticket = g_new0(HallTicket, 1);
    ticket->approval = returning(day, at_us);
    ticket->matter = ticket->approval
                         ? ticket->approval->matter
                         : g_rand_int_range(day->random, 0, (gint32)G_N_ELEMENTS(MATTERS));
    ticket->number = next_number(day, ticket->matter, at_us);
    ticket->day = local_day(at_us, NULL);
    ticket->number_type = chance(day, 0.8) ? 1 : g_rand_int_range(day->random, 2, 5);
    ticket->ready_us = at_us + hall_day_between(day, 1, 2);
    ticket->visits = json_array();
    if (!ticket->approval && chance(day, 0.55))
        ticket->approval = new_approval(day, ticket->matter, at_us);
    g_autofree char *kiosk = g_strdup_printf("K%d", g_rand_int_range(day->random, 1, 4));
    tell(day, ticket, NULL, "hall.ticket.taken", at_us, json_pack("{s:s}", "kiosk", kiosk));
    return ticket;
}

void hall_ticket_free(HallTicket *ticket)
{
    if (!ticket)
        return;
    approval_free(ticket->approval);
    json_decref(ticket->visits);
    g_free(ticket->number);
    g_free(ticket);
}

static json_t *count(int calls)
{
    return json_pack("{s:i}", "call_count", calls);
}

/* Nobody comes: called three times, then passed over. */
static HallOutcome pass_over(HallDay *day, HallTicket *ticket, HallWindow *window, int64_t at_us)
{
    double wait = CLAMP(day->visit_min_s / 3.0, 1.0, 10.0);
    for (int calls = 2; calls <= 3; calls++) {
        at_us += hall_day_between(day, wait, 1.3 * wait);
        tell(day, ticket, window, "hall.ticket.recalled", at_us, count(calls));
    }
    at_us += hall_day_between(day, wait, 1.3 * wait);
    tell(day, ticket, window, "hall.ticket.passed", at_us, count(3));
    window->free_us = at_us + hall_day_between(day, 1, 2);
    return HALL_PASSED;
}

static void note_visit(HallTicket *ticket, const HallWindow *window, int64_t called,
                       int64_t started, int64_t finished)
{
    g_autofree char *from = hall_time(called), *start = hall_time(started),
                    *to = hall_time(finished);
    json_array_append_new(ticket->visits,
                          json_pack("{s:s, s:s, s:s, s:s}", "window", window->code, "called", from,
                                    "started", start, "finished", to));
}

static HallOutcome transfer(HallDay *day, HallTicket *ticket, HallWindow *window,
                            const HallWindow *other, int64_t at_us)
{
    tell(day, ticket, window, "hall.ticket.transferred", at_us,
         json_pack("{s:s, s:i, s:s}", "to_window_no", other->code, "transfer_kind", 2, "priority",
                   "front"));
    ticket->only_window = other->code;
    ticket->ready_us = at_us + hall_day_between(day, 2, 4);
    window->free_us = at_us + hall_day_between(day, 1, 3);
    return HALL_TRANSFERRED;
}

/* The clerk presses "finish" a few seconds late now and then; the system corrects it afterwards. */
static bool finish(HallDay *day, HallTicket *ticket, const HallWindow *window, int64_t at_us)
{
    if (!chance(day, 0.1)) {
        tell(day, ticket, window, "hall.ticket.finished", at_us, NULL);
        return false;
    }
    int64_t wrong = at_us + hall_day_between(day, 3, 9);
    g_autofree char *id = g_strdup(tell(day, ticket, window, "hall.ticket.finished", wrong, NULL));
    /* Stamped with when it happened, sent well after: a correction cannot be posted as if it were
     * news. */
    json_t *data = ticket_data(day, ticket);
    set_place(data, window);
    json_object_set_new(data, "data_ver", json_integer(2));
    json_object_set_new(data, "correction_of", json_string(id));
    HallEvent event = {HALL_QUEUE_SYSTEM, "hall.ticket.finished", at_us, data};
    hall_outbox_post_after(day->outbox, &event, wrong + hall_day_between(day, 5, 20),
                           &ticket->settled_us);
    return true;
}

static void rate(HallDay *day, HallTicket *ticket, const HallWindow *window, int64_t at_us)
{
    static const int levels[] = {5, 5, 5, 5, 5, 5, 4, 4, 3, 1};
    int level = levels[g_rand_int_range(day->random, 0, (gint32)G_N_ELEMENTS(levels))];
    tell(day, ticket, window, "hall.ticket.rated", at_us,
         json_pack("{s:i, s:s}", "eva_level", level, "channel", "evaluator"));
}

/* What the approval system does with the case after the window: each step seconds apart. */
static void decide(HallDay *day, HallTicket *ticket, int64_t at_us)
{
    const char *const nodes[] = {"审查", "批准"};
    for (int sn = 1; sn <= 2; sn++) {
        at_us += hall_day_between(day, 2, 6);
        tell_approval(day, ticket, NULL, "hall.approval.node", at_us,
                      json_pack("{s:i, s:s, s:i, s:i, s:i}", "sn", sn, "node_name", nodes[sn - 1],
                                "node_type", sn == 1 ? 1 : 3, "node_state", 2, "node_result", 1));
    }
    at_us += hall_day_between(day, 1, 4);
    tell_approval(day, ticket, NULL, "hall.approval.decided", at_us,
                  json_pack("{s:i}", "done_result", 0));
    g_autofree char *certificate = g_strdup_printf("Z%s", ticket->approval->id);
    at_us += hall_day_between(day, 1, 4);
    tell_approval(day, ticket, NULL, "hall.approval.issued", at_us,
                  json_pack("{s:s}", "certificate_no", certificate));
    at_us += hall_day_between(day, 1, 3);
    tell_approval(day, ticket, NULL, "hall.approval.closed", at_us,
                  json_pack("{s:i}", "done_result", 0));
}

/* The approval's part of a visit from @started to @finished. May take the approval out of the
 * ticket's hands: it waits for its citizen to come back. */
static void handle_approval(HallDay *day, HallTicket *ticket, const HallWindow *window,
                            int64_t started, int64_t finished)
{
    HallApproval *approval = ticket->approval;
    int64_t span = (finished - started) / 1000;
    if (!approval->applied)
        tell_approval(day, ticket, window, "hall.approval.applied", started + span * 150,
                      json_pack("{s:i}", "apply_from", 0));
    approval->applied = true;
    if (approval->incomplete) {
        tell_approval(day, ticket, window, "hall.approval.supplement", started + span * 700,
                      json_pack("{s:s}", "reason", "材料不齐全"));
        return;
    }
    tell_approval(day, ticket, window, "hall.approval.accepted", started + span * 500,
                  json_pack("{s:i, s:i}", "promise_limit", 1, "promise_unit", 1));
    if (chance(day, 0.3))
        tell_approval(day, ticket, window, "hall.approval.fee", started + span * 800,
                      json_pack("{s:f, s:s}", "fee", 80.0, "currency", "CNY"));
    decide(day, ticket, finished);
}

static void note_truth(HallDay *day, HallTicket *ticket, int64_t finished, bool corrected)
{
    json_t *last = json_array_get(ticket->visits, json_array_size(ticket->visits) - 1);
    g_autofree char *date = g_strdup_printf("%04d-%02d-%02d", ticket->day / 10000,
                                            ticket->day / 100 % 100, ticket->day % 100);
    g_autofree char *settled = hall_time(ticket->settled_us);
    Truth *truth = g_new0(Truth, 1);
    truth->at_us = finished;
    truth->json = json_pack(
        "{s:s, s:s, s:O, s:O, s:O, s:O, s:s?, s:O, s:b, s:s}", "ticket_no", ticket->number, "day",
        date, "window", json_object_get(last, "window"), "called", json_object_get(last, "called"),
        "started", json_object_get(last, "started"), "finished", json_object_get(last, "finished"),
        "approval_id", ticket->approval ? ticket->approval->id : NULL, "visits", ticket->visits,
        "corrected", corrected, "settled_at", settled);
    g_sequence_insert_sorted(day->truths, truth, truth_compare, NULL);
}

/* An incomplete approval leaves with its citizen, who comes back with a new ticket. */
static void send_home(HallDay *day, HallTicket *ticket, int64_t finished)
{
    HallApproval *approval = g_steal_pointer(&ticket->approval);
    approval->incomplete = false;
    approval->back_us = finished + hall_day_between(day, 10, 40);
    g_queue_push_tail(&day->returning, approval);
}

static HallOutcome serve_to_end(HallDay *day, HallTicket *ticket, HallWindow *window,
                                int64_t called, int64_t started, int64_t finished)
{
    int64_t span = (finished - started) / 1000;
    if (chance(day, 0.06)) {
        tell(day, ticket, window, "hall.ticket.paused", started + span * 400, NULL);
        tell(day, ticket, window, "hall.ticket.started", started + span * 600,
             json_pack("{s:b}", "resumed", true));
    }
    if (ticket->approval)
        handle_approval(day, ticket, window, started, finished);
    bool corrected = finish(day, ticket, window, finished);
    if (chance(day, 0.7))
        rate(day, ticket, window, finished + hall_day_between(day, 2, 6));
    note_visit(ticket, window, called, started, finished);
    note_truth(day, ticket, finished, corrected);
    if (ticket->approval && ticket->approval->incomplete)
        send_home(day, ticket, finished);
    window->free_us = finished + (chance(day, 0.08) ? hall_day_between(day, 30, 90)
                                                    : hall_day_between(day, 2, 5));
    return HALL_FINISHED;
}

HallOutcome hall_ticket_serve(HallDay *day, HallTicket *ticket, HallWindow *window,
                              const HallWindow *other, int64_t at_us)
{
    int64_t called = at_us;
    int64_t finished = called + hall_day_between(day, day->visit_min_s, day->visit_max_s);
    int64_t span = (finished - called) / 1000;
    tell(day, ticket, window, "hall.ticket.called", called, count(1));
    bool moved = ticket->only_window != NULL; // is in the hall already: comes, and stays
    if (!moved && chance(day, 0.08))
        return pass_over(day, ticket, window, called);
    int64_t started =
        called + span / 10 * 1000 + span * (int64_t)g_rand_int_range(day->random, 50, 100);
    if (chance(day, 0.1))
        tell(day, ticket, window, "hall.ticket.recalled", called + span * 80, count(2));
    started = started / 1000 * 1000;
    tell(day, ticket, window, "hall.ticket.started", started, NULL);
    if (!moved && other && chance(day, 0.08)) {
        int64_t left = started + (finished - started) / 3000 * 1000;
        note_visit(ticket, window, called, started, left);
        return transfer(day, ticket, window, other, left);
    }
    return serve_to_end(day, ticket, window, called, started, finished);
}
