// SPDX-License-Identifier: GPL-3.0-or-later
/* Closing segments that nobody closed, by looking inside their files.
 *
 * 1. The file is scanned (boxes.h); what follows its last whole fragment is cut off.
 * 2. Its fragments are indexed anew and the whole file is hashed.
 * 3. fsync file, fsync folders.
 * 4. The row is closed as "recovered"; one without a whole fragment is deleted. If media is missing
 *    that the next segment was to go on from (a power cut), that is a gap.
 * 5. The file of a deleted row is removed.
 * Killed anywhere between, the next start does it again. */
#pragma once

#include "index/catalogue.h"
#include "index/segment_file.h"

/* Which streams of this home are ours: --shard I/N. */
typedef struct CapShard {
    int number, count; // from 1
} CapShard;

/* Spreads stream ids evenly over @shard.count processes. */
bool cap_shard_has(CapShard shard, int64_t stream_id);

/* Steps 1 to 3 for one file below @root, its volume's folder: fills @row (bytes, end_us, frames, sha256, state) and @ret_fragments
 * (a new array). A missing file counts as one without a whole fragment (bytes = init_bytes). */
bool cap_recovery_scan(const char *root, IdxSegment *row, IdxSegmentEnd end,
                       GByteArray **ret_fragments, GError **error);

/* Step 5, for a row whose bytes equal its init_bytes. */
bool cap_recovery_unlink(const char *root, const IdxSegment *row, GError **error);

/* All of it for every open segment of @shard's streams. A segment that cannot be recovered is
 * reported in the log and left for the next start. @ret_count: how many were closed. */
bool cap_recovery_run(IdxCatalogue *cat, CapShard shard, int *ret_count, GError **error);

/* After @row was closed: if it ends before @end_us, where it was to end, what is missing is a gap, and
 * the one behind it no longer joins it. Within a transaction. */
bool cap_recovery_part(IdxCatalogue *cat, const IdxSegment *row, int64_t end_us, GError **error);

/* fsync of the file's folder and those above it up to the volume's. */
bool cap_recovery_sync_folders(const char *root, const char *path, GError **error);
