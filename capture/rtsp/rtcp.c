// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/rtcp.h"

#define SENDER_REPORT 200
#define BYE 203
#define REPORT_BYTES 28
#define NTP_TO_UNIX_S INT64_C(2208988800) // from 1900 to 1970
#define ERA_S (INT64_C(1) << 32)          // NTP's seconds begin anew in 2036 (RFC 2030 3)
#define SECOND_US INT64_C(1000000)

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t to_utc_us(uint32_t seconds, uint32_t fraction)
{
    int64_t whole = (int64_t)seconds - NTP_TO_UNIX_S + (seconds >> 31 ? 0 : ERA_S);
    return whole * SECOND_US + (int64_t)(((uint64_t)fraction * SECOND_US + (1u << 31)) >> 32);
}

static void take_report(const uint8_t *data, CapRtcp *ret)
{
    uint32_t seconds = read32(data + 8);
    if (seconds == 0)
        return;
    ret->has_report = true;
    ret->report = (CapRtcpReport){.ssrc = read32(data + 4),
                                  .time = read32(data + 16),
                                  .utc_us = to_utc_us(seconds, read32(data + 12))};
}

CapRtcp cap_rtcp_parse(const uint8_t *data, size_t size)
{
    CapRtcp got = {0};
    while (size >= 4 && data[0] >> 6 == 2) {
        size_t length = 4 + 4 * ((size_t)data[2] << 8 | data[3]);
        if (length > size)
            break;
        if (data[1] == SENDER_REPORT && length >= REPORT_BYTES) {
            take_report(data, &got);
        } else if (data[1] == BYE && length >= 8 && (data[0] & 0x1f) > 0) {
            got.bye = true;
            got.bye_ssrc = read32(data + 4);
        }
        data += length;
        size -= length;
    }
    return got;
}
