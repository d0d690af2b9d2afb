// SPDX-License-Identifier: GPL-3.0-or-later
/* How much a party may send, so that none fills the disk for all: a bucket of CAP_FLOW_S seconds of the rate, which is far
 * above what a meeting needs (1.5 Mbit/s). What is over is left out, as if it had been lost on its way.
 *
 * Pure; one thread at a time. Starts as zeros, which is full. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAP_FLOW_PICTURE INT64_C(2500000) // bytes a second: 20 Mbit/s
#define CAP_FLOW_SOUND INT64_C(80000)     // 640 kbit/s; Opus ends at 510
#define CAP_FLOW_S 4

typedef struct CapFlow {
    int64_t used; // bytes
    int64_t at_us;
} CapFlow;

/* False: @size bytes that came at @mono_us are over @rate. */
bool cap_flow_take(CapFlow *flow, int64_t rate, size_t size, int64_t mono_us);
