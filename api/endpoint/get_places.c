// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/place.h"

static json_t *place_json(const IdxPlace *place, GTimeZone *zone)
{
    json_t *cameras = json_array();
    for (guint i = 0; i < place->coverage->len; i++) {
        const IdxCoverage *coverage = g_ptr_array_index(place->coverage, i);
        json_array_append_new(cameras, json_pack("{s:s, s:o, s:o}", "camera", coverage->camera,
                                                 "from", api_json_time(coverage->from_us, zone),
                                                 "to", api_json_time(coverage->to_us, zone)));
    }
    return json_pack("{s:s, s:s, s:o}", "code", place->code, "name", place->name, "cameras",
                     cameras);
}

bool api_get_places(ApiRequest *request, GError **error)
{
    g_autoptr(GPtrArray) places = idx_place_list(request->cat, error);
    if (places == NULL) {
        return false;
    }
    json_t *list = json_array();
    for (guint i = 0; i < places->len; i++) {
        json_array_append_new(
            list, place_json(g_ptr_array_index(places, i), idx_catalogue_timezone(request->cat)));
    }
    g_autoptr(json_t) answer = json_pack("{s:o}", "places", list);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
