// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/find/search.h"

#define MAX_CHARACTERS 64

bool api_get_search(ApiRequest *request, GError **error)
{
    const char *q = api_request_query(request, "q");
    if (q == NULL || *q == '\0' || g_utf8_strlen(q, -1) > MAX_CHARACTERS) {
        return mj_error_set(
            error, MJ_ERROR_INVALID,
            "q: the beginning of a number, an ID, a code or a name, 1 to %d characters",
            MAX_CHARACTERS);
    }
    api_audit_object(request, "search", NULL, 0);
    api_audit_query(request, q);
    int64_t limit = 0;
    if (!api_request_int(request, "limit", 1, IDX_SEARCH_LIMIT_MAX, IDX_SEARCH_LIMIT, &limit,
                         error))
        return false;
    const char *day_text = api_request_query(request, "day");
    int day = 0;
    if (day_text != NULL &&
        !mj_day_parse(day_text, idx_catalogue_timezone(request->cat), request->now_us, &day, error))
        return false;
    g_autoptr(json_t) answer =
        idx_search(request->cat, q, day, api_request_query(request, "cursor"), (int)limit,
                   request->now_us, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
