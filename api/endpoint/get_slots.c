// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/meet/slot.h"

#define AHEAD_US (60 * MJ_DAY_US) // unless it is said until when

static bool read_time(const ApiRequest *request, const char *name, int64_t fallback_us,
                      int64_t *ret_us, GError **error)
{
    *ret_us = fallback_us;
    return api_request_query(request, name) == NULL ||
           api_request_time(request, name, ret_us, error);
}

bool api_get_slots(ApiRequest *request, GError **error)
{
    int64_t from_us = 0, to_us = 0, now_us = request->now_us;
    if (!read_time(request, "from", now_us - MJ_DAY_US, &from_us, error) ||
        !read_time(request, "to", now_us + AHEAD_US, &to_us, error))
        return false;
    g_autoptr(GPtrArray) slots =
        idx_slot_list(request->cat, from_us, to_us, api_request_query(request, "dept"), error);
    if (slots == NULL)
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < slots->len; i++)
        json_array_append_new(
            list, idx_slot_json(slots->pdata[i], now_us, idx_catalogue_timezone(request->cat)));
    g_autoptr(json_t) json = json_pack("{s:o}", "slots", list);
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
