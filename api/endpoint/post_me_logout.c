// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/account/login.h"

bool api_post_me_logout(ApiRequest *request, GError **error)
{
    g_autofree char *end = api_cookie_set(request->context, NULL);
    if (!idx_logout_everywhere(request->cat, request->identity.name, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    api_reply_header(request, MHD_HTTP_HEADER_SET_COOKIE, end);
    return true;
}
