// SPDX-License-Identifier: GPL-3.0-or-later
/* Lists that index/ gives whole, a page of them at a time. What is long by nature (events, alarms, the audit log) is read
 * from the catalogue by the page; this is for what people made by hand: cameras, places, accounts, holds.
 *
 * ?limit= says how many, ?cursor= is `next` of the answer before: null when there are no more. The order is the list's own,
 * and the cursor names the last one that was given: what is added meanwhile is met or not, nothing is given twice. If that
 * one is gone by then the list has to be begun anew, and the answer says so (400). */
#pragma once

#include "api/request.h"
#include "index/base/json.h"

#define API_LIST_MAX 1000 // of a page, and without ?limit=

/* 200 with @answer, of whose array @list only the page is left, and "next". What tells its objects apart is @key, a text or a
 * number, behind @within if that is not NULL. MJ_ERROR_INVALID: the query. */
bool api_reply_list(ApiRequest *request, json_t *answer, const char *list, const char *within,
                    const char *key, GError **error);
