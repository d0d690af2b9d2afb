// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/promise.h"

#include <string.h>

static bool check(const char *format, GError **error)
{
    static const char *const FORMATS[] = {"json", "csv", NULL};
    return format == NULL || g_strv_contains(FORMATS, format) ||
           mj_error_set(error, MJ_ERROR_INVALID, "format: 'json' or 'csv'");
}

static void reply_table(ApiRequest *request, const json_t *list)
{
    char *csv = idx_promise_csv(list);
    g_autoptr(GBytes) bytes = g_bytes_new_take(csv, strlen(csv));
    api_reply_bytes(request, MHD_HTTP_OK, bytes, "text/csv; charset=utf-8", API_CACHE_NONE, NULL);
    api_reply_header(request, "Content-Disposition", "attachment; filename=\"promises.csv\"");
}

bool api_get_promises(ApiRequest *request, GError **error)
{
    IdxPromiseFilter filter = {.session = api_request_query(request, "session"),
                               .dept = api_request_query(request, "dept"),
                               .owner = api_request_query(request, "owner"),
                               .state = api_request_query(request, "state"),
                               .cursor = api_request_query(request, "cursor")};
    const char *format = api_request_query(request, "format");
    int64_t limit = 0;
    bool table = g_strcmp0(format, "csv") == 0;
    int most = table ? IDX_PROMISE_TABLE_MAX : IDX_PROMISE_LIST_MAX;
    if (!check(format, error) || !api_request_int(request, "limit", 1, most, most, &limit, error))
        return false;
    filter.limit = (int)limit;
    g_autoptr(json_t) list = idx_promise_list_json(request->cat, &filter, request->now_us, error);
    if (list == NULL)
        return false;
    if (table)
        reply_table(request, list);
    else
        api_reply_json(request, MHD_HTTP_OK, list);
    return true;
}
