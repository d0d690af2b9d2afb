// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/list.h"
#include "index/listing.h"

bool api_get_places(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer = idx_listing_places(request->cat, error);
    return answer != NULL && api_reply_list(request, answer, "places", "hall", "code", error);
}
