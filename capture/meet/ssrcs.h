// SPDX-License-Identifier: GPL-3.0-or-later
/* Whose packets of a party are taken: those of its first CAP_SSRCS_MAX SSRCs.
 *
 * A party has a picture, a sound, what is sent again of these, and others after it began anew. Each SSRC costs
 * GStreamer two threads, and its decryption a memory that it never gives back; and a party is free to send with as
 * many as there are. What is one too many is dropped before anything of it is looked at. It may take the place of one
 * of which nothing came for CAP_SSRCS_IDLE_US.
 *
 * Pure; one thread at a time. Starts as zeros. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAP_SSRCS_MAX 16
#define CAP_SSRCS_IDLE_US INT64_C(30000000)

typedef struct CapSsrcs {
    unsigned count;
    uint32_t ssrc[CAP_SSRCS_MAX];
    int64_t seen_us[CAP_SSRCS_MAX]; // monotonic
} CapSsrcs;

/* True: a packet of @ssrc, which came at @mono_us, is taken. */
bool cap_ssrcs_take(CapSsrcs *ssrcs, uint32_t ssrc, int64_t mono_us);
/* The SSRC of RTP, or of the sender of RTCP, encrypted or not. False: it is too short to have one. */
bool cap_ssrcs_read(const uint8_t *data, size_t size, bool rtcp, uint32_t *ret);
