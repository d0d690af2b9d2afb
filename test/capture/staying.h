// SPDX-License-Identifier: GPL-3.0-or-later
/* One row of "staying on": what is done to a camera, and what must come of it.
 *
 * Times are seconds after the beginning, when all cameras have been recorded for a while. Every
 * camera has a row of its own, and all rows run at once against one recorder. What is recorded is
 * held against the camera's own log of frames, strictly; what is told is given the time that this
 * machine took from us while we watched. */
#pragma once

#include "test/capture/bench.h"
#include "test/rtsp/sent.h"
#include "test/rtsp/watch.h"

#define ROW_STEPS 4
#define AGAIN_US (2 * MJ_SECOND_US) // recording again after the camera is back

typedef struct RowStep {
    double at_s;
    const char *say; // "VERB[ ARGUMENT]" for the camera; "" = its address is entered anew
} RowStep;

typedef struct Row {
    const char *name;         // the camera's code too
    bool no_reports;          // of the cameras without RTCP
    bool password;            // one is sent with each request
    const char *fragment;     // "#udp" or NULL
    const char *before;       // said before the recorder starts; NULL = nothing
    RowStep steps[ROW_STEPS]; // in order; the first is the misbehaviour
    double well_s;            // from when on the camera is as it should be; 0 = it always is
    const char *state;        // that must be told; NULL = recording all the time
    double told_s;            // within so long after the first step
    const char *words;        // in the state's detail
    const char *gaps;         // reasons one after the other, each once in a row; "" = none
    const char *also;         // reasons that there may be besides
    int64_t error_us;         // of any picture's time
    enum { DAMAGE_NONE, DAMAGE_TOLD, DAMAGE_PERHAPS } damage; // of pictures is told
    bool garbled;              // bytes are altered, which nobody can see: marks may be unreadable
    const char *video, *audio; // of the last segment; NULL = as at first
    int width;
    int64_t denied; // requests with the wrong password that the camera has seen
} Row;

typedef struct Watch { // what came of a row
    const Row *row;
    Server *server;
    int camera;
    int64_t stream;
    int step;              // next one
    int64_t first_step_us; // UTC of the first one; of well
    int64_t well_us;
    int64_t told_us; // when the state was seen; 0 = never
    char *detail;
    int64_t denied;
    GPtrArray *trouble; // sentences; the row fails if there are any
} Watch;

/* Holds the row against home and log. @late_us: what the machine took. */
void staying_check(const Bench *bench, Watch *watch, const GArray *sent, int64_t late_us);

void staying_trouble(Watch *watch, const char *format, ...) G_GNUC_PRINTF(2, 3);
