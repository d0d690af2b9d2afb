// SPDX-License-Identifier: GPL-3.0-or-later
/* How often one caller may ask: a token bucket for each account, token or, of who is not known, address, and
 * each class of addresses of the API. Against broken programs and guessing, not against people: a page that
 * plays four cameras and scrubs stays far below. At most API_LIMIT_CALLERS at a time are told apart; further ones
 * share one bucket. Any thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define API_LIMIT_CALLERS 8192

typedef enum {
    API_RATE_USUAL,
    API_RATE_LOGIN, // passwords and codes are tried; also slows itself by account (account/login.h)
    API_RATE_CHANGE, // what a person does by hand; and what anybody may have the catalogue read for
    API_RATE_FRAME,  // decodes pictures
    API_RATE_FOOTAGE, // files of a player
    API_RATE_EVENTS,  // requests of any number of events
    API_RATE_OFFER,   // of a party of a meeting
    API_RATES,
} ApiRate;

typedef struct ApiRateSpec {
    int per_second, burst;
} ApiRateSpec;

const ApiRateSpec *api_rate(ApiRate rate);

typedef struct ApiLimit ApiLimit;

ApiLimit *api_limit_new(void);
void api_limit_free(ApiLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiLimit, api_limit_free)

/* Whether @who may now; if not, *ret_wait_s is after how long. @mono_us: the monotonic clock. */
bool api_limit_take(ApiLimit *limit, ApiRate rate, const char *who, int64_t mono_us,
                    int *ret_wait_s);
