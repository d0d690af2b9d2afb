// SPDX-License-Identifier: GPL-3.0-or-later
/* The numbers of one stream: how it is now and what came of it since this process began.
 *
 * The recorder's thread counts in fields of its own and publishes them under a lock about once a
 * second, and whenever the state changes; any thread may ask. Counting costs a few additions. */
#pragma once

#include "capture/clock_map.h"
#include "capture/packet.h"
#include "index/base/json.h"

#define CAP_METER_PUBLISH_US INT64_C(1000000)
#define CAP_METER_WINDOW                                                                           \
    5 // publications over which rates are averaged: key frames are large and rare

typedef struct CapMeter CapMeter;

CapMeter *cap_meter_new(void);
void cap_meter_free(CapMeter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapMeter, cap_meter_free)

/* --- the recorder's thread --- */

/* A source was opened. @audio: how its sound is coded, NULL = none. */
void cap_meter_begin(CapMeter *meter, const AVCodecParameters *audio);
/* @state: what the stream is in as long as pictures come (static); NULL = as before, for a stream
 * that is to be recorded: that pictures come does not say that they are stored. */
void cap_meter_packet(CapMeter *meter, const CapPacket *packet, const CapClockFix *fix,
                      const char *state);
/* What stands in whole fragments of files since cap_meter_begin() or cap_meter_not_recorded(). With
 * the first picture the stream is IDX_STATE_RECORDING. */
void cap_meter_recorded(CapMeter *meter, int64_t bytes, int64_t pictures);
/* The source goes on, and nothing of it can be stored for now. @state static; @detail copied. */
void cap_meter_not_recorded(CapMeter *meter, const char *state, const char *detail);
/* RTP packets that never came, since cap_meter_begin(). Not called where nobody knows. */
void cap_meter_packets_lost(CapMeter *meter, int64_t packets);
/* The source was closed, or could not be opened. @state static; @detail in words, copied. */
void cap_meter_end(CapMeter *meter, const char *state, const char *detail);

/* --- any thread --- */

/* The members of index/meter.h that a meter knows. New reference. */
json_t *cap_meter_json(CapMeter *meter);
