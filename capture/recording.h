// SPDX-License-Identifier: GPL-3.0-or-later
/* One uninterrupted run of a source, cut into segments.
 *
 * Time. A run has one media timeline, which begins near 0 and runs through all its segments. Each
 * segment has its own start in UTC (clock_map.h), and inside it UTC = start + media time. What the
 * clocks did meanwhile is made good at the boundary: the segment before is made to end where the
 * next one starts, so that joined segments meet exactly. That takes less than its last fragment
 * from its end, or adds up to CAP_SLEW_US; a clock that was set forward by more leaves a gap
 * ("clock"), one that was set back is followed in as many boundaries as it takes, or at once if
 * there is room (room.h). Segments of a stream never overlap, also from run to run.
 *
 * Steps of the host's clock. UTC less monotonic time is looked at with every packet; when it moves
 * by more than CAP_HOST_STEP_US, somebody set the clock. Monotonic time carries the media on, so no
 * picture is lost, and at the next key frame a segment begins by the new time:
 *   set forward   by more than CAP_SLEW_US there is a gap "clock" for the time that never was
 *   set back      segments cannot overlap, so time goes on without a gap and is off by what the
 *                 clock was set back (clock_uncertainty_us says so); a file is closed every
 *                 CAP_CATCH_UP_US until boundaries have made it good
 * Either way the step is recorded: in the gap, or as a note, a gap row "clock" without length
 * (segment/gap.h).
 *
 * Parties of a meeting (foreign) join while everything starts, so the least latency of the first second may be far
 * from the least there is, and how long their packets are on the way is measured only later: a segment that is
 * found off by more than CAP_FOREIGN_OFF_US ends at the next key frame.
 *
 * Sound follows the picture. Its clock differs from the picture's by a little that grows for ever;
 * the difference is followed at no more than a thousandth, which nobody hears.
 *
 * The first report. Cameras tell their time in RTCP reports, the first of which may come seconds
 * after the first picture. A run holds its first pictures back for up to CAP_HOLD_US to have it. If
 * it comes later, the segment goes on by arrival times, and at the next key frame a new one begins
 * by the camera's clock, joined as above.
 *
 * Cuts. A new segment begins at a key frame: every segment_us (for each stream at another second of
 * the minute, so that disks are not hit by all at once), when the parameters change, when the clock
 * became known or was set, or when pictures failed to come for CAP_HOLE_US (that hole is a gap).
 *
 * Order: new → packet, packet … → end → free. One thread. What happened goes to the store; nothing
 * waits for the catalogue but a question at the beginning and after a step (room.h). */
#pragma once

#include "capture/host_clock.h"
#include "capture/packet.h"
#include "capture/store.h"
#include "index/base/clock.h"
#include "index/base/log.h"

#define CAP_SLEW_US INT64_C(500000)
#define CAP_CATCH_UP_US INT64_C(5000000)
#define CAP_HOLD_US INT64_C(1000000)
#define CAP_HOLD_PACKETS 600
#define CAP_HOLE_US INT64_C(2000000)
#define CAP_FOREIGN_OFF_US INT64_C(30000)

typedef struct CapRecordingConfig { // strings and pointers outlive the recording
    CapStore *store;
    const MjLog *log;
    const char *home, *camera, *stream; // codes
    int64_t stream_id;
    const char *audio;     // mode, as in IdxStream.audio
    int64_t segment_us;    // about how long a file is
    int64_t not_before_us; // the stream's last picture ended here; see room.h
    bool foreign;          // whoever sends need not keep the host's time (cap_clock_map_distrust)
    const MjClock *clock;  // NULL = the host's
} CapRecordingConfig;

typedef struct CapRecording CapRecording;

/* @audio: as the source sends it; NULL = none. Sound that cannot be stored is left out, with a
 * warning in the log. */
CapRecording *cap_recording_new(const CapRecordingConfig *config, const AVCodecParameters *audio);
void cap_recording_free(CapRecording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRecording, cap_recording_free)

/* Takes what @packet owns. MJ_ERROR_INVALID: it fits into no file; MJ_ERROR_IO etc.: could not be
 * written. Either way the recording is to be ended. */
bool cap_recording_packet(CapRecording *recording, CapPacket *packet, GError **error);

/* Closes the open segment with the pictures that came. False: what came last could not be written;
 * the segment is left to be recovered, and a gap that lasts says why. */
bool cap_recording_end(CapRecording *recording);

/* The end of the last picture stored, not_before_us if there is none. */
int64_t cap_recording_end_us(const CapRecording *recording);

/* What stands in whole fragments of this run's files. */
void cap_recording_count(const CapRecording *recording, int64_t *ret_bytes, int64_t *ret_pictures);

/* True once a picture was stored. */
bool cap_recording_has_begun(const CapRecording *recording);

/* State, video, audio, width, height as the catalogue wants them; strings borrowed. */
void cap_recording_describe(const CapRecording *recording, IdxState *ret);
