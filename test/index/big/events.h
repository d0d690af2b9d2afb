// SPDX-License-Identifier: GPL-3.0-or-later
/* What the business systems of the big hall say, in the order in which it arrives.
 *
 * Skewed as halls are: office hours with a peak in the morning, Mondays, few on Saturdays, none on Sundays; some
 * windows have far more citizens than others; half of the tickets belong to approvals, most of those to one
 * or two tickets, a few to forty; some citizens do not come, are called again or sent to another window. Of
 * all events some come hours late as corrections, cancel, or arrive days late when a queue was cut off. */
#pragma once

#include "test/index/big/hall.h"

#define BIG_CROWD 40             // tickets of an approval that has many
#define BIG_CROWD_KEY "370100-D" // begins the ID of such a one; those of others begin otherwise
#define BIG_SALT 1               // of what the hall has had
#define BIG_HELD                                                                                   \
    10 // of those that have many: the first of BIG_SALT; somebody comes for them with every salt

/* ID of the nth approval that has many tickets. */
void big_crowd(char *key, size_t size, uint64_t salt, int64_t n);

/* False ends it. @json is valid during the call. */
typedef bool (*BigEmit)(const char *json, int64_t arrived_us, void *data, GError **error);

/* @count events of what happened between two moments. @salt: other events for another one. */
bool big_events(const BigHall *hall, int64_t from_us, int64_t to_us, int64_t count, uint64_t salt,
                BigEmit emit, void *data, GError **error);
