// SPDX-License-Identifier: GPL-3.0-or-later
/* Looking into a fragmented MP4 file (ISO/IEC 14496-12) that may end anywhere.
 *
 * Reads what our own writer makes: ftyp and moov, then moof + mdat pairs. Any bytes may be given;
 * sizes are checked before they are believed, and nothing is read beyond what was given. Used after
 * a crash to find the last whole fragment, and by whoever wants the fragments of a file without a
 * catalogue.
 *
 * Pure: bytes in memory, which callers have read. Allocates only the result. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDX_BOXES_MAX_FRAGMENTS 100000 // in one file; a minute has about a hundred

typedef struct IdxBoxFragment {
    int64_t offset, length; // bytes: moof and mdat
    int64_t start_us;       // of its first video sample on the file's timeline, composition time
    int64_t decode_us;      // the same, decoding time (tfdt)
    int64_t end_us;         // decode_us + the durations of its video samples
    int frames;             // video samples
    bool key;               // the first one is a sync sample
} IdxBoxFragment;

typedef struct IdxBoxFile {
    int64_t init_bytes;  // ftyp + moov; 0 if they are not whole
    int64_t whole_bytes; // up to the end of the last whole fragment
    GArray *fragments;   // IdxBoxFragment; those that hold video
} IdxBoxFile;

/* Scans @size bytes. Never fails: what is not whole or not understood ends the scan. */
IdxBoxFile *idx_boxes_scan(const uint8_t *data, size_t size);
void idx_boxes_free(IdxBoxFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxBoxFile, idx_boxes_free)
