// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/peer_own.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "index/base/error.h"

void cap_peer_release(CapPeer *peer)
{
    g_mutex_lock(&peer->lock);
    bool last = --peer->links == 0;
    g_mutex_unlock(&peer->lock);
    if (!last)
        return;
    gst_clear_caps(&peer->ntp);
    cap_asker_free(peer->asker);
    for (int i = 0; i < 2; i++)
        g_string_free(peer->candidates[i], TRUE);
    g_main_context_unref(peer->context);
    g_mutex_clear(&peer->lock);
    g_free(peer);
}

/* --- its life ---------------------------------------------------------------------------------- */

static void on_transceiver(GstElement *webrtc, GstWebRTCRTPTransceiver *transceiver, void *data)
{
    (void)webrtc;
    (void)data;
    g_object_set(transceiver, "do-nack", TRUE, NULL);
}

/* libnice would ask routers for ports (UPnP), of which nobody here was told. */
static void be_quiet(GObject *agent)
{
    g_autoptr(GObject) nice = NULL;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(agent), "agent"))
        g_object_get(agent, "agent", &nice, NULL);
    if (nice && g_object_class_find_property(G_OBJECT_GET_CLASS(nice), "upnp"))
        g_object_set(nice, "upnp", FALSE, NULL);
}

/* NACKs and picture requests go at once. Otherwise a session of more than three SSRCs, and one of picture, sound,
 * what is sent again and our own has more, has them wait for the next report (RFC 4585 3.3). */
static void on_element(GstBin *rtpbin, GstElement *element, void *data)
{
    (void)rtpbin;
    CapPeer *peer = data;
    g_autoptr(GObject) session = NULL;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "internal-session"))
        g_object_get(element, "internal-session", &session, NULL);
    if (session)
        g_object_set(session, "rtcp-immediate-feedback-threshold", 16, NULL);
    if (session && peer->asker)
        cap_asker_watch(peer->asker, session);
}

static void use_ice(CapPeer *peer, const IdxIce *ice)
{
    g_autoptr(GObject) agent = NULL;
    if (ice->stun)
        g_object_set(peer->webrtc, "stun-server", ice->stun, NULL);
    for (guint i = 0; i < ice->turn->len; i++) {
        gboolean taken = FALSE;
        g_signal_emit_by_name(peer->webrtc, "add-turn-server", ice->turn->pdata[i], &taken);
    }
    g_object_get(peer->webrtc, "ice-agent", &agent, NULL);
    if (agent)
        be_quiet(agent);
    for (guint i = 0; agent && i < ice->addresses->len; i++) {
        gboolean taken = FALSE;
        g_signal_emit_by_name(agent, "add-local-ip-address", ice->addresses->pdata[i], &taken);
    }
    if (agent && ice->port_min > 0)
        g_object_set(agent, "min-rtp-port", (guint)ice->port_min, "max-rtp-port",
                     (guint)ice->port_max, NULL);
}

static bool make_webrtc(CapPeer *peer, const IdxIce *ice, GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (!gst_init_check(NULL, NULL, &failed)) // may be called again
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "GStreamer does not start: %s",
                            failed ? failed->message : "no reason given");
    g_autoptr(GstElementFactory) nice = gst_element_factory_find("nicesrc");
    GstElement *webrtc = gst_element_factory_make("webrtcbin", NULL);
    if (!webrtc || !nice) {
        if (webrtc)
            gst_object_unref(webrtc);
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "meetings need GStreamer's %s, which is not installed (Debian: %s)",
                            webrtc ? "nicesrc" : "webrtcbin",
                            webrtc ? "gstreamer1.0-nice" : "gstreamer1.0-plugins-bad");
    }
    peer->pipeline = gst_pipeline_new(NULL);
    peer->webrtc = webrtc;
    gst_bin_add(GST_BIN(peer->pipeline), webrtc);
    g_object_set(webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency",
                 CAP_PEER_LATENCY_MS, NULL);
    g_autoptr(GstElement) rtpbin = gst_bin_get_by_name(GST_BIN(webrtc), "rtpbin");
    if (rtpbin) {
        g_object_set(rtpbin, "add-reference-timestamp-meta", TRUE, "rtcp-sync-send-time", FALSE,
                     "max-streams", CAP_SSRCS_MAX, NULL);
        g_signal_connect(rtpbin, "element-added", G_CALLBACK(on_element), peer);
    }
    g_signal_connect(webrtc, "deep-element-added", G_CALLBACK(cap_peer_on_element), peer);
    use_ice(peer, ice);
    g_signal_connect(webrtc, "on-new-transceiver", G_CALLBACK(on_transceiver), peer);
    cap_peer_listen(peer);
    g_signal_connect(webrtc, "pad-added", G_CALLBACK(cap_peer_on_pad), peer);
    return true;
}

static bool start(CapPeer *peer, const CapPeerConfig *config, GError **error)
{
    const CapOffer *offer = config->offer;
    if (!make_webrtc(peer, config->ice, error))
        return false;
    if (peer->role == CAP_OFFER_RECEIVES &&
        (!cap_peer_add_out(peer, &offer->video, false, config->video_ssrc, error) ||
         !cap_peer_add_out(peer, &offer->audio, true, config->audio_ssrc, error)))
        return false;
    if (gst_element_set_state(peer->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        return mj_error_set(error, MJ_ERROR_FAILED, "webrtcbin does not start");
    return cap_peer_take_offer(peer, offer, error);
}

CapPeer *cap_peer_new(const CapPeerConfig *config, GError **error)
{
    g_autoptr(CapPeer) peer = g_new0(CapPeer, 1);
    g_mutex_init(&peer->lock);
    peer->links = 1;
    peer->context = g_main_context_ref(config->context);
    peer->events = config->events;
    peer->data = config->data;
    peer->role = config->role;
    if (peer->role == CAP_OFFER_SENDS)
        peer->asker = cap_asker_new(config->events.round_trip, config->data);
    peer->counts[config->offer->video.index] = config->offer->video.counts;
    if (config->offer->audio.index >= 0)
        peer->counts[config->offer->audio.index] = config->offer->audio.counts;
    peer->ntp = gst_caps_new_empty_simple("timestamp/x-ntp");
    for (int i = 0; i < 2; i++)
        peer->candidates[i] = g_string_new(NULL);
    return start(peer, config, error) ? g_steal_pointer(&peer) : NULL;
}

void cap_peer_free(CapPeer *peer)
{
    if (!peer)
        return;
    peer->closed = true;
    cap_peer_drop_gather(peer);
    if (peer->webrtc)
        g_signal_handlers_disconnect_by_data(peer->webrtc, peer);
    if (peer->pipeline)
        gst_element_set_state(peer->pipeline, GST_STATE_NULL);
    g_mutex_lock(&peer->lock);
    gst_clear_object(&peer->video_in);
    g_mutex_unlock(&peer->lock);
    gst_clear_object(&peer->pipeline);
    cap_peer_release(peer);
}

void cap_peer_add_candidate(CapPeer *peer, unsigned media, const char *candidate)
{
    g_signal_emit_by_name(peer->webrtc, "add-ice-candidate", media, candidate);
}

CapPeerState cap_peer_state(const CapPeer *peer)
{
    return peer->state;
}
