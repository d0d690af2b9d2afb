// SPDX-License-Identifier: GPL-3.0-or-later
/* What the tests of meetings share: a home, a recorder and the API as they are installed (CAPTURE and
 * MINGJING_API in the environment), and parties who come to them over HTTP as any WHIP client does. */
#pragma once

#include "test/api/support/client.h"
#include "test/capture/bench.h"
#include "test/meet/lossy.h"
#include "test/meet/party.h"

#define ROOM_TONE_HZ 997.0
#define ROOM_WAIT_US (20 * MJ_SECOND_US)
#define ROOM_PASSWORD "correct horse battery"

typedef struct Room {
    Bench bench;
    GSubprocess *api;
    Client *client;
    char *url, *cookie; // of a person who is signed in
} Room;

Room *room_new(void);
/* HOME/ice.conf says this besides the address, from now on. */
void room_set_ice(Room *room, const char *lines);
void room_free(Room *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Room, room_free)

/* POST /api/v1/sessions; the tokens of "citizen" and "official". Element type char *. */
GPtrArray *room_plan(Room *room, const char *session, const char *place);
void room_consent(Room *room, const char *session, const char *leg, const char *token);
/* room_plan(), and both consent. */
GPtrArray *room_admit(Room *room, const char *session, const char *place);

/* One request to …/sessions/SESSION/TAIL with @token; @type may be NULL. */
Answer *room_send(Room *room, const char *method, const char *session, const char *tail,
                  const char *token, const char *type, const char *body);

typedef struct Seat { // one connection to a leg
    Room *room;
    const char *session, *leg, *token;
    bool watches;
    Lossy *network; // between it and the server; NULL = none. Not owned
    long status;    // of the offer
    char *location; // as it was answered
    char *links;    // likewise: a Link header
    char *answer;
    char *problem; // what was answered instead
} Seat;

void seat_clear(Seat *seat);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Seat, seat_clear)

/* A party in @seat: sends with stamp number @number, or watches. It asks again, as the page does, for ROOM_WAIT_US: while
 * the recorder is starting (503), too many come (429), or the leg to watch is not there yet (409). NULL if it was not let
 * in; why is told in the test's log. */
Party *seat_take(Seat *seat, const PartyConfig *how);
/* DELETE. The status. */
long seat_leave(Seat *seat);

/* Until @party has seen @stamps stamps more than now, or fails the test after a time. */
void room_wait_stamps(Party *party, int stamps);
/* GET …/meeting. */
json_t *room_meeting(Room *room, const char *session);
/* What `find session` says over HTTP. */
json_t *room_dossier(Room *room, const char *session);
/* The record of @session has an event hall.session.KIND. */
bool room_has_event(Room *room, const char *session, const char *kind);
/* Until the record of @session has an event hall.session.KIND. */
void room_wait_event(Room *room, const char *session, const char *kind);
