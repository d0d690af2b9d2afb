// SPDX-License-Identifier: GPL-3.0-or-later
/* What a camera sent, on disk, so that a test can prove a recording byte-exact.
 *
 * <name> gets every unit exactly as handed to the payloader (Annex B for video, bare AAC frames,
 * G.711 samples), appended across connections. <name>.index gets a line per unit:
 *   offset size utc_us key
 * Written through at each unit, so that a reader never waits for a buffer. */
#pragma once

#include <glib.h>
#include <gst/gst.h>
#include <stdbool.h>

typedef struct HallDump HallDump;

/* Creates or empties @dir/@name and @dir/@name.index. */
HallDump *hall_dump_new(const char *dir, const char *name, GError **error);
void hall_dump_free(HallDump *dump);

/* Writes all that passes @pad from now on. @dump must outlive the pad's streaming. */
void hall_dump_watch(HallDump *dump, GstPad *pad);
