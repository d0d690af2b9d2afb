// SPDX-License-Identifier: GPL-3.0-or-later
/* Pictures of one stream, H.265, H.264 or VP8, made into H.264 of at most CAP_CONVERTER_WIDTH pixels across, by
 * a GStreamer pipeline.
 *
 * put as they come → the descriptor is readable → take. One thread; the pipeline's threads only fill a
 * queue. Nothing waits: when more than CAP_CONVERTER_WAITING pictures wait before the pipeline, others are
 * left out up to the next key frame. What was there before the subscription (backlog) is decoded, since
 * the present depends on it, and but for its last picture not encoded. Times and order of what is taken are those of what was put. */
#pragma once

#include "index/wire.h"

#define CAP_CONVERTER_WIDTH 1280
#define CAP_CONVERTER_WAITING 25

typedef struct CapConverter CapConverter;

/* MJ_ERROR_UNSUPPORTED if this machine has no decoder or encoder for it. */
CapConverter *cap_converter_new(const IdxWireStream *stream, GError **error);
/* Waits for the pipeline's threads. NULL is allowed. */
void cap_converter_free(CapConverter *converter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapConverter, cap_converter_free)

/* Readable when there is something to be taken, or it failed. */
int cap_converter_fd(const CapConverter *converter);

/* One picture; copied. Returns how many pictures were left out before it; it may be one of these. */
uint64_t cap_converter_put(CapConverter *converter, const IdxWirePacket *packet);

typedef enum { CAP_CONVERTED_NOTHING, CAP_CONVERTED_PICTURE, CAP_CONVERTED_FAILED } CapConverted;

/* A picture. @ret_stream: how it is coded, if that is new (else its video_config is NULL); without
 * sound. What is returned is valid until the next call. */
CapConverted cap_converter_take(CapConverter *converter, IdxWireStream *ret_stream,
                                IdxWirePacket *ret_packet, GError **error);
