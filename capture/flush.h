// SPDX-License-Identifier: GPL-3.0-or-later
/* What a power cut may take: once in CAP_FLUSH_US everything written to a file system is made
 * durable in one stroke, for all cameras at once, by a thread of its own.
 *
 * The bound. A picture is in the page cache at most CAP_FRAGMENT_US after it came
 * (segment_writer.h), the next round begins at most CAP_FLUSH_US later, and syncfs(2) takes as long
 * as the disk needs for what was written meanwhile. With a disk that takes a second for it, the
 * pictures of the last 4.75 s may be lost, and nothing before: data reaches the disk before the
 * size of its file does (ext4 data=ordered, XFS), so that a file is cut short and never holds what
 * was not written to it. Rows of the catalogue may be lost as well; files without one are found by
 * orphan.h. Segments are fsynced on their own before their row is closed, and do not depend on this.
 *
 * A disk that hangs in syncfs hangs this thread and nothing else. Recorders write to the page cache
 * meanwhile. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAP_FLUSH_US INT64_C(3000000)

typedef struct CapFlush CapFlush;

/* Begins to flush the file system of the folder @path. */
CapFlush *cap_flush_new(const char *path, GError **error);
/* Ends the thread, without a last round. A thread that hangs in the kernel is left to itself, and
 * frees what is its own. NULL is allowed. */
void cap_flush_free(CapFlush *flush);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapFlush, cap_flush_free)

typedef struct CapFlushSums {
    int64_t rounds;     // that were done
    int64_t last_us;    // how long the last one took
    int64_t longest_us; // and the longest
    int64_t since_us;   // for how long the one that runs has been running; 0 = none
    int failed;         // errno of the last round, 0 = it was good
} CapFlushSums;

/* Any thread. */
CapFlushSums cap_flush_sums(CapFlush *flush);
