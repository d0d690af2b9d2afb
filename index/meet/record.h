// SPDX-License-Identifier: GPL-3.0-or-later
/* What a session's dossier begins with: who it was with and about what, how its parties rated it, to which words
 * they agreed, until when its footage is kept, and by which rule of retention/retention.h. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

/* As idx_book_json(), with
 *   "notices"    those of notice.h that its parties agreed to
 *   "retention"  null without footage of its legs, else {"rule", "kept_until", "last_rule", "gone_by", "held"}: all of it
 *                stays at least until kept_until by the rule {"kind","purpose","days"}; the last of it goes by
 *                gone_by by last_rule, both null if none goes by age; held: a hold keeps some of it whatever they say
 * New reference. MJ_ERROR_NOT_FOUND. */
json_t *idx_meet_record_json(IdxCatalogue *cat, const char *session, int64_t now_us,
                             GError **error);
