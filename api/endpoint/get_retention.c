// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/retention/forecast.h"

#include <string.h>

static void reply_table(ApiRequest *request, const json_t *report)
{
    char *text = idx_retention_report_csv(report);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    api_reply_bytes(request, MHD_HTTP_OK, bytes, "text/csv; charset=utf-8", API_CACHE_NONE, NULL);
    api_reply_header(request, "Content-Disposition", "attachment; filename=\"retention.csv\"");
}

bool api_get_retention(ApiRequest *request, GError **error)
{
    const char *format = api_request_query(request, "format");
    if (format != NULL && !g_str_equal(format, "json") && !g_str_equal(format, "csv"))
        return mj_error_set(error, MJ_ERROR_INVALID, "format: 'json' or 'csv'");
    g_autoptr(json_t) answer = idx_retention_report(request->cat, request->now_us, error);
    if (answer == NULL)
        return false;
    if (g_strcmp0(format, "csv") == 0)
        reply_table(request, answer);
    else
        api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
