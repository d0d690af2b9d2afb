// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/sdp.h"

int rtsp_sdp_sound_type(const RtspClip *clip)
{
    return clip->sound == CLIP_ALAW   ? SDP_ALAW_TYPE
           : clip->sound == CLIP_ULAW ? SDP_ULAW_TYPE
                                      : SDP_AAC_TYPE;
}

static char *base64(const RtspClip *clip, int slot)
{
    return g_base64_encode(clip->bytes->data + clip->sets[slot].offset, clip->sets[slot].size);
}

static void add_video(GString *sdp, const RtspClip *clip)
{
    g_autofree char *vps = base64(clip, 0), *sps = base64(clip, 1), *pps = base64(clip, 2);
    const uint8_t *profile = clip->bytes->data + clip->sets[1].offset + 1;
    g_string_append_printf(sdp, "m=video 0 RTP/AVP %d\r\na=rtpmap:%d %s/90000\r\n", SDP_VIDEO_TYPE,
                           SDP_VIDEO_TYPE, clip->hevc ? "H265" : "H264");
    if (clip->hevc)
        g_string_append_printf(sdp, "a=fmtp:%d sprop-vps=%s;sprop-sps=%s;sprop-pps=%s\r\n",
                               SDP_VIDEO_TYPE, vps, sps, pps);
    else
        g_string_append_printf(
            sdp,
            "a=fmtp:%d "
            "packetization-mode=1;profile-level-id=%02X%02X%02X;sprop-parameter-sets=%s,%s\r\n",
            SDP_VIDEO_TYPE, profile[0], profile[1], profile[2], sps, pps);
    g_string_append(sdp, "a=control:track0\r\n");
}

static void add_aac(GString *sdp, const RtspClip *clip)
{
    g_string_append_printf(sdp, "a=rtpmap:%d mpeg4-generic/%d/%d\r\n", SDP_AAC_TYPE, clip->rate,
                           clip->channels);
    g_string_append_printf(sdp,
                           "a=fmtp:%d profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
                           "indexdeltalength=3;config=",
                           SDP_AAC_TYPE);
    for (guint i = 0; i < clip->sound_config->len; i++)
        g_string_append_printf(sdp, "%02X", clip->sound_config->data[i]);
    g_string_append(sdp, "\r\n");
}

static void add_sound(GString *sdp, const RtspClip *clip)
{
    if (clip->sound == CLIP_SILENT)
        return;
    int type = rtsp_sdp_sound_type(clip);
    g_string_append_printf(sdp, "m=audio 0 RTP/AVP %d\r\n", type);
    if (clip->sound == CLIP_AAC)
        add_aac(sdp, clip);
    else
        g_string_append_printf(sdp, "a=rtpmap:%d %s/%d/%d\r\n", type,
                               clip->sound == CLIP_ALAW ? "PCMA" : "PCMU", clip->rate,
                               clip->channels);
    g_string_append(sdp, "a=control:track1\r\n");
}

char *rtsp_sdp(const RtspClip *clip, const char *name)
{
    GString *sdp = g_string_new("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n");
    g_string_append_printf(
        sdp, "s=%s\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\na=range:npt=now-\r\n", name);
    add_video(sdp, clip);
    add_sound(sdp, clip);
    return g_string_free(sdp, FALSE);
}
