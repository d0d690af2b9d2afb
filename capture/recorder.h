// SPDX-License-Identifier: GPL-3.0-or-later
/* Records one stream for as long as it lives, or passes it on to those who watch (live.h) if it is
 * live only: a thread in a loop around "open the source, record until it ends or fails", with the
 * wait between tries in one place.
 *
 * Every failure becomes a state, a gap with its reason, and a sentence for people; none of it
 * touches another stream. How soon it is tried again:
 *
 *   not there, broken off,    every second, for ever, so that recording goes on within two seconds
 *   silent, ended             of the camera's return. Before each try somebody must take a bare
 *                             connection (knock.h): while nobody does, that is all there is
 *   a leg of a meeting        at once (CAP_RETRY_LEG_US): its source waits for the next party
 *   answers wrongly           every second for the first CAP_RETRY_PATIENT tries, then less and
 *                             less often, up to a minute. Meanwhile it is looked at (knock.h) every
 *                             CAP_LOOK_EVERY_US, without a password: if it answers as it has not
 *                             before, as one that has finished starting, it is tried at once; if
 *                             nobody is there any more, all begins again
 *   is well, and no disk      the camera stays connected, for those who watch; a recording is tried
 *   takes what it sends       with the next key frame, once a second at most
 *   refuses the password      once a minute or less: cameras lock accounts. A password that is set
 *                             right (mingjing camera set) is tried at once
 *
 * Order: new (starts the thread) → stop → free (waits for the thread). new, stop, done and free
 * from one thread. */
#pragma once

#include "capture/live.h"
#include "capture/store.h"
#include "index/camera.h"

#define CAP_RETRY_US INT64_C(1000000)
#define CAP_RETRY_LEG_US INT64_C(20000)
#define CAP_RETRY_MAX_US INT64_C(60000000)
#define CAP_RETRY_DENIED_US INT64_C(60000000)
#define CAP_RETRY_PATIENT 5
#define CAP_LOOK_EVERY_US INT64_C(1000000)
#define CAP_RETRY_STEADY_US                                                                        \
    INT64_C(10000000) // a recording that lasted so long makes the waits begin anew

typedef struct CapRecorder CapRecorder;

typedef struct CapRecorderConfig { // copied
    const char *home;
    const IdxStream *stream;
    CapLiveStream *live; // where its pictures are shown; may be NULL; outlives the recorder
    const char *url;     // with credentials
    int64_t segment_us;  // about how long files are
    int64_t last_end_us; // end of the stream's newest segment, 0 if none
} CapRecorderConfig;

/* MJ_ERROR_BUSY: the system gives no thread; another try may have one. */
CapRecorder *cap_recorder_new(CapStore *store, const CapRecorderConfig *config, GError **error);
/* Asks the thread to end; returns at once. */
void cap_recorder_stop(CapRecorder *recorder);
/* True when the thread has ended: free will not wait. */
bool cap_recorder_done(CapRecorder *recorder);
/* End of the last picture stored. Only when done. */
int64_t cap_recorder_end_us(const CapRecorder *recorder);
/* True if it was stopped while it recorded; else the gap that it told of lasts. Only when done. */
bool cap_recorder_recorded(const CapRecorder *recorder);
void cap_recorder_free(CapRecorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRecorder, cap_recorder_free)

/* How long to wait after the @tries-th failure in a row (from 1) for @reason. @random in 0…1. Pure.
 */
int64_t cap_recorder_wait_us(const char *reason, int tries, double random);
