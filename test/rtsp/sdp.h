// SPDX-License-Identifier: GPL-3.0-or-later
/* What DESCRIBE answers with (RFC 4566, 6184, 7798, 3640). Pure. */
#pragma once

#include "test/rtsp/clip.h"

enum { SDP_VIDEO_TYPE = 96, SDP_AAC_TYPE = 97, SDP_ALAW_TYPE = 8, SDP_ULAW_TYPE = 0 };

/* The description of @clip as @name; tracks are "track0" (video) and "track1" (sound). Caller frees. */
char *rtsp_sdp(const RtspClip *clip, const char *name);

/* RTP payload type of a clip's sound. */
int rtsp_sdp_sound_type(const RtspClip *clip);
