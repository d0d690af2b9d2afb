// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/video.h"

#include <string.h>

#include "capture/vp8.h"

enum { STAP_A = 24, STAP_B, MTAP16, MTAP24, FU_A, FU_B };
enum { H265_AP = 48, H265_FU = 49, H265_PACI = 50 };
enum { H264_AUD = 9, H264_SLICE = 1, H264_IDR = 5, H265_VPS = 32, H265_SEI = 39 };

void cap_rtp_video_init(CapRtpVideo *video, enum AVCodecID codec, const CapSdpMedia *media,
                        CapAccessUnit *unit)
{
    *video = (CapRtpVideo){.codec = codec,
                           .order_numbers = codec == AV_CODEC_ID_HEVC &&
                                            cap_sdp_number(media, "sprop-max-don-diff", 0) > 0,
                           .unit = unit};
}

static size_t read16(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

void cap_rtp_video_break(CapRtpVideo *video)
{
    /* Pieces of VP8 do not say which is the last. */
    video->damaged |= video->in_fragment && video->codec != AV_CODEC_ID_VP8;
    video->in_fragment = false;
}

static bool add_whole(CapRtpVideo *video, const uint8_t *nal, size_t size, GError **error)
{
    cap_rtp_video_break(video);
    return cap_access_unit_begin_nal(video->unit, nal, size, error);
}

/* NAL units with two bytes of length before each, and @skip bytes before the length of all but the
 * first. */
static bool add_aggregate(CapRtpVideo *video, const uint8_t *data, size_t size, size_t skip,
                          GError **error)
{
    for (size_t gap = 0; size > gap + 2; gap = skip) {
        size_t length = read16(data + gap);
        data += gap + 2;
        size -= gap + 2;
        if (length > size) {
            video->damaged = true;
            return true;
        }
        if (length && !add_whole(video, data, length, error))
            return false;
        data += length;
        size -= length;
    }
    return true;
}

/* @header: of the NAL unit that is in fragments, for its first one. @flags: S and E of the FU
 * header. */
static bool add_fragment(CapRtpVideo *video, const uint8_t *header, size_t header_size,
                         uint8_t flags, const uint8_t *data, size_t size, GError **error)
{
    if (flags & 0x80) {
        if (!add_whole(video, header, header_size, error))
            return false;
        video->in_fragment = true;
    }
    if (!video->in_fragment) { // its beginning is missing
        video->damaged = true;
        return true;
    }
    video->in_fragment = !(flags & 0x40);
    return cap_access_unit_append(video->unit, data, size, error);
}

static bool add_h264(CapRtpVideo *video, const uint8_t *data, size_t size, GError **error)
{
    uint8_t type = data[0] & 0x1f;
    if (type == STAP_A)
        return add_aggregate(video, data + 1, size - 1, 0, error);
    if (type == STAP_B && size > 3)
        return add_aggregate(video, data + 3, size - 3, 0, error);
    if (type != FU_A && type != FU_B) {
        if (type < STAP_A)
            return add_whole(video, data, size, error);
        video->damaged = true;
        return true;
    }
    size_t head = type == FU_B ? 4 : 2;
    if (size <= head)
        return true;
    uint8_t header = (uint8_t)((data[0] & 0xe0) | (data[1] & 0x1f));
    return add_fragment(video, &header, 1, data[1], data + head, size - head, error);
}

static bool add_h265(CapRtpVideo *video, const uint8_t *data, size_t size, GError **error)
{
    if (size < 3)
        return true;
    uint8_t type = data[0] >> 1 & 0x3f;
    size_t order = video->order_numbers ? 2 : 0;
    if (type == H265_AP && size > 2 + order)
        return add_aggregate(video, data + 2 + order, size - 2 - order, order / 2, error);
    if (type == H265_FU) {
        size_t head = 3 + (data[2] & 0x80 ? order : 0);
        if (size <= head)
            return true;
        uint8_t header[] = {(uint8_t)((data[0] & 0x81) | (data[2] & 0x3f) << 1), data[1]};
        return add_fragment(video, header, 2, data[2], data + head, size - head, error);
    }
    if (cap_nal_is_foreign(AV_CODEC_ID_HEVC, data, size)) // the access unit says what is wrong
        return add_whole(video, data, size, error);
    if (type == H265_AP || type >= H265_PACI) {
        video->damaged = true;
        return true;
    }
    if (order == 0)
        return add_whole(video, data, size, error);
    if (size <= 4) // header, order number, nothing
        return true;
    return add_whole(video, data, 2, error) &&
           cap_access_unit_append(video->unit, data + 4, size - 4, error);
}

/* A piece whose beginning is missing is nobody's. */
static bool add_vp8(CapRtpVideo *video, const uint8_t *data, size_t size, GError **error)
{
    bool begins = false;
    size_t head = cap_vp8_descriptor(data, size, &begins);
    if (head == 0 || (!begins && !video->in_fragment)) {
        video->damaged |= head > 0;
        return true;
    }
    video->in_fragment = true;
    return begins ? cap_access_unit_begin_nal(video->unit, data + head, size - head, error)
                  : cap_access_unit_append(video->unit, data + head, size - head, error);
}

bool cap_rtp_video_add(CapRtpVideo *video, const uint8_t *payload, size_t size, bool lost,
                       GError **error)
{
    if (lost) {
        video->damaged = true;
        video->in_fragment = false;
    }
    if (size == 0)
        return true;
    if (video->codec == AV_CODEC_ID_VP8)
        return add_vp8(video, payload, size, error);
    return video->codec == AV_CODEC_ID_HEVC ? add_h265(video, payload, size, error)
                                            : add_h264(video, payload, size, error);
}

/* The first macroblock of a slice is ue(v): 0 is a 1 bit. H.265 has a flag for it. */
static bool begins_picture(const CapRtpVideo *video, uint8_t type, uint8_t first)
{
    if (video->codec == AV_CODEC_ID_HEVC)
        return type >= H265_VPS ? type <= H265_SEI : first >> 7;
    return type > H264_IDR ? type <= H264_AUD : type >= H264_SLICE && first >> 7;
}

bool cap_rtp_video_begins(const CapRtpVideo *video, const uint8_t *payload, size_t size)
{
    bool begins = false;
    if (video->codec == AV_CODEC_ID_VP8)
        return cap_vp8_descriptor(payload, size, &begins) > 0 && begins;
    bool hevc = video->codec == AV_CODEC_ID_HEVC;
    size_t head = hevc ? 2 : 1, order = video->order_numbers ? 2 : 0;
    if (size < 2 * head + 4 + 2 * order)
        return size > head && begins_picture(video, hevc ? payload[0] >> 1 & 0x3f : payload[0] & 31,
                                             payload[head]);
    uint8_t type = hevc ? payload[0] >> 1 & 0x3f : payload[0] & 0x1f;
    const uint8_t *at = payload;
    if (type == (hevc ? H265_AP : STAP_A)) {
        at += head + order + 2;
        order = 0;
        type = hevc ? at[0] >> 1 & 0x3f : at[0] & 0x1f;
    } else if (type == (hevc ? H265_FU : FU_A)) {
        if (!(at[head] & 0x80))
            return false;
        type = at[head] & (hevc ? 0x3f : 0x1f);
        at++;
    }
    return begins_picture(video, type, at[head + order]);
}

static bool begins_idr(const uint8_t *nal, size_t size)
{
    return size > 1 && (nal[0] & 0x1f) == H264_IDR && nal[1] >> 7;
}

bool cap_rtp_video_begins_key(enum AVCodecID codec, const uint8_t *payload, size_t size)
{
    bool begins = false;
    if (codec == AV_CODEC_ID_VP8) {
        size_t head = cap_vp8_descriptor(payload, size, &begins);
        return head > 0 && begins && cap_vp8_is_key(payload + head, size - head);
    }
    if (size < 3)
        return begins_idr(payload, size);
    uint8_t type = payload[0] & 0x1f;
    if (type == FU_A)
        return (payload[1] & 0x9f) == (0x80 | H264_IDR) && payload[2] >> 7;
    if (type != STAP_A)
        return begins_idr(payload, size);
    for (size_t at = 1; at + 2 < size && !begins; at += 2 + read16(payload + at))
        begins = begins_idr(payload + at + 2, MIN(read16(payload + at), size - at - 2));
    return begins;
}
