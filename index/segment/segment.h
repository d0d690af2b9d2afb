// SPDX-License-Identifier: GPL-3.0-or-later
/* Segments: one row a recorded file.
 *
 * Life: idx_segment_open() when the file has its init part → idx_segment_progress() about once a
 * second while fragments are written → idx_segment_close() after fsync of file and directory. After
 * a crash, idx_segment_list_open() names the files to look into. Only capture writes here. */
#pragma once

#include "index/catalogue.h"
#include "index/segment/fragment.h"

#define IDX_SHA256_BYTES 32

typedef struct IdxSegment {
    int64_t id; // 0 before idx_segment_open
    int64_t stream_id;
    int64_t start_us, end_us;
    char *state;       // "open", "closed", "recovered"
    bool joins;        // goes on from the segment before it without a seam
    int64_t volume_id; // 0 = the first (volume.h)
    char *path;        // below its folder
    int64_t bytes, init_bytes;
    bool has_sha256;
    uint8_t sha256[IDX_SHA256_BYTES];
    int64_t media_start_us; // time of the first picture on the file's timeline
    int64_t frames;
    char *video; // "h264", "hevc", "vp8" (of meetings) or NULL
    int width, height;
    char *audio; // "aac", "pcm_alaw" … or NULL
    char *clock; // "camera", "arrival"
    bool has_clock_offset;
    int64_t clock_offset_us;
    int64_t clock_uncertainty_us;
} IdxSegment;

IdxSegment *idx_segment_copy(const IdxSegment *segment);
void idx_segment_free(IdxSegment *segment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxSegment, idx_segment_free)

/* Inserts @segment as open; sets its id. MJ_ERROR_EXISTS if the path is taken. */
bool idx_segment_open(IdxCatalogue *cat, IdxSegment *segment, GError **error);

/* Stores how far the file is: end_us, bytes, frames and all its fragments in stored form. Nothing
 * if the segment is no longer open: what was hashed does not change. */
bool idx_segment_progress(IdxCatalogue *cat, const IdxSegment *segment, const GByteArray *fragments,
                          GError **error);

/* As progress, and closes it: state ("closed" or "recovered") and sha256 are taken from @segment.
 * A segment without a whole fragment (bytes == init_bytes) is deleted instead: the caller unlinks
 * it. */
bool idx_segment_close(IdxCatalogue *cat, const IdxSegment *segment, const GByteArray *fragments,
                       GError **error);

/* Those still open of @stream_id (0 = of all). Element type IdxSegment *. */
GPtrArray *idx_segment_list_open(IdxCatalogue *cat, int64_t stream_id, GError **error);

IdxSegment *idx_segment_get(IdxCatalogue *cat, int64_t id, GError **error);

/* Those of a stream that touch [from_us, to_us), in order of time. Element type IdxSegment *. */
GPtrArray *idx_segment_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                             GError **error);

/* The same, as far as a list of footage shows it: id, times, state, path, video, audio, what is known of the clock,
 * and the volume. In less than half of the time, of which large answers need much. Each with its strings in one piece
 * of memory, which belongs to the list. */
GPtrArray *idx_segment_range_shown(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                   int64_t to_us, GError **error);

/* The same, as far as it says when something is recorded: their times alone, and those that follow each other without
 * a moment between them as one. It reads the index alone, a month in milliseconds. */
GPtrArray *idx_segment_range_stretches(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                       int64_t to_us, GError **error);

/* The newest segment of a stream; NULL without error if it has none. */
IdxSegment *idx_segment_last(IdxCatalogue *cat, int64_t stream_id, GError **error);

/* The first one that begins after @after_us; NULL without error if there is none. */
IdxSegment *idx_segment_next(IdxCatalogue *cat, int64_t stream_id, int64_t after_us,
                             GError **error);

/* The last one that begins at or before @at_us; NULL without error if there is none. */
IdxSegment *idx_segment_before(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, GError **error);

/* It no longer joins the one before, which proved shorter than it was. */
bool idx_segment_part(IdxCatalogue *cat, int64_t id, GError **error);

/* The fragments of @segment. Element type IdxFragment. */
GArray *idx_segment_fragments(IdxCatalogue *cat, const IdxSegment *segment, GError **error);

/* Bytes recorded by all streams in segments that began at or after @since_us. */
bool idx_segment_bytes_since(IdxCatalogue *cat, int64_t since_us, int64_t *ret_bytes,
                             int64_t *ret_first_us, GError **error);
