// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/segment/calendar.h"

bool api_get_calendar(ApiRequest *request, GError **error)
{
    int64_t stream_id = 0;
    int first_day = 0;
    const char *stream = NULL, *month = api_request_query(request, "month");
    if (month == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "month: missing");
    if (!idx_calendar_parse(month, &first_day, error) ||
        !api_footage_stream(request, &stream_id, &stream, error))
        return false;
    char *calendar = idx_calendar_text(request->cat, request->values[0], stream_id, stream,
                                       first_day, request->now_us, error);
    if (calendar == NULL)
        return false;
    api_reply_text(request, MHD_HTTP_OK, calendar);
    return true;
}
