// SPDX-License-Identifier: GPL-3.0-or-later
/* What an event tells that a subject is found by: of types we do not know data is unchecked, so any JSON may come
 * here. Two events with that body, a day apart: each value has one sitting or two, in order, within its limits. */
#include "index/base/clock.h"
#include "index/find/facet_told.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const IdxTold *told, const IdxTold *before)
{
    g_autofree char *folded = idx_facet_fold(told->spelling);
    g_assert(told->kind < IDX_FACETS && strcmp(folded, told->value) == 0);
    g_assert(told->value[0] && strlen(told->value) <= IDX_FACET_BYTES);
    g_assert(g_utf8_validate(told->value, -1, NULL));
    g_assert(told->last_us >= told->first_us &&
             told->last_us - told->first_us <= IDX_SITTING_MAX_US);
    g_assert(!before || before->kind <= told->kind);
    g_assert(!before || before->kind != told->kind || strcmp(before->value, told->value) < 0 ||
             before->last_us < told->first_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *body = g_strndup((const char *)data, size);
    const IdxToldEvent events[] = {{MJ_DAY_US, "hall.lift.stuck", NULL, body},
                                   {1, "hall.ticket.called", "W07", body}};
    g_autoptr(GArray) told = idx_facet_told(events, G_N_ELEMENTS(events));
    g_assert(told->len >= 1); // the place
    for (guint i = 0; i < told->len; i++)
        check(&g_array_index(told, IdxTold, i), i ? &g_array_index(told, IdxTold, i - 1) : NULL);
    return 0;
}
