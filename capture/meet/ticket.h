// SPDX-License-Identifier: GPL-3.0-or-later
/* A request to the hub on its way, between the thread that asks and the hub's.
 *
 *   asker   cap_hub_ask → … wake … → take → free
 *   hub     settle, or unref if there is no answer any more
 *
 * Counted: one reference is the asker's, one the hub's. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct CapTicket CapTicket;

/* --- the asker --- */

/* True if it is answered: *ret_answer (new reference), or @error. Once. */
bool cap_ticket_take(CapTicket *ticket, json_t **ret_answer, GError **error);
/* wake is not called any more. */
void cap_ticket_free(CapTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapTicket, cap_ticket_free)

/* --- the hub --- */

CapTicket *cap_ticket_new(void (*wake)(void *data), void *data);
/* Takes @answer and the hub's reference. */
void cap_ticket_settle(CapTicket *ticket, json_t *answer, const GError *error);
void cap_ticket_unref(CapTicket *ticket);
