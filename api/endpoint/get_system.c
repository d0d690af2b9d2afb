// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/home.h"
#include "index/link/link.h"
#include "index/listing.h"
#include "index/system.h"

/* Whether somebody listens where cameras are made playable for browsers. */
static bool transcodes(const char *home)
{
    g_autofree char *path = mj_home_run(home, IDX_LINK_TRANSCODE);
    g_autoptr(IdxLink) link = idx_link_open(path, IDX_LINK_QUICK_US, NULL);
    return link != NULL;
}

bool api_get_system(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer = idx_system_json(request->cat, request->now_us, error);
    if (answer == NULL)
        return false;
    json_object_set_new(answer, "version", json_string(MJ_VERSION));
    json_object_set_new(answer, "api",
                        json_pack("{s:o, s:b}", "started",
                                  idx_listing_time(request->cat, request->context->started_us),
                                  "secure", (int)request->context->secure));
    json_object_set_new(answer, "transcode", json_boolean(transcodes(request->context->home)));
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
