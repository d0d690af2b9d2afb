// SPDX-License-Identifier: GPL-3.0-or-later
/* A recorder's end of the capture socket, for tests: on each subscription it says how pictures are coded,
 * gives the group that is there, and then a picture every 40 ms, over and over; probed it shows its first
 * picture. One thread. */
#pragma once

#include "test/api/support/pictures.h"

typedef struct Recorder Recorder;

/* Shard 1 of 1 of the home at @home, said to be alive in the catalogue. @sound as in pictures_stream().
 * @padding: bytes added to each picture but key frames, for pages that are slow. */
Recorder *recorder_new(const char *home, const char *sound, size_t padding);
/* As if it was killed. NULL is allowed. */
void recorder_free(Recorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

/* The camera is gone, or is back. */
void recorder_stop(Recorder *recorder, bool stopped);

/* How many subscriptions and connections there are now. */
int recorder_subscriptions(Recorder *recorder);
int recorder_connections(Recorder *recorder);
