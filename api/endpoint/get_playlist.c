// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/look.h"
#include "api/playlist.h"
#include "api/reply.h"
#include "index/base/error.h"

/* Seen from …/cameras/{id}/playlist.m3u8, so that a proxy may put a prefix before /api. */
#define SEGMENTS "../../segments/"

static IdxTimeline *read_timeline(ApiRequest *request, const char **ret_stream, GError **error)
{
    int64_t from_us = 0, to_us = 0, stream_id = 0;
    if (!api_footage_stream(request, &stream_id, ret_stream, error) ||
        !api_request_time(request, "from", &from_us, error) ||
        !api_request_time(request, "to", &to_us, error))
        return NULL;
    if (!api_look(request, request->values[0], from_us, to_us, error))
        return NULL;
    if (from_us < to_us && to_us - from_us > API_PLAYLIST_MAX_US) {
        mj_error_set(error, MJ_ERROR_INVALID, "a playlist may be %d hours long: ask for less",
                     (int)(API_PLAYLIST_MAX_US / MJ_HOUR_US));
        return NULL;
    }
    return idx_timeline_get(request->cat, stream_id, from_us, to_us, request->now_us, error);
}

static GPtrArray *read_fragments(IdxCatalogue *cat, const GPtrArray *segments, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (guint i = 0; i < segments->len; i++) {
        GArray *fragments = idx_segment_fragments(cat, g_ptr_array_index(segments, i), error);
        if (fragments == NULL)
            return NULL;
        g_ptr_array_add(list, fragments);
    }
    return g_steal_pointer(&list);
}

bool api_get_playlist(ApiRequest *request, GError **error)
{
    const char *stream = NULL;
    g_autoptr(IdxTimeline) timeline = read_timeline(request, &stream, error);
    g_autoptr(GPtrArray) fragments =
        timeline != NULL ? read_fragments(request->cat, timeline->segments, error) : NULL;
    if (fragments == NULL)
        return false;
    g_auto(ApiPlaylist) playlist = {0};
    g_autofree char *suffix = api_look_suffix(request);
    api_playlist_build(timeline, fragments, idx_catalogue_timezone(request->cat), SEGMENTS, suffix,
                       &playlist);
    if (playlist.parts == 0)
        return idx_timeline_refuse(request->cat, timeline, request->values[0], stream, error);
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(g_steal_pointer(&playlist.text));
    api_reply_bytes(request, MHD_HTTP_OK, bytes, "application/vnd.apple.mpegurl", API_CACHE_NONE,
                    NULL);
    return true;
}
