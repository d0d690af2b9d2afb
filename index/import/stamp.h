// SPDX-License-Identifier: GPL-3.0-or-later
/* Times as tables write them, without the help of a locale. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether idx_stamp_parse knows all of @format, and it tells a moment. */
bool idx_stamp_format_ok(const char *format);

/* @format as mapping.h explains it; NULL: RFC 3339, or "2026-11-22 09:31:05.5", "2026/11/22 9:31", which are
 * local in @zone. A time that the zone's clocks skip, as they are set forward, is refused; of one that came twice, as they
 * were set back, the first is taken, and *ret_twice (may be NULL) is true. */
bool idx_stamp_parse(const char *text, const char *format, GTimeZone *zone, int64_t *ret_us,
                     bool *ret_twice, GError **error);
