// SPDX-License-Identifier: GPL-3.0-or-later
/* Closing segments that nobody closed, by looking inside their files (index/segment/recover.h).
 *
 * The rows that are open when a recorder starts are of one that died. Each is closed as "recovered"; one
 * without a whole fragment is deleted, and its file removed. Killed anywhere between, the next start does
 * it again. */
#pragma once

#include "index/catalogue.h"

/* Which streams of this home are ours: --shard I/N. */
typedef struct CapShard {
    int number, count; // from 1
} CapShard;

/* Spreads stream ids evenly over @shard.count processes. */
bool cap_shard_has(CapShard shard, int64_t stream_id);

/* All of it for every open segment of @shard's streams. A segment that cannot be recovered is
 * reported in the log and left for the next start. @ret_count: how many were closed. */
bool cap_recovery_run(IdxCatalogue *cat, CapShard shard, int *ret_count, GError **error);
