// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/guest.h"

ApiGuest *api_guest_new(const ApiRequest *request)
{
    ApiGuest *guest = g_new0(ApiGuest, 1);
    guest->refs = 1;
    guest->context = request->context;
    guest->route = request->route;
    guest->headers.cookie = g_strdup(request->headers.cookie);
    guest->headers.authorization = g_strdup(request->headers.authorization);
    guest->headers.reason = g_strdup(request->headers.reason);
    guest->headers.case_no = g_strdup(request->headers.case_no);
    guest->address = g_strdup(request->address);
    guest->kind = request->identity.kind;
    guest->name = g_strdup(request->identity.name);
    guest->limited = request->identity.limited;
    guest->role =
        g_strdup(guest->kind == API_TOKEN ? request->identity.scope : request->identity.role);
    g_strlcpy(guest->id, request->id, sizeof guest->id);
    return guest;
}

ApiGuest *api_guest_ref(ApiGuest *guest)
{
    g_atomic_int_inc(&guest->refs);
    return guest;
}

void api_guest_unref(ApiGuest *guest)
{
    if (guest == NULL || !g_atomic_int_dec_and_test(&guest->refs))
        return;
    if (guest->live != NULL)
        api_live_release(guest->live, guest);
    g_free(guest->headers.cookie);
    g_free(guest->headers.authorization);
    g_free(guest->headers.reason);
    g_free(guest->headers.case_no);
    g_free(guest->address);
    g_free(guest->name);
    g_free(guest->role);
    g_free(guest);
}

bool api_guest_may(const ApiGuest *guest, IdxPermit permit)
{
    return guest->kind == API_TOKEN ? idx_token_may(guest->role, permit)
                                    : idx_role_may(guest->role, permit);
}

ApiRequest *api_guest_request(const ApiGuest *guest, IdxCatalogue *cat)
{
    ApiRequest *request = api_request_new(guest->context, "/api/v1/live");
    request->method = g_strdup(guest->route->method);
    request->route = guest->route;
    request->headers.cookie = g_strdup(guest->headers.cookie);
    request->headers.authorization = g_strdup(guest->headers.authorization);
    request->headers.reason = g_strdup(guest->headers.reason);
    request->headers.case_no = g_strdup(guest->headers.case_no);
    request->address = g_strdup(guest->address);
    request->cat = cat;
    return request;
}

void api_guest_identify(const ApiGuest *guest, ApiRequest *request)
{
    request->identity.kind = guest->kind;
    request->identity.name = g_strdup(guest->name);
    if (guest->kind == API_TOKEN)
        request->identity.scope = g_strdup(guest->role);
    else
        request->identity.role = g_strdup(guest->role);
}
