// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/list.h"

#include "api/reply.h"
#include "index/base/error.h"

#include <inttypes.h>

static char *text_of(const json_t *value)
{
    return json_is_integer(value) ? g_strdup_printf("%" PRId64, (int64_t)json_integer_value(value))
                                  : g_strdup(json_string_value(value));
}

/* What a cursor says of @one. Caller frees. */
static char *name_of(const json_t *one, const char *within, const char *key)
{
    g_autofree char *name = text_of(json_object_get(one, key));
    g_autofree char *folder = within != NULL ? text_of(json_object_get(one, within)) : NULL;
    return folder != NULL ? g_strconcat(folder, "/", name, NULL) : g_steal_pointer(&name);
}

/* How many of @all are before the page. */
static bool find_first(const json_t *all, const char *within, const char *key, const char *cursor,
                       size_t *ret_first, GError **error)
{
    *ret_first = 0;
    for (size_t i = 0; cursor != NULL && i < json_array_size(all); i++) {
        g_autofree char *name = name_of(json_array_get(all, i), within, key);
        if (g_strcmp0(name, cursor) == 0) {
            *ret_first = i + 1;
            return true;
        }
    }
    return cursor == NULL ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "this is not where a list goes on, or no longer: %.64s; begin it anew",
                        cursor);
}

bool api_reply_list(ApiRequest *request, json_t *answer, const char *list, const char *within,
                    const char *key, GError **error)
{
    int64_t limit = 0;
    size_t first = 0;
    const json_t *all = json_object_get(answer, list);
    if (!api_request_int(request, "limit", 1, API_LIST_MAX, API_LIST_MAX, &limit, error) ||
        !find_first(all, within, key, api_request_query(request, "cursor"), &first, error))
        return false;
    size_t end = MIN(first + (size_t)limit, json_array_size(all));
    json_t *page = json_array();
    for (size_t i = first; i < end; i++)
        json_array_append(page, json_array_get(all, i));
    g_autofree char *next =
        end < json_array_size(all) ? name_of(json_array_get(all, end - 1), within, key) : NULL;
    json_object_set_new(answer, list, page);
    json_object_set_new(answer, "next", json_pack("s?", next));
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
