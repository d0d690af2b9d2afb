// SPDX-License-Identifier: GPL-3.0-or-later
/* A queue of jobs in which nobody waits for all that somebody else has asked for: of each owner one, then of each the next,
 * and so on, in the order they came. Whoever asks for his first goes before the second of all others. Not for several
 * threads at a time. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct ApiFair ApiFair;

ApiFair *api_fair_new(void);
/* Jobs that wait are the caller's. NULL is fine. */
void api_fair_free(ApiFair *fair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiFair, api_fair_free)

void api_fair_push(ApiFair *fair, const char *owner, void *job);
/* NULL if there is none. */
void *api_fair_pop(ApiFair *fair);
/* False if it does not wait. */
bool api_fair_remove(ApiFair *fair, const void *job);
