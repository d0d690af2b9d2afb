// SPDX-License-Identifier: GPL-3.0-or-later
/* libav with our habits: g_autoptr for its objects, its errors as ours, its log silenced.
 *
 * libav's own log lines carry URLs with passwords, so nothing of them is printed unless
 * MINGJING_LOG=debug, and then only through mj_redact(). */
#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <stdbool.h>

#include "index/base/error.h"

static inline void cap_av_packet_free(AVPacket *packet)
{
    av_packet_free(&packet);
}
static inline void cap_av_frame_free(AVFrame *frame)
{
    av_frame_free(&frame);
}
static inline void cap_av_codec_context_free(AVCodecContext *context)
{
    avcodec_free_context(&context);
}
static inline void cap_av_parameters_free(AVCodecParameters *parameters)
{
    avcodec_parameters_free(&parameters);
}
static inline void cap_av_swr_free(SwrContext *swr)
{
    swr_free(&swr);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AVPacket, cap_av_packet_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AVFrame, cap_av_frame_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AVCodecContext, cap_av_codec_context_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AVCodecParameters, cap_av_parameters_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SwrContext, cap_av_swr_free)

/* Called once, before any other thread runs. */
void cap_libav_init(void);

/* RTP packets that libav found missing so far in the calling thread, which it says in its log alone. */
int64_t cap_libav_packets_missed(void);

/* Sets @error to "<message>: <libav's words for @averror>" with @code; always returns false. */
bool cap_libav_error(GError **error, MjError code, int averror, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* "h264", "hevc", "aac", "pcm_alaw" …: as the catalogue spells codecs. Static string. */
const char *cap_libav_codec_name(enum AVCodecID codec);
