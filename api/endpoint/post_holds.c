// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/found.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/find/dossier.h"
#include "index/hold/json.h"

static const char *const MEMBERS[] = {"subject", "cameras", "from",  "to", "reason",
                                      "case",    "review",  "owner", NULL};
static const char *const MEMBERS_OF_SUBJECT[] = {"kind",      "key",    "day", "hall",
                                                 "ticket_id", "source", "all", NULL};

static bool read_time(const ApiRequest *request, const json_t *body, const char *name,
                      int64_t *ret_us, GError **error)
{
    const char *text = json_string_value(json_object_get(body, name));
    if (text != NULL &&
        mj_time_parse(text, idx_catalogue_timezone(request->cat), request->now_us, ret_us, NULL))
        return true;
    return mj_error_set(error, MJ_ERROR_INVALID,
                        "%s: a time as 2026-11-22T09:31:05+08:00, for a hold on cameras", name);
}

static bool read_day(const ApiRequest *request, const json_t *object, const char *name,
                     int *ret_day, GError **error)
{
    const json_t *field = json_object_get(object, name);
    if (field == NULL || json_is_null(field))
        return true;
    const char *text = json_string_value(field);
    return (text != NULL && mj_day_parse(text, idx_catalogue_timezone(request->cat),
                                         request->now_us, ret_day, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s: a day as 2026-11-22", name);
}

/* @ret_cameras: pointers into @body, NULL-ended. */
static bool read_cameras(const json_t *body, GPtrArray *ret_cameras, GError **error)
{
    size_t i = 0;
    const json_t *camera = NULL;
    json_array_foreach(json_object_get(body, "cameras"), i, camera)
    {
        if (!json_is_string(camera))
            return mj_error_set(error, MJ_ERROR_INVALID, "cameras: a list of IDs");
        g_ptr_array_add(ret_cameras, (gpointer)(uintptr_t)json_string_value(camera));
    }
    g_ptr_array_add(ret_cameras, NULL);
    return true;
}

/* Who is limited to places holds what is hers. */
static bool are_seen(const ApiRequest *request, const IdxHoldRequest *r, GError **error)
{
    for (size_t i = 0; r->cameras[i] != NULL; i++)
        if (!idx_scope_check_camera(request->cat, r->cameras[i], r->from_us, r->to_us, error))
            return false;
    return true;
}

static bool read_subject(ApiRequest *request, const json_t *subject, IdxHoldRequest *r,
                         GError **error)
{
    if (!api_json_only(subject, "subject.", MEMBERS_OF_SUBJECT, error))
        return false;
    r->kind = json_string_value(json_object_get(subject, "kind"));
    r->key = json_string_value(json_object_get(subject, "key"));
    r->hall = json_string_value(json_object_get(subject, "hall"));
    r->ticket_id = json_string_value(json_object_get(subject, "ticket_id"));
    r->source = json_string_value(json_object_get(subject, "source"));
    r->all = json_is_true(json_object_get(subject, "all"));
    if (r->kind == NULL || r->key == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "subject: an object with kind and key");
    if (!read_day(request, subject, "day", &r->day, error))
        return false;
    api_audit_object(request, r->kind, r->key, r->day);
    return true;
}

static bool read_request(ApiRequest *request, const json_t *body, GPtrArray *cameras,
                         IdxHoldRequest *r, GError **error)
{
    const json_t *subject = json_object_get(body, "subject");
    const char *owner = json_string_value(json_object_get(body, "owner"));
    r->reason = json_string_value(json_object_get(body, "reason"));
    r->case_no = json_string_value(json_object_get(body, "case"));
    r->by = request->identity.name;
    r->owner = owner != NULL ? owner : request->identity.name;
    if (!api_json_only(body, "", MEMBERS, error) ||
        !read_day(request, body, "review", &r->review_day, error))
        return false;
    if (json_is_object(subject))
        return read_subject(request, subject, r, error);
    if (!read_cameras(body, cameras, error))
        return false;
    r->cameras = (const char *const *)cameras->pdata;
    return cameras->len == 1 || // none: idx_hold_add says so
           (read_time(request, body, "from", &r->from_us, error) &&
            read_time(request, body, "to", &r->to_us, error) && are_seen(request, r, error));
}

/* Several are called so: nothing is held, and the answer says which there are. */
static bool reply_several(ApiRequest *request, const IdxHoldRequest *r, const GError *why)
{
    IdxName name = idx_hold_name(r);
    return api_found_several(request, why,
                             idx_dossier_candidates(request->cat, &name, request->now_us, NULL));
}

bool api_post_holds(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) body = api_json_body(
        request, "a JSON object with reason, case, and subject or cameras, from, to", error);
    g_autoptr(GPtrArray) cameras = g_ptr_array_new();
    g_auto(IdxHoldAnswer) added = {0};
    IdxHoldRequest r = {0};
    g_autoptr(GError) local = NULL;
    if (body == NULL || !read_request(request, body, cameras, &r, error))
        return false;
    if (!idx_hold_add(request->cat, &r, request->now_us, &added, &local)) {
        if (mj_error_is(local, MJ_ERROR_AMBIGUOUS))
            return reply_several(request, &r, local);
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    g_autoptr(json_t) answer = idx_hold_answer_json(request->cat, &added, request->now_us);
    api_reply_json(request, MHD_HTTP_CREATED, answer);
    return true;
}
