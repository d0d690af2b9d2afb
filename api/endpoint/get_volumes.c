// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/overview.h"
#include "api/reply.h"
#include "index/listing.h"
#include "index/retention/retention.h"

static json_t *or_null(bool known, int64_t value)
{
    return known ? json_integer(value) : json_null();
}

static const ApiVolumeNow *now_of(const ApiOverview *overview, int64_t id)
{
    for (guint i = 0; i < overview->volumes->len; i++) {
        const ApiVolumeNow *now = &g_array_index(overview->volumes, ApiVolumeNow, i);
        if (now->volume->id == id)
            return now;
    }
    return NULL;
}

/* @now NULL: it is recorded to no more, and not looked at. */
static json_t *volume_json(const ApiRequest *request, const IdxVolume *volume,
                           const ApiVolumeNow *now, const char *policy)
{
    const IdxOutlook *outlook = now != NULL && now->has_outlook ? &now->outlook : NULL;
    return json_pack(
        "{s:I, s:s, s:s, s:o, s:s?, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "id",
        (json_int_t)volume->id, "path", volume->path, "state", volume->state, "since",
        idx_listing_time(request->cat, volume->since_us), "detail", volume->detail, "removed",
        volume->removed_us != 0, "when_full", policy, "reserve_bytes",
        or_null(volume->has_reserve, volume->reserve_bytes), "max_bytes",
        or_null(volume->max_bytes != 0, volume->max_bytes), "total_bytes",
        or_null(now != NULL && now->total_bytes >= 0, now != NULL ? now->total_bytes : 0),
        "free_bytes",
        or_null(now != NULL && now->free_bytes >= 0, now != NULL ? now->free_bytes : 0), "outlook",
        idx_outlook_json(request->cat, outlook, request->now_us));
}

bool api_get_volumes(ApiRequest *request, GError **error)
{
    g_auto(ApiOverview) overview = {0};
    if (!api_overview_read(request->cat, request->now_us, &overview, error))
        return false;
    g_autoptr(GPtrArray) all = idx_volume_list(request->cat, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; all != NULL && i < all->len; i++) {
        const IdxVolume *volume = all->pdata[i];
        g_autofree char *policy = idx_retention_policy(request->cat, volume->id, error);
        if (policy == NULL)
            return false;
        json_array_append_new(list,
                              volume_json(request, volume, now_of(&overview, volume->id), policy));
    }
    if (all == NULL)
        return false;
    g_autoptr(json_t) answer = json_pack("{s:O}", "volumes", list);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
