// SPDX-License-Identifier: GPL-3.0-or-later
/* What comes in of a peer's party, and what goes out to its viewer. Streaming threads. */
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include "capture/meet/gate.h"
#include "capture/meet/peer_own.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <string.h>

#include "index/base/error.h"

#define PICTURE_BYTES (CAP_GATE_MOST_BYTES + CAP_GATE_BYTES) // more than a gate lets in

/* --- what comes in ----------------------------------------------------------------------------- */

static bool is_taken(CapPeer *peer, GstBuffer *buffer, bool rtcp)
{
    uint8_t head[12];
    uint32_t ssrc = 0;
    size_t size = gst_buffer_extract(buffer, 0, head, sizeof head);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&peer->lock);
    return !cap_ssrcs_read(head, size, rtcp, &ssrc) ||
           cap_ssrcs_take(&peer->ssrcs, ssrc, g_get_monotonic_time());
}

static GstPadProbeReturn on_encrypted(GstPad *pad, GstPadProbeInfo *info, void *data)
{
    bool rtcp = g_str_has_prefix(GST_PAD_NAME(pad), "rtcp");
    return is_taken(data, GST_PAD_PROBE_INFO_BUFFER(info), rtcp) ? GST_PAD_PROBE_OK
                                                                 : GST_PAD_PROBE_DROP;
}

void cap_peer_on_element(GstBin *webrtc, GstBin *bin, GstElement *element, void *data)
{
    static const char *const PADS[] = {"rtp_sink", "rtcp_sink"};
    (void)webrtc;
    (void)bin;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (!factory || strcmp(GST_OBJECT_NAME(factory), "srtpdec") != 0)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(PADS); i++) {
        g_autoptr(GstPad) pad = gst_element_get_static_pad(element, PADS[i]);
        if (pad)
            gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_encrypted, data, NULL);
    }
}

static GstFlowReturn on_sample(GstAppSink *sink, void *data)
{
    CapPeer *peer = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    GstBuffer *buffer = sample ? gst_sample_get_buffer(sample) : NULL;
    GstMapInfo map;
    if (buffer && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        const GstReferenceTimestampMeta *meta =
            gst_buffer_get_reference_timestamp_meta(buffer, peer->ntp);
        bool sound = g_object_get_data(G_OBJECT(sink), "sound") != NULL;
        peer->events.packet(peer->data, sound, map.data, map.size, meta != NULL,
                            meta ? meta->timestamp : 0);
        gst_buffer_unmap(buffer, &map);
    }
    if (sample)
        gst_sample_unref(sample);
    return GST_FLOW_OK;
}

void cap_peer_on_pad(GstElement *webrtc, GstPad *pad, void *data)
{
    (void)webrtc;
    CapPeer *peer = data;
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC || peer->role != CAP_OFFER_SENDS)
        return;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const GstStructure *format = caps ? gst_caps_get_structure(caps, 0) : NULL;
    const char *media = format ? gst_structure_get_string(format, "media") : NULL;
    bool sound = g_strcmp0(media, "audio") == 0;
    GstElement *sink = gst_element_factory_make("appsink", NULL);
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
    if (sound)
        g_object_set_data(G_OBJECT(sink), "sound", GINT_TO_POINTER(1));
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, peer, NULL);
    gst_bin_add(GST_BIN(peer->pipeline), sink);
    gst_element_sync_state_with_parent(sink);
    g_autoptr(GstPad) in = gst_element_get_static_pad(sink, "sink");
    gst_pad_link(pad, in);
    g_mutex_lock(&peer->lock);
    if (!sound && !peer->video_in)
        peer->video_in = gst_object_ref(pad);
    g_mutex_unlock(&peer->lock);
}

void cap_peer_want_key(CapPeer *peer)
{
    g_mutex_lock(&peer->lock);
    GstPad *pad = peer->video_in ? gst_object_ref(peer->video_in) : NULL;
    g_mutex_unlock(&peer->lock);
    if (!pad)
        return;
    GstStructure *request =
        gst_structure_new("GstForceKeyUnit", "all-headers", G_TYPE_BOOLEAN, TRUE, NULL);
    gst_pad_send_event(pad, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, request));
    gst_object_unref(pad);
}

/* --- what goes out ----------------------------------------------------------------------------- */

static GstPadProbeReturn on_upstream(GstPad *pad, GstPadProbeInfo *info, void *data)
{
    (void)pad;
    CapPeer *peer = data;
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
    const GstStructure *said = event ? gst_event_get_structure(event) : NULL;
    if (said && gst_structure_has_name(said, "GstForceKeyUnit"))
        peer->events.key_wanted(peer->data);
    return GST_PAD_PROBE_OK;
}

static GstCaps *sent_caps(const CapOfferMedia *media, bool sound, uint32_t ssrc)
{
    static const char *const SOUNDS[] = {"OPUS", "PCMA", "PCMU"}; // by CapOfferSound
    return gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING,
                               sound ? "audio" : "video", "encoding-name", G_TYPE_STRING,
                               sound        ? SOUNDS[media->sound]
                               : media->vp8 ? "VP8"
                                            : "H264",
                               "clock-rate", G_TYPE_INT, cap_offer_clock(media, sound), "payload",
                               G_TYPE_INT, media->type, "ssrc", G_TYPE_UINT, ssrc, NULL);
}

bool cap_peer_add_out(CapPeer *peer, const CapOfferMedia *media, bool sound, uint32_t ssrc,
                      GError **error)
{
    if (media->index < 0)
        return true;
    g_autoptr(GstCaps) caps = sent_caps(media, sound, ssrc);
    GstElement *source = gst_element_factory_make("appsrc", NULL);
    g_object_set(source, "caps", caps, "is-live", TRUE, "format", GST_FORMAT_TIME, "do-timestamp",
                 TRUE, "max-bytes", (guint64)(sound ? CAP_PEER_SOUND_BYTES : PICTURE_BYTES),
                 "leaky-type", GST_APP_LEAKY_TYPE_DOWNSTREAM, NULL);
    gst_bin_add(GST_BIN(peer->pipeline), source);
    GstPadTemplate *kind =
        gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(peer->webrtc), "sink_%u");
    g_autoptr(GstPad) in = gst_element_request_pad(peer->webrtc, kind, NULL, caps);
    g_autoptr(GstPad) out = gst_element_get_static_pad(source, "src");
    if (!in || gst_pad_link(out, in) != GST_PAD_LINK_OK)
        return mj_error_set(error, MJ_ERROR_FAILED, "webrtcbin takes no %s",
                            sound ? "sound" : "picture");
    g_autoptr(GstWebRTCRTPTransceiver) transceiver = NULL;
    g_object_get(in, "transceiver", &transceiver, NULL);
    g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack",
                 TRUE, "codec-preferences", caps, NULL);
    if (!sound)
        gst_pad_add_probe(out, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream, peer, NULL);
    peer->out[sound] = source;
    return true;
}

void cap_peer_send(CapPeer *peer, bool sound, uint8_t *bytes, size_t size)
{
    if (peer->out[sound])
        gst_app_src_push_buffer(GST_APP_SRC(peer->out[sound]), gst_buffer_new_wrapped(bytes, size));
    else
        g_free(bytes);
}

size_t cap_peer_waiting(const CapPeer *peer)
{
    return peer->out[0] ? gst_app_src_get_current_level_bytes(GST_APP_SRC(peer->out[0])) : 0;
}
