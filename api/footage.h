// SPDX-License-Identifier: GPL-3.0-or-later
/* Finding and opening recorded footage for an endpoint. */
#pragma once

#include "api/request.h"
#include "index/segment.h"

/* The stream that the path's camera (first value) and the query's `stream` (main if not given)
 * name. MJ_ERROR_NOT_FOUND, MJ_ERROR_INVALID. *ret_name is static: "main" or "sub". */
bool api_footage_stream(const ApiRequest *request, int64_t *ret_stream_id, const char **ret_name,
                        GError **error);

/* Opens the file of @segment for reading; -1 on failure. Never follows a link, never leaves
 * footage/. MJ_ERROR_CORRUPT if the file is shorter than the catalogue says. */
int api_footage_open(IdxCatalogue *cat, const IdxSegment *segment, GError **error);
