// SPDX-License-Identifier: GPL-3.0-or-later
/* The record of a session: every line is an event "hall.session.KIND" of the source
 * "/mingjing/HALL/sessions", stored and linked as what business systems send is, never changed. So the
 * dossier tells it, and whoever takes events from us has it.
 *
 *   scheduled, started, ended, consented        by meet.h; consented of a room terminal's party with "by", the account
 *                       of the clerk who says so, and "terminal"
 *   joined, returned    the party's connection came about; returned: into a leg that it was in before, or its packets
 *                       come again
 *   interrupted         no packet of the party comes, since "last_packet"; "lost" follows if it does not come back
 *   left, lost          the connection ended; with "packets", "packets_lost", "round_trip_ms" where it was measured, and
 *                       why
 *   failed              an offer that never connected
 *   not_recorded, recorded   nothing of the leg could be stored, though it sends; and it can again
 *   muted, unmuted      as the party says; with "by": "media", as was seen of what it sends: no sound, or a
 *                       silence without any noise, for some seconds; and sound again
 *   picture_off, picture_on  as the party says: its picture is black
 *   clock_doubted       what the party's reports tell of its time cannot be, and is left out; told once of a party
 *   flooded             it sends too much, and what is over is left out; likewise
 *   cancelled           it will not be (book.h)
 *   marked              a party marks the moment: "mark" is question, complaint or cut, with a "text"
 *   promised, fulfilled promise.h
 *   rated               rate.h
 * Whoever adds a kind later adds it here. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

typedef struct IdxMeetNote {
    const char *session;
    const char *leg;      // NULL: of the whole session
    const char *kind;     // one of the above
    const json_t *detail; // members of data; may be NULL
    int64_t at_us;
} IdxMeetNote;

/* In the open transaction, or in one of its own. */
bool idx_meet_note(IdxCatalogue *cat, const IdxMeetNote *note, GError **error);
