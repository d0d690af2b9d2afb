// SPDX-License-Identifier: GPL-3.0-or-later
/* Events of business systems: CloudEvents 1.0, structured mode (cloudevents.io/spec v1.0.2).
 *
 * idx_event_parse() is pure: it checks one JSON value and names the field that is wrong.
 * idx_event_add_text() stores and links. Idempotent by source, id and data.data_ver: the same again is
 * a duplicate; the same with other content is refused. A correction (data.correction_of = id of an
 * event of the same source, or the same id with a higher data_ver) supersedes what it corrects, in
 * whichever order they come. A correction whose data.data_state is 0 (作废) cancels: it holds in place of
 * what it corrects, and counts for nothing. Unknown types are kept; what types carry: event_rule.h. */
#pragma once

#include "index/catalogue.h"

#include "index/base/json.h"

#define IDX_EVENT_MAX_BYTES (64 * 1024) // of one event

typedef struct IdxEvent {
    char *source, *event_id, *type;
    int64_t data_ver; // >= 1
    int64_t time_us;
    char *hall_code;     // NULL = the first hall
    char *ticket_no;     // NULL if it speaks of none
    int ticket_day;      // data.ticket_day, or 0: the local date of time_us
    char *approval_id;   // NULL if it speaks of none
    char *session_id;    // data.session_id, or what stands for it in a trade; NULL if none
    char *place;         // data.window_no, else data.room; may be NULL
    char *correction_of; // may be NULL
    bool cancelled;      // data.data_state is 0: what it corrects never was
    char *body;          // the whole event, keys sorted, compact
} IdxEvent;

void idx_event_free(IdxEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxEvent, idx_event_free)

/* MJ_ERROR_INVALID with a sentence that names the field and what it should be. */
IdxEvent *idx_event_parse(const json_t *json, GError **error);

typedef enum { IDX_EVENT_ACCEPTED, IDX_EVENT_DUPLICATE, IDX_EVENT_REFUSED } IdxEventStatus;

typedef struct IdxEventResult {
    char *id; // the event's, if it could be read
    IdxEventStatus status;
    char *message; // why it was refused; NULL otherwise
} IdxEventResult;

typedef struct IdxEventBatch {
    int accepted, duplicates, refused;
    GArray *results; // IdxEventResult, one an event, in order
} IdxEventBatch;

void idx_event_batch_free(IdxEventBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxEventBatch, idx_event_batch_free)

typedef enum {
    IDX_EVENT_FORM_ANY,    // one object, an array, or NDJSON: whatever it is
    IDX_EVENT_FORM_ONE,    // application/cloudevents+json
    IDX_EVENT_FORM_BATCH,  // application/cloudevents-batch+json
    IDX_EVENT_FORM_NDJSON, // application/x-ndjson
} IdxEventForm;

/* Adds all events of @text; they are linked and on disk when this returns. An event that is wrong is
 * refused alone, the others are kept. Fails as a whole if @text is not of @form at all
 * (MJ_ERROR_INVALID, nothing stored), or if the catalogue cannot be written: then part of a long text
 * may be stored (it is committed in slices, so that other writers never wait long); send it again.
 * @cat: opened IDX_WRITE, no transaction open. */
IdxEventBatch *idx_event_add_text(IdxCatalogue *cat, const char *text, size_t size,
                                  IdxEventForm form, int64_t now_us, GError **error);

/* {"accepted","duplicates","refused","results":[…]} as the API and the command line answer it. */
json_t *idx_event_batch_json(const IdxEventBatch *batch);
