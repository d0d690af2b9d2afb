// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/auth.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/alarm/alarm.h"
#include "index/base/error.h"

#include <string.h>

#define LIMIT 50

/* A page asks every other second: while nothing has changed the answer is 304. */
static void reply(ApiRequest *request, const json_t *answer)
{
    g_autofree char *text = mj_json_dump(answer);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    g_autofree char *etag = g_strdup_printf("\"%.32s\"", digest);
    if (g_strcmp0(request->headers.if_none_match, etag) == 0) {
        api_reply_empty(request, MHD_HTTP_NOT_MODIFIED);
        api_reply_header(request, MHD_HTTP_HEADER_ETAG, etag);
        return;
    }
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    api_reply_bytes(request, MHD_HTTP_OK, bytes, "application/json", API_CACHE_CHECK, etag);
}

bool api_get_alarms(ApiRequest *request, GError **error)
{
    int64_t all = 0, limit = 0;
    if (!api_request_int(request, "all", 0, 1, 0, &all, error) ||
        !api_request_int(request, "limit", 1, IDX_ALARM_LIMIT_MAX, LIMIT, &limit, error))
        return false;
    if (!all && api_request_query(request, "cursor") != NULL)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "cursor: of all=1; what is open comes at once");
    g_autoptr(json_t) answer =
        idx_alarm_list_json(request->cat, all != 0, api_request_query(request, "cursor"),
                            (int)limit, request->now_us, error);
    if (answer == NULL)
        return false;
    size_t i = 0;
    json_t *alarm = NULL;
    bool sees = api_auth_may(request, IDX_MAY_FIND);
    json_array_foreach(json_object_get(answer, "alarms"), i, alarm)
    {
        if (!sees)
            idx_alarm_hide_case(alarm);
    }
    reply(request, answer);
    return true;
}
