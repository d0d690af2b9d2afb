// SPDX-License-Identifier: GPL-3.0-or-later
/* Requests and answers of RTSP 1.0 (RFC 2326) as text. Pure; any bytes may be given.
 *
 * Lines may end with a line feed alone, headers may be folded, and empty lines before a message are
 * skipped: cameras do all of that. Names of headers have no case. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAP_RTSP_HEAD_MAX_BYTES 16384
#define CAP_RTSP_BODY_MAX_BYTES 65536
#define CAP_RTSP_HEADERS_MAX 128

typedef struct CapRtspMessage {
    int status;         // of an answer; 0 = a request
    char *reason;       // of an answer: the words behind the status
    char *method, *uri; // of a request
    GPtrArray *headers; // name, value, name, value …
    char *body;         // ends with '\0' that does not count
    size_t body_size;
} CapRtspMessage;

typedef enum {
    CAP_RTSP_WHOLE,
    CAP_RTSP_PARTIAL, // may become one with more bytes
    CAP_RTSP_BAD,
} CapRtspParse;

/* The message at the beginning of @data. *ret and *ret_used (bytes of it) are set if it is whole.
 */
CapRtspParse cap_rtsp_message_parse(const uint8_t *data, size_t size, CapRtspMessage *ret,
                                    size_t *ret_used);
void cap_rtsp_message_clear(CapRtspMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CapRtspMessage, cap_rtsp_message_clear)

/* True if @data is the beginning of a message, or could become it. Tells text from RTP. */
bool cap_rtsp_message_begins(const uint8_t *data, size_t size);

/* The value of the header @name, the @nth of that name from 0; NULL if there is none. Borrowed. */
const char *cap_rtsp_message_header(const CapRtspMessage *message, const char *name, unsigned nth);

/* "value" of "a; key=value; b" as headers like Transport and Session have it, quotes taken off.
 * Caller frees; NULL if there is none. */
char *cap_rtsp_header_parameter(const char *header, const char *key);
