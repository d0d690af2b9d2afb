// SPDX-License-Identifier: GPL-3.0-or-later
/* What source.c and source_late.c have in common. */
#pragma once

#include "index/event/source.h"

#define SOURCE_MINUTES 16    // that are looked at
#define SOURCE_MINUTES_MIN 5 // that say something

/* More than a clock's worth late. Pure. */
bool idx_source_is_late(int64_t delay_us);

void idx_source_sort(int64_t *delays_us, size_t n);

/* By how much everything of @source comes late, as of @now_us; 0 = it does not, or not steadily. */
bool idx_source_find_late(IdxCatalogue *cat, const char *source, int64_t now_us, int64_t *ret_us,
                          GError **error);
