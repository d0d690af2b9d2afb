// SPDX-License-Identifier: GPL-3.0-or-later
/* Who has the footage of a home: HOME/run/capture.lock. All recorders of a home share it, and it says
 * into how many shards they part it; `mingjing rebuild` shares it with nobody. It is written only by who
 * has it alone, so what it says stays true as long as anybody has it. The lock goes with its descriptor. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define IDX_HOME_LOCK_REBUILD 0 // instead of a number of shards

/* Opens HOME/run/@name, which is made. -1 on failure. */
int idx_home_lock_open(const char *home, const char *name, GError **error);

/* The descriptor, to be closed; -1 on failure. @shards: into how many the caller's recorders part the
 * home, or IDX_HOME_LOCK_REBUILD. MJ_ERROR_BUSY: others have it in another way, in words. */
int idx_home_lock(const char *home, int shards, GError **error);

/* MJ_ERROR_BUSY while `mingjing rebuild` is at work: what the catalogue says is not all there is. */
bool idx_home_lock_whole(const char *home, GError **error);
