// SPDX-License-Identifier: GPL-3.0-or-later
/* Keeps the journals of holds (index/hold/journal.h) in step with the catalogue, for those who put holds
 * and may not write footage folders, as the API: a thread looks each CAP_HOLDS_TICK_US whether there is a
 * new record or the state of a volume is another one, and then brings catalogue and journals together;
 * where that failed, again each CAP_HOLDS_AGAIN_US. A look is two small reads of the catalogue.
 *
 * At its first look it also learns what journals know and a catalogue that was lost or restored does not.
 *
 * Each shard does so: who comes second finds nothing to write. A disk that hangs here hangs this thread
 * and nothing else; the volume is soon "stalled" (disk.h), and left out by the next process. */
#pragma once

#include <glib.h>

#define CAP_HOLDS_TICK_US INT64_C(500000)
#define CAP_HOLDS_AGAIN_US INT64_C(10000000)

typedef struct CapHolds CapHolds;

/* Begins to look. */
CapHolds *cap_holds_new(const char *home, GError **error);
/* Ends the thread; one that hangs in the kernel is left to itself, and frees what is its own. NULL is
 * allowed. */
void cap_holds_free(CapHolds *holds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapHolds, cap_holds_free)
