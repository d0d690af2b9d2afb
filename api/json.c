// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json.h"

json_t *api_json_me(IdxCatalogue *cat, const char *name, const char *role, int64_t now_us)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:o}", "name", name, "role", role, "hall",
                     "code", idx_catalogue_hall_code(cat), "name", idx_catalogue_hall_name(cat),
                     "timezone", idx_catalogue_timezone_name(cat), "time",
                     mj_json_time(now_us, idx_catalogue_timezone(cat)));
}
