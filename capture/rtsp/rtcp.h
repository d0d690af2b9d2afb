// SPDX-License-Identifier: GPL-3.0-or-later
/* What we want of RTCP (RFC 3550 6): sender reports and goodbyes. Pure; any bytes may be given. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CapRtcpReport {
    uint32_t ssrc;
    uint32_t time;  // RTP timestamp …
    int64_t utc_us; // … of this moment by the camera's clock
} CapRtcpReport;

typedef struct CapRtcp {
    bool has_report;
    CapRtcpReport report; // the last of the packet
    bool bye;
    uint32_t bye_ssrc;
} CapRtcp;

/* Reads a compound packet as far as it makes sense. A report without a time (a camera that does not
 * know it says 0) is none. */
CapRtcp cap_rtcp_parse(const uint8_t *data, size_t size);
