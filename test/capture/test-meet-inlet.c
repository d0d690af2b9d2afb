// SPDX-License-Identifier: GPL-3.0-or-later
/* What a party sends, as its recorder reads it: a clock that runs off moves no picture far from when it came. */
#include "capture/meet/inlet.h"

#include <string.h>

#include "capture/pts_line.h"
#include "index/camera.h"

#define LEG "S1/citizen"
#define SDP "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
#define FRAMES 300 // of key frames; all of a party's clock
#define STEP UINT32_C(9000)

static void send_picture(CapInlet *inlet, uint16_t sequence, uint32_t time)
{
    uint8_t packet[] = {0x80, 0x80 | 96, 0, 0, 0,    0,    0,    0,  0, 0,  0, 7,  // RTP
                        0x10, 0x10,      2, 0, 0x9d, 0x01, 0x2a, 64, 0, 64, 0, 0}; // a key frame
    packet[2] = (uint8_t)(sequence >> 8);
    packet[3] = (uint8_t)sequence;
    for (int i = 0; i < 4; i++)
        packet[4 + i] = (uint8_t)(time >> (24 - 8 * i));
    cap_inlet_packet(inlet, false, packet, sizeof packet);
}

/* Half a minute by the party's clock comes at once. */
static void test_runs_off(void)
{
    g_autoptr(CapInlet) inlet = cap_inlet_get(LEG);
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    int64_t begun_us = g_get_monotonic_time();
    cap_inlet_begin(inlet, SDP);
    CapSource *source = cap_source_leg.open(IDX_URL_LEG LEG, cancel, &error);
    g_assert_no_error(error);
    for (int i = 0; i < FRAMES; i++)
        send_picture(inlet, (uint16_t)i, (uint32_t)i * STEP);
    cap_inlet_end(inlet, NULL);
    int64_t last_us = 0;
    int pictures = 0;
    for (;;) {
        g_auto(CapPacket) packet = {0};
        CapRead got = cap_source_leg.read(source, &packet, &error);
        g_assert_no_error(error);
        if (got == CAP_READ_END)
            break;
        g_assert_true(packet.foreign);
        last_us = packet.pts_us;
        pictures++;
    }
    int64_t took_us = g_get_monotonic_time() - begun_us;
    g_test_message("the last of %d after %d ms is at %d ms", pictures, (int)(took_us / 1000),
                   (int)(last_us / 1000));
    g_assert_cmpint(pictures, ==, FRAMES);
    g_assert_cmpint(last_us, <=, CAP_PTS_FOREIGN_US + took_us + took_us / 1000);
    cap_source_leg.close(source);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet-inlet/runs-off", test_runs_off);
    return g_test_run();
}
