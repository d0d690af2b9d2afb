// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/peer.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/sdp/sdp.h>
#include <string.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "capture/meet/asker.h"
#include "index/base/error.h"

#define OUT_BYTES (2 * 1024 * 1024) // that wait for a viewer's network; older ones are left out

struct CapPeer {
    /* immutable after new */
    GMainContext *context;
    CapPeerEvents events;
    void *data;
    CapOfferRole role;
    GstElement *pipeline, *webrtc;
    GstElement *out[2]; // appsrc of picture and sound, of a sender
    GstCaps *ntp;
    CapAsker *asker; // NULL: its party does not send
    int counts[2];   // by m-line: see CapOfferMedia

    /* the context's thread */
    bool answered;
    GSource *gather;
    CapPeerState state;
    bool closed;

    /* under lock */
    GMutex lock;
    int links;              // messages to the context that are on their way
    GString *candidates[2]; // by m-line
    GstPad *video_in;       // the party's picture
};

/* Something for the context's thread; keeps the peer's memory until it was looked at. */
typedef struct Note {
    CapPeer *peer;
    enum { NOTE_GATHERED, NOTE_FAILED, NOTE_STATE } kind;
    CapPeerState state;
    GError *error;
} Note;

static void peer_release(CapPeer *peer)
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

static void note_free(void *data)
{
    Note *note = data;
    peer_release(note->peer);
    g_clear_error(&note->error);
    g_free(note);
}

static CapPeer *peer_hold(CapPeer *peer)
{
    g_mutex_lock(&peer->lock);
    peer->links++;
    g_mutex_unlock(&peer->lock);
    return peer;
}

static void drop_gather(CapPeer *peer)
{
    if (peer->gather) {
        g_source_destroy(peer->gather);
        g_source_unref(peer->gather);
    }
    peer->gather = NULL;
}

/* --- the answer, on the context's thread -------------------------------------------------------- */

/* Candidates stand with the first media: all are in one bundle. NULL if none is known. */
static char *with_candidates(CapPeer *peer, const char *text)
{
    if (strstr(text, "a=candidate:"))
        return g_strdup(text);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&peer->lock);
    if (peer->candidates[0]->len == 0)
        return NULL;
    GString *answer = g_string_new(text);
    const char *first = strstr(text, "\nm=");
    const char *second = first ? strstr(first + 1, "\nm=") : NULL;
    g_string_insert(answer, second ? second + 1 - text : -1, peer->candidates[0]->str);
    return g_string_free(answer, FALSE);
}

static void be_answered(CapPeer *peer, const char *answer, const GError *error)
{
    if (peer->answered)
        return;
    peer->answered = true;
    drop_gather(peer);
    peer->events.answered(peer->data, answer, error);
}

/* @complete: there will be no further candidates. */
static void answer_now(CapPeer *peer, bool complete)
{
    GstWebRTCSessionDescription *local = NULL;
    g_assert(g_main_context_is_owner(peer->context));
    g_object_get(peer->webrtc, "local-description", &local, NULL);
    if (!local)
        return;
    g_autofree char *text = gst_sdp_message_as_text(local->sdp);
    gst_webrtc_session_description_free(local);
    g_autofree char *answer = with_candidates(peer, text);
    if (answer || complete) // else nobody could connect to it
        be_answered(peer, answer ? answer : text, NULL);
}

/* --- what GStreamer's threads say, to that thread ------------------------------------------------ */

static gboolean use_note(void *data)
{
    Note *note = data;
    CapPeer *peer = note->peer;
    if (peer->closed)
        return G_SOURCE_REMOVE;
    if (note->kind == NOTE_STATE && note->state != peer->state) {
        peer->state = note->state;
        peer->events.changed(peer->data, note->state);
    } else if (note->kind == NOTE_GATHERED) {
        answer_now(peer, true);
    } else if (note->kind == NOTE_FAILED) {
        be_answered(peer, NULL, note->error);
    }
    return G_SOURCE_REMOVE;
}

static void post(CapPeer *peer, Note *note)
{
    note->peer = peer_hold(peer);
    GSource *source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, use_note, note, note_free);
    g_source_attach(source, peer->context);
    g_source_unref(source);
}

