// SPDX-License-Identifier: GPL-3.0-or-later
/* A peer from inside, for peer.c (its life), peer_answer.c and peer_media.c, and nobody else. */
#pragma once

#include "capture/meet/asker.h"
#include "capture/meet/peer.h"
#include "capture/meet/ssrcs.h"

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
    CapSsrcs ssrcs;         // whose packets are taken
};

/* --- peer.c --- */

/* Gives back one of the peer's links; the last one frees its memory. */
void cap_peer_release(CapPeer *peer);

/* --- peer_answer.c --- */

/* To what webrtcbin says of candidates and states. */
void cap_peer_listen(CapPeer *peer);
/* The answer will come by itself (CapPeerEvents). */
bool cap_peer_take_offer(CapPeer *peer, const CapOffer *offer, GError **error);
/* The answer is not waited for any longer. */
void cap_peer_drop_gather(CapPeer *peer);

/* --- peer_media.c --- */

/* "pad-added" of webrtcbin; @data is the peer. */
void cap_peer_on_pad(GstElement *webrtc, GstPad *pad, void *data);
/* "deep-element-added" of webrtcbin; likewise. */
void cap_peer_on_element(GstBin *webrtc, GstBin *bin, GstElement *element, void *data);
bool cap_peer_add_out(CapPeer *peer, const CapOfferMedia *media, bool sound, uint32_t ssrc,
                      GError **error);
