// SPDX-License-Identifier: GPL-3.0-or-later
/* The legs of the hub: those with connections, and of late.
 *
 * A leg is taken by whoever says that it is there, and whether its party is a room terminal. Such news may be late: they
 * were read from the catalogue before they were sent, and others overtake them. So before a leg is made, turned from
 * browser to terminal or back, or made again after its session's end, the catalogue is asked what it is now, and
 * that counts. What it cannot say now is refused, and the leg stays as it was.
 *
 * CAP_SEATS_MAX legs; of these, one that nobody is connected to gives its place to one that somebody comes to, the longest
 * idle first. A turned leg takes the place of the one before. A leg without connections is forgotten after
 * CAP_SEATS_IDLE_US.
 *
 * One thread. */
#pragma once

#include "capture/meet/leg.h"

#define CAP_SEATS_MAX 128
#define CAP_SEATS_IDLE_US INT64_C(120000000)

typedef struct CapSeats CapSeats;

/* What leg @leg of @session is now. False: it cannot be said, or it is none (any more). */
typedef bool (*CapSeatsLook)(void *data, const char *session, const char *leg, bool *ret_terminal,
                             GError **error);

typedef struct CapSeatsConfig { // borrowed
    CapLegConfig leg;           // what all legs have: context, store, live, journal
    CapSeatsLook look;
    void *data;
} CapSeatsConfig;

CapSeats *cap_seats_new(const CapSeatsConfig *config);
void cap_seats_free(CapSeats *seats); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapSeats, cap_seats_free)

/* NULL: nobody is there, nor was of late. */
CapLeg *cap_seats_find(const CapSeats *seats, const char *session, const char *leg);

/* The leg that @of names ("leg", "camera", "stream_id"), made if it is not there. MJ_ERROR_BUSY: there are too many.
 * MJ_ERROR_CONFLICT: it turned to something else than @terminal says. */
CapLeg *cap_seats_take(CapSeats *seats, const char *session, const json_t *of, bool terminal,
                       GError **error);

/* All legs of @session are ended. */
void cap_seats_end(CapSeats *seats, const char *session);
/* Whatever the party of leg @who has in the session: its join link was replaced. */
void cap_seats_throw_out(CapSeats *seats, const char *session, const char *who);

int cap_seats_connections(const CapSeats *seats);
void cap_seats_tick(CapSeats *seats, int64_t now_us);
/* cap_leg_json() of each leg of @session (NULL: of all). New reference. */
json_t *cap_seats_json(const CapSeats *seats, const char *session);
