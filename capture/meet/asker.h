// SPDX-License-Identifier: GPL-3.0-or-later
/* Asks a party for the round trip (round_trip.h) with the reports that an rtpbin's session sends anyway, and hears what
 * it answers.
 *
 * Order: new, watch for each session, free when the pipeline is gone: GStreamer's threads are in it until then. @measured
 * comes from these threads, and may neither wait nor call the pipeline. */
#pragma once

#include <gst/gst.h>
#include <stdint.h>

typedef struct CapAsker CapAsker;

/* @measured gets the least of late, with each answer. */
CapAsker *cap_asker_new(void (*measured)(void *data, int64_t least_us), void *data);
void cap_asker_free(CapAsker *asker); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapAsker, cap_asker_free)

/* @session: what a GstRtpSession has as "internal-session". */
void cap_asker_watch(CapAsker *asker, GObject *session);
