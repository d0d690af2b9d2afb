// SPDX-License-Identifier: GPL-3.0-or-later
/* How a peer answers: the offer goes to webrtcbin, its answer and what else it says to the thread of the context. */
#include <gst/sdp/sdp.h>
#include <string.h>

#include "capture/meet/peer_own.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "index/base/error.h"

/* Something for the context's thread; keeps the peer's memory until it was looked at. */
typedef struct Note {
    CapPeer *peer;
    enum { NOTE_GATHERED, NOTE_FAILED, NOTE_STATE } kind;
    CapPeerState state;
    GError *error;
} Note;

static CapPeer *peer_hold(CapPeer *peer)
{
    g_mutex_lock(&peer->lock);
    peer->links++;
    g_mutex_unlock(&peer->lock);
    return peer;
}

static void note_free(void *data)
{
    Note *note = data;
    cap_peer_release(note->peer);
    g_clear_error(&note->error);
    g_free(note);
}

void cap_peer_drop_gather(CapPeer *peer)
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
    cap_peer_drop_gather(peer);
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

bool cap_peer_take_offer(CapPeer *peer, const CapOffer *offer, GError **error)
{
    GstSDPMessage *sdp = NULL;
    if (gst_sdp_message_new_from_text(offer->text, &sdp) != GST_SDP_OK)
        return mj_error_set(error, MJ_ERROR_INVALID, "this is no SDP offer");
    peer->gather = g_timeout_source_new((guint)(CAP_PEER_GATHER_US / 1000));
    g_source_set_callback(peer->gather, on_gather_late, peer, NULL);
    g_source_attach(peer->gather, peer->context);
    GstWebRTCSessionDescription *remote =
        gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, sdp);
    GstPromise *promise = gst_promise_new_with_change_func(on_remote_set, peer, NULL);
    g_signal_emit_by_name(peer->webrtc, "set-remote-description", remote, promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(remote);
    return true;
}

void cap_peer_listen(CapPeer *peer)
{
    g_signal_connect(peer->webrtc, "on-ice-candidate", G_CALLBACK(on_candidate), peer);
    g_signal_connect(peer->webrtc, "notify::ice-gathering-state", G_CALLBACK(on_gathering), peer);
    g_signal_connect(peer->webrtc, "notify::connection-state", G_CALLBACK(on_state), peer);
}
