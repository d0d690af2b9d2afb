// SPDX-License-Identifier: GPL-3.0-or-later
/* A leg of a meeting: one party that sends, its recording, and those that see and hear it.
 *
 *   party ── peer ──┬── inlet ── recorder (the leg's camera)
 *                   └── relay ── peer ── viewer, for each
 *
 * No recording, no meeting. An offer to send is answered only when the recorder of the leg waits for it
 * and a disk takes what it writes (CAP_LEG_RECORDER_US is given to a recorder that is just starting).
 * If that ends in mid-meeting nothing is relayed until it is recorded again, and cap_leg_json() says
 * "recorded": false with the reason, which is told to the parties; after CAP_LEG_LOST_US the leg is ended.
 *
 * A recording goes by its pictures. Of a party that sends sound and for CAP_SOURCE_STALL_US no picture, or none at all
 * yet, nothing is stored: nothing is relayed of it either, and it is not recorded.
 *
 * A party of which no packet came for CAP_LEG_SILENT_US is "interrupted" and sends nothing, whatever ICE thinks; that
 * ends with its next packet, in the same leg.
 *
 * A key frame is asked of the party when a viewer joins or asks, when packets were lost, and every
 * CAP_LEG_KEY_US, since browsers send none by themselves and a segment can begin only there; and again, once a
 * second, until one comes, since requests are lost as well. A party that sends none for CAP_LEG_LOST_US is ended: its
 * segment would never end, and nobody could come to see it.
 *
 * Each viewer is shown what is whole from a key frame on (gate.h): one whose network is too slow gets sound, and the
 * picture of the present again as soon as it can take one. "slow" of cap_leg_json() names those.
 *
 * One party sends at a time, from one page: while packets of it come (CAP_LEG_LIVELY_US) nobody who has the same join link
 * throws it out unawares, cap_leg_claim(). The same page that offers to send again (a browser that was reloaded, a network that came
 * back) takes the place of the connection before, and of an offer that still waits for the recorder. A viewer is replaced by its own next offer likewise. What
 * is left without connection for CAP_LEG_LOST_US is ended, an offer that never connects after
 * CAP_LEG_CONNECT_US.
 *
 * The picture is H.264 or VP8, as coding.h settles it. Whoever watches has to take what is sent, since nothing is coded
 * anew. Somebody who does not is told so in words; nobody else notices, but that the party may be asked to
 * offer again ("turns_to"), which turns the leg for all who take both.
 *
 * A party may send CAP_FLOW_PICTURE and CAP_FLOW_SOUND bytes a second; what is over is lost (flow.h).
 *
 * Who sends pictures and for CAP_LEG_MUTE_US no sound is noted as muted, whether it says so or not.
 *
 * The party may be a room terminal, which nobody offers for (terminal.h): then it is whatever the leg's camera sends,
 * for as long as the leg is.
 *
 * Everything that happens goes to the journal (journal.h). One leg's trouble stays its own: peers have their
 * pipelines for themselves, and the only lock that streaming threads take is the leg's.
 *
 * All calls from the thread of @context. */
#pragma once

#include "capture/live.h"
#include "capture/meet/frag.h"
#include "capture/meet/journal.h"
#include "capture/meet/peer.h"
#include "capture/store.h"

#define CAP_LEG_KEY_US INT64_C(5000000)
#define CAP_LEG_CONNECT_US INT64_C(15000000)
#define CAP_LEG_LOST_US INT64_C(60000000)
#define CAP_LEG_LIVELY_US INT64_C(3000000)
#define CAP_LEG_SILENT_US INT64_C(5000000)
#define CAP_LEG_NO_PICTURE "no-picture" // "why"
#define CAP_LEG_RECORDER_US INT64_C(4000000)
#define CAP_LEG_MUTE_US INT64_C(3000000)
#define CAP_LEG_MUTE_BYTES                                                                         \
    3 // Opus makes no more of samples that are all zero, which is what a muted track sends
#define CAP_LEG_SLOW_US INT64_C(10000000) // told for so long after pictures were left out
#define CAP_LEG_VIEWERS_MAX 8
#define CAP_LEG_ID_BYTES 16 // of a connection's name: random

typedef struct CapLeg CapLeg;

typedef struct CapLegConfig { // strings are copied
    GMainContext *context;
    const char *session, *leg, *camera;
    int64_t stream_id;
    bool terminal;       // its party is one; needs live
    CapStore *store;     // NULL: not asked whether a disk takes it (tests)
    CapLive *live;       // NULL likewise
    CapJournal *journal; // NULL: nothing is written down
} CapLegConfig;

CapLeg *cap_leg_new(const CapLegConfig *config);
void cap_leg_free(CapLeg *leg); // ends all its connections
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapLeg, cap_leg_free)

/* Called once with @id and the answer, or with an error. */
typedef void (*CapLegAnswered)(void *data, const char *id, const char *answer, const GError *error);

/* Before the party offers from @page (NULL: it has no name for itself). MJ_ERROR_EXISTS: the seat is taken, by another page
 * that is lively. With @takes that one is ended instead. */
bool cap_leg_claim(CapLeg *leg, const char *page, bool takes, GError **error);
/* The party, or a viewer called @who, offers. Errors come through @answered as well; of those to a viewer
 * MJ_ERROR_UNSUPPORTED says that it does not take what the leg speaks, and that asking again is of no use (coding.h). */
void cap_leg_offer(CapLeg *leg, CapOfferRole role, const char *who, const char *sdp,
                   const IdxIce *ice, CapLegAnswered answered, void *data);
/* MJ_ERROR_NOT_FOUND if there is no such connection; MJ_ERROR_UNSUPPORTED: it would be an ICE restart. */
bool cap_leg_candidates(CapLeg *leg, const char *id, const CapFrag *frag, GError **error);
bool cap_leg_hang_up(CapLeg *leg, const char *id, GError **error);

/* The party of leg @who sends here no more, nor watches: its join link was replaced. */
void cap_leg_throw_out(CapLeg *leg, const char *who);

/* About four times a second. */
void cap_leg_tick(CapLeg *leg);

int cap_leg_connections(const CapLeg *leg);
bool cap_leg_has_terminal(const CapLeg *leg);
/* {"session","leg","sends","interrupted","recorded","why","viewers","slow","packets","lost","video","turns_to"}: "h264" or "vp8", what it
 * speaks and what its party is asked to offer again for; null = nobody's, or nothing. Of a terminal "why" also says why
 * it does not send, and packets are its pictures and pieces of sound. New reference. */
json_t *cap_leg_json(CapLeg *leg);
