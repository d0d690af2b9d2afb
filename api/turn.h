// SPDX-License-Identifier: GPL-3.0-or-later
/* Whose turn it is: how often the caller of a request may ask (limit.h). Who is known is counted by name, others by where
 * they are. Any thread. */
#pragma once

#include "api/request.h"

/* Whether the caller may now; if not, *ret_wait_s is after how long. */
bool api_turn_take(const ApiRequest *request, ApiRate rate, int *ret_wait_s);
