// SPDX-License-Identifier: GPL-3.0-or-later
/* What a party offers (RFC 8866, 8829): which of it is taken, and the offer with nothing else in it.
 *
 * A leg is one picture and one sound in one bundle, RTP and RTCP over one port, as RFC 9725 has it
 * (WHIP: the party sends; WHEP: it receives). Taken are
 *
 *   picture   H.264. Of several payload types: packetization mode 1 before mode 0, and constrained
 *             baseline (42…), which every browser takes, before other profiles. VP8 where there is no
 *             H.264: browsers without it, as of some Linux systems
 *   sound     Opus, 48 kHz
 *
 * Of a room terminal (terminal.h) nothing is chosen, it sends what it sends: of the viewer's H.264 its profile
 * goes before others, and it has to be mode 1, since its pictures are cut into fragments (RFC 6184 5.8); its
 * G.711 goes before Opus, where the viewer takes it, as every browser does (RFC 7874).
 *
 *
 * with the payload type that sends them again (rtx) where one is offered. Everything else of the
 * offer is left out of its text, so that an answer to that text cannot agree to it: other codecs,
 * FEC, header extensions but the one that counts packets for the sender's rate (transport-wide
 * congestion control), and candidates that say nothing here (TCP; names instead of
 * addresses: those ending in .local, which browsers give, since their checks tell us whence they come, and all
 * others, which we would look up for whoever says them). A relayed packet
 * carries no extension at all.
 *
 * Errors (MJ_ERROR_INVALID) are for the party: this is no offer, or not of a leg, or has no codec that we
 * take. Whoever watches has to take what the leg sends (leg.h).
 *
 * Pure. The bytes may be any; lines and media are counted. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAP_OFFER_BYTES_MAX 32768
#define CAP_OFFER_LINES_MAX 1000
#define CAP_OFFER_MID_MAX 31
#define CAP_OFFER_COUNTS "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

typedef enum { CAP_OFFER_SENDS, CAP_OFFER_RECEIVES } CapOfferRole; // what the party does

/* What the picture has to be. */
typedef enum { CAP_OFFER_ANY, CAP_OFFER_H264, CAP_OFFER_VP8 } CapOfferVideo;

typedef enum { CAP_OFFER_OPUS, CAP_OFFER_PCMA, CAP_OFFER_PCMU } CapOfferSound;

typedef struct CapOfferMedia {
    int index;           // of its m-line, from 0; -1 = there is none
    int type;            // RTP payload type
    bool vp8;            // a picture's
    CapOfferSound sound; // a sound's coding
    int again;           // of packets sent again; -1 = none
    int counts;          // ID of the header extension by which the sender learns its rate; 0 = none
    char mid[CAP_OFFER_MID_MAX + 1];
    char *format; // fmtp parameters of type; NULL = none
} CapOfferMedia;

/* Ticks a second of its timestamps. */
static inline int cap_offer_clock(const CapOfferMedia *media, bool sound)
{
    return !sound ? 90000 : media->sound == CAP_OFFER_OPUS ? 48000 : 8000;
}

typedef struct CapOffer {
    char *text; // the offer, cut down
    CapOfferMedia video, audio;
    bool could_h264, could_vp8; // what is among what was offered, and would be taken
} CapOffer;

/* True if @line is a candidate that says something here. */
bool cap_offer_is_candidate(const char *line);

/* Caller frees. */
CapOffer *cap_offer_parse(const char *text, size_t size, CapOfferRole role, CapOfferVideo wanted,
                          GError **error);
/* What a room terminal sends. */
typedef struct CapOfferSent {
    uint8_t profile; // profile_idc of its H.264
    CapOfferSound sound;
} CapOfferSent;

/* The same of a viewer of that. Caller frees. */
CapOffer *cap_offer_parse_for(const char *text, size_t size, const CapOfferSent *sent,
                              GError **error);
void cap_offer_free(CapOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapOffer, cap_offer_free)
