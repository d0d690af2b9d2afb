// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/look.h"
#include "api/range.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/segment_fd.h"

#include <string.h>
#include <unistd.h>

#define SUFFIX ".mp4"

static bool parse_id(const char *file, int64_t *ret_id, GError **error)
{
    g_autofree char *digits = g_strdup(file);
    if (!g_str_has_suffix(digits, SUFFIX))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no segment '%s'", file);
    digits[strlen(digits) - strlen(SUFFIX)] = '\0';
    return g_ascii_string_to_signed(digits, 10, 1, INT64_MAX, ret_id, NULL) ||
           mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no segment '%s'", file);
}

/* RFC 9110 section 13.1.5: a range of another version of the file must not be sent. */
static bool range_applies(const ApiHeaders *headers, const char *etag)
{
    return headers->if_range == NULL || g_str_equal(headers->if_range, etag);
}

static bool is_known(const ApiHeaders *headers, const char *etag)
{
    return headers->if_none_match != NULL && strstr(headers->if_none_match, etag) != NULL;
}

static void reply_unsatisfiable(ApiRequest *request, const IdxSegment *segment)
{
    g_autofree char *size = g_strdup_printf("bytes */%" G_GINT64_FORMAT, segment->bytes);
    api_reply_problem(request, MHD_HTTP_RANGE_NOT_SATISFIABLE, "invalid",
                      "segment %" G_GINT64_FORMAT " has %" G_GINT64_FORMAT " bytes", segment->id,
                      segment->bytes);
    api_reply_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, size);
}

/* What of the file is asked for: 200, 206 or 416. */
static int choose(const ApiRequest *request, const IdxSegment *segment, const char *etag,
                  int64_t *ret_first, int64_t *ret_length)
{
    *ret_first = 0;
    *ret_length = segment->bytes;
    const ApiHeaders *headers = &request->headers;
    const char *range = range_applies(headers, etag) ? headers->range : NULL;
    switch (api_range_parse(range, segment->bytes, ret_first, ret_length)) {
    case API_RANGE_PART:
        return MHD_HTTP_PARTIAL_CONTENT;
    case API_RANGE_UNSATISFIABLE:
        return MHD_HTTP_RANGE_NOT_SATISFIABLE;
    case API_RANGE_WHOLE:
        break;
    }
    return MHD_HTTP_OK;
}

static bool reply_segment(ApiRequest *request, const IdxSegment *segment, GError **error)
{
    // footage stays on no disk but the recorder's; a browser's own memory may keep what it plays
    const char *cache = API_CACHE_NONE;
    g_autofree char *etag = g_strdup_printf("\"%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "\"",
                                            segment->id, segment->bytes);
    if (is_known(&request->headers, etag)) {
        g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
        api_reply_bytes(request, MHD_HTTP_NOT_MODIFIED, nothing, "video/mp4", cache, etag);
        return true;
    }
    int64_t first = 0, length = 0;
    int status = choose(request, segment, etag, &first, &length);
    if (status == MHD_HTTP_RANGE_NOT_SATISFIABLE) {
        reply_unsatisfiable(request, segment);
        return true;
    }
    int fd = idx_segment_fd(request->cat, segment, error);
    if (fd < 0)
        return false;
    api_reply_file(request, status, fd, first, length, "video/mp4", cache, etag);
    api_reply_header(request, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    if (status == MHD_HTTP_PARTIAL_CONTENT) {
        g_autofree char *range =
            g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                            first, first + length - 1, segment->bytes);
        api_reply_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, range);
    }
    return true;
}

bool api_get_segment(ApiRequest *request, GError **error)
{
    int64_t id = 0;
    g_autoptr(GError) local = NULL;
    if (!parse_id(request->values[0], &id, error))
        return false;
    g_autoptr(IdxSegment) segment = idx_segment_get(request->cat, id, error);
    g_autofree char *camera =
        segment != NULL ? idx_stream_camera(request->cat, segment->stream_id, error) : NULL;
    if (camera == NULL)
        return false;
    if (!api_look_file(request, camera, segment->start_us, segment->end_us, &local)) {
        if (mj_error_is(local, MJ_ERROR_NOT_FOUND)) // what is not for her is not there
            return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no segment %" G_GINT64_FORMAT, id);
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    return reply_segment(request, segment, error);
}
