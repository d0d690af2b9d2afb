// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/turn.h"

bool api_turn_take(const ApiRequest *request, ApiRate rate, int *ret_wait_s)
{
    const ApiIdentity *who = &request->identity;
    g_autofree char *caller = g_strdup_printf("%d %s", (int)who->kind,
                                              who->kind != API_NOBODY    ? who->name
                                              : request->address != NULL ? request->address
                                                                         : "");
    return api_limit_take(request->context->limit, rate, caller,
                          mj_clock_mono_us(request->context->clock), ret_wait_s);
}
