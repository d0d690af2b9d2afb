// SPDX-License-Identifier: GPL-3.0-or-later
/* What the file of a segment says of itself, so that a row can be made from it alone: which camera
 * and stream, when it begins and by whose clock (mingjing.* in its metadata, which the recorder's
 * writer puts there), what it holds (sample descriptions) and where its fragments lie (boxes.h).
 *
 * One thing no file says: where it ends, to the microsecond. The writer moves the end of a segment
 * that another one joins to where that one begins; so the segment behind is to be told.
 *
 * Pure: bytes in memory, which callers have read and which may be any. */
#pragma once

#include "index/segment/boxes.h"
#include "index/segment/segment.h"

#define IDX_SEGMENT_FILE_INIT_MAX (1024 * 1024)       // bytes of ftyp + moov; ours have about 2000
#define IDX_SEGMENT_FILE_MAX_BYTES (INT64_C(2) << 30) // of one file

/* "20261122" and "013000.120Z.mp4": the names of a stream's folders and of the files in them. */
bool idx_segment_file_is_day(const char *name);
bool idx_segment_file_is_name(const char *name);

/* What the @init part (ftyp + moov) says: all but id, stream_id, path, volume, bytes and end; state
 * "open". NULL with MJ_ERROR_CORRUPT if it is not of our making. @ret_camera, @ret_stream: codes,
 * caller frees. */
IdxSegment *idx_segment_file_describe(const uint8_t *init, size_t size, char **ret_camera,
                                      char **ret_stream, GError **error);

/* What the segment behind says: when it begins, and, if it joins this one, how long this one's media
 * is. Fragments that begin at us or later are not this one's. A file that has all of its media ends
 * exactly at us. */
typedef struct IdxSegmentEnd {
    int64_t us;
    int64_t media_us; // 0 = the next one does not join
} IdxSegmentEnd;
#define IDX_SEGMENT_NO_END ((IdxSegmentEnd){INT64_MAX, 0})

/* @next NULL: there is none behind. */
IdxSegmentEnd idx_segment_file_end(const IdxSegment *row, const IdxSegment *next);

/* The fragments of @boxes as the catalogue keeps them (a new array), without those that begin at
 * @end or later; fills bytes, init_bytes, frames and end_us of @row, whose start_us is set. Without
 * a whole fragment bytes equals init_bytes and the array is empty. */
GByteArray *idx_segment_file_index(IdxBoxFile *boxes, IdxSegment *row, IdxSegmentEnd end);
