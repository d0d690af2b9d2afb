// SPDX-License-Identifier: GPL-3.0-or-later
/* A hall with something to hold, for test-hold/hold.c and test-hold-journal.c. Times in seconds from T0. */
#pragma once

#include "index/hold/hold.h"
#include "test/index/fixture.h"

/* W07 with cameras c1 and c2, W08 with c3; A012 was called to W07 at 0 and finished at 100. */
Fixture *hold_hall_new(void);
void hold_hall_happens(Fixture *f, const char *id, const char *type, int seconds, const char *data);

/* All that a hold needs but what it is on. */
IdxHoldRequest hold_hall_request(void);
/* Puts it at 200, and expects that every journal has it. Its id. */
int64_t hold_hall_put(Fixture *f, const IdxHoldRequest *r);
int64_t hold_hall_subject(Fixture *f, const char *kind, const char *key);

/* All stretches of all holds as "c1:-30-160 c2:20-30r"; r: released. */
void hold_hall_expect(Fixture *f, const char *expected);
