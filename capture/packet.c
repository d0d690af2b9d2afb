// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/packet.h"

void cap_packet_clear(CapPacket *packet)
{
    av_buffer_unref(&packet->buffer);
    g_clear_pointer(&packet->params, cap_video_params_unref);
    *packet = (CapPacket){0};
}
