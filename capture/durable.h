// SPDX-License-Identifier: GPL-3.0-or-later
/* Makes a finished file durable, or finds out how much of it is.
 *
 * A disk that fails says so late: write() has long succeeded when fsync() reports that the pages did
 * not reach it, and says it once; then the kernel takes them for clean. Asking again would be told
 * that all is well. So what the kernel holds of the file is dropped, the file is read from the disk,
 * and its row says what was found there: that much is true.
 *
 * Called by the store's thread of the file's volume; waits for the disk. */
#pragma once

#include "capture/disk.h"
#include "index/segment/segment.h"

/* @fd: of the file, still the caller's; -1 if the segment was abandoned. @row and @fragments (the
 * caller's, replaced) are as the recorder has them and become what is durable. False: that could not
 * be found out. */
bool cap_durable(CapDisks *disks, int fd, IdxSegment *row, GByteArray **fragments, GError **error);
