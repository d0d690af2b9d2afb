// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/place.h"

#define PAIRS_MAX 200

typedef struct Pairs {
    GPtrArray *old, *new; // char *, of the body
} Pairs;

static bool read_pairs(const json_t *body, const Pairs *pairs, GError **error)
{
    size_t i = 0;
    const json_t *pair = NULL, *list = json_object_get(body, "pairs");
    if (json_array_size(list) < 1 || json_array_size(list) > PAIRS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "pairs: 1 to %d objects with old and new",
                            PAIRS_MAX);
    json_array_foreach(list, i, pair)
    {
        const char *old = api_json_text(pair, "old", 80, error);
        const char *new = old != NULL ? api_json_text(pair, "new", 80, error) : NULL;
        if (new == NULL)
            return false;
        g_ptr_array_add(pairs->old, (gpointer)(uintptr_t)old);
        g_ptr_array_add(pairs->new, (gpointer)(uintptr_t) new);
    }
    return true;
}

bool api_post_renumber(ApiRequest *request, GError **error)
{
    int64_t at_us = 0;
    const char *hall = NULL;
    g_autoptr(GPtrArray) old = g_ptr_array_new();
    g_autoptr(GPtrArray) new = g_ptr_array_new();
    Pairs pairs = {old, new};
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with pairs", error);
    api_audit_place(request, NULL, json_string_value(json_object_get(body, "hall")));
    if (body == NULL || !read_pairs(body, &pairs, error) ||
        !api_json_time(request, body, "at", request->now_us, &at_us, error) ||
        !api_json_maybe(body, "hall", 64, &hall, error) ||
        !idx_place_renumber(request->cat, hall, (char *const *)old->pdata,
                            (char *const *)new->pdata, old->len, at_us, request->now_us, error))
        return false;
    return api_get_places(request, error);
}
