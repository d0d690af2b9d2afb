// SPDX-License-Identifier: GPL-3.0-or-later
/* Puts pictures together from the pieces in which RTP carries them.
 *
 * Pieces with the same timestamp are one picture (RFC 6184 5.1, RFC 7798 4.1); it is complete when
 * a piece with another timestamp comes. Each byte is copied once.
 *
 * Pieces come in one of two forms. Our own reader (capture/rtsp/) knows where NAL units begin:
 * cap_access_unit_begin_nal(), then cap_access_unit_append() for the rest of one that came in
 * fragments. libav's depacketizers hand out one piece per RTP packet for cap_access_unit_add():
 * whole NAL units preceded by a start code, or the continuation of one without; start codes become
 * lengths as they pass, which spares the parsers of libav (they look at each byte twice).
 *
 * Some cameras put start codes into RTP: before a NAL unit, or parameter sets and a picture behind
 * each other as if they were one. Both are taken apart; only what begins like that is searched.
 *
 * Order: pieces of a picture → cap_access_unit_take(). One thread. */
#pragma once

#include "capture/packet.h"

#define CAP_ACCESS_UNIT_MAX_BYTES (32 * 1024 * 1024) // of one picture; a larger one is an error

typedef struct CapAccessUnit CapAccessUnit;

/* @extradata: parameter sets with start codes as the session description gave them; may be NULL. */
CapAccessUnit *cap_access_unit_new(enum AVCodecID codec, const uint8_t *extradata, size_t size);
void cap_access_unit_free(CapAccessUnit *unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapAccessUnit, cap_access_unit_free)

/* MJ_ERROR_INVALID if the picture gets too large, or is coded otherwise than it should be. */
bool cap_access_unit_add(CapAccessUnit *unit, const uint8_t *piece, size_t size, GError **error);

/* @bytes: a NAL unit from its header on, or the first part of one. What was begun before is whole.
 * Then more of it. The errors are those of add. append does nothing before the first begin_nal. */
bool cap_access_unit_begin_nal(CapAccessUnit *unit, const uint8_t *bytes, size_t size,
                               GError **error);
bool cap_access_unit_append(CapAccessUnit *unit, const uint8_t *bytes, size_t size, GError **error);

/* Moves the picture into @packet (buffer, size, key, params) and begins an empty one. params is
 * NULL as long as no parameter sets came. False, and @packet untouched, if there is no picture:
 * nothing was added, or parameter sets and the like alone, which then stay for the next picture. */
bool cap_access_unit_take(CapAccessUnit *unit, CapPacket *packet);

/* VP8 has no NAL units: the whole picture takes the place of one, without a length before it, and what
 * begin_nal() begins ends what was there. */

/* Throws away what was added since the last take. */
void cap_access_unit_drop(CapAccessUnit *unit);
