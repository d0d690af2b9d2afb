// SPDX-License-Identifier: GPL-3.0-or-later
/* For tests of the RTSP client: bytes of RTP as a camera sends them, and a camera that follows a
 * script. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/* --- bytes --- */

/* From hexadecimal digits; blanks between them do not count. */
GByteArray *bytes_hex(const char *digits);

typedef struct Packet {
    uint8_t channel, payload_type;
    bool marker;
    uint16_t sequence;
    uint32_t time, ssrc;
} Packet;

/* Appends an interleaved RTP packet; payload in hexadecimal digits. */
void bytes_add_rtp(GByteArray *bytes, const Packet *packet, const char *payload);
/* Appends an interleaved sender report: @time was @utc_us. */
void bytes_add_report(GByteArray *bytes, uint8_t channel, uint32_t ssrc, uint32_t time,
                      int64_t utc_us);
void bytes_add_bye(GByteArray *bytes, uint8_t channel, uint32_t ssrc);

/* --- a camera --- */

typedef struct Step {
    const char *expects[4]; // all of them are in the request; NULL at the end
    const char *lacks;      // this is not; NULL = nothing
    const char
        *answer;    // "@C" becomes the request's CSeq, "@P" the port; "" = none; NULL = hangs up
    bool says_more; // the next step's answer follows without a request
    bool hangs_up;  // after the answer; a new connection is awaited
} Step;

typedef struct Script Script;

/* Follows @steps, up to one without expectations and answer, on a port of its own. */
Script *script_start(const Step *steps);
int script_port(const Script *script);
/* "rtsp://CREDENTIALS127.0.0.1:PORT/s". Caller frees. */
char *script_url(const Script *script, const char *credentials);
/* Asserts that all steps were taken and each request was as expected. */
void script_end(Script *script);
