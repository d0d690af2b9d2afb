// SPDX-License-Identifier: GPL-3.0-or-later
/* What endpoints that find one thing by its name share: the answer where several are called so. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"
#include "index/find/naming.h"

/* The dossier of what is meant, or 409 with `candidates` where several are called so and ?hall=, of a
 * ticket also ?ticket_id= and ?source=, do not say which. Tells the audit log. */
bool api_found_dossier(ApiRequest *request, IdxName name, GError **error);

/* Problem "ambiguous" with what may be meant. Takes @candidates; NULL = they could not be read. */
bool api_found_several(ApiRequest *request, const GError *why, json_t *candidates);
