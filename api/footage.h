// SPDX-License-Identifier: GPL-3.0-or-later
/* Finding recorded footage for an endpoint. */
#pragma once

#include "api/request.h"

/* The stream that the path's camera (first value) and the query's `stream` (main if not given)
 * name. MJ_ERROR_NOT_FOUND, MJ_ERROR_INVALID. *ret_name is static: "main" or "sub". */
bool api_footage_stream(const ApiRequest *request, int64_t *ret_stream_id, const char **ret_name,
                        GError **error);
