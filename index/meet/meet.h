// SPDX-License-Identifier: GPL-3.0-or-later
/* Face-to-face sessions (面对面会话): who may meet whom, and what stands in the catalogue of it.
 *
 * A session has two to four legs, one for each party; a leg has a join token, which is all that its party
 * needs. Its footage belongs to a camera of its own, "SESSION-LEG" of kind "session", whose address is
 * "webrtc:SESSION/LEG", or that of a room terminal (terminal.h). The session is at a place (面对面室): while it goes on the cameras of its legs cover
 * that place, and so the linker finds them, and the room's own camera as well.
 *
 *   add        the session and its tokens; event "scheduled"
 *   consent    the party has been shown the notice (its version) and agrees; event "consented". Before that
 *              no offer of the party is taken
 *   open_leg   with the first offer of a leg: its camera and coverage begin; with the first leg of the
 *              session the event "started", which opens the visit at the place
 *   end        event "ended"; cameras and coverage end, tokens count for nothing
 *
 * What else happens is written down as events too (note.h): there is no other journal. Slots, departments
 * and promises are to come on top: slots refer to meeting rows, promises to a session and an event.
 *
 * Tokens are 256 random bits, of which only the SHA-256 is stored. They are good until IDX_MEET_LATE_US
 * after the end of the slot; without a slot, for IDX_MEET_LONGEST_US. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_MEET_LEGS_MIN 2
#define IDX_MEET_LEGS_MAX 4
#define IDX_MEET_CODE_MAX 24 // characters of a leg's code; of a session's IDX_MEET_SESSION_MAX
#define IDX_MEET_SESSION_MAX 39
#define IDX_MEET_LATE_US (INT64_C(3600) * 1000000)
#define IDX_MEET_EARLY_US (INT64_C(1800) * 1000000)
#define IDX_MEET_LONGEST_US (INT64_C(24) * 3600 * 1000000)

typedef struct IdxMeetLeg {
    int64_t id;
    char *code, *role;
    char *camera;       // NULL before its first offer
    int64_t stream_id;  // 0 likewise
    int64_t consent_us; // 0 = none yet
    char *consent_ver;  // NULL likewise
    char *terminal;     // the camera that is this party (terminal.h); NULL = a browser
    bool pulled;        // and the leg's camera has its address
} IdxMeetLeg;

typedef struct IdxMeet {
    int64_t id;
    char *session, *place, *topic;           // topic may be NULL
    int64_t slot_start_us, slot_end_us;      // 0 = no slot
    int64_t created_us, opened_us, ended_us; // 0 = not (yet)
    GPtrArray *legs;                         // IdxMeetLeg *, in the order in which they were named
} IdxMeet;

void idx_meet_free(IdxMeet *meet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxMeet, idx_meet_free)

typedef struct IdxMeetRequest {          // borrowed
    const char *session, *place, *topic; // topic may be NULL; a place that is not known is made
    int64_t slot_start_us, slot_end_us;  // both or neither (0)
    const char *const *legs;             // codes, NULL-ended
    const char *const *roles;            // of each: "citizen", "official", "observer"
    const json_t *detail;                // more members of the event "scheduled"; may be NULL
    bool told;                           // there is that event already, of another system
} IdxMeetRequest;

/* The tokens of the legs, in their order: secrets. Element type char *. MJ_ERROR_EXISTS, MJ_ERROR_INVALID. */
GPtrArray *idx_meet_add(IdxCatalogue *cat, const IdxMeetRequest *request, int64_t now_us,
                        GError **error);

/* Another token for a leg; the one before counts for nothing. */
char *idx_meet_token(IdxCatalogue *cat, const char *session, const char *leg, int64_t now_us,
                     GError **error);

/* MJ_ERROR_NOT_FOUND. */
IdxMeet *idx_meet_get(IdxCatalogue *cat, const char *session, GError **error);
/* NULL if it has no such leg. Owned by @meet. */
const IdxMeetLeg *idx_meet_leg(const IdxMeet *meet, const char *code);

/* The code of the leg of @session that @token joins; caller frees. MJ_ERROR_DENIED: of none, or the session is
 * over, or the token's time. */
char *idx_meet_who(IdxCatalogue *cat, const char *session, const char *token, int64_t now_us,
                   GError **error);
/* @token is of a leg of @session, though it may be over: of one that was replaced it is false. */
bool idx_meet_was(IdxCatalogue *cat, const char *session, const char *token);

bool idx_meet_consent(IdxCatalogue *cat, const char *session, const char *leg, const char *version,
                      int64_t now_us, GError **error);
/* MJ_ERROR_CONFLICT without consent, when the session is over, more than IDX_MEET_EARLY_US before its slot, or while another
 * session goes on at its place; for a leg whose party is a room terminal. What is open already stays as it is. */
bool idx_meet_open_leg(IdxCatalogue *cat, const char *session, const char *leg, int64_t now_us,
                       GError **error);
/* @reason may be NULL. Nothing if it has ended. */
bool idx_meet_end(IdxCatalogue *cat, const char *session, const char *reason, int64_t now_us,
                  GError **error);

/* Ends those that go on though their time is over, when nothing came of any party for two minutes: somebody forgot to.
 * Nobody is cut off in mid-sentence, and until then their tokens are good. */
bool idx_meet_end_overdue(IdxCatalogue *cat, int64_t now_us, GError **error);

/* {"session","place","topic","state": "scheduled" | "open" | "ended", …, "legs": […]}. New reference. */
json_t *idx_meet_json(const IdxMeet *meet, GTimeZone *zone);
