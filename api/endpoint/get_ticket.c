// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/found.h"
#include "index/base/clock.h"
#include "index/find/dossier.h"

bool api_get_ticket(ApiRequest *request, GError **error)
{
    const char *day_text = request->values[0];
    int day = IDX_DAY_LATEST;
    if (!g_str_equal(day_text, "latest") &&
        !mj_day_parse(day_text, idx_catalogue_timezone(request->cat), request->now_us, &day, error))
        return false;
    return api_found_dossier(
        request, (IdxName){.kind = "ticket", .key = request->values[1], .day = day}, error);
}
