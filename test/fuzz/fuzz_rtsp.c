// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as what a camera says: a message, with the challenges in it and its body as a
 * description, and the same bytes as a description and as an address. What is understood lies within
 * the bytes, and each beginning of a whole message may become one. */
#include <libavcodec/codec_id.h>
#include <string.h>

#include "capture/rtsp/auth.h"
#include "capture/rtsp/sdp.h"
#include "capture/rtsp/sound.h"
#include "capture/rtsp/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_media(const CapSdp *sdp)
{
    g_assert(sdp->media->len > 0 && sdp->media->len <= CAP_SDP_MEDIA_MAX);
    for (guint i = 0; i < sdp->media->len; i++) {
        const CapSdpMedia *media = sdp->media->pdata[i];
        g_autoptr(GByteArray) sets = cap_sdp_parameter_sets(media);
        g_assert(sets->len == 0 || sets->len > 4);
        g_autoptr(CapRtpSound) sound = cap_rtp_sound_new(media);
        g_assert(!sound || cap_rtp_sound_parameters(sound)->sample_rate > 0);
        g_autofree char *address = cap_rtsp_url_join("rtsp://camera/s", media->control);
        g_assert(strstr(address, "://"));
    }
}

static void use_description(const char *text, size_t size)
{
    g_autoptr(CapSdp) sdp = cap_sdp_parse(text, size, NULL);
    if (sdp)
        use_media(sdp);
}

static void use_message(const CapRtspMessage *message)
{
    g_assert((message->status != 0) == (message->method == NULL));
    g_autoptr(CapRtspAuth) auth = cap_rtsp_auth_new("user", "pass");
    bool taken = cap_rtsp_auth_take(auth, message);
    g_autofree char *answer = cap_rtsp_auth_answer(auth, "PLAY", "rtsp://camera/s");
    g_assert(taken == (answer != NULL));
    g_assert(!answer || !strpbrk(answer, "\r\n"));
    const char *transport = cap_rtsp_message_header(message, "Transport", 0);
    g_autofree char *channels =
        transport ? cap_rtsp_header_parameter(transport, "interleaved") : NULL;
    g_assert(!channels || strlen(channels) < strlen(transport));
    use_description(message->body, message->body_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(CapRtspMessage) message = {0};
    size_t used = 0;
    CapRtspParse parsed = cap_rtsp_message_parse(data, size, &message, &used);
    g_assert(cap_rtsp_message_begins(data, size) || parsed == CAP_RTSP_BAD);
    if (parsed == CAP_RTSP_WHOLE) {
        g_assert(used > 0 && used <= size);
        use_message(&message);
        g_auto(CapRtspMessage) part = {0};
        size_t none = 0;
        g_assert(cap_rtsp_message_parse(data, used - 1, &part, &none) == CAP_RTSP_PARTIAL);
    }
    use_description((const char *)data, size);
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(CapRtspUrl) url = {0};
    if (cap_rtsp_url_parse(text, &url, NULL))
        g_assert(*url.host && url.port && g_str_has_prefix(url.uri, "rtsp://"));
    return 0;
}
