// SPDX-License-Identifier: GPL-3.0-or-later
/* Addresses of RTSP: rtsp://[user[:password]@]host[:port]/path[?query]. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAP_RTSP_PORT 554

typedef struct CapRtspUrl {
    char *host; // of IPv6 without brackets
    uint16_t port;
    char *uri;             // as requests name it: without credentials, as it stood otherwise
    char *user, *password; // decoded; NULL = none
} CapRtspUrl;

/* MJ_ERROR_INVALID if @url is no address of rtsp://. The message does not repeat it. What @ret
 * holds is a secret: cap_rtsp_url_clear() wipes it. */
bool cap_rtsp_url_parse(const char *url, CapRtspUrl *ret, GError **error);
void cap_rtsp_url_clear(CapRtspUrl *url);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CapRtspUrl, cap_rtsp_url_clear)

/* The address of a track (RFC 2326 C.1.1) from a=control and the address that it is relative to.
 *
 * NULL, "" and "*" mean @base itself, an absolute address stands for itself, and anything else is
 * put behind @base with one "/" between them, also where RFC 3986 would replace the last part or
 * put it in front of the query: cameras say "trackID=1" below "rtsp://host/stream1" and
 * "…?channel=1&subtype=0" without a final "/" and mean just that. Caller frees. */
char *cap_rtsp_url_join(const char *base, const char *control);
