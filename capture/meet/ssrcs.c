// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/ssrcs.h"

bool cap_ssrcs_take(CapSsrcs *ssrcs, uint32_t ssrc, int64_t mono_us)
{
    unsigned place = 0;
    for (unsigned i = 0; i < ssrcs->count; i++) {
        if (ssrcs->ssrc[i] == ssrc) {
            ssrcs->seen_us[i] = mono_us;
            return true;
        }
        if (ssrcs->seen_us[i] < ssrcs->seen_us[place])
            place = i;
    }
    if (ssrcs->count < CAP_SSRCS_MAX)
        place = ssrcs->count++;
    else if (mono_us - ssrcs->seen_us[place] < CAP_SSRCS_IDLE_US)
        return false;
    ssrcs->ssrc[place] = ssrc;
    ssrcs->seen_us[place] = mono_us;
    return true;
}

bool cap_ssrcs_read(const uint8_t *data, size_t size, bool rtcp, uint32_t *ret)
{
    size_t at = rtcp ? 4 : 8;
    if (size < at + 4)
        return false;
    *ret = (uint32_t)data[at] << 24 | (uint32_t)data[at + 1] << 16 | (uint32_t)data[at + 2] << 8 |
           data[at + 3];
    return true;
}