static void post_failure(CapPeer *peer, const char *what, const GstStructure *reply)
{
    Note *note = g_new0(Note, 1);
    note->kind = NOTE_FAILED;
    g_autoptr(GError) said = NULL;
    if (reply)
        gst_structure_get(reply, "error", G_TYPE_ERROR, &said, NULL);
    mj_error_set(&note->error, MJ_ERROR_INVALID, "%s: %s", what,
                 said ? said->message : "no reason is given");
    post(peer, note);
}

static void on_gathering(GstElement *webrtc, GParamSpec *spec, void *data)
{
    (void)spec;
    GstWebRTCICEGatheringState state = GST_WEBRTC_ICE_GATHERING_STATE_NEW;
    g_object_get(webrtc, "ice-gathering-state", &state, NULL);
    if (state != GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
        return;
    Note *note = g_new0(Note, 1);
    note->kind = NOTE_GATHERED;
    post(data, note);
}

static gboolean on_gather_late(void *data)
{
    answer_now(data, false);
    return G_SOURCE_CONTINUE; // the answer ends it
}

static void on_candidate(GstElement *webrtc, unsigned media, const char *candidate, void *data)
{
    (void)webrtc;
    CapPeer *peer = data;
    g_mutex_lock(&peer->lock);
    if (media < 2 && candidate[0])
        g_string_append_printf(peer->candidates[media], "a=%s\r\n", candidate);
    g_mutex_unlock(&peer->lock);
}

static void on_state(GstElement *webrtc, GParamSpec *spec, void *data)
{
    (void)spec;
    GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
    g_object_get(webrtc, "connection-state", &state, NULL);
    Note *note = g_new0(Note, 1);
    note->kind = NOTE_STATE;
    note->state = state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED      ? CAP_PEER_CONNECTED
                  : state == GST_WEBRTC_PEER_CONNECTION_STATE_DISCONNECTED ? CAP_PEER_INTERRUPTED
                  : state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED ||
                          state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED
                      ? CAP_PEER_FAILED
                      : CAP_PEER_CONNECTING;
    post(data, note);
}

static void on_local_set(GstPromise *promise, void *data)
{
    const GstStructure *reply = gst_promise_get_reply(promise);
    if (reply && gst_structure_has_field(reply, "error"))
        post_failure(data, "the answer could not be used", reply);
}

/* webrtcbin answers with what it does of an extension ("transport-cc") and leaves the extension itself out, so
 * that a browser would never learn more of its rate than what is lost. */
static void agree_to_counts(const CapPeer *peer, GstSDPMessage *answer)
{
    for (unsigned i = 0; i < MIN(gst_sdp_message_medias_len(answer), 2); i++) {
        GstSDPMedia *media = (GstSDPMedia *)(uintptr_t)gst_sdp_message_get_media(answer, i);
        g_autofree char *value = g_strdup_printf("%d %s", peer->counts[i], CAP_OFFER_COUNTS);
        if (peer->counts[i] > 0 && !gst_sdp_media_get_attribute_val(media, "extmap"))
            gst_sdp_media_add_attribute(media, "extmap", value);
    }
}

static void on_answer(GstPromise *promise, void *data)
{
    CapPeer *peer = data;
    const GstStructure *reply = gst_promise_get_reply(promise);
    GstWebRTCSessionDescription *answer = NULL;
    if (reply && gst_structure_has_field(reply, "answer"))
        gst_structure_get(reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
    if (!answer) {
        post_failure(peer, "the offer cannot be answered", reply);
        return;
    }
    if (peer->role == CAP_OFFER_SENDS)
        agree_to_counts(peer, answer->sdp);
    GstPromise *next = gst_promise_new_with_change_func(on_local_set, peer, NULL);
    g_signal_emit_by_name(peer->webrtc, "set-local-description", answer, next);
    gst_promise_unref(next);
    gst_webrtc_session_description_free(answer);
}

static void on_remote_set(GstPromise *promise, void *data)
{
    CapPeer *peer = data;
    const GstStructure *reply = gst_promise_get_reply(promise);
    if (gst_promise_wait(promise) != GST_PROMISE_RESULT_REPLIED ||
        (reply && gst_structure_has_field(reply, "error"))) {
        post_failure(peer, "the offer cannot be used", reply);
        return;
    }
    GstPromise *next = gst_promise_new_with_change_func(on_answer, peer, NULL);
    g_signal_emit_by_name(peer->webrtc, "create-answer", NULL, next);
    gst_promise_unref(next);
}

static bool take_offer(CapPeer *peer, const CapOffer *offer, GError **error)
{
    GstSDPMessage *sdp = NULL;
    if (gst_sdp_message_new_from_text(offer->text, &sdp) != GST_SDP_OK)
        return mj_error_set(error, MJ_ERROR_INVALID, "this is no SDP offer");
    GstWebRTCSessionDescription *remote =
        gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, sdp);
    GstPromise *promise = gst_promise_new_with_change_func(on_remote_set, peer, NULL);
    g_signal_emit_by_name(peer->webrtc, "set-remote-description", remote, promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(remote);
    return true;
}

/* --- what comes in ----------------------------------------------------------------------------- */

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

static void on_pad(GstElement *webrtc, GstPad *pad, void *data)
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

static bool add_out(CapPeer *peer, const CapOfferMedia *media, bool sound, uint32_t ssrc,
                    GError **error)
{
    if (media->index < 0)
        return true;
    g_autoptr(GstCaps) caps = sent_caps(media, sound, ssrc);
    GstElement *source = gst_element_factory_make("appsrc", NULL);
    g_object_set(source, "caps", caps, "is-live", TRUE, "format", GST_FORMAT_TIME, "do-timestamp",
                 TRUE, "max-bytes", (guint64)OUT_BYTES, "leaky-type", GST_APP_LEAKY_TYPE_DOWNSTREAM,
                 NULL);
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
                     NULL);
        g_signal_connect(rtpbin, "element-added", G_CALLBACK(on_element), peer);
    }
    use_ice(peer, ice);
    g_signal_connect(webrtc, "on-ice-candidate", G_CALLBACK(on_candidate), peer);
    g_signal_connect(webrtc, "on-new-transceiver", G_CALLBACK(on_transceiver), peer);
    g_signal_connect(webrtc, "notify::ice-gathering-state", G_CALLBACK(on_gathering), peer);
    g_signal_connect(webrtc, "notify::connection-state", G_CALLBACK(on_state), peer);
    g_signal_connect(webrtc, "pad-added", G_CALLBACK(on_pad), peer);
    return true;
}

