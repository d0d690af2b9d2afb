// SPDX-License-Identifier: GPL-3.0-or-later
/* Layouts of the live wall, as a page sends them: what is taken is one, and read again the same one. */
#include "index/layout.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(json_t) json = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) layout = json != NULL ? idx_layout_parse(json, &error) : NULL;
    g_assert(json == NULL || (layout == NULL) == (error != NULL));
    if (layout == NULL)
        return 0;
    const json_t *cameras = json_object_get(layout, "cameras");
    json_int_t tour = json_integer_value(json_object_get(layout, "tour_seconds"));
    g_assert(json_object_size(layout) == 3);
    g_assert(json_array_size(cameras) <= IDX_LAYOUT_PLACES);
    g_assert(tour >= 0 && tour <= IDX_LAYOUT_TOUR_MAX);
    for (size_t i = 0; i < json_array_size(cameras); i++) {
        const json_t *place = json_array_get(cameras, i);
        g_assert(json_is_null(place) ||
                 (json_string_length(place) > 0 && json_string_length(place) <= 64));
    }
    g_autoptr(json_t) again = idx_layout_parse(layout, NULL);
    g_assert(json_equal(again, layout));
    return 0;
}
