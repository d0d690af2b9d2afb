// SPDX-License-Identifier: GPL-3.0-or-later
/* Commands to test cameras: a line "VERB CAMERA [ARGUMENT]", where CAMERA is "cam3" or "all".
 * rtsp_command_help() lists the verbs. Misbehaviour lasts until "well", unless it says otherwise. */
#pragma once

#include "test/rtsp/server.h"

/* The answer, {"ok":true} or {"ok":false,"error":"…"}. */
json_t *rtsp_command_run(RtspServer *server, const char *line);

/* One line a verb. Caller frees. */
char *rtsp_command_help(void);
