// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as a camera's stream over a socket: the reader ends, and each picture it hands out is
 * made of whole NAL units (of VP8: has a byte). The first byte chooses what the camera announced. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/rtsp/reader.h"
#include "capture/rtsp/video.h"

#define SIZE_MOST 65536 // what a socket takes at once

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define H264 "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
#define H265 "m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\n"
#define VP8 "m=video 0 RTP/AVP 96\na=rtpmap:96 VP8/90000\n"
#define ALAW "m=audio 0 RTP/AVP 8\n"
#define AAC                                                                                        \
    "m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/16000\n"                                      \
    "a=fmtp:97 sizelength=13;indexlength=3;indexdeltalength=3;config=1408\n"
#define LATM                                                                                       \
    "m=audio 0 RTP/AVP 97\na=rtpmap:97 MP4A-LATM/24000\na=fmtp:97 cpresent=0;config=40002410\n"

static const char *const DESCRIPTIONS[] = {
    H264 ALAW,
    H265 AAC,
    (H265 "a=fmtp:96 sprop-max-don-diff=2\n" LATM),
    VP8 ALAW,
};

static void check_picture(const CapPacket *packet)
{
    size_t at = 0;
    while (at < packet->size) {
        g_assert(packet->size - at > 4);
        const uint8_t *length = packet->data + at;
        size_t size =
            (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3];
        g_assert(size > 0 && size <= packet->size - at - 4);
        at += 4 + size;
    }
}

static void read_all(CapSource *source, const char *description, size_t size)
{
    for (size_t count = 0;; count++) {
        g_auto(CapPacket) packet = {0};
        g_autoptr(GError) error = NULL;
        CapRead got = cap_rtsp_reader.read(source, &packet, &error);
        g_assert((got == CAP_READ_FAILED) == (error != NULL));
        if (got != CAP_READ_PACKET)
            return;
        g_assert(packet.size > 0 && count < size);
        if (packet.kind == CAP_VIDEO && !strstr(description, "VP8"))
            check_picture(&packet);
    }
}

/* Any bytes as one payload: a key frame's beginning is a picture's. */
static void try_payload(enum AVCodecID codec, const uint8_t *data, size_t size)
{
    CapRtpVideo video = {.codec = codec};
    g_autofree uint8_t *copy = g_memdup2(data, size); // sanitizers see its end
    if (cap_rtp_video_begins_key(codec, copy, size) && codec == AV_CODEC_ID_VP8)
        g_assert(cap_rtp_video_begins(&video, copy, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fds[2];
    if (size == 0 || size > SIZE_MOST ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return 0;
    if (size > 1) {
        try_payload(AV_CODEC_ID_H264, data + 1, size - 1);
        try_payload(AV_CODEC_ID_VP8, data + 1, size - 1);
    }
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    const char *description = DESCRIPTIONS[data[0] % G_N_ELEMENTS(DESCRIPTIONS)];
    CapSource *source = cap_rtsp_reader_new_from(fds[0], description, "rtsp://test", cancel);
    g_assert(source);
    if (size % 2)
        cap_rtsp_reader_distrust(source);
    send(fds[1], data + 1, size - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fds[1], SHUT_WR);
    read_all(source, description, size);
    cap_rtsp_reader.close(source);
    close(fds[1]);
    return 0;
}
