// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/found.h"
#include "api/list.h"
#include "index/audit/looked.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/find/dossier.h"

static bool read_name(const ApiRequest *request, IdxName *name, GError **error)
{
    static const char *const KINDS[] = {"ticket", "approval", "session", NULL};
    const char *day = api_request_query(request, "day");
    *name = (IdxName){.kind = api_request_query(request, "kind"),
                      .key = api_request_query(request, "key"),
                      .hall = api_request_query(request, "hall"),
                      .ticket_id = api_request_query(request, "ticket_id"),
                      .source = api_request_query(request, "source")};
    if (name->kind == NULL || !g_strv_contains(KINDS, name->kind))
        return mj_error_set(error, MJ_ERROR_INVALID, "kind: 'ticket', 'approval' or 'session'");
    if (name->key == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "key: its number or ID is missing");
    return day == NULL || mj_day_parse(day, idx_catalogue_timezone(request->cat), request->now_us,
                                       &name->day, error);
}

static bool reply(ApiRequest *request, const IdxSubject *subject, GError **error)
{
    g_autofree char *cookie = api_request_cookie(request);
    const IdxLookedBy by = {.who =
                                request->identity.kind == API_USER ? request->identity.name : NULL,
                            .cookie = cookie};
    api_audit_object(request, subject->kind, subject->key, subject->day);
    g_autoptr(json_t) answer = idx_looked_json(request->cat, subject, &by, error);
    return answer != NULL && api_reply_list(request, answer, "looks", NULL, "id", error);
}

bool api_get_looks(ApiRequest *request, GError **error)
{
    IdxName name = {0};
    g_autoptr(GError) local = NULL;
    if (!read_name(request, &name, error))
        return false;
    api_audit_object(request, name.kind, name.key, name.day);
    g_autoptr(IdxSubject) subject = idx_name_find(request->cat, &name, &local);
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS))
        return api_found_several(
            request, local, idx_dossier_candidates(request->cat, &name, request->now_us, NULL));
    if (local != NULL) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (subject == NULL) {
        idx_name_none(request->cat, &name, error);
        return false;
    }
    return reply(request, subject, error);
}
