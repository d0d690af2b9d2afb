// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/second.h"

bool api_post_me_second_confirm(ApiRequest *request, GError **error)
{
    const char *name = request->identity.name;
    g_autoptr(GPtrArray) codes = NULL;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with code", error);
    const char *code = body != NULL ? api_json_text(body, "code", 32, error) : NULL;
    api_audit_object(request, "user", name, 0);
    if (code == NULL ||
        !idx_second_confirm(request->cat, name, code, request->now_us, &codes, error))
        return false;
    g_autoptr(json_t) answer = json_pack("{s:[]}", "recovery");
    for (guint i = 0; i < codes->len; i++)
        json_array_append_new(json_object_get(answer, "recovery"), json_string(codes->pdata[i]));
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
