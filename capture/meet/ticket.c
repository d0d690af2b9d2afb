// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/ticket.h"

struct CapTicket {
    int refs; // atomic: the asker's and the hub's
    GMutex lock;
    void (*wake)(void *data); // NULL: nobody waits any more
    void *data;
    bool done;
    json_t *answer;
    GError *error;
};

CapTicket *cap_ticket_new(void (*wake)(void *data), void *data)
{
    CapTicket *ticket = g_new0(CapTicket, 1);
    *ticket = (CapTicket){.refs = 2, .wake = wake, .data = data};
    g_mutex_init(&ticket->lock);
    return ticket;
}

void cap_ticket_unref(CapTicket *ticket)
{
    if (!g_atomic_int_dec_and_test(&ticket->refs))
        return;
    json_decref(ticket->answer);
    g_clear_error(&ticket->error);
    g_mutex_clear(&ticket->lock);
    g_free(ticket);
}

void cap_ticket_free(CapTicket *ticket)
{
    if (!ticket)
        return;
    g_mutex_lock(&ticket->lock);
    ticket->wake = NULL;
    g_mutex_unlock(&ticket->lock);
    cap_ticket_unref(ticket);
}

bool cap_ticket_take(CapTicket *ticket, json_t **ret_answer, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&ticket->lock);
    if (!ticket->done)
        return false;
    *ret_answer = g_steal_pointer(&ticket->answer);
    if (ticket->error)
        g_propagate_error(error, g_steal_pointer(&ticket->error));
    return true;
}

void cap_ticket_settle(CapTicket *ticket, json_t *answer, const GError *error)
{
    g_mutex_lock(&ticket->lock);
    ticket->done = true;
    ticket->answer = answer;
    ticket->error = error ? g_error_copy(error) : NULL;
    if (ticket->wake)
        ticket->wake(ticket->data);
    g_mutex_unlock(&ticket->lock);
    cap_ticket_unref(ticket);
}
