// SPDX-License-Identifier: GPL-3.0-or-later
/* The numbers of streams as they are now, in the three forms in which they are told.
 *
 * On the capture socket (wire.h, "streams"): an array of objects, each with
 *   camera, stream         codes
 *   record                 false: live only
 *   state, detail          as in state.h, or "live"; detail in words, null when nothing is wrong
 *   connected_since_us     null while there is no connection
 *   restarts               connections after the first one
 *   video, audio           codecs as the camera sends them, null if unknown or none
 *   width, height          0 if unknown
 *   frame_rate, bitrate    pictures and bits a second over the last few seconds
 *   last_key_us, last_picture_us      when they arrived, null if none did
 *   clock, clock_offset_us "camera" or "arrival": whose time pictures have; host's clock less
 *                          camera's, latency included, null if the camera tells no time
 *   last_error, last_error_us         in words, and when; null if there never was one
 *   received_bytes, received_pictures since the process began
 *   recorded_bytes, recorded_pictures of these, in whole fragments of files
 *   packets_lost           RTP packets that never came, null where nobody can know
 *   viewers                subscriptions at this moment
 *   viewer_pictures_lost   by viewers that did not read in time
 *   group_bytes            memory that the kept group of pictures takes
 * where …_us is microseconds of UTC since 1970. People and the HTTP interface get RFC 3339 instead,
 * Prometheus gets base units. Pure. */
#pragma once

#include "index/base/json.h"

/* A stream's object as the HTTP interface has it: x_us that are moments become x, in @zone. Members
 * that are missing or not of their type are null. New reference; NULL if it does not name a camera
 * and a stream by codes. */
json_t *idx_meter_public(const json_t *stream, GTimeZone *zone);

/* @streams in Prometheus' text format, each metric once with its HELP and TYPE. Objects that do
 * not name a camera and a stream by codes are left out. */
void idx_meter_print(const json_t *streams, GString *text);
