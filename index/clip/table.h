// SPDX-License-Identifier: GPL-3.0-or-later
/* The samples of a clip as the tables of ISO/IEC 14496-12 want them: for each track when (stts, ctts), how
 * large (stsz), which are key frames (stss), and in which chunks they lie (stsc, co64).
 *
 *   clip_table_init → clip_table_add, in decoding order … → clip_table_end
 *
 * A chunk is what lies together in a source's file; chunks of all tracks follow each other in the clip as
 * they were added. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ClipRange { // of the clip's media: from where it is read
    guint source;
    int64_t offset, bytes; // in the source's file
    int64_t at;            // in the clip, from the beginning of its media
} ClipRange;

typedef struct ClipRun {
    uint32_t count;
    int32_t value;
} ClipRun;

typedef struct ClipChunk {
    guint range; // index
    uint32_t samples, entry;
} ClipChunk;

typedef struct ClipTable {
    bool video;
    uint32_t timescale, width, height;
    GPtrArray *entries;   // GBytes *: sample descriptions
    GArray *sizes;        // uint32_t
    GArray *deltas;       // ClipRun: stts
    GArray *compositions; // ClipRun: ctts
    GArray *sync;         // uint32_t, from 1
    GArray *chunks;       // ClipChunk
    uint32_t count;
    int64_t first_dts, last_dts; // ticks of the clip's timeline
    uint32_t last_duration;
    int64_t first_pts, end_pts; // what is shown
} ClipTable;

void clip_table_init(ClipTable *table, bool video, uint32_t timescale);
void clip_table_clear(ClipTable *table);

/* The number of the sample description, from 1. */
uint32_t clip_table_entry(ClipTable *table, const uint8_t *entry, size_t bytes);

typedef struct ClipAdd {
    guint source;
    int64_t offset;
    uint32_t size, entry, duration;
    int64_t dts, pts; // ticks
    bool sync;
} ClipAdd;

/* A dts that is not behind the one before is put behind it. @ranges: of all tables of the clip. */
void clip_table_add(ClipTable *table, GArray *ranges, const ClipAdd *sample);

/* No more comes. */
void clip_table_end(ClipTable *table);
