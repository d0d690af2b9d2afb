// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/look.h"

#include "api/audit.h"
#include "api/reply.h"
#include "index/account/reason.h"
#include "index/account/role.h"
#include "index/account/scope.h"
#include "index/base/error.h"

#include <inttypes.h>

static bool wanted(const ApiRequest *request, int64_t from_us)
{
    const ApiIdentity *who = &request->identity;
    if (who->kind != API_USER) // a program: its token says what it is for
        return false;
    switch (idx_role_reason(who->role)) {
    case IDX_REASON_ALWAYS:
        return true;
    case IDX_REASON_OLDER:
        return from_us < request->now_us - IDX_REASON_FRESH_US;
    case IDX_REASON_NEVER:
        break;
    }
    return false;
}

static bool headers_say(const ApiRequest *request)
{
    g_autofree char *reason = idx_reason_decode(request->headers.reason, IDX_REASON_TEXT_MAX, NULL);
    g_autofree char *case_no =
        idx_reason_decode(request->headers.case_no, IDX_REASON_CASE_MAX, NULL);
    return reason != NULL && case_no != NULL;
}

/* The reason that the address names, if it is this login's; NULL without @error: it names none. */
static IdxReason *named(const ApiRequest *request, GError **error)
{
    guint64 id = 0;
    const char *text = api_request_query(request, "reason");
    g_autofree char *cookie = api_request_cookie(request);
    if (text == NULL || cookie == NULL)
        return NULL;
    if (!g_ascii_string_to_unsigned(text, 10, 1, INT64_MAX, &id, NULL)) {
        mj_error_set(error, MJ_ERROR_INVALID, "reason: its number, as POST /reasons answered");
        return NULL;
    }
    return idx_reason_get(request->cat, cookie, (int64_t)id, error);
}

static bool missing(const char *camera, GError **error)
{
    return api_problem_set(error, API_PROBLEM_REASON,
                           "say why the footage of camera %.80s is looked at, and for which case: "
                           "POST /reasons, or Mingjing-Reason and Mingjing-Case",
                           camera);
}

static bool check_reason(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us,
                         GError **error)
{
    bool covers = false;
    g_autoptr(GError) local = NULL;
    bool needs = wanted(request, from_us);
    g_autoptr(IdxReason) reason = named(request, &local);
    if (local != NULL && !mj_error_is(local, MJ_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (reason == NULL)
        return !needs || headers_say(request) || missing(camera, error);
    if (!idx_reason_covers(request->cat, reason, camera, from_us, to_us, &covers, error))
        return false;
    if (!covers)
        return !needs || missing(camera, error);
    api_audit_object(request, reason->kind, reason->object, reason->day);
    request->reason = g_steal_pointer(&reason);
    return true;
}

bool api_look(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us,
              GError **error)
{
    api_audit_span(request, camera, from_us, to_us);
    return idx_scope_check_camera(request->cat, camera, from_us, to_us, error) &&
           check_reason(request, camera, from_us, to_us, error);
}

bool api_look_file(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us,
                   GError **error)
{
    bool begins = false;
    api_audit_span(request, camera, from_us, to_us);
    return idx_scope_camera(request->cat, camera, from_us, from_us, &begins, error) &&
           (begins || idx_scope_check_camera(request->cat, camera, to_us, to_us, error)) &&
           check_reason(request, camera, from_us, to_us, error);
}

char *api_look_suffix(const ApiRequest *request)
{
    return request->reason != NULL ? g_strdup_printf("?reason=%" PRId64, request->reason->id)
                                   : g_strdup("");
}
