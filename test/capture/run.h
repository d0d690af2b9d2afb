// SPDX-License-Identifier: GPL-3.0-or-later
/* A recording of a camera that is not there: its pictures and sound come when the test says so, by clocks that the test
 * sets, so an hour takes seconds. */
#pragma once

#include "capture/recording.h"

#define UTC INT64_C(1795000000000000)
#define FRAME INT64_C(40000)
#define GOP 25
#define LATENCY INT64_C(30000)

typedef struct Host { // its clocks
    int64_t mono_us, utc_less_mono_us;
} Host;

typedef struct Run {
    Host host;
    MjClock clock;
    char *home;
    int64_t stream;
    CapStore *store;
    CapRecording *recording;
    GPtrArray *pictures; // a group of them, again and again
    MjLog log;
    int64_t sent;
} Run;

/* Of its recording, for one that goes on in its place. Points into @run. */
CapRecordingConfig run_config(const Run *run, int64_t segment_us);
Run *run_new(const AVCodecParameters *sound, int64_t segment_us);
/* Ends the recording; the catalogue is complete then. */
IdxCatalogue *run_end(Run *run);
void run_free(Run *run, IdxCatalogue *cat);

void send_packet(Run *run, CapPacket *packet);
/* The next picture, when its time has come; @wall: the camera tells it, from a clock of its own that is right. */
void send_picture(Run *run, bool wall);
void send_pictures(Run *run, int count, bool wall);

/* Each picture sent is in a file, once, and no two segments overlap. The segments. */
GPtrArray *check_segments(const Run *run, IdxCatalogue *cat);
