// SPDX-License-Identifier: GPL-3.0-or-later
/* A mapping from bytes: it is refused with a reason, or makes of any row either events or a reason why not. */
#include "index/import/mapping.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static GPtrArray *row_of(const char *const cells[], guint n)
{
    GPtrArray *row = g_ptr_array_new();
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(row, (gpointer)cells[i]);
    return row;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const HEADER[] = {"n", "w", "t", "d"};
    static const char *const CELLS[] = {"A1", "W7", "2026-11-22 09:30:00", "20261122"};
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxMapping) mapping = idx_mapping_parse((const char *)data, size, zone, &error);
    g_assert((mapping != NULL) != (error != NULL));
    g_assert(!error || g_utf8_validate(error->message, -1, NULL));
    if (!mapping)
        return 0;
    g_autoptr(GPtrArray) header = row_of(HEADER, G_N_ELEMENTS(HEADER));
    g_autoptr(GError) unbound = NULL, refused = NULL;
    if (!idx_mapping_bind(mapping, header, &unbound)) {
        g_assert(unbound && g_utf8_validate(unbound->message, -1, NULL));
        return 0;
    }
    for (guint n = 0; n <= G_N_ELEMENTS(CELLS); n++) {
        g_autoptr(GPtrArray) row = row_of(CELLS, n);
        g_autoptr(json_t) events = idx_mapping_events(mapping, row, NULL, &refused);
        g_assert((events != NULL) != (refused != NULL));
        g_clear_error(&refused);
    }
    return 0;
}
