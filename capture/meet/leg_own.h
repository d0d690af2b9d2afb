// SPDX-License-Identifier: GPL-3.0-or-later
/* A leg from inside, for leg.c (connections), leg_offer.c, leg_coding.c and leg_join.c (how they come about), leg_media.c (what the party sends), leg_watch.c
 * (what is looked at from time to time) and leg_terminal.c (a party that is a room terminal), and nobody else. */
#pragma once

#include "capture/meet/claim.h"
#include "capture/meet/coding.h"
#include "capture/meet/feed.h"
#include "capture/meet/flow.h"
#include "capture/meet/gate.h"
#include "capture/meet/inlet.h"
#include "capture/meet/leg.h"
#include "capture/meet/relay.h"
#include "capture/meet/terminal.h"

#define CAP_LEG_OUTAGE_US INT64_C(1000000) // without a packet: the network, not the party

/* One connection: the party's, or a viewer's. */
typedef struct Party {
    CapLeg *leg;
    CapOfferRole role;
    char *who;
    char *sdp; // of a party that sends: its offer as it came
    char id[2 * CAP_LEG_ID_BYTES + 1];
    CapOffer *offer;
    CapPeer *peer;
    IdxIce *ice;
    CapLegAnswered answered; // NULL once it was
    void *data;
    GSource *waiting; // for the recorder
    int64_t since_us; // monotonic: of its state
    int64_t offered_us;
    bool joined;
    bool over; // set aside: what its peer still says is of no account; set under the leg's lock
    CapRelay relays
        [2]; // a viewer's; by its streaming source's threads, under the leg's lock; of a terminal by the hub's alone
    CapGate gate; // likewise, before relays[0]
    int64_t
        slow_us; // likewise, monotonic: when pictures were left out last, since its network is slow
    CapFeed *feed; // a viewer's, of a terminal
} Party;

typedef struct
    Track { // of what the party sends; under the leg's lock, as it may send with several SSRCs
    CapRtpTrack rtp;
    int64_t reported_us;
    CapClaim claim;
    CapFlow flow;
} Track;

struct CapLeg {
    CapLegConfig config; // strings of our own
    CapInlet *inlet;
    Party *party;          // that sends; NULL = none
    CapTerminal *terminal; // that sends instead; NULL = none
    int64_t key_us;        // monotonic: when one was asked for last
    int64_t not_read_us;   // since when nobody reads; 0 = somebody does
    int64_t failing_us;    // monotonic: since when
    char *page;            // whose the party is; NULL = it has no name
    char *failing;         // why it is not recorded; NULL = it is
    bool was_here;         // a party was connected before
    bool muted;            // as seen of the sound
    bool silent;           // nothing comes of its party, for CAP_LEG_SILENT_US at least
    GPtrArray *hopes;      // Hope *: who asked to watch of late, and was told to ask again
    char *turn_for;     // for whom the party is asked to turn to the other coding; NULL = it is not
    int64_t turn_us;    // monotonic: since when
    int64_t turned_us;  // monotonic: when it offered again for that last; 0 = never
    GPtrArray *ended;   // Party *: to be freed by the next tick
    GPtrArray *waiting; // Party *: for the recorder
    GMutex lock;
    /* under lock */
    Track tracks[2];
    bool doubted;       // it was told that what the party's reports say cannot be
    bool flooded;       // and that it sends too much
    GPtrArray *viewers; // Party *
    bool relays;        // it is recorded
    int64_t sound_us;   // monotonic: when there was sound last
    int64_t packets, lost;
    int64_t packet_us;   // monotonic: the newest
    int64_t picture_us;  // monotonic: the newest of the picture; 0 = its party has sent none yet
    int64_t wanted_us;   // monotonic: since when a key frame is wanted
    int64_t key_came_us; // monotonic: when the last one began to come
    int64_t told_lost;
    int64_t round_trip_us; // of the party's connection, the least of late; -1 = not measured
};

/* --- leg.c --- */

void cap_leg_note(CapLeg *leg, const char *kind, json_t *detail); // in the journal; takes @detail
/* @broken: how; NULL = it left. The memory goes with the next tick. */
void cap_leg_end_party(CapLeg *leg, Party *party, const char *broken);
void cap_leg_set_aside(CapLeg *leg, Party *party);
void cap_leg_drop_ended(CapLeg *leg);
void cap_leg_want_key(CapLeg *leg);

/* --- leg_join.c --- */

/* Of an offer; once, then nothing. */
void cap_leg_answer(Party *party, const char *text, const GError *error);
void cap_leg_take_place(CapLeg *leg, Party *party);
bool cap_leg_make_peer(CapLeg *leg, Party *party, GError **error);

/* --- leg_coding.c --- */

void cap_leg_coding_init(CapLeg *leg);
void cap_leg_coding_clear(CapLeg *leg);
/* What @who offers, who wants to watch a leg that no terminal sends. MJ_ERROR_CONFLICT: ask again, it passes;
 * MJ_ERROR_UNSUPPORTED: it does not take what the leg speaks, and why that stays so. */
CapOffer *cap_leg_viewer_offer(CapLeg *leg, const char *who, const char *sdp, GError **error);
/* It watches, or does not want to any more: neither is anybody asked to turn for it. */
void cap_leg_end_hope(CapLeg *leg, const char *who);
/* @party is about to send: its offer becomes one of the coding that suits all. */
void cap_leg_settle_coding(CapLeg *leg, Party *party);
/* Why a party that offers again does so. Caller frees. */
char *cap_leg_why_again(const CapLeg *leg);
void cap_leg_end_turn(CapLeg *leg);
void cap_leg_turned(CapLeg *leg); // its party offers again; if it was asked to, for that
void cap_leg_watch_turn(CapLeg *leg, int64_t now_us);
/* Adds "video" and "turns_to" (leg.h). */
void cap_leg_tell_coding(const CapLeg *leg, json_t *json);

/* --- leg_terminal.c --- */

/* A viewer may come. */
bool cap_leg_terminal_is_here(const CapLeg *leg);
CapOffer *cap_leg_terminal_offer(const CapLeg *leg, const char *sdp, GError **error);
/* @viewer is connected: gives it what comes, as long as that may be relayed. Nothing if the party is no terminal. */
void cap_leg_feed(CapLeg *leg, Party *viewer);
void cap_leg_watch_terminal(CapLeg *leg, int64_t now_us);
/* The leg is ended; nothing if its party is no terminal. */
void cap_leg_terminal_leaves(CapLeg *leg);

/* --- leg_media.c --- */

/* To one viewer, if it is to have it. As CapRelay of a Party. */
void cap_leg_pass_on(Party *viewer, bool sound, const CapRtp *packet, int64_t mono_us);
/* Whether @packet of the picture goes to @viewer, on whose way out @waiting bytes are. Likewise. */
CapGateStep cap_leg_gate(Party *viewer, const CapRtp *packet, size_t waiting, int64_t mono_us);
/* What comes next to @viewer does not follow from what went. Likewise. */
void cap_leg_break(Party *viewer);

/* Of CapPeerEvents: */

void cap_leg_on_packet(void *party, bool sound, const uint8_t *bytes, size_t size, bool has_ntp,
                       uint64_t ntp_ns);
void cap_leg_on_round_trip(void *party, int64_t least_us);
void cap_leg_on_key_wanted(void *party);
/* Nothing came until @mono_us: that was no silence of the party. Under the lock. */
void cap_leg_restart_sound(CapLeg *leg, int64_t mono_us);
