// SPDX-License-Identifier: GPL-3.0-or-later
/* Months of events into a catalogue in minutes. Each is stored and linked by the same calls, in the same order,
 * with the same moment of arrival as if it had been posted alone when it happened (event/ingest.h), so the rows are
 * the same (test-big.c compares them); what is left out is that each is on disk before the next one. */
#pragma once

#include "test/index/big/hall.h"

/* One transaction for many; nothing is durable, and a crash leaves rubbish. Others must not use the
 * catalogue meanwhile. */
bool big_load_begin(IdxCatalogue *cat, GError **error);
/* As every catalogue is used again. */
bool big_load_end(IdxCatalogue *cat, GError **error);

/* The hall's events, between big_load_begin() and big_load_end(). @told (may be NULL) hears of each tenth
 * thousand. */
bool big_load_events(const BigHall *hall, IdxCatalogue *cat, void (*told)(int64_t events),
                     GError **error);

/* Holds on approvals that have many tickets, and get more in what is taken in later (events.h). Behind
 * big_load_end(). */
bool big_load_holds(IdxCatalogue *cat, GError **error);
