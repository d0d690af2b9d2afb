// SPDX-License-Identifier: GPL-3.0-or-later
/* The dialogue with a camera (RFC 2326): OPTIONS, DESCRIBE, SETUP for each track over the same
 * connection, PLAY, and TEARDOWN when it ends.
 *
 * A camera that asks who we are (401) is told, once: a wrong password is one attempt, so that no
 * camera locks the account sooner than it must. A redirection is followed CAP_RTSP_REDIRECTS_MAX
 * times, to another host without the password. While pictures flow, the session is kept alive by
 * GET_PARAMETER (OPTIONS, if the camera does not know that) at half of its time-out, and what the
 * camera asks is answered.
 *
 * Order: open → cap_rtsp_client_sdp() → set_up, set_up … → play → next, next … → close. One thread.
 * Errors are sentences as event/source.h has them; @address in them is without credentials. */
#pragma once

#include "capture/rtsp/connection.h"
#include "capture/rtsp/sdp.h"

#define CAP_RTSP_REDIRECTS_MAX 3
#define CAP_RTSP_TIMEOUT_S 60 // of a session, if the camera does not say (RFC 2326 12.37)
#define CAP_RTSP_CLOSE_US INT64_C(500000)

typedef struct CapRtspClient CapRtspClient;

/* Connects and asks for the description. @url: a secret, no "#" in it; @address: what is to be
 * shown of it. */
CapRtspClient *cap_rtsp_client_open(const char *url, const char *address, GCancellable *cancel,
                                    GError **error);

/* Says goodbye if there is something to part from, waits CAP_RTSP_CLOSE_US at most for the answer,
 * and frees. NULL is allowed. */
void cap_rtsp_client_close(CapRtspClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRtspClient, cap_rtsp_client_close)

/* Valid until close. */
const CapSdp *cap_rtsp_client_sdp(const CapRtspClient *client);

/* Asks for @media of the description over this connection. *ret_channel is where its RTP comes;
 * RTCP comes one higher. *ret_refused is true if the camera will not send over this connection
 * (461, or an answer that names UDP). */
bool cap_rtsp_client_set_up(CapRtspClient *client, const CapSdpMedia *media, uint8_t *ret_channel,
                            bool *ret_refused, GError **error);

/* Asks for the stream. Done when the camera agreed; frames may come before it does. */
bool cap_rtsp_client_play(CapRtspClient *client, GError **error);

/* The next frame before @deadline_us: CAP_RTSP_FRAME, _NOTHING, _END or _BROKEN. */
CapRtspEventKind cap_rtsp_client_next(CapRtspClient *client, int64_t deadline_us, CapRtspEvent *ret,
                                      GError **error);

/* For who reads without a camera (reader.h): a client that plays already over the socket @fd, which it takes. NULL if
 * @sdp tells of no media. */
CapRtspClient *cap_rtsp_client_new_from(int fd, const char *sdp, const char *address,
                                        GCancellable *cancel);
