// SPDX-License-Identifier: GPL-3.0-or-later
/* In which coding a leg's picture goes: H.264 or VP8.
 *
 * Nothing is coded anew, so a leg speaks one of them to its recorder and to all who watch it. Which, is settled from
 * what all can who are there at that moment: the party by its offer, those who watch by theirs, and those who were told to
 * ask again (409) within CAP_CODING_WAIT_US. Chosen is, of what the party can send
 *   1. what most of those take who watch; they are in the meeting and stay in it
 *   2. then what most of those take who wait
 *   3. then what is being watched already, so that nobody has to agree anew
 *   4. then H.264: every player opens it, and machines have coders for it
 * It is settled with the party's offer, since neither WHIP nor WHEP lets a server offer: nobody can be made to turn
 * in mid-meeting, but be asked to offer again.
 *
 * Somebody comes who does not take what the leg speaks
 *   the party can send the other, and all who watch take it: the party is asked to turn ("turns_to" of GET …/party; our
 *     page offers anew at once, into the same leg; the recording goes on with the next segment), and who
 *     came is told to ask again. Whoever does not turn when asked is left alone: the newcomer is told so
 *     The same leg is not asked again for CAP_CODING_REST_US: two who come and go could have it turn without end.
 *     Who comes meanwhile is told to ask again. A wish ends with whoever has it: when it watches, or does not ask any more
 *   else nobody is disturbed: the newcomer is told in words what the leg speaks, and whose
 *     doing it is that it stays so: of the party, or of who watches and takes nothing else
 * An order of who came first, and not the least common coding from the beginning: H.264 alone is
 * what encoders and room terminals have, VP8 alone what few browsers have, and most take both.
 *
 * Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAP_CODING_WAIT_US INT64_C(10000000)
#define CAP_CODING_REST_US INT64_C(60000000) // between two turns: each is a gap of the recording
#define CAP_CODING_TURN_US                                                                         \
    INT64_C(10000000) // given to a party to turn, before it is said that it does not

typedef struct CapCan { // what somebody takes, or can send
    bool h264, vp8;
} CapCan;

typedef struct CapCodingSeat { // one who watches, or wants to
    const char *who;
    CapCan can;
    bool watches; // else it waits
    bool vp8;     // what it watches
} CapCodingSeat;

/* True: VP8. @sends can one at least. */
bool cap_coding_choose(CapCan sends, const CapCodingSeat *seats, guint n);

static inline bool cap_can(CapCan can, bool vp8)
{
    return vp8 ? can.vp8 : can.h264;
}

static inline const char *cap_coding_name(bool vp8)
{
    return vp8 ? "VP8" : "H.264";
}

/* @turned_us: when the leg turned last; 0 = never. Monotonic, as @now_us. */
static inline bool cap_coding_rests(int64_t turned_us, int64_t now_us)
{
    return turned_us != 0 && now_us - turned_us < CAP_CODING_REST_US;
}

/* Whether a leg that speaks @vp8 may turn to the other; MJ_ERROR_UNSUPPORTED says who does not: the party, or one of
 * those who watch. */
bool cap_coding_may_turn(CapCan sends, bool vp8, const CapCodingSeat *seats, guint n,
                         GError **error);
