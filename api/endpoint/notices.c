// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/meet/meet.h"
#include "index/meet/notice.h"

bool api_get_notices(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer = idx_notice_list_json(request->cat, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}

bool api_post_notices(ApiRequest *request, GError **error)
{
    IdxNotice notice = {0};
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with version and zh", error);
    notice.version = body != NULL ? api_json_text(body, "version", IDX_MEET_CODE_MAX, error) : NULL;
    if (notice.version == NULL)
        return false;
    api_audit_object(request, "notice", notice.version, 0);
    notice.zh = api_json_text(body, "zh", IDX_NOTICE_BYTES_MAX, error);
    return notice.zh != NULL &&
           api_json_maybe(body, "en", IDX_NOTICE_BYTES_MAX, &notice.en, error) &&
           idx_notice_set(request->cat, &notice, request->now_us, error) &&
           api_get_notices(request, error);
}
