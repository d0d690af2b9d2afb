// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/known.h"
#include "api/look.h"
#include "api/range.h"
#include "api/reply.h"
#include "api/turn.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/segment/fd.h"

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

static void reply_unsatisfiable(ApiRequest *request, const ApiKnownFile *file)
{
    g_autofree char *size = g_strdup_printf("bytes */%" G_GINT64_FORMAT, file->bytes);
    api_reply_problem(request, MHD_HTTP_RANGE_NOT_SATISFIABLE, "invalid",
                      "segment %" G_GINT64_FORMAT " has %" G_GINT64_FORMAT " bytes", file->id,
                      file->bytes);
    api_reply_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, size);
}

typedef struct Part {
    int status; // 200, 206, 304 or 416
    int64_t first, length;
    char etag[48];
} Part;

/* What of the file is asked for. */
static Part choose(const ApiHeaders *headers, const ApiKnownFile *file)
{
    Part part = {MHD_HTTP_OK, 0, file->bytes, ""};
    g_snprintf(part.etag, sizeof part.etag, "\"%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "\"",
               file->id, file->bytes);
    if (is_known(headers, part.etag)) {
        part.status = MHD_HTTP_NOT_MODIFIED;
        return part;
    }
    const char *range = range_applies(headers, part.etag) ? headers->range : NULL;
    switch (api_range_parse(range, file->bytes, &part.first, &part.length)) {
    case API_RANGE_PART:
        part.status = MHD_HTTP_PARTIAL_CONTENT;
        break;
    case API_RANGE_UNSATISFIABLE:
        part.status = MHD_HTTP_RANGE_NOT_SATISFIABLE;
        break;
    case API_RANGE_WHOLE:
        break;
    }
    return part;
}

/* Takes the file's descriptor. Footage stays on no disk but the recorder's; a browser's own memory may keep what
 * it plays. */
static void reply_part(ApiRequest *request, const ApiKnownFile *file, const Part *part)
{
    if (part->status == MHD_HTTP_NOT_MODIFIED || part->status == MHD_HTTP_RANGE_NOT_SATISFIABLE)
        close(file->fd);
    if (part->status == MHD_HTTP_NOT_MODIFIED) {
        g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
        api_reply_bytes(request, part->status, nothing, "video/mp4", API_CACHE_NONE, part->etag);
        return;
    }
    if (part->status == MHD_HTTP_RANGE_NOT_SATISFIABLE) {
        reply_unsatisfiable(request, file);
        return;
    }
    api_reply_file(request, part->status, file->fd, part->first, part->length, "video/mp4",
                   API_CACHE_NONE, part->etag);
    api_reply_header(request, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    if (part->status == MHD_HTTP_PARTIAL_CONTENT) {
        g_autofree char *range =
            g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                            part->first, part->first + part->length - 1, file->bytes);
        api_reply_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, range);
    }
}

/* Nothing of it is told as a failure here: that takes a row of its own. */
bool api_get_segment_again(ApiRequest *request)
{
    ApiKnownFile file = api_known_find(request);
    if (file.fd < 0)
        return false;
    int wait_s = 0;
    Part part = choose(&request->headers, &file);
    if (part.status == MHD_HTTP_RANGE_NOT_SATISFIABLE ||
        !api_turn_take(request, request->route->rate, &wait_s) ||
        !api_audit_again(request, part.status)) {
        close(file.fd);
        api_known_undo(request);
        return false;
    }
    reply_part(request, &file, &part);
    return true;
}

static bool reply_segment(ApiRequest *request, const IdxSegment *segment, const char *camera,
                          GError **error)
{
    ApiKnownFile file = {segment->id, segment->bytes, idx_segment_fd(request->cat, segment, error)};
    if (file.fd < 0)
        return false;
    api_known_keep(request, segment, camera, file.fd);
    Part part = choose(&request->headers, &file);
    reply_part(request, &file, &part);
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
    return reply_segment(request, segment, camera, error);
}
