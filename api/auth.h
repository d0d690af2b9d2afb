// SPDX-License-Identifier: GPL-3.0-or-later
/* Who calls, and whether they may.
 *
 * A token wins over a cookie. Both are found by the hash of the whole secret, so how long that
 * takes says nothing about it. Has its own connections to the catalogue, each under a lock: any
 * thread. */
#pragma once

#include "api/request.h"

/* @home is only read here. */
ApiAuth *api_auth_new(const char *home, GError **error);
void api_auth_free(ApiAuth *auth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiAuth, api_auth_free)

/* Fills request->identity from its token or cookie and holds it against the route's permission.
 * MJ_ERROR_DENIED says what is missing. May write (a login was used), so may wait: not in the
 * network loop unless the route takes tokens alone. */
bool api_auth_check(ApiAuth *auth, ApiRequest *request, GError **error);

/* ApiRoute.admit: the citizen's join link of the session in the address, also when the session is over; the link of the
 * slot in the address. request->identity says which leg or slot. MJ_ERROR_DENIED. */
bool api_auth_rater(ApiRequest *request, GError **error);
bool api_auth_slot_link(ApiRequest *request, GError **error);

/* Whether who was found to call may @permit, too: for answers that tell some more than others. */
bool api_auth_may(const ApiRequest *request, IdxPermit permit);

/* A page of another site must not act with the browser's cookie: if the browser sent Sec-Fetch-Site, it says
 * same-origin; if it sent Origin, that is this host's. Requests with a token are free of that. */
bool api_auth_same_origin(const ApiRequest *request, GError **error);
