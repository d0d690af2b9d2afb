// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether footage may be shown to whoever asks, and what the audit log is told of it: one function for all that
 * hands out recorded pictures and sound. Live pictures ask idx_scope_camera() alone: nobody says why she
 * watches the wall. */
#pragma once

#include "api/request.h"

/* [from_us, to_us) of the camera, or the picture at @from_us if both are alike:
 *
 *   - within the places of a limited account, else MJ_ERROR_NOT_FOUND as for a camera there is not;
 *   - with a reason, from those whose role asks for one (idx_role_reason()): ?reason=ID, given in this login
 *     (index/account/reason.h) and good for this footage, or the headers Mingjing-Reason and Mingjing-Case with every
 *     request. Else problem "reason" (403).
 *
 * The row in the log has the reason, the case and the subject that it was given for. */
bool api_look(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us,
              GError **error);

/* A file: its beginning or its end is within, so where a camera was moved at most the rest of a file of about
 * a minute is shown with it. */
bool api_look_file(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us,
                   GError **error);

/* "?reason=4711" for addresses in an answer, or "". Caller frees. */
char *api_look_suffix(const ApiRequest *request);
