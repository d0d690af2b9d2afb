// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json.h"

#include "index/base/error.h"

json_t *api_json_body(const ApiRequest *request, const char *words, GError **error)
{
    const GByteArray *body = request->body;
    json_t *json =
        body != NULL ? json_loadb((const char *)body->data, body->len, JSON_REJECT_DUPLICATES, NULL)
                     : NULL;
    if (json_is_object(json))
        return json;
    json_decref(json);
    mj_error_set(error, MJ_ERROR_INVALID, "the body should be %s", words);
    return NULL;
}

json_t *api_json_me(IdxCatalogue *cat, const char *name, const char *role, int64_t now_us)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:o}", "name", name, "role", role, "hall",
                     "code", idx_catalogue_hall_code(cat), "name", idx_catalogue_hall_name(cat),
                     "timezone", idx_catalogue_timezone_name(cat), "time",
                     mj_json_time(now_us, idx_catalogue_timezone(cat)));
}
