// SPDX-License-Identifier: GPL-3.0-or-later
/* What a file is looked into for: to make a row of it, or to close the row that nobody closed. The
 * recorder does so for what it left behind (capture/orphan.h, capture/recovery.h), and `mingjing rebuild`
 * for what a lost catalogue knew (rebuild/rebuild.h).
 *
 * Order for one file
 *   1. It is read and scanned (boxes.h).
 *   2. A row is made of its head (file.h), or was there.
 *   3. What follows the last fragment that is kept is cut off; fsync file, fsync folders.
 *   4. Its fragments are indexed and what is kept is hashed.
 *   5. The row is closed as "recovered". If media is missing that the next segment was to go on from (a
 *      power cut), that is a gap.
 * No row is closed before 3 is done, and a rebuild makes none before. The recorder does not wait: it gives a
 * file without a row an open one first (capture/orphan.h), and its recovery then goes on from 3, so that a
 * kill in between leaves what it leaves of any recording. Paths are below a volume's folder, the root. */
#pragma once

#include "index/catalogue.h"
#include "index/pace.h"
#include "index/segment/file.h"

typedef struct IdxRead {
    uint8_t *data; // NULL if empty
    size_t size;
    IdxBoxFile *boxes; // what is in it
} IdxRead;

void idx_read_clear(IdxRead *read);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxRead, idx_read_clear)

/* Step 1. @pace may be NULL. MJ_ERROR_NOT_FOUND: no such file; MJ_ERROR_CORRUPT: no file of a size that
 * a segment can have, or a path that climbs out. */
bool idx_recover_read(const char *root, const char *path, IdxPace *pace, IdxRead *ret,
                      GError **error);

/* Step 2: a row as it is when its file is begun, of a file with at least one whole fragment; its stream_id
 * is the caller's to find by @ret_camera and @ret_stream (codes, caller frees). MJ_ERROR_CORRUPT says why
 * none can be made. */
IdxSegment *idx_recover_describe(const IdxRead *read, const char *path, int64_t volume_id,
                                 char **ret_camera, char **ret_stream, GError **error);

/* Step 3: @keep_bytes of the file stay, which has @size. */
bool idx_recover_cut(const char *root, const char *path, size_t size, size_t keep_bytes,
                     GError **error);

/* Of the first row->bytes of @read, into @row. */
bool idx_recover_hash(const IdxRead *read, IdxSegment *row, GError **error);

/* Steps 1, 3 and 4: fills @row (bytes, end_us, frames, sha256, state) and @ret_fragments (a new array). A
 * missing file counts as one without a whole fragment (bytes = init_bytes). */
bool idx_recover_scan(const char *root, IdxSegment *row, IdxSegmentEnd end,
                      GByteArray **ret_fragments, GError **error);

/* Step 5, in a transaction. @next: the segment behind it, or NULL. */
bool idx_recover_close(IdxCatalogue *cat, const IdxSegment *row, const IdxSegment *next,
                       const GByteArray *fragments, GError **error);

/* After @row was closed: if it ends before @end_us, where it was to end, what is missing is a gap, and
 * the one behind it no longer joins it. Within a transaction. */
bool idx_recover_part(IdxCatalogue *cat, const IdxSegment *row, int64_t end_us, GError **error);

/* Removes the file of a row whose bytes equal its init_bytes. */
bool idx_recover_unlink(const char *root, const IdxSegment *row, GError **error);

/* fsync of the file's folder and those above it up to the volume's. */
bool idx_recover_sync_folders(const char *root, const char *path, GError **error);
