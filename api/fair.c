// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/fair.h"

#include <stdint.h>
#include <string.h>

typedef struct Wait {
    char *owner;
    void *job;
    int64_t round; // one of each owner is of a round; the lowest goes first
} Wait;

struct ApiFair {
    GArray *waits; // Wait, in the order they came
    int64_t round; // of the last one that went
};

static void wait_clear(void *wait)
{
    g_free(((Wait *)wait)->owner);
}

ApiFair *api_fair_new(void)
{
    ApiFair *fair = g_new0(ApiFair, 1);
    fair->waits = g_array_new(FALSE, FALSE, sizeof(Wait));
    g_array_set_clear_func(fair->waits, wait_clear);
    return fair;
}

void api_fair_free(ApiFair *fair)
{
    if (!fair)
        return;
    g_array_unref(fair->waits);
    g_free(fair);
}

void api_fair_push(ApiFair *fair, const char *owner, void *job)
{
    Wait wait = {g_strdup(owner), job, fair->round};
    for (guint i = 0; i < fair->waits->len; i++) {
        const Wait *own = &g_array_index(fair->waits, Wait, i);
        if (strcmp(own->owner, owner) == 0)
            wait.round = MAX(wait.round, own->round + 1);
    }
    g_array_append_val(fair->waits, wait);
}

void *api_fair_pop(ApiFair *fair)
{
    guint first = 0;
    for (guint i = 1; i < fair->waits->len; i++)
        if (g_array_index(fair->waits, Wait, i).round <
            g_array_index(fair->waits, Wait, first).round)
            first = i;
    if (fair->waits->len == 0)
        return NULL;
    const Wait *wait = &g_array_index(fair->waits, Wait, first);
    void *job = wait->job;
    fair->round = wait->round;
    g_array_remove_index(fair->waits, first);
    return job;
}

bool api_fair_remove(ApiFair *fair, const void *job)
{
    for (guint i = 0; i < fair->waits->len; i++)
        if (g_array_index(fair->waits, Wait, i).job == job) {
            g_array_remove_index(fair->waits, i);
            return true;
        }
    return false;
}
