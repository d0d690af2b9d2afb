// SPDX-License-Identifier: GPL-3.0-or-later
/* Cuts a stream of bytes into events, whatever its length: holds one event, and what was just added.
 *
 *   idx_split_add(split, bytes, size);              // 64 KiB at a time keeps it small
 *   while ((got = idx_split_next(split, last, &piece, error)) == IDX_SPLIT_VALUE || … REFUSED) …
 *   got is IDX_SPLIT_MORE (add more; or, with @last, it is over) or IDX_SPLIT_BAD (not of the form)
 *
 * Pure: no clock, no catalogue. A JSON array is one document: what is no JSON in it spoils it from there
 * on. A line is a document of its own: what is no JSON in it spoils that line. */
#pragma once

#include "index/base/json.h"

#include <stdbool.h>
#include <stddef.h>

#define IDX_SPLIT_VALUE_MAX (256 * 1024) // bytes of one event as it is written, blanks and all

typedef enum {
    IDX_EVENT_FORM_ANY,    // one object, an array, or NDJSON: whatever it is
    IDX_EVENT_FORM_ONE,    // application/cloudevents+json
    IDX_EVENT_FORM_BATCH,  // application/cloudevents-batch+json
    IDX_EVENT_FORM_NDJSON, // application/x-ndjson
} IdxEventForm;

typedef enum { IDX_SPLIT_BAD, IDX_SPLIT_MORE, IDX_SPLIT_VALUE, IDX_SPLIT_REFUSED } IdxSplitGot;

typedef struct IdxPiece {
    json_t *value; // owned by the caller after IDX_SPLIT_VALUE
    char *refused; // owned by the caller after IDX_SPLIT_REFUSED: why
} IdxPiece;

typedef struct IdxSplit IdxSplit;

IdxSplit *idx_split_new(IdxEventForm form);
void idx_split_free(IdxSplit *split);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxSplit, idx_split_free)

/* Whether what came so far began an array: one document, of which nothing can be had behind a fault. */
bool idx_split_is_array(const IdxSplit *split);

void idx_split_add(IdxSplit *split, const void *bytes, size_t size);

/* @last: nothing will be added any more. MJ_ERROR_INVALID says what is wrong and in which line. */
IdxSplitGot idx_split_next(IdxSplit *split, bool last, IdxPiece *ret, GError **error);
