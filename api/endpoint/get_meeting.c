// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/meet/notice.h"
#include "index/meet/record.h"

#include <string.h>

static void add_live(json_t *legs, const json_t *live)
{
    static const char *const MEMBERS[] = {"sends", "recorded", "why", "viewers", "packets", "lost"};
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(legs, i, leg)
    {
        const char *code = json_string_value(json_object_get(leg, "leg"));
        size_t k = 0;
        json_t *one = NULL;
        json_object_set_new(leg, "sends", json_false());
        json_array_foreach(live, k,
                           one) if (strcmp(code, json_string_value(json_object_get(one, "leg"))) ==
                                    0) for (size_t m = 0; m < G_N_ELEMENTS(MEMBERS); m++)
            json_object_set(leg, MEMBERS[m], json_object_get(one, MEMBERS[m]));
    }
}

static json_t *meeting_json(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    if (meet == NULL)
        return NULL;
    json_t *json = idx_meet_json(meet, idx_catalogue_timezone(request->cat));
    g_autoptr(json_t) live = api_meeting_legs(request, session);
    add_live(json_object_get(json, "legs"), live);
    return json;
}

bool api_get_meeting(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) json = meeting_json(request, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

/* With the notice, which they are shown before anything else. */
bool api_get_party(ApiRequest *request, GError **error)
{
    json_t *notice = NULL;
    g_autoptr(json_t) json = meeting_json(request, error);
    if (json == NULL || !idx_notice_json(request->cat, NULL, &notice, error))
        return false;
    json_object_set_new(json, "notice", notice);
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

bool api_get_record(ApiRequest *request, GError **error)
{
    api_audit_object(request, "session", request->values[0], 0);
    g_autoptr(json_t) json =
        idx_meet_record_json(request->cat, request->values[0], request->now_us, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
