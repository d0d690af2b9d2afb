// SPDX-License-Identifier: GPL-3.0-or-later
/* Room terminals 会议终端: parties of a session that speak RTSP alone, and which we pull (capture/meet/terminal.h).
 *
 * A terminal is a camera of kind "room" with an address of RTSP that covers a place: declared, named, with its
 * password sealed, and moved from place to place as any camera. Whether it is recorded besides, when no session goes on,
 * is the hall's own setting ("record"). Those of a session are at its place, or at the station where the citizen sits
 * (node_code), as far as that is a place of this hall.
 *
 * set     which terminal a party is: when it is booked, or by the clerk at any time until the session is over, also
 *         when the party was there with a browser before. NULL = a browser after all. Who agreed to be recorded
 *         agreed for the one way: by another, the party is asked again
 * join    the clerk at that place says that whoever sits there was shown the notice, and agrees: event
 *         "consented" with the terminal and who said so; then the leg's camera gets the terminal's address, and its recorder
 *         begins. Before that the terminal is not asked for anything. It is in one session at a time
 *
 * The address goes from the one camera to the other with its password, sealed again, and is gone from there when
 * the session ends; it is in no answer, event or audit entry. Who changes the terminal's address in mid-session joins it anew. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

/* {"terminals": [{"camera","name","place"}]}, those at @place and at @node (may be NULL) now. New reference. */
json_t *idx_terminal_list_json(IdxCatalogue *cat, const char *place, const char *node,
                               int64_t now_us, GError **error);

/* MJ_ERROR_INVALID: @camera is no terminal of the session's places. MJ_ERROR_CONFLICT: it is over. */
bool idx_terminal_set(IdxCatalogue *cat, const char *session, const char *leg, const char *camera,
                      int64_t now_us, GError **error);

/* @version: of the notice; @by: the account. MJ_ERROR_CONFLICT: the leg has no terminal, or that is not there any more, or in
 * another session; or as idx_meet_open_leg(). */
bool idx_terminal_join(IdxCatalogue *cat, const char *session, const char *leg, const char *version,
                       const char *by, int64_t now_us, GError **error);
