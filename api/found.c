// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/found.h"

#include "api/audit.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/event/feed.h"
#include "index/find/dossier.h"

bool api_found_several(ApiRequest *request, const GError *why, json_t *candidates)
{
    g_autoptr(json_t) list = candidates != NULL ? candidates : json_array();
    api_reply_several(request, why, list);
    return true;
}

bool api_found_dossier(ApiRequest *request, IdxName name, GError **error)
{
    GError *local = NULL;
    name.hall = api_request_query(request, "hall");
    if (g_str_equal(name.kind, "ticket")) {
        name.ticket_id = api_request_query(request, "ticket_id");
        name.source = api_request_query(request, "source");
    }
    api_audit_object(request, name.kind, name.key, name.day);
    g_autoptr(IdxSubject) subject = NULL;
    char *dossier = idx_dossier_text(request->cat, &name, request->now_us, &subject, &local);
    if (dossier != NULL) {
        api_audit_object(request, subject->kind, subject->key, subject->day);
        json_t *told = idx_dossier_told_of(request->cat, subject);
        if (told != NULL)
            api_audit_detail(request, told);
        api_reply_text(request, MHD_HTTP_OK, dossier);
        return true;
    }
    g_autoptr(json_t) feed = mj_error_is(local, MJ_ERROR_NOT_FOUND)
                                 ? idx_feed_json(request->cat, &name, request->now_us, NULL)
                                 : NULL;
    if (feed != NULL) {
        g_autoptr(GError) none = local;
        api_reply_none(request, none, feed);
        return true;
    }
    if (!mj_error_is(local, MJ_ERROR_AMBIGUOUS)) {
        g_propagate_error(error, local);
        return false;
    }
    g_autoptr(GError) why = local;
    return api_found_several(request, why,
                             idx_dossier_candidates(request->cat, &name, request->now_us, NULL));
}
