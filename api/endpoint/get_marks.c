// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/mark/mark.h"

#define LIMIT 50
#define MAX_CHARACTERS 64

static bool read_time(ApiRequest *request, const char *name, int64_t *ret_us, GError **error)
{
    return api_request_query(request, name) == NULL ||
           api_request_time(request, name, ret_us, error);
}

bool api_get_marks(ApiRequest *request, GError **error)
{
    int64_t limit = 0;
    if (!api_request_int(request, "limit", 1, IDX_MARK_LIMIT_MAX, LIMIT, &limit, error))
        return false;
    const char *words = api_request_query(request, "q");
    if (words != NULL && (*words == '\0' || g_utf8_strlen(words, -1) > MAX_CHARACTERS))
        return mj_error_set(error, MJ_ERROR_INVALID, "q: some of the words, 1 to %d characters",
                            MAX_CHARACTERS);
    IdxMarkFilter filter = {.words = words, .camera = api_request_query(request, "camera")};
    if (!read_time(request, "from", &filter.from_us, error) ||
        !read_time(request, "to", &filter.to_us, error))
        return false;
    g_autoptr(json_t) answer = idx_mark_list_json(
        request->cat, &filter, api_request_query(request, "cursor"), (int)limit, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