static bool start(CapPeer *peer, const CapPeerConfig *config, GError **error)
{
    const CapOffer *offer = config->offer;
    if (!make_webrtc(peer, config->ice, error))
        return false;
    if (peer->role == CAP_OFFER_RECEIVES &&
        (!add_out(peer, &offer->video, false, config->video_ssrc, error) ||
         !add_out(peer, &offer->audio, true, config->audio_ssrc, error)))
        return false;
    if (gst_element_set_state(peer->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        return mj_error_set(error, MJ_ERROR_FAILED, "webrtcbin does not start");
    peer->gather = g_timeout_source_new((guint)(CAP_PEER_GATHER_US / 1000));
    g_source_set_callback(peer->gather, on_gather_late, peer, NULL);
    g_source_attach(peer->gather, peer->context);
    return take_offer(peer, offer, error);
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
    drop_gather(peer);
    if (peer->webrtc)
        g_signal_handlers_disconnect_by_data(peer->webrtc, peer);
    if (peer->pipeline)
        gst_element_set_state(peer->pipeline, GST_STATE_NULL);
    g_mutex_lock(&peer->lock);
    gst_clear_object(&peer->video_in);
    g_mutex_unlock(&peer->lock);
    gst_clear_object(&peer->pipeline);
    peer_release(peer);
}

void cap_peer_add_candidate(CapPeer *peer, unsigned media, const char *candidate)
{
    g_signal_emit_by_name(peer->webrtc, "add-ice-candidate", media, candidate);
}

CapPeerState cap_peer_state(const CapPeer *peer)
{
    return peer->state;
}
