// SPDX-License-Identifier: GPL-3.0-or-later
/* What a camera says it sends (RFC 4566): of each medium what is needed to ask for it and to
 * understand it. Pure; any bytes may be given.
 *
 * Lines that make no sense are left out, as long as one medium remains. Of a medium with several
 * payload types the first counts, which is what cameras send. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAP_SDP_MEDIA_MAX 32

typedef enum { CAP_SDP_VIDEO, CAP_SDP_AUDIO, CAP_SDP_OTHER } CapSdpKind;

typedef struct CapSdpMedia {
    CapSdpKind kind;
    int payload_type;
    char *encoding; // of rtpmap, or what the payload type stands for (RFC 3551); NULL = not told
    int clock;      // ticks a second; 0 = not told
    int channels;   // of sound, at least 1
    char *format;   // of fmtp: "key=value; key=value"; NULL = none
    char *control;  // NULL = none
} CapSdpMedia;

typedef struct CapSdp {
    char *control;    // of the whole; NULL = none
    GPtrArray *media; // CapSdpMedia
} CapSdp;

/* MJ_ERROR_INVALID if there is no medium in it. */
CapSdp *cap_sdp_parse(const char *text, size_t size, GError **error);
void cap_sdp_free(CapSdp *sdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapSdp, cap_sdp_free)

/* The value of @key in the medium's format; NULL if it is not there. Caller frees. */
char *cap_sdp_parameter(const CapSdpMedia *media, const char *key);
/* The same as a number; @fallback if it is not there or none. */
int cap_sdp_number(const CapSdpMedia *media, const char *key, int fallback);

/* The parameter sets of H.264 (sprop-parameter-sets) or H.265 (sprop-vps, -sps, -pps), each behind
 * a start code of four bytes; empty if there are none. What is no base64 is left out. Caller
 * frees. */
GByteArray *cap_sdp_parameter_sets(const CapSdpMedia *media);
