// SPDX-License-Identifier: GPL-3.0-or-later
/* What clip.c, plan.c and read.c share of a clip. */
#pragma once

#include "index/clip/clip.h"
#include "index/clip/samples.h"
#include "index/clip/table.h"

typedef struct ClipSource { // a segment's file
    char *path, *name;      // on disk; below its volume
    int64_t bytes;          // it has at least so many
} ClipSource;

struct IdxClip {
    char *camera, *stream, *name;
    int64_t asked_from_us, asked_to_us;
    IdxTimeline *timeline;
    GArray *sources; // ClipSource
    ClipTable tables[CLIP_TRACKS_MAX];
    size_t n_tables;
    GArray *ranges; // ClipRange
    GByteArray *head;
    IdxClipFacts facts;
};

/* Fills tables, ranges, sources and facts but for bytes. */
bool clip_plan(IdxClip *clip, IdxCatalogue *cat, IdxClipProgress progress, void *data,
               GError **error);
