// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json.h"

#include "index/place.h"

json_t *api_json_me(IdxCatalogue *cat, const char *name, const char *role, int64_t now_us)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:o}", "name", name, "role", role, "hall",
                     "code", idx_catalogue_hall_code(cat), "name", idx_catalogue_hall_name(cat),
                     "timezone", idx_catalogue_timezone_name(cat), "time",
                     mj_json_time(now_us, idx_catalogue_timezone(cat)));
}

json_t *api_json_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) codes = idx_coverage_places_of(cat, camera_id, now_us, error);
    if (codes == NULL) {
        return NULL;
    }
    json_t *places = json_array();
    for (guint i = 0; i < codes->len; i++) {
        json_array_append_new(places, json_string(g_ptr_array_index(codes, i)));
    }
    return places;
}

json_t *api_json_time(int64_t utc_us, GTimeZone *zone)
{
    bool known = utc_us != 0 && utc_us != INT64_MIN && utc_us != INT64_MAX;
    return known ? mj_json_time(utc_us, zone) : json_null();
}
