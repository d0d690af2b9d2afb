// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/audit/head.h"
#include "index/audit/verify.h"
#include "index/base/error.h"

#include <string.h>

bool api_post_audit_verify(ApiRequest *request, GError **error)
{
    uint8_t hash[IDX_AUDIT_HASH];
    const char *head = NULL;
    g_auto(IdxAuditReport) report = {0};
    g_autoptr(json_t) body = api_json_body(request, "a JSON object, with head or empty", error);
    if (body == NULL || !api_json_maybe(body, "head", 64, &head, error))
        return false;
    if (head != NULL && !idx_audit_hash_parse(head, strlen(head), hash))
        return mj_error_set(error, MJ_ERROR_INVALID, "head: a hash has 64 hex digits");
    if (!idx_audit_verify(request->cat, &(IdxAuditVerify){.head = head != NULL ? hash : NULL},
                          &report, error))
        return false;
    api_audit_object(request, "audit", NULL, 0);
    api_audit_detail(request, json_pack("{s:I, s:I}", "rows", (json_int_t)report.rows, "wrong",
                                        (json_int_t)report.wrong));
    g_autoptr(json_t) answer = idx_audit_report_json(&report);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
