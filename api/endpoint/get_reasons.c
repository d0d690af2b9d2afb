// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/list.h"
#include "index/account/reason.h"

bool api_get_reasons(ApiRequest *request, GError **error)
{
    g_autofree char *cookie = api_request_cookie(request);
    g_autoptr(GPtrArray) reasons =
        cookie != NULL ? idx_reason_list(request->cat, cookie, error) : g_ptr_array_new();
    if (reasons == NULL)
        return false;
    g_autoptr(json_t) answer = json_pack("{s:[]}", "reasons");
    for (guint i = 0; i < reasons->len; i++)
        json_array_append_new(json_object_get(answer, "reasons"),
                              api_json_reason(request->cat, reasons->pdata[i]));
    return api_reply_list(request, answer, "reasons", NULL, "id", error);
}
