// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/event/ingest.h"

/* application/json says nothing of how many: whatever it is. */
static IdxEventForm form_of(const char *content_type)
{
    if (api_media_type_is(content_type, "application/cloudevents+json"))
        return IDX_EVENT_FORM_ONE;
    if (api_media_type_is(content_type, "application/cloudevents-batch+json"))
        return IDX_EVENT_FORM_BATCH;
    if (api_media_type_is(content_type, "application/x-ndjson"))
        return IDX_EVENT_FORM_NDJSON;
    return IDX_EVENT_FORM_ANY;
}

static void free_ingest(gpointer ingest)
{
    idx_ingest_free(ingest);
}

/* Of a long body this is called for each piece of it. */
bool api_post_events(ApiRequest *request, GError **error)
{
    if (request->stream == NULL && (request->body == NULL || request->body->len == 0))
        return mj_error_set(error, MJ_ERROR_INVALID, "the body is empty: it should hold events");
    if (request->stream == NULL) {
        request->stream = idx_ingest_new(form_of(request->headers.content_type));
        request->stream_free = free_ingest;
    }
    const IdxEventBatch *batch = idx_ingest_batch(request->stream);
    int64_t accepted = batch->accepted, duplicates = batch->duplicates, refused = batch->refused;
    bool ok = idx_ingest_feed(request->stream, request->cat, request->body->data,
                              request->body->len, request->body_ends, request->now_us, error);
    if (ok)
        api_metrics_events(request->context->metrics, batch->accepted - accepted,
                           batch->duplicates - duplicates, batch->refused - refused);
    api_audit_counts(request, batch->accepted, batch->duplicates, batch->refused);
    g_byte_array_set_size(request->body, 0);
    if (!ok || !request->body_ends)
        return ok;
    g_autoptr(json_t) answer = idx_event_batch_json(batch);
    bool none = batch->accepted + batch->duplicates == 0 && batch->refused > 0;
    api_reply_json(request, none ? MHD_HTTP_UNPROCESSABLE_CONTENT : MHD_HTTP_OK, answer);
    return true;
}
