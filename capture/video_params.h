// SPDX-License-Identifier: GPL-3.0-or-later
/* How a video stream is to be decoded: codec, picture size and the parameter sets.
 *
 * Immutable once made and counted, so that packets, writers and threads share one. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libavcodec/codec_id.h>

typedef struct CapVideoParams {
    enum AVCodecID codec; // AV_CODEC_ID_H264, AV_CODEC_ID_HEVC or, of meetings, AV_CODEC_ID_VP8
    int width, height;    // as shown, cropping done
    int reorder;          // pictures that decoding order may run ahead of time; -1 = not told
    uint8_t *record;      // avcC, hvcC or vpcC: what MP4 keeps in its sample description
    size_t record_size;
} CapVideoParams;

#define CAP_PARAMETER_SETS_MAX_BYTES 16384 // of all sets together
#define CAP_PARAMETER_SETS_MAX 64

/* What a NAL unit is for us. @nal points to its header. */
typedef enum {
    CAP_NAL_OTHER,   // SEI, delimiters …
    CAP_NAL_PICTURE, // part of a picture
    CAP_NAL_KEY,     // part of a picture at which decoding can begin
    CAP_NAL_SET,     // a parameter set
} CapNalKind;
CapNalKind cap_nal_kind(enum AVCodecID codec, const uint8_t *nal, size_t size);

/* True if it is the other codec's. Cameras that change their codec in mid-stream say it with its
 * parameter sets first: in H.264 the video parameter set of H.265 would be a NAL unit of no kind; in
 * H.265 the sequence parameter set of H.264 would be of a layer that there is not. */
bool cap_nal_is_foreign(enum AVCodecID codec, const uint8_t *nal, size_t size);

/* From parameter sets, each preceded by its length in four bytes. Pictures are not decoded.
 * MJ_ERROR_INVALID if @sets do not describe a picture; MJ_ERROR_UNSUPPORTED for other codecs. */
CapVideoParams *cap_video_params_new(enum AVCodecID codec, const uint8_t *sets, size_t size,
                                     GError **error);
/* VP8, which has no parameter sets. */
CapVideoParams *cap_video_params_new_vp8(int width, int height);
CapVideoParams *cap_video_params_ref(CapVideoParams *params);
void cap_video_params_unref(CapVideoParams *params);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapVideoParams, cap_video_params_unref)

/* True if pictures of both can be in one file. Either may be NULL. */
bool cap_video_params_equal(const CapVideoParams *a, const CapVideoParams *b);
