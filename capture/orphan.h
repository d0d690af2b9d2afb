// SPDX-License-Identifier: GPL-3.0-or-later
/* Files that the catalogue does not know: a process that is killed between making a file and the
 * commit of its row leaves one.
 *
 * On start, before recovery.h: each young file of our own streams without a row is either given an
 * open row, made from what the file itself says (index/segment/file.h), which recovery then closes
 * like any other; or, if it holds no whole fragment,
 * removed. Killed anywhere between, the next start does it again. What is not ours, or lies in the
 * time of a row that exists, is left and told in the log.
 *
 * A file that a purge has marked and not yet removed is the purge's (index/purge/purge.h).
 *
 * Young: named after the stream's newest row less CAP_ORPHAN_BACK_US. Older ones were there at the
 * last start too. */
#pragma once

#include "capture/recovery.h"

#define CAP_ORPHAN_BACK_US INT64_C(3600000000)
#define CAP_ORPHAN_MAX 4096 // looked into in one start; the rest waits for the next one

typedef struct CapOrphans {
    int adopted, removed, left;
} CapOrphans;

/* False only if the catalogue cannot be read or written. */
bool cap_orphan_run(IdxCatalogue *cat, CapShard shard, CapOrphans *ret, GError **error);
