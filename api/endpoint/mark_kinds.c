// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/mark/kind.h"

bool api_get_mark_kinds(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer = idx_mark_kinds_json(request->cat, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}

/* Texts are of @body. */
static bool read_change(const json_t *body, IdxMarkKindChange *ret, GError **error)
{
    const json_t *ended = json_object_get(body, "ended");
    bool end = false;
    if (!api_json_maybe(body, "zh", IDX_MARK_KIND_WORDS_MAX, &ret->zh, error) ||
        !api_json_maybe(body, "en", IDX_MARK_KIND_WORDS_MAX, &ret->en, error) ||
        !api_json_maybe(body, "level", 16, &ret->level, error) ||
        !api_json_int(body, "order", 1, IDX_MARK_KINDS_MAX, 0, &ret->rank, error) ||
        !api_json_flag(body, "ended", false, &end, error))
        return false;
    ret->end = ended != NULL && end;
    ret->offer = ended != NULL && !end;
    return true;
}

bool api_post_mark_kinds(ApiRequest *request, GError **error)
{
    IdxMarkKindChange change = {0};
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with code, zh and en", error);
    change.code = body != NULL ? api_json_text(body, "code", IDX_MARK_KIND_CODE_MAX, error) : NULL;
    if (change.code == NULL)
        return false;
    api_audit_object(request, "mark_kind", change.code, 0);
    return read_change(body, &change, error) &&
           idx_mark_kind_set(request->cat, &change, request->now_us, error) &&
           api_get_mark_kinds(request, error);
}
