// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/flow.h"

#include <glib.h>

bool cap_flow_take(CapFlow *flow, int64_t rate, size_t size, int64_t mono_us)
{
    int64_t passed_us = CLAMP(mono_us - flow->at_us, 0, CAP_FLOW_S * G_USEC_PER_SEC);
    flow->at_us = mono_us;
    flow->used = MAX(flow->used - passed_us * rate / G_USEC_PER_SEC, 0);
    if (flow->used + (int64_t)size > CAP_FLOW_S * rate)
        return false;
    flow->used += (int64_t)size;
    return true;
}
