// SPDX-License-Identifier: GPL-3.0-or-later
/* The Range header: eight bytes of the file's size, then the header; an even size puts the unit before it,
 * which random bytes would hardly find. */
#include "api/range.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t bytes = 0;
    if (size < sizeof bytes)
        return 0;
    memcpy(&bytes, data, sizeof bytes);
    bytes &= INT64_MAX;
    g_autofree char *rest = g_strndup((const char *)data + sizeof bytes, size - sizeof bytes);
    g_autofree char *header = g_strconcat(bytes % 2 == 0 ? "bytes=" : "", rest, NULL);
    int64_t first = 0, length = 0;
    if (api_range_parse(header, bytes, &first, &length) == API_RANGE_PART)
        g_assert(first >= 0 && length > 0 && first < bytes && length <= bytes - first);
    return 0;
}
