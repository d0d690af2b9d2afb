// SPDX-License-Identifier: GPL-3.0-or-later
/* A pump: a thread that takes the units of a feed when they are due and hands them to an appsrc,
 * each with the running time at which it was taken. A sender report made from that clock then maps
 * the picture to the very UTC time it was stamped with.
 *
 * Starts by itself once the pipeline plays. Free it when the pipeline has stopped. */
#pragma once

#include "test/hall/feed.h"

#include <gst/app/gstappsrc.h>

typedef struct HallPump HallPump;

/* Takes over @feed. While @frozen (borrowed, atomic) is not 0, units are taken but not sent; after
 * it, sending begins again with a unit that can be decoded alone. */
HallPump *hall_pump_new(GstAppSrc *appsrc, HallFeed *feed, const int *frozen, const char *name);
void hall_pump_free(HallPump *pump);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallPump, hall_pump_free)
