// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/meet/book.h"

static bool read_day(const ApiRequest *request, IdxBookFilter *filter, GError **error)
{
    const char *text = api_request_query(request, "day");
    GTimeZone *zone = idx_catalogue_timezone(request->cat);
    int day = 0;
    return text == NULL || (mj_day_parse(text, zone, request->now_us, &day, error) &&
                            mj_day_range(day, zone, &filter->from_us, &filter->to_us, error));
}

bool api_get_sessions(ApiRequest *request, GError **error)
{
    IdxBookFilter filter = {.session = api_request_query(request, "session"),
                            .topic = api_request_query(request, "topic"),
                            .dept = api_request_query(request, "dept"),
                            .official = api_request_query(request, "official"),
                            .node = api_request_query(request, "node"),
                            .cursor = api_request_query(request, "cursor")};
    int64_t limit = 0;
    if (!read_day(request, &filter, error) ||
        !api_request_int(request, "limit", 1, IDX_BOOK_LIST_MAX, IDX_BOOK_LIST_MAX, &limit, error))
        return false;
    filter.limit = (int)limit;
    g_autoptr(json_t) json = idx_book_list_json(request->cat, &filter, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
