// SPDX-License-Identifier: GPL-3.0-or-later
/* What every live page is told besides pictures, as protocol.h has it: states of streams, and who is
 * served where; and what of that is new. New references; NULL with @error. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

json_t *api_news_states(IdxCatalogue *cat, int64_t now_us, GError **error);

/* What of the array @now is not in @before (may be NULL: all). Members are told apart by their @first
 * and @second key. */
json_t *api_news_changed(const json_t *before, const json_t *now, const char *first,
                         const char *second);
