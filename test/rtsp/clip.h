// SPDX-License-Identifier: GPL-3.0-or-later
/* A clip: what a test camera sees, over and over again. In memory, ready to be cut into packets.
 *
 * Either read from a file (H.264 or H.265; AAC or G.711) or made here by libavcodec from a name such
 * as "h264", "h265-320x240", "h264-640x360+aac": CODEC[-WxH][+aac|+alaw|+ulaw], two seconds at 25
 * pictures a second with a key frame every second. "h264b" has B-frames.
 *
 * A clip does not change after it was made; it is shared by reference count; one thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CLIP_SETS_MAX 3 // VPS, SPS, PPS

typedef struct ClipUnit {
    uint32_t offset, size; // in bytes
} ClipUnit;

typedef struct ClipFrame {
    uint32_t unit, unit_count; // in units; a key frame has the parameter sets in it
    uint32_t mark_at;          // the mark goes before this one of its units
    int64_t due_ns;            // when it is sent, from the beginning of the clip
    int64_t capture_ns;        // when it was taken, <= due_ns
    uint32_t hash;             // for RtspMark
    bool key;
} ClipFrame;

typedef enum { CLIP_SILENT, CLIP_AAC, CLIP_ALAW, CLIP_ULAW } ClipSound;

typedef struct RtspClip {
    gatomicrefcount references;
    bool hevc;
    int width, height;
    GByteArray *bytes;
    GArray *units;  // ClipUnit
    GArray *frames; // ClipFrame
    int64_t duration_ns;
    ClipUnit sets[CLIP_SETS_MAX]; // of the first key frame: (VPS,) SPS, PPS
    ClipSound sound;
    int rate, channels, samples; // of sound; samples of each packet
    GArray *sound_packets;       // ClipUnit
    GByteArray *sound_config;    // AudioSpecificConfig
} RtspClip;

/* @fps = 0: as the file says; else times are stretched to that many pictures a second. */
RtspClip *rtsp_clip_load(const char *path, double fps, GError **error);
RtspClip *rtsp_clip_make(const char *name, double fps, GError **error);

RtspClip *rtsp_clip_ref(RtspClip *clip);
void rtsp_clip_unref(RtspClip *clip); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtspClip, rtsp_clip_unref)

/* For those who make clips: begin, add …, finish. */
RtspClip *rtsp_clip_new(bool hevc);
/* One access unit in Annex B form; times of any origin. */
void rtsp_clip_add_video(RtspClip *clip, const uint8_t *data, size_t size, int64_t pts_ns,
                         int64_t dts_ns);
void rtsp_clip_add_sound(RtspClip *clip, const uint8_t *data, size_t size);
/* Works out times from @fps, or from the frames' own if 0. MJ_ERROR_INVALID if a clip cannot be played. */
bool rtsp_clip_finish(RtspClip *clip, double fps, GError **error);
