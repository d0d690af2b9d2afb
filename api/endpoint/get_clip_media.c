// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/clips.h"
#include "api/endpoint/endpoint.h"
#include "api/look.h"
#include "api/range.h"
#include "api/reply.h"

#include <string.h>

typedef struct Stream { // what is being sent
    ApiClip *clip;
    IdxClipReader *reader;
    int64_t first;
} Stream;

static void stream_free(void *data)
{
    Stream *stream = data;
    idx_clip_reader_free(stream->reader);
    api_clip_unref(stream->clip);
    g_free(stream);
}

static ssize_t stream_read(void *data, uint64_t position, char *buffer, size_t size)
{
    Stream *stream = data;
    g_autoptr(GError) error = NULL;
    int64_t n = idx_clip_read(stream->reader, stream->first + (int64_t)position, (uint8_t *)buffer,
                              size, &error);
    if (n > 0)
        return (ssize_t)n;
    if (n < 0)
        mj_log_warning(NULL, "a clip broke off: %s", error->message);
    return n < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
}

static void add_headers(ApiRequest *request, const ApiClip *clip)
{
    g_autofree char *digest = g_base64_encode(api_clip_sha256(clip), IDX_CLIP_SHA256_BYTES);
    g_autofree char *field = g_strdup_printf("sha-256=:%s:", digest); // RFC 9530
    g_autofree char *name = idx_clip_name(api_clip_media(clip));
    g_autofree char *part = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *saved = g_strdup_printf("attachment; filename*=UTF-8''%s", part);
    api_reply_header(request, "Repr-Digest", field);
    api_reply_header(request, "Content-Disposition", saved);
    api_reply_header(request, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
}

static void send_part(ApiRequest *request, ApiClip *clip, int status, int64_t first, int64_t length,
                      const char *etag)
{
    IdxClipFacts facts = idx_clip_facts(api_clip_media(clip));
    Stream *stream = g_new0(Stream, 1);
    stream->reader = idx_clip_reader_new(api_clip_media(clip));
    stream->clip = api_clip_ref(clip);
    stream->first = first;
    api_reply_read(request, status, length, stream_read, stream, stream_free,
                   facts.quicktime ? "video/quicktime" : "video/mp4", etag);
    add_headers(request, clip);
    if (status != MHD_HTTP_PARTIAL_CONTENT)
        return;
    g_autofree char *range =
        g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, first,
                        first + length - 1, facts.bytes);
    api_reply_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, range);
}

/* The hash names the bytes, so that a download goes on with the same clip or begins anew. */
static bool fetch(ApiRequest *request, ApiClip *clip)
{
    int64_t bytes = idx_clip_facts(api_clip_media(clip)).bytes, first = 0, length = bytes;
    g_autofree char *digest = g_base64_encode(api_clip_sha256(clip), IDX_CLIP_SHA256_BYTES);
    g_autofree char *etag = g_strdup_printf("\"%s\"", digest);
    const ApiHeaders *headers = &request->headers;
    bool applies = !headers->if_range || strcmp(headers->if_range, etag) == 0;
    switch (api_range_parse(applies ? headers->range : NULL, bytes, &first, &length)) {
    case API_RANGE_PART:
        send_part(request, clip, MHD_HTTP_PARTIAL_CONTENT, first, length, etag);
        return true;
    case API_RANGE_UNSATISFIABLE:
        api_reply_problem(request, MHD_HTTP_RANGE_NOT_SATISFIABLE, "invalid",
                          "the clip has %" G_GINT64_FORMAT " bytes", bytes);
        return true;
    case API_RANGE_WHOLE:
        break;
    }
    send_part(request, clip, MHD_HTTP_OK, 0, bytes, etag);
    return true;
}

/* What the audit log is told of what left the house, besides which footage: the hash of what it became. */
static void tell(ApiRequest *request, const json_t *told)
{
    const json_t *facts = json_object_get(told, "clip");
    api_audit_detail(request, json_pack("{s:O, s:O}", "sha256", json_object_get(facts, "sha256"),
                                        "bytes", json_object_get(facts, "bytes")));
}

bool api_get_clip_media(ApiRequest *request, GError **error)
{
    ApiClips *clips = request->context->clips;
    g_autofree char *owner = api_clips_owner(request);
    const char *id = request->values[0];
    g_autoptr(json_t) told = api_clips_json(clips, owner, id, error);
    g_autoptr(ApiClip) clip = told ? api_clips_fetch(clips, owner, id, error) : NULL;
    const IdxClipAsk *ask = clip ? api_clip_ask(clip) : NULL;
    if (!ask || !api_look(request, ask->camera, ask->from_us, ask->to_us, error))
        return false;
    tell(request, told);
    return fetch(request, clip);
}
