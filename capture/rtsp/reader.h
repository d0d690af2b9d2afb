// SPDX-License-Identifier: GPL-3.0-or-later
/* A camera read by our own client: RTSP with RTP over the same TCP connection, as a source.
 *
 *   reader      tracks, timestamps, pictures and sound        rtp.h, rtcp.h, video.h, sound.h
 *   client      the dialogue with the camera                  auth.h, sdp.h, url.h
 *   connection  bytes, split into frames and messages         message.h
 *
 * libav could do it and did; measured with sixteen cameras of 4 Mbit/s, two thirds of what
 * recording cost was its reading of RTP byte by byte (connection.h). What it can and this cannot
 * (UDP, TLS, rare kinds of sound, interleaved H.264) is left to it.
 *
 * When a picture is whole. A packet with another timestamp says so for certain, one picture late.
 * RTP's marker bit says it at once, but cameras set it on each slice, or never. It is believed
 * after CAP_RTSP_MARKER_TRUST pictures in a row of which each had it on its last packet alone, and
 * never again on this connection once it was wrong; what came of a picture after it was handed out
 * comes as a packet of the same time, said to be damaged. */
#pragma once

#include "capture/source.h"

#define CAP_RTSP_MARKER_TRUST 16

/* Its open is cap_rtsp_reader_open(). */
extern const CapSourceKind cap_rtsp_reader;

/* As CapSourceKind.open. *ret_other is true if libav can do what we cannot: the camera refuses TCP
 * and @url does not insist on it (#tcp), or it sends what only libav understands. The error is
 * not set then. */
CapSource *cap_rtsp_reader_open(const char *url, GCancellable *cancel, bool *ret_other,
                                GError **error);

/* For legs of meetings, tests and the fuzzer: a source of @sdp whose interleaved stream comes over the socket @fd,
 * which it takes; tracks on channels 0 and 2. @address names it in errors. NULL if @sdp tells nothing that can be read. */
CapSource *cap_rtsp_reader_new_from(int fd, const char *sdp, const char *address,
                                    GCancellable *cancel);

/* Before the first read: whoever sends need not keep time (pts_line.h). */
void cap_rtsp_reader_distrust(CapSource *source);
