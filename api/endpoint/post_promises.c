// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/promise.h"
#include "index/work_day.h"

#define FORM "an object with text, owner and due or working_days"

static const char *text_of(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static bool reply(ApiRequest *request, const char *code, int status, GError **error)
{
    g_autoptr(json_t) json = idx_promise_json(request->cat, code, request->now_us, error);
    if (json == NULL)
        return false;
    api_reply_json(request, status, json);
    return true;
}

static bool add(ApiRequest *request, const char *leg, GError **error)
{
    g_autofree char *code = NULL;
    api_audit_object(request, "session", request->values[0], 0);
    g_autoptr(json_t) body = api_json_body(request, FORM, error);
    int64_t working_days = 0;
    if (body == NULL ||
        !api_json_int(body, "working_days", 1, IDX_WORK_DAYS_MAX, 0, &working_days, error))
        return false;
    IdxPromiseRequest ask = {.session = request->values[0],
                             .leg = leg,
                             .text = text_of(body, "text"),
                             .owner = text_of(body, "owner"),
                             .due = text_of(body, "due"),
                             .working_days = (int)working_days};
    return idx_promise_add(request->cat, &ask, request->now_us, &code, error) &&
           reply(request, code, MHD_HTTP_CREATED, error);
}

bool api_get_work_days(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) json = idx_work_days_json(request->cat, request->now_us, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

bool api_post_promises(ApiRequest *request, GError **error)
{
    return add(request, NULL, error);
}

/* In mid-meeting: the official, or the clerk who observes. */
bool api_post_party_promises(ApiRequest *request, GError **error)
{
    const char *leg = api_meeting_staff(request, error);
    return leg != NULL && add(request, leg, error);
}

bool api_post_promise_done(ApiRequest *request, GError **error)
{
    const char *code = request->values[0];
    api_audit_object(request, "promise", code, 0);
    g_autoptr(json_t) body = api_json_body(request, "an object with proof", error);
    if (body == NULL)
        return false;
    IdxPromiseProof proof = {.text = text_of(body, "proof"),
                             .sha256 = text_of(body, "proof_sha256"),
                             .by = request->identity.name};
    return idx_promise_done(request->cat, code, &proof, request->now_us, error) &&
           reply(request, code, MHD_HTTP_OK, error);
}
