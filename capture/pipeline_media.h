// SPDX-License-Identifier: GPL-3.0-or-later
/* What a GStreamer appsink delivers, in the form in which we record.
 *
 *   video   H.264, H.265: byte-stream or with lengths (avc, avc3, hvc1, hev1), one picture a buffer
 *   audio   AAC (raw, with codec_data), Opus, A-law, µ-law, PCM (S16LE, F32LE). What of it
 *           is stored as it is and what becomes AAC decides audio.h.
 *
 * Pure: no pipeline is touched. The bytes may be any; sizes are checked before they are
 * believed. */
#pragma once

#include <gst/gst.h>

#include "capture/access_unit.h"

typedef struct CapPipelineVideo {
    enum AVCodecID codec;
    int length_bytes; // before each NAL unit; 0 = start codes
    GByteArray *sets; // parameter sets from codec_data, with start codes; may be empty
} CapPipelineVideo;

/* MJ_ERROR_UNSUPPORTED, with what to do, if it is not coded, or otherwise. ret->sets is for
 * cap_pipeline_video_clear(). */
bool cap_pipeline_video_parse(const GstCaps *caps, CapPipelineVideo *ret, GError **error);
void cap_pipeline_video_clear(CapPipelineVideo *video);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CapPipelineVideo, cap_pipeline_video_clear)

/* Adds the NAL units of a buffer. MJ_ERROR_INVALID if its lengths make no sense. */
bool cap_pipeline_video_add(const CapPipelineVideo *video, CapAccessUnit *unit, const uint8_t *data,
                            size_t size, GError **error);

/* MJ_ERROR_UNSUPPORTED. Caller frees. */
AVCodecParameters *cap_pipeline_audio_parse(const GstCaps *caps, GError **error);
