// SPDX-License-Identifier: GPL-3.0-or-later
/* What one process at a time does, whichever is quicker: it has a lease of the catalogue's, says so again
 * while it works, and loses it IDX_LEASE_US after it said so last. The host's clock; one machine. */
#pragma once

#include "index/catalogue.h"

#define IDX_LEASE_US INT64_C(8000000)
#define IDX_LEASE_RENEW_US INT64_C(2000000) // a lease that is younger is not written again

/* Takes or keeps lease @name for @owner. *ret_mine: whether it has it now. Writes only if it has to. */
bool idx_lease_take(IdxCatalogue *cat, const char *name, const char *owner, int64_t now_us,
                    bool *ret_mine, GError **error);
bool idx_lease_leave(IdxCatalogue *cat, const char *name, const char *owner, GError **error);

/* Whether anybody has it at @now_us. */
bool idx_lease_held(IdxCatalogue *cat, const char *name, int64_t now_us, bool *ret, GError **error);
