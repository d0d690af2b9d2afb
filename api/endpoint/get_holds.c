// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/list.h"
#include "index/hold/json.h"

bool api_get_holds(ApiRequest *request, GError **error)
{
    int64_t all = 0;
    if (!api_request_int(request, "all", 0, 1, 0, &all, error))
        return false;
    g_autoptr(json_t) answer = idx_hold_list_json(request->cat, all != 0, request->now_us, error);
    if (answer == NULL)
        return false;
    return api_reply_list(request, answer, "holds", NULL, "id", error);
}
