// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/range.h"

#include <glib.h>
#include <string.h>

/* Digits to a number that never overflows: beyond the greatest it stays there. -1 if there are
 * none. */
static int64_t read_number(const char **at)
{
    if (!g_ascii_isdigit(**at))
        return -1;
    int64_t number = 0;
    for (; g_ascii_isdigit(**at); (*at)++) {
        int digit = **at - '0';
        number = number > (INT64_MAX - digit) / 10 ? INT64_MAX : number * 10 + digit;
    }
    return number;
}

ApiRangeKind api_range_parse(const char *header, int64_t size, int64_t *ret_first,
                             int64_t *ret_length)
{
    if (header == NULL || g_ascii_strncasecmp(header, "bytes=", 6) != 0)
        return API_RANGE_WHOLE;
    const char *at = header + 6;
    at += strspn(at, " \t");
    int64_t first = read_number(&at);
    if (*at++ != '-')
        return API_RANGE_WHOLE;
    int64_t last = read_number(&at);
    at += strspn(at, " \t");
    if (*at != '\0' || (first < 0 && last < 0) || (first >= 0 && last >= 0 && last < first))
        return API_RANGE_WHOLE;
    if (first < 0) { // the last so many bytes
        first = last >= size ? 0 : size - last;
        if (last == 0)
            return API_RANGE_UNSATISFIABLE;
        last = size - 1;
    }
    if (first >= size)
        return API_RANGE_UNSATISFIABLE;
    if (last < 0 || last >= size)
        last = size - 1;
    *ret_first = first;
    *ret_length = last - first + 1;
    return API_RANGE_PART;
}
