// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/list.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/layout.h"

bool api_get_layouts(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer =
        idx_layout_list(request->cat, request->identity.user_id, request->now_us, error);
    return answer != NULL && api_reply_list(request, answer, "layouts", "of", "name", error);
}

static bool is_person(const ApiRequest *request, GError **error)
{
    return request->identity.kind == API_USER ||
           mj_error_set(error, MJ_ERROR_DENIED, "layouts are kept by people, not by programs");
}

static bool save(ApiRequest *request, int64_t user_id, GError **error)
{
    g_autoptr(json_t) body =
        is_person(request, error) ? api_json_body(request, "a layout", error) : NULL;
    g_autoptr(json_t) layout = body != NULL ? idx_layout_parse(body, error) : NULL;
    if (layout == NULL ||
        !idx_layout_save(request->cat, user_id, request->values[0], layout, request->now_us, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}

static bool remove_one(ApiRequest *request, int64_t user_id, GError **error)
{
    if (!is_person(request, error) ||
        !idx_layout_remove(request->cat, user_id, request->values[0], error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}

bool api_put_layout(ApiRequest *request, GError **error)
{
    return save(request, request->identity.user_id, error);
}

bool api_delete_layout(ApiRequest *request, GError **error)
{
    return remove_one(request, request->identity.user_id, error);
}

bool api_put_shared_layout(ApiRequest *request, GError **error)
{
    api_audit_object(request, "layout", request->values[0], 0);
    return save(request, 0, error);
}

bool api_delete_shared_layout(ApiRequest *request, GError **error)
{
    api_audit_object(request, "layout", request->values[0], 0);
    return remove_one(request, 0, error);
}
