// SPDX-License-Identifier: GPL-3.0-or-later
/* One peer connection of a meeting: a GStreamer pipeline of its own with a webrtcbin, which either
 * receives what a party sends (WHIP) or sends a viewer what a leg has (WHEP). It always answers.
 *
 * The answer is given when ICE has gathered its candidates, or after CAP_PEER_GATHER_US with those there are by
 * then, so that a client that knows no trickle ICE can connect. Ours may be host candidates alone.
 *
 * What is set of webrtcbin 1.22, and why
 *   latency            CAP_PEER_LATENCY_MS: how long a lost packet is waited for, and sent again if NACKs are
 *                      understood. Packets that come in order are not delayed by it at all (nothing here
 *                      waits for a clock). With 100 ms fewer come back in time (test/meet/lossy.h)
 *   do-nack            of every transceiver
 *   rtcp-immediate-feedback-threshold of the sessions inside: NACKs and picture requests wait for no report
 *   bundle-policy      max-bundle, as offers have to be (offer.h)
 *   max-streams        of the rtpbin inside: CAP_SSRCS_MAX; what is of others is dropped before that (ssrcs.h)
 *   add-reference-timestamp-meta of the rtpbin inside: what sender reports say comes with each packet
 *   rtcp-sync-send-time off: our reports to viewers tell when packets came to us, not when they left, so
 *                      that picture and sound stay in step whatever waits on the way out
 * What a viewer's network does not take waits: of the picture as much as gate.h lets in, of the sound the newest
 * CAP_PEER_SOUND_BYTES. What is older would be heard too late.
 *
 * A party that sends is asked for the round trip with our reports (asker.h).
 * Picture requests (PLI) go to a sender as GstForceKeyUnit events upstream, and come from a viewer as
 * such.
 *
 * Threads. new, add_candidate, want_key, and free from the thread of @context, which also gets answered
 * and changed. packet, round_trip and key_wanted come from GStreamer's threads: they may neither wait
 * nor call the peer. After free nothing is called any more; free waits for them. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/meet/offer.h"
#include "index/meet/ice.h"

#define CAP_PEER_LATENCY_MS 200
#define CAP_PEER_GATHER_US INT64_C(1500000)
#define CAP_PEER_SOUND_BYTES 32768 // some seconds

typedef struct CapPeer CapPeer;

typedef enum {
    CAP_PEER_CONNECTING,
    CAP_PEER_CONNECTED,
    CAP_PEER_INTERRUPTED,
    CAP_PEER_FAILED
} CapPeerState;

typedef struct CapPeerEvents {
    /* Once. @answer NULL: @error says why there is none. */
    void (*answered)(void *data, const char *answer, const GError *error);
    void (*changed)(void *data, CapPeerState state);
    /* A receiver's: one RTP packet. With @has_ntp, @ntp_ns is its time by the sender's clock in ns since 1900. */
    void (*packet)(void *data, bool sound, const uint8_t *bytes, size_t size, bool has_ntp,
                   uint64_t ntp_ns);
    /* A receiver's: how long a packet to the party and its answer take, the least of late (round_trip.h). */
    void (*round_trip)(void *data, int64_t least_us);
    /* A sender's: its viewer cannot decode. */
    void (*key_wanted)(void *data);
} CapPeerEvents;

typedef struct CapPeerConfig { // copied, but for ice
    GMainContext *context;
    CapOfferRole role; // of the party
    const CapOffer *offer;
    const IdxIce *ice;
    uint32_t video_ssrc, audio_ssrc; // of what is sent
    CapPeerEvents events;
    void *data;
} CapPeerConfig;

/* MJ_ERROR_UNSUPPORTED if an element of GStreamer is missing; says which package has it. */
CapPeer *cap_peer_new(const CapPeerConfig *config, GError **error);
void cap_peer_free(CapPeer *peer); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapPeer, cap_peer_free)

void cap_peer_add_candidate(CapPeer *peer, unsigned media, const char *candidate);

/* Asks the party for a key frame. Any thread. */
void cap_peer_want_key(CapPeer *peer);

/* A sender: takes @bytes (g_malloc), an RTP packet with the numbers that were agreed on. Any thread; never
 * waits. */
void cap_peer_send(CapPeer *peer, bool sound, uint8_t *bytes, size_t size);

/* Bytes of the picture that were taken and have not gone out yet. Any thread. */
size_t cap_peer_waiting(const CapPeer *peer);

CapPeerState cap_peer_state(const CapPeer *peer);
