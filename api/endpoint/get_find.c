// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/found.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/finding.h"

#include <string.h>

/* Which of staff, business, matter and place was said: one of them. */
static bool read_what(const ApiRequest *request, IdxFind *find, GError **error)
{
    int said = 0;
    for (int kind = 0; kind < IDX_FACETS; kind++) {
        const char *value = api_request_query(request, idx_facet_name((IdxFacetKind)kind));
        if (value == NULL)
            continue;
        find->by = (IdxFacetKind)kind;
        find->value = value;
        said++;
    }
    return (said == 1 && *find->value != '\0' && strlen(find->value) <= IDX_FACET_BYTES) ||
           mj_error_set(
               error, MJ_ERROR_INVALID,
               "one of staff, business, matter and place: an ID, a type, a name or a code of "
               "at most %d bytes",
               IDX_FACET_BYTES);
}

static bool read_bound(const ApiRequest *request, const char *name, int64_t *ret_us, GError **error)
{
    return api_request_query(request, name) == NULL ||
           api_request_time(request, name, ret_us, error);
}

static bool says_both(const ApiRequest *request)
{
    return api_request_query(request, "day") &&
           (api_request_query(request, "from") || api_request_query(request, "to"));
}

/* A day, or from and to, each of which may be missing. */
static bool read_range(const ApiRequest *request, IdxFind *find, GError **error)
{
    const char *day_text = api_request_query(request, "day");
    GTimeZone *zone = idx_catalogue_timezone(request->cat);
    int day = 0;
    if (says_both(request))
        return mj_error_set(error, MJ_ERROR_INVALID, "day, or from and to: not both");
    if (day_text != NULL)
        return mj_day_parse(day_text, zone, request->now_us, &day, error) &&
               mj_day_range(day, zone, &find->from_us, &find->to_us, error);
    return read_bound(request, "from", &find->from_us, error) &&
           read_bound(request, "to", &find->to_us, error);
}

static void tell(ApiRequest *request, const IdxFind *find)
{
    api_audit_object(request, idx_facet_name(find->by), find->value, 0);
    if (find->from_us != INT64_MIN && find->to_us != INT64_MAX)
        api_audit_span(request, NULL, find->from_us, find->to_us);
}

bool api_get_find(ApiRequest *request, GError **error)
{
    int64_t limit = 0;
    GError *local = NULL;
    IdxFind find = {.from_us = INT64_MIN,
                    .to_us = INT64_MAX,
                    .hall = api_request_query(request, "hall"),
                    .cursor = api_request_query(request, "after"),
                    .now_us = request->now_us};
    if (!read_what(request, &find, error) || !read_range(request, &find, error) ||
        !api_request_int(request, "limit", 1, IDX_FIND_LIMIT_MAX, IDX_FIND_LIMIT, &limit, error))
        return false;
    find.limit = (int)limit;
    tell(request, &find);
    g_autoptr(json_t) found = idx_find(request->cat, &find, &local);
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS)) {
        g_autoptr(GError) why = local;
        return api_found_several(request, why,
                                 idx_find_candidates(request->cat, find.by, find.value, NULL));
    }
    if (found == NULL) {
        g_propagate_error(error, local);
        return false;
    }
    api_reply_json(request, MHD_HTTP_OK, found);
    return true;
}
