// SPDX-License-Identifier: GPL-3.0-or-later
/* Room for the purge of a disk that is full to its last byte: nothing can be deleted before that has been written down.
 *
 * A file of IDX_BALLAST_BYTES lies beside the catalogue. A purge lets go of it first, if there is less room than that, and
 * makes it again behind it. Whoever owns the home does so: `mingjing init`, mingjing-capture as it starts, `mingjing purge`. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define IDX_BALLAST "ballast" // in the home
#define IDX_BALLAST_BYTES                                                                          \
    (16 * INT64_C(1048576)) // more than the log of a purge's transactions takes
#define IDX_BALLAST_ROOM 4  // it is made where there is so many times its size

/* Makes it, unless it is there whole, or there is little room: then it is left for another time. Nothing but a purge
 * misses it: that it cannot be made is logged. */
void idx_ballast_keep(const char *home);

/* Lets go of it if its file system has less room than its size. True if it did. */
bool idx_ballast_release(const char *home);
