// SPDX-License-Identifier: GPL-3.0-or-later
/* The inside of a test camera: a clip that plays for ever, the camera's clock, and the packets of each
 * frame. Knows nothing of connections.
 *
 * Time runs on the monotonic clock, so that a step of the host's UTC does not disturb the pace; each
 * frame's mark says the host's UTC of its capture, and what the camera's own clock said. The camera's
 * clock and its RTP timestamps share an oscillator (drift moves both); a step moves only the clock, a
 * jump only the timestamps. Frames are numbered from 0 on without a break, also across clips. */
#pragma once

#include "test/rtsp/clip.h"
#include "test/rtsp/loop.h"
#include "test/rtsp/mark.h"
#include "test/rtsp/rtp.h"

typedef struct RtspMount {
    uint32_t index;
    RtspClip *clip;
    RtspClip *next_clip; // plays from the next frame on; NULL = none
    RtpTrack video, sound;

    /* where it is */
    guint at;                            // frame of the clip
    int64_t due_ns;                      // when that frame is sent
    uint32_t frame;                      // its number
    int64_t sound_start_ns, sound_count; // packets since

    /* its clock */
    int64_t epoch_ns; // where timestamps have their base
    uint32_t video_base, sound_base;
    int64_t skew_ns, jump_ns, step_us;

    /* misbehaviour; free to be set */
    double drift_ppm;
    bool slow;             // half the pictures, timestamps right
    int64_t held_until_ns; // nothing is sent until then, everything at once then
} RtspMount;

/* @phase in [0, 1) of a frame and of the clip, so that cameras are not in step. Takes a reference. */
RtspMount *rtsp_mount_new(uint32_t index, RtspClip *clip, double phase, int64_t now_ns);
void rtsp_mount_free(RtspMount *mount);

/* When rtsp_mount_take_… is to be called next. Both are due by it or later. */
int64_t rtsp_mount_next_ns(const RtspMount *mount);
bool rtsp_mount_video_due(const RtspMount *mount, int64_t now_ns);
bool rtsp_mount_sound_due(const RtspMount *mount, int64_t now_ns);

typedef struct MountFrame {
    RtspMark mark; // mark.frame is of video only
    uint32_t rtp_time;
    bool key;
} MountFrame;

/* The frame that is due, and the next one's turn. @batch gets its packets; NULL = nobody wants them. */
void rtsp_mount_take_video(RtspMount *mount, const RtspNow *now, MountFrame *ret, RtpBatch *batch);
void rtsp_mount_take_sound(RtspMount *mount, const RtspNow *now, MountFrame *ret, RtpBatch *batch);

/* The next frame is a key frame, as cameras do for a new client. */
void rtsp_mount_key_now(RtspMount *mount);
/* Timestamp of the frame that comes next, of the next key frame if @key. */
uint32_t rtsp_mount_next_time(const RtspMount *mount, bool key);
/* 32 bits of timestamps run over @seconds from now. */
void rtsp_mount_wrap_in(RtspMount *mount, double seconds, int64_t now_ns);
