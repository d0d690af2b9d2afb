// SPDX-License-Identifier: GPL-3.0-or-later
/* A big hall that never was: a hundred cameras that record day and night, and the citizens of months. For
 * ./mj bench index and test-big.c. The same seed and sizes give the same hall.
 *
 * 60 windows, W01 to W60; each has a camera of its own (w01-face) and shares another with its neighbour
 * (desk01), six cameras look at the hall, two at rooms R1 and R2, two are of sessions. All of it ends at
 * BIG_END_US, a Friday evening, and begins as long before as the segments asked for take. */
#pragma once

#include "index/base/clock.h"
#include "index/catalogue.h"

#define BIG_CAMERAS 100
#define BIG_WINDOWS 60
#define BIG_END_US INT64_C(1795168800000000) // 2026-11-20T18:00:00+08:00

typedef struct BigHall {
    uint64_t seed;
    int64_t segments, events; // how many there are to be
    int64_t minutes;          // of recording, for that many segments
    int64_t start_us;         // the first of them
    int64_t stream[BIG_CAMERAS];
} BigHall;

/* Sizes alone. */
void big_hall_plan(BigHall *hall, int64_t segments, int64_t events, uint64_t seed);

/* Cameras, places and what covers them, in a new catalogue; hall->stream is filled. */
bool big_hall_furnish(BigHall *hall, IdxCatalogue *cat, GError **error);
/* Of a catalogue that has them: hall->stream is filled. */
bool big_hall_find(BigHall *hall, IdxCatalogue *cat, GError **error);

/* Code of a camera. Caller frees. */
char *big_hall_camera(int camera);

/* A number that follows from three; and one below @below. */
uint64_t big_hash(uint64_t seed, uint64_t a, uint64_t b);
uint64_t big_below(uint64_t *state, uint64_t below);

/* --- segments.c */

/* When the segment of a minute begins: staggered between cameras, a picture early or late. */
int64_t big_segment_start(const BigHall *hall, int camera, int64_t minute);
/* Whether the camera was off then. */
bool big_segment_missing(const BigHall *hall, int camera, int64_t minute);

/* All segments with their fragments, and the gaps between them, as the recorder leaves them; in order of
 * time. Not durable. */
bool big_segments_store(const BigHall *hall, IdxCatalogue *cat, GError **error);
