// SPDX-License-Identifier: GPL-3.0-or-later
/* The mark: which frame of which camera this is, and when it was taken, inside the frame itself.
 *
 * One SEI NAL unit (user_data_unregistered, our UUID) in front of the first slice of every access
 * unit, so that a recording whose bytes are those that were sent can be checked without decoding a
 * picture. Its body is text, so that it never needs emulation prevention:
 *   MOUNT FRAME UTC_US CAMERA_US HASH CHECK
 * HASH is FNV-1a over the slices of the access unit, each without start code or length: a frame cut
 * short or altered is told from a whole one. CHECK is FNV-1a over the text before it: a mark is
 * either right or not read.
 *
 * Parameter sets, delimiters and other SEI are left out of HASH, because a recorder may drop or
 * move them. Pure functions; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTSP_MARK_MAX 160 // bytes of a mark's NAL unit, at most

typedef struct RtspMark {
    uint32_t mount;
    uint32_t frame;    // of the mount; rises by one with each frame, sent or not
    int64_t utc_us;    // host's UTC when it was taken
    int64_t camera_us; // what the camera's own clock said then
    uint32_t hash;
} RtspMark;

typedef enum { RTSP_UNIT_OTHER, RTSP_UNIT_SLICE, RTSP_UNIT_KEY_SLICE, RTSP_UNIT_SET } RtspUnitKind;

/* What a NAL unit of @size > 0 bytes is. */
RtspUnitKind rtsp_unit_kind(const uint8_t *unit, size_t size, bool hevc);

#define RTSP_HASH_START 2166136261u
uint32_t rtsp_hash(uint32_t hash, const uint8_t *data, size_t size);

/* Writes the NAL unit, no start code. Returns its size. @out has room for RTSP_MARK_MAX. */
size_t rtsp_mark_write(const RtspMark *mark, bool hevc, uint8_t *out);

/* True if the NAL unit is a mark. */
bool rtsp_mark_read(const uint8_t *unit, size_t size, bool hevc, RtspMark *ret);

typedef struct RtspMarkFound {
    RtspMark mark;
    int marks;  // 0 = none; more than one = access units run together
    bool whole; // the slices are those that were sent
    bool key;
} RtspMarkFound;

/* Looks through an access unit of NAL units with lengths of @length_bytes (as in MP4). */
void rtsp_mark_find(const uint8_t *data, size_t size, int length_bytes, bool hevc,
                    RtspMarkFound *ret);
