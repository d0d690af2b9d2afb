// SPDX-License-Identifier: GPL-3.0-or-later
/* Who is at the other end of a live WebSocket: what the request that opened it said, so that it can be
 * asked again whether they may, and the audit log told what they see.
 *
 * Counted; immutable. Any thread. Holds the cookie or token: a secret. */
#pragma once

#include "api/request.h"

typedef struct ApiGuest {
    int refs; // atomic
    ApiContext *context;
    const ApiRoute *route;
    ApiHeaders headers;
    char *address;
    char *name, *role; // of a token: its scope
    ApiIdentityKind kind;
    bool limited; // to some places, when the socket was opened
    char id[20];
    struct ApiLive *live; // holds room for it; NULL: none
} ApiGuest;

/* See live.h. */
void api_live_release(struct ApiLive *live, const ApiGuest *guest);

/* Of @request, who is permitted already. */
ApiGuest *api_guest_new(const ApiRequest *request);
ApiGuest *api_guest_ref(ApiGuest *guest);
void api_guest_unref(ApiGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiGuest, api_guest_unref)

/* By what they were when the socket was opened: another role ends the login. */
bool api_guest_may(const ApiGuest *guest, IdxPermit permit);

/* A request of theirs, now: for auth.h and audit/audit.h. Free with api_request_free(). */
ApiRequest *api_guest_request(const ApiGuest *guest, IdxCatalogue *cat);

/* Says in @request, of which nobody is known yet, who they were when the socket was opened. */
void api_guest_identify(const ApiGuest *guest, ApiRequest *request);
