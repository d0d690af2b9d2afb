// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/outbox.h"

#define SECOND G_USEC_PER_SEC
#define BATCH_EVERY_US (5 * SECOND) // the approval system's round
#define LATE_SHARE 0.08             // of all events
#define REPEAT_SHARE 0.06

struct HallOutbox {
    char *hall;   // lower case
    char *series; // makes ids differ from those of other runs
    GRand *random;
    GSequence *letters; // Letter, by due time, then by order of posting
    int64_t counter, posted;
    char *last_id;
};

typedef struct Letter {
    int64_t due_us, order;
    bool batched;
    json_t *event;
} Letter;

static void letter_free(gpointer data)
{
    Letter *letter = data;
    json_decref(letter->event);
    g_free(letter);
}

static gint letter_compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Letter *first = a, *second = b;
    if (first->due_us != second->due_us)
        return first->due_us < second->due_us ? -1 : 1;
    return first->order < second->order ? -1 : first->order > second->order;
}

HallOutbox *hall_outbox_new(const char *hall, int64_t start_us, GRand *random)
{
    HallOutbox *outbox = g_new0(HallOutbox, 1);
    outbox->hall = g_ascii_strdown(hall, -1);
    outbox->series = g_strdup_printf("%" G_GINT64_MODIFIER "x", start_us / 1000);
    outbox->random = random;
    outbox->letters = g_sequence_new(letter_free);
    return outbox;
}

void hall_outbox_free(HallOutbox *outbox)
{
    if (!outbox)
        return;
    g_sequence_free(outbox->letters);
    g_free(outbox->hall);
    g_free(outbox->series);
    g_free(outbox->last_id);
    g_free(outbox);
}

char *hall_time(int64_t utc_us)
{
    int64_t local_s = utc_us / SECOND + 8 * 3600;
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(local_s);
    g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03d+08:00", seconds, (int)(utc_us / 1000 % 1000));
}

static json_t *envelope(HallOutbox *outbox, const HallEvent *event)
{
    bool queue = event->system == HALL_QUEUE_SYSTEM;
    g_free(outbox->last_id);
    outbox->last_id = g_strdup_printf("%s-%s-%06" G_GINT64_FORMAT, queue ? "q" : "a",
                                      outbox->series, ++outbox->counter);
    g_autofree char *time = hall_time(event->time_us);
    return json_pack("{s:s, s:s, s:s+, s:s, s:s, s:s, s:o}", "specversion", "1.0", "id",
                     outbox->last_id, "source", queue ? "queue." : "approval.", outbox->hall,
                     "type", event->type, "time", time, "datacontenttype", "application/json",
                     "data", event->data);
}

static int64_t between(HallOutbox *outbox, double from_s, double to_s)
{
    return (int64_t)(g_rand_double_range(outbox->random, from_s, to_s) * SECOND);
}

static int64_t add_letter(HallOutbox *outbox, json_t *event, int64_t due_us, HallSystem system)
{
    Letter *letter = g_new0(Letter, 1);
    letter->batched = system == HALL_APPROVAL_SYSTEM;
    if (letter->batched)
        due_us = (due_us / BATCH_EVERY_US + 1) * BATCH_EVERY_US;
    letter->due_us = due_us;
    letter->order = outbox->posted++;
    letter->event = json_incref(event);
    g_sequence_insert_sorted(outbox->letters, letter, letter_compare, NULL);
    return due_us;
}

const char *hall_outbox_post(HallOutbox *outbox, const HallEvent *event, int64_t *settled)
{
    return hall_outbox_post_after(outbox, event, event->time_us, settled);
}

const char *hall_outbox_post_after(HallOutbox *outbox, const HallEvent *event, int64_t after_us,
                                   int64_t *settled)
{
    json_t *json = envelope(outbox, event);
    int64_t due = after_us + between(outbox, 0.01, 0.25);
    if (g_rand_double(outbox->random) < LATE_SHARE)
        due += between(outbox, 10, 60);
    due = add_letter(outbox, json, due, event->system);
    if (g_rand_double(outbox->random) < REPEAT_SHARE)
        due = add_letter(outbox, json, due + between(outbox, 0.5, 15), event->system);
    json_decref(json);
    if (settled)
        *settled = MAX(*settled, due);
    return outbox->last_id;
}

static Letter *first_letter(const HallOutbox *outbox)
{
    GSequenceIter *first = g_sequence_get_begin_iter(outbox->letters);
    return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

int64_t hall_outbox_next_us(const HallOutbox *outbox)
{
    const Letter *letter = first_letter(outbox);
    return letter ? letter->due_us : INT64_MAX;
}

json_t *hall_outbox_take(HallOutbox *outbox, int64_t now_us, bool *ret_batch)
{
    json_t *parcel = NULL;
    int64_t due = 0;
    *ret_batch = false;
    for (Letter *letter; (letter = first_letter(outbox)) && letter->due_us <= now_us;) {
        /* A batch is what one round collected, and never more than one round. */
        if (parcel && !(*ret_batch && letter->batched && letter->due_us == due))
            break;
        if (!parcel)
            parcel = json_array();
        *ret_batch = letter->batched;
        due = letter->due_us;
        json_array_append(parcel, letter->event);
        g_sequence_remove(g_sequence_get_begin_iter(outbox->letters));
        if (!*ret_batch)
            break;
    }
    return parcel;
}
