// SPDX-License-Identifier: GPL-3.0-or-later
/* RTP (RFC 3550): one packet, and the numbers that run through the packets of a track. Pure.
 *
 * Sequence numbers tell what is missing: over TCP nothing is lost on the way, but cameras throw
 * packets away before they send them when the line is too slow for them. Timestamps count the
 * ticks of 32 bits; here they run on to 64. A sender report (rtcp.h) says which moment of the
 * camera's clock one of them was, so that every picture has a moment: report's time + (timestamp −
 * report's timestamp).
 *
 * A camera that restarts its encoder goes on with another SSRC, or at a quite different sequence
 * number. A new timeline begins then, so much later than the old one ended as time went by. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/rtsp/rtcp.h"

#define CAP_RTP_HEADER_BYTES 12
#define CAP_RTP_OLD_MAX 100      // a packet may be late or repeated by as many
#define CAP_RTP_MISSING_MAX 3000 // more than that is another beginning (RFC 3550 A.1)

typedef struct CapRtp {
    bool marker;
    uint8_t payload_type;
    uint16_t sequence;
    uint32_t time, ssrc;
    const uint8_t *payload;
    size_t size;
} CapRtp;

/* False if @data is no RTP packet. Borrows from it. */
bool cap_rtp_parse(const uint8_t *data, size_t size, CapRtp *ret);

typedef struct CapRtpTrack {
    int clock; // ticks a second; set by init
    bool started;
    uint16_t next; // sequence number
    uint32_t ssrc;
    uint32_t time;   // of the last packet, as it came
    int64_t ticks;   // the same since the first packet
    int64_t mono_us; // when it came
    bool related;    // a report counts:
    int64_t report_ticks, report_us;
    bool has_waiting; // a report of which it is not known yet where it belongs
    CapRtcpReport waiting;
    bool strict; // its reports carry its SSRC
} CapRtpTrack;

typedef enum {
    CAP_RTP_NEXT, // follows the one before
    CAP_RTP_GAP,  // packets are missing between
    CAP_RTP_NEW,  // another beginning
    CAP_RTP_OLD,  // late or repeated: changes nothing, is to be left out
} CapRtpStep;

void cap_rtp_track_init(CapRtpTrack *track, int clock);

/* The next packet that came, at @mono_us on a clock that does not step. *ret_missing is how many
 * are missing before it, 0 but for CAP_RTP_GAP. */
CapRtpStep cap_rtp_track_add(CapRtpTrack *track, const CapRtp *packet, int64_t mono_us,
                             unsigned *ret_missing);

/* A sender report. One with another SSRC waits for a packet with it; but a camera that never puts
 * the right one there is believed if the timestamp is near. */
void cap_rtp_track_report(CapRtpTrack *track, const CapRtcpReport *report);

/* Of the last packet, @more ticks later: its place on the track's timeline, which begins at 0, and,
 * if a report came, its moment by the camera's clock. */
int64_t cap_rtp_track_us(const CapRtpTrack *track, int64_t more);
bool cap_rtp_track_wall(const CapRtpTrack *track, int64_t more, int64_t *ret_utc_us);

/* What the report in force says is @by_us later, until the next one: timestamps jumped since. */
void cap_rtp_track_move_report(CapRtpTrack *track, int64_t by_us);
