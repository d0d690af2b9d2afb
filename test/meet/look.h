// SPDX-License-Identifier: GPL-3.0-or-later
/* What tests of meetings look at: what a party sees and hears, and what stands on the disk. */
#pragma once

#include "test/meet/room.h"

#define OFFICIAL_HZ 1499.0

/* Pictures of the party @number, and its tone. */
void look_at_seen(Party *party, int number, double tone_hz);

/* All files of a leg, decoded: at least @pictures of party @number, at the times that their stamps say within what each
 * file calls its uncertainty, and damage where one cannot be read. @exact: the leg is long enough to have files
 * that begin after its start; these are held to 80 ms, too. */
/* The same of a leg whose sound is stored as @audio. */
void look_at_leg_of(const Bench *bench, const char *camera, const char *audio, int number,
                    int pictures, bool exact);
void look_at_leg(const Bench *bench, const char *camera, int number, int pictures, bool exact);

/* Until a file of @camera that began when it was known how long the leg's packets are on their way, about @path_us, is a
 * second long. */
void look_wait_measured(const Bench *bench, const char *camera, int64_t path_us);
/* All pictures of such files, by party @number, are within 80 ms of when they were taken, though they were on their way
 * for @path_us, and the files call that uncertain. */
void look_at_far_leg(const Bench *bench, const char *camera, int number, int64_t path_us);

/* When the last picture of @camera that is on the disk was taken, by its stamp, of the files that hold none after
 * @before_us. */
int64_t look_last_taken(const Bench *bench, const char *camera, int64_t before_us);
