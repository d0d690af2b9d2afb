// SPDX-License-Identifier: GPL-3.0-or-later
/* Where the fragments of a segment lie, and how the catalogue keeps that.
 *
 * A fragment is one moof + mdat pair. The first begins behind the init part (ftyp + moov), each next
 * one where the one before ends, both in bytes and in time; so the stored form
 * (segment_index.fragments) is, per fragment, two unsigned LEB128 numbers:
 *
 *     length in bytes << 1 | begins with a key frame
 *     duration in microseconds
 *
 * About six bytes a second of footage. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct IdxFragment {
    int64_t offset;      // in the file, bytes
    int64_t length;      // bytes
    int64_t start_us;    // when its first picture was taken
    int64_t duration_us; // up to the next fragment's first picture
    bool key;            // its first picture is a key frame
} IdxFragment;

/* Appends one fragment in stored form. */
void idx_fragment_append(GByteArray *stored, const IdxFragment *fragment);

/* Reads the stored form. The result is a GArray of IdxFragment; NULL with MJ_ERROR_CORRUPT if the
 * bytes cannot be one. */
GArray *idx_fragment_decode(const uint8_t *stored, size_t size, int64_t init_bytes,
                            int64_t segment_start_us, GError **error);
