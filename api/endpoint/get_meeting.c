// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/meeting.h"
#include "api/reply.h"

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

/* For who planned it, and for its parties. */
bool api_get_meeting(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    if (meet == NULL)
        return false;
    g_autoptr(json_t) json = idx_meet_json(meet, idx_catalogue_timezone(request->cat));
    g_autoptr(json_t) live = api_meeting_legs(request, session);
    add_live(json_object_get(json, "legs"), live);
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
