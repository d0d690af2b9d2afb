// SPDX-License-Identifier: GPL-3.0-or-later
/* The Range header (RFC 9110 section 14). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    API_RANGE_WHOLE, // no header, another unit, several ranges or nonsense: all is sent, as allowed
    API_RANGE_PART,
    API_RANGE_UNSATISFIABLE,
} ApiRangeKind;

/* @header may be NULL. @ret_first and @ret_length (bytes, > 0) are set for API_RANGE_PART only. */
ApiRangeKind api_range_parse(const char *header, int64_t size, int64_t *ret_first,
                             int64_t *ret_length);
