// SPDX-License-Identifier: GPL-3.0-or-later
/* Events in: any number of them, in bounded memory, on disk and linked when a call returns.
 *
 *   g_autoptr(IdxIngest) in = idx_ingest_new(IDX_EVENT_FORM_ANY);
 *   idx_ingest_feed(in, cat, bytes, size, false, now_us, error) …     // as they come
 *   idx_ingest_feed(in, cat, bytes, size, true, now_us, error)        // the last ones
 *   idx_ingest_batch(in)                                         // what became of them
 *
 * No transaction is open between calls, and within one it is committed every few milliseconds, so that
 * other writers never wait long. An event that is wrong is refused alone, the others are kept; so is one in this node's own
 * name (a source below "/mingjing/HALL/"), which nobody else tells or corrects. One at a
 * place that its hall does not know is kept with a warning: it has no camera until somebody says so; so is one whose time
 * is more than IDX_SOURCE_LIVE_US ahead (source.h): nothing is told before it happens. Each
 * place is looked for once in a transaction. A call fails
 * if the bytes are not of the form (MJ_ERROR_INVALID) or the catalogue cannot be written; what was committed
 * before stays, and the error says how many events that were (and of an array, that lines would have been
 * kept): mend and send the whole again, events are idempotent. Bytes that fail as a whole in the first call, and are not many, leave nothing. */
#pragma once

#include "index/catalogue.h"
#include "index/event/event.h"
#include "index/event/split.h"

typedef enum { IDX_EVENT_ACCEPTED, IDX_EVENT_DUPLICATE, IDX_EVENT_REFUSED } IdxEventStatus;

typedef struct IdxEventResult {
    int64_t index; // of the event among all, from 0
    char *id;      // the event's, if it could be read
    IdxEventStatus status;
    char *message;  // why it was refused; NULL otherwise
    bool conflicts; // that is why: it is known with other content
    char *warning;  // of one that was accepted, or NULL: what somebody should look at
} IdxEventResult;

#define IDX_RESULTS_MAX 5000 // listed: every event; beyond that number …
#define IDX_REFUSED_MAX 1000 // … refused ones alone, up to so many more

/* What a warning is about; one may be about several. */
typedef enum {
    IDX_WARNED_PLACE,  // that nobody knows
    IDX_WARNED_AHEAD,  // of this machine's clock
    IDX_WARNED_ITSELF, // is what it says it corrects
    IDX_WARNED_TYPE,   // of a hall, and not in the table
    IDX_WARNED_IDLE,   // of a session, and cannot be carried out
    IDX_WARNED_KINDS
} IdxWarned;

/* "name a place that is not known": of events, in the plural. */
const char *idx_warned_words(IdxWarned kind);

typedef struct IdxEventBatch {
    int64_t accepted, duplicates, refused;
    int64_t warned; // of the accepted
    int64_t warned_of[IDX_WARNED_KINDS];
    int64_t unlisted; // of which results tells nothing
    GArray *results;  // IdxEventResult, in order
} IdxEventBatch;

void idx_event_batch_free(IdxEventBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxEventBatch, idx_event_batch_free)

/* {"accepted","duplicates","refused","warned","unlisted","results":[…]} as the API and the command line answer it. */
json_t *idx_event_batch_json(const IdxEventBatch *batch);

typedef struct IdxIngest IdxIngest;

IdxIngest *idx_ingest_new(IdxEventForm form);
void idx_ingest_free(IdxIngest *ingest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxIngest, idx_ingest_free)

/* @cat: opened IDX_WRITE, no transaction open; not kept: each call may bring another connection. @now_us:
 * when these bytes arrived. */
bool idx_ingest_feed(IdxIngest *ingest, IdxCatalogue *cat, const void *bytes, size_t size,
                     bool last, int64_t now_us, GError **error);

/* One event that was made elsewhere, as an importer does; takes @json. Ends with idx_ingest_feed(…, NULL, 0,
 * true, …). @ret_result (may be NULL) is valid until the next call; its index counts these events too. */
bool idx_ingest_one(IdxIngest *ingest, IdxCatalogue *cat, json_t *json, int64_t now_us,
                    const IdxEventResult **ret_result, GError **error);

/* So far. Owned by the ingest. */
const IdxEventBatch *idx_ingest_batch(const IdxIngest *ingest);

/* All of @text at once. Caller frees. */
IdxEventBatch *idx_event_add_text(IdxCatalogue *cat, const char *text, size_t size,
                                  IdxEventForm form, int64_t now_us, GError **error);
