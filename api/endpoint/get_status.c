// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/overview.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/listing.h"

static json_t *down_json(const ApiRequest *request, const ApiStreamNow *now, GError **error)
{
    json_t *places = idx_listing_places_of(request->cat, now->camera->id, request->now_us, error);
    if (places == NULL)
        return NULL;
    // never seen by a recorder: down since it was added
    int64_t since_us = now->state->since_us != 0 ? now->state->since_us : now->camera->created_us;
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o}", "camera", now->camera->code, "name",
                     now->camera->name, "places", places, "stream", now->stream->name, "state",
                     now->state->state, "since",
                     mj_json_time(since_us, idx_catalogue_timezone(request->cat)), "detail",
                     mj_json_string(now->state->detail));
}

static json_t *down_list(const ApiRequest *request, const ApiOverview *overview, GError **error)
{
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; i < overview->streams->len; i++) {
        const ApiStreamNow *now = &g_array_index(overview->streams, ApiStreamNow, i);
        if (g_str_equal(now->state->state, IDX_STATE_RECORDING))
            continue;
        bool sees = false;
        if (!idx_scope_camera(request->cat, now->camera->code, request->now_us, request->now_us,
                              &sees, error))
            return NULL;
        if (!sees)
            continue; // it counts, and is not named
        json_t *down = down_json(request, now, error);
        if (down == NULL)
            return NULL;
        json_array_append_new(list, down);
    }
    return g_steal_pointer(&list);
}

static json_t *disk_json(const ApiOverview *overview)
{
    json_t *days = overview->bytes_per_day > 0
                       ? json_real((double)overview->disk_free_bytes / overview->bytes_per_day)
                       : json_null();
    return json_pack("{s:I, s:I, s:o}", "total_bytes", (json_int_t)overview->disk_total_bytes,
                     "free_bytes", (json_int_t)overview->disk_free_bytes, "days_left", days);
}

static json_t *bytes_json(int64_t bytes)
{
    return bytes >= 0 ? json_integer(bytes) : json_null();
}

static json_t *volume_list(const ApiRequest *request, const ApiOverview *overview)
{
    json_t *list = json_array();
    for (guint i = 0; i < overview->volumes->len; i++) {
        const ApiVolumeNow *now = &g_array_index(overview->volumes, ApiVolumeNow, i);
        const IdxVolume *volume = now->volume;
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "path", volume->path, "state",
                      volume->state, "since", idx_listing_time(request->cat, volume->since_us),
                      "detail", mj_json_string(volume->detail), "total_bytes",
                      bytes_json(now->total_bytes), "free_bytes", bytes_json(now->free_bytes),
                      "outlook",
                      idx_outlook_json(request->cat, now->has_outlook ? &now->outlook : NULL,
                                       request->now_us)));
    }
    return list;
}

bool api_get_status(ApiRequest *request, GError **error)
{
    GTimeZone *zone = idx_catalogue_timezone(request->cat);
    g_auto(ApiOverview) overview = {0};
    if (!api_overview_read(request->cat, request->now_us, &overview, error))
        return false;
    json_t *down = down_list(request, &overview, error);
    if (down == NULL)
        return false;
    json_t *bound = overview.clock_error_ms >= 0 ? json_real(overview.clock_error_ms) : json_null();
    g_autoptr(json_t) answer = json_pack(
        "{s:o, s:i, s:i, s:o, s:o, s:o, s:{s:b, s:o}, s:{s:b, s:o}}", "time",
        mj_json_time(request->now_us, zone), "recording", overview.recording, "expected",
        (int)overview.streams->len, "down", down, "disk", disk_json(&overview), "volumes",
        volume_list(request, &overview), "clock", "synchronised", overview.clock_synchronised,
        "error_ms", bound, "capture", "running", overview.capture_running, "since",
        idx_listing_time(request->cat, overview.capture_since_us));
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
