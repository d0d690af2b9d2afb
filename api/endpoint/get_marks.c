// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/mark.h"

#define LIMIT 50
#define MAX_CHARACTERS 64

bool api_get_marks(ApiRequest *request, GError **error)
{
    int64_t limit = 0;
    if (!api_request_int(request, "limit", 1, IDX_MARK_LIMIT_MAX, LIMIT, &limit, error))
        return false;
    const char *words = api_request_query(request, "q");
    if (words != NULL && (*words == '\0' || g_utf8_strlen(words, -1) > MAX_CHARACTERS))
        return mj_error_set(error, MJ_ERROR_INVALID, "q: some of the words, 1 to %d characters",
                            MAX_CHARACTERS);
    g_autoptr(json_t) answer = idx_mark_list_json(
        request->cat, words, api_request_query(request, "cursor"), (int)limit, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
