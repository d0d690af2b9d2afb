// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/event.h"

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

bool api_post_events(ApiRequest *request, GError **error)
{
    if (request->body == NULL || request->body->len == 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "the body is empty: it should hold events");
    g_autoptr(IdxEventBatch) batch =
        idx_event_add_text(request->cat, (const char *)request->body->data, request->body->len,
                           form_of(request->headers.content_type), request->now_us, error);
    if (batch == NULL)
        return false;
    api_metrics_events(request->context->metrics, batch->accepted, batch->duplicates,
                       batch->refused);
    g_autoptr(json_t) answer = idx_event_batch_json(batch);
    bool none = batch->accepted + batch->duplicates == 0 && batch->refused > 0;
    api_reply_json(request, none ? MHD_HTTP_UNPROCESSABLE_CONTENT : MHD_HTTP_OK, answer);
    return true;
}
