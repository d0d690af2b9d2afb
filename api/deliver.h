// SPDX-License-Identifier: GPL-3.0-or-later
/* Sends one webhook delivery (index/alarm/webhook.h says what) and says whether it was taken.
 *
 * libcurl, one request on a connection of its own: certificates and names are verified, no redirect is
 * followed, no proxy of the environment is used, nothing but http and https is spoken, what is answered is
 * thrown away. API_DELIVER_S bounds all of it. The secret and the signature are in no message. */
#pragma once

#include "index/alarm/webhook.h"

#include <stdatomic.h>

#define API_DELIVER_S 10L
#define API_DELIVER_CONNECT_S 5L
#define API_DELIVER_ANSWER_MAX (64 * 1024) // bytes; a longer answer is a failure

/* Once, before there are threads. */
bool api_deliver_init(GError **error);

/* NULL if it was taken; else why not. Ends early when *@stop is set. Caller frees. */
char *api_deliver(const IdxDelivery *delivery, int64_t now_us, const atomic_bool *stop);
