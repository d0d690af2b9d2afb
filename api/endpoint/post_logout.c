// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/account/login.h"

bool api_post_logout(ApiRequest *request, GError **error)
{
    g_autofree char *cookie = api_request_cookie(request);
    g_autofree char *end = api_cookie_set(request->context, NULL);
    if (cookie != NULL && !idx_logout(request->cat, cookie, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    api_reply_header(request, MHD_HTTP_HEADER_SET_COOKIE, end);
    return true;
}
