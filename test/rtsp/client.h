// SPDX-License-Identifier: GPL-3.0-or-later
/* One connection to a test camera: its RTSP session, and the packets on their way.
 *
 * It frees itself when it ends. The loop's thread. A frame is in the log of what was sent when its
 * last byte has been taken by the kernel. */
#pragma once

#include "test/rtsp/camera.h"

typedef struct RtspClient RtspClient;

void rtsp_client_new(RtspCamera *camera, int fd); // takes @fd
void rtsp_client_close(RtspClient *client, RtspClose how);
/* Neither read nor written from now on, until it is closed. */
void rtsp_client_forget(RtspClient *client);

/* When the camera's line has carried more of what is queued; INT64_MAX = nothing is. */
int64_t rtsp_client_next_ns(const RtspClient *client);
void rtsp_client_tick(RtspClient *client, const RtspNow *now);

bool rtsp_client_plays(const RtspClient *client);

/* Sends shared->batch, the packets of @frame, on @track 0 (video) or 1 (sound), if it is wanted.
 * @counts: the track as it was before them. */
void rtsp_client_send(RtspClient *client, int track, const MountFrame *frame,
                      const RtpTrack *counts, bool spoiled, const RtspNow *now);
void rtsp_client_report_now(RtspClient *client);
void rtsp_client_bye(RtspClient *client, bool teardown);
