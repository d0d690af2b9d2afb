// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/queue.h"

#include "test/hall/outbox.h"
#include "test/hall/visit.h"

#define SECOND G_USEC_PER_SEC
#define LONGEST_LINE 10 // of people waiting

struct HallQueue {
    HallDay day;
    GPtrArray *windows; // HallWindow
    GQueue waiting;     // HallTicket
    int64_t next_arrival_us;
    int tickets;  // to be served to the end; 0 = no end
    int promised; // of those, how many were called
    bool open;
};

static double average_visit(const HallDay *day)
{
    return (day->visit_min_s + day->visit_max_s) / 2.0;
}

static bool enough(const HallQueue *queue)
{
    return queue->tickets && queue->promised >= queue->tickets;
}

static void plan_arrival(HallQueue *queue, int64_t after_us)
{
    /* A little faster than the windows work, so that there is always somebody to call. */
    double pause = 0.9 * (average_visit(&queue->day) + 6) / queue->windows->len;
    queue->next_arrival_us = after_us + hall_day_between(&queue->day, 0.4 * pause, 1.6 * pause);
}

static void arrive(HallQueue *queue, int64_t at_us)
{
    if (g_queue_get_length(&queue->waiting) < LONGEST_LINE)
        g_queue_push_tail(&queue->waiting, hall_ticket_take(&queue->day, at_us));
}

HallQueue *hall_queue_new(const HallQueueConfig *config, int64_t start_us)
{
    HallQueue *queue = g_new0(HallQueue, 1);
    start_us = start_us / 1000 * 1000; // the systems write milliseconds
    hall_day_init(&queue->day, config, start_us);
    queue->windows = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; config->windows[i]; i++) {
        HallWindow *window = g_new0(HallWindow, 1);
        window->code = g_intern_string(config->windows[i]);
        window->staff = 1021 + i;
        window->free_us = start_us + (int64_t)(1 + 2 * i) * SECOND;
        g_ptr_array_add(queue->windows, window);
    }
    queue->tickets = config->tickets;
    queue->open = true;
    for (guint i = 0; i <= queue->windows->len; i++)
        arrive(queue, start_us + (int64_t)i * SECOND / 5);
    plan_arrival(queue, start_us + SECOND);
    return queue;
}

void hall_queue_free(HallQueue *queue)
{
    if (!queue)
        return;
    g_queue_clear_full(&queue->waiting, (GDestroyNotify)hall_ticket_free);
    g_ptr_array_unref(queue->windows);
    hall_day_clear(&queue->day);
    g_free(queue);
}

/* Who may be called to @window: the first in line who was not sent to another one. */
static GList *next_for(const HallQueue *queue, const HallWindow *window)
{
    for (GList *link = queue->waiting.head; link; link = link->next) {
        const HallTicket *ticket = link->data;
        if (!ticket->only_window || ticket->only_window == window->code)
            return link;
    }
    return NULL;
}

static int64_t call_time(const HallQueue *queue, const HallWindow *window)
{
    const GList *link = next_for(queue, window);
    if (!link || !queue->open || (enough(queue) && !((HallTicket *)link->data)->only_window))
        return INT64_MAX;
    const HallTicket *ticket = link->data;
    return MAX(window->free_us, ticket->ready_us);
}

static HallWindow *next_window(const HallQueue *queue, int64_t *ret_us)
{
    HallWindow *first = NULL;
    *ret_us = INT64_MAX;
    for (guint i = 0; i < queue->windows->len; i++) {
        HallWindow *window = g_ptr_array_index(queue->windows, i);
        int64_t at = call_time(queue, window);
        if (at < *ret_us) {
            *ret_us = at;
            first = window;
        }
    }
    return first;
}

/* Another window than @window, for a transfer; NULL if there is only one. */
static const HallWindow *other_window(HallQueue *queue, const HallWindow *window)
{
    if (queue->windows->len < 2)
        return NULL;
    for (;;) {
        gint32 i = g_rand_int_range(queue->day.random, 0, (gint32)queue->windows->len);
        const HallWindow *other = g_ptr_array_index(queue->windows, (guint)i);
        if (other != window)
            return other;
    }
}

static void call(HallQueue *queue, HallWindow *window, int64_t at_us)
{
    GList *link = next_for(queue, window);
    g_assert(link); // next_window chose a window somebody waits for
    HallTicket *ticket = link->data;
    g_queue_delete_link(&queue->waiting, link);
    bool again = ticket->only_window != NULL;
    HallOutcome outcome =
        hall_ticket_serve(&queue->day, ticket, window, other_window(queue, window), at_us);
    /* A transferred ticket counts when it is first called: it will be finished elsewhere. */
    if (outcome != HALL_PASSED && !again)
        queue->promised++;
    if (outcome == HALL_TRANSFERRED)
        g_queue_push_head(&queue->waiting, ticket);
    else
        hall_ticket_free(ticket);
}

/* Nothing begins while the hall is closed, nor as if it had begun then once it is open again. */
static void stand_still(HallQueue *queue, int64_t now_us)
{
    queue->next_arrival_us = MAX(queue->next_arrival_us, now_us);
    for (guint i = 0; i < queue->windows->len; i++) {
        HallWindow *window = g_ptr_array_index(queue->windows, i);
        window->free_us = MAX(window->free_us, now_us / 1000 * 1000);
    }
}

void hall_queue_advance(HallQueue *queue, int64_t now_us)
{
    for (;;) {
        int64_t call_us;
        HallWindow *window = next_window(queue, &call_us);
        bool arrives = queue->open && !enough(queue) && queue->next_arrival_us <= call_us;
        if (!arrives && !window)
            break;
        if ((arrives ? queue->next_arrival_us : call_us) > now_us)
            break;
        if (arrives) {
            arrive(queue, queue->next_arrival_us);
            plan_arrival(queue, queue->next_arrival_us);
        } else {
            call(queue, window, call_us);
        }
    }
    if (!queue->open)
        stand_still(queue, now_us);
}

void hall_queue_set_open(HallQueue *queue, bool open)
{
    queue->open = open;
}

json_t *hall_queue_take(HallQueue *queue, int64_t now_us, bool *ret_batch)
{
    return hall_outbox_take(queue->day.outbox, now_us, ret_batch);
}

json_t *hall_queue_truth(HallQueue *queue, int64_t now_us)
{
    return hall_day_truth(&queue->day, now_us);
}

int64_t hall_queue_next_us(const HallQueue *queue)
{
    int64_t next;
    next_window(queue, &next);
    if (!enough(queue) && queue->open)
        next = MIN(next, queue->next_arrival_us);
    next = MIN(next, hall_outbox_next_us(queue->day.outbox));
    return MIN(next, hall_day_truth_us(&queue->day));
}
