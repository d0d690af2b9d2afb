// SPDX-License-Identifier: GPL-3.0-or-later
/* What a meter says of a stream whose pictures cannot be stored; test-tap.c has its numbers. */
#include "capture/meter.h"

#include "index/state.h"

static void feed(CapMeter *meter)
{
    CapPacket packet = {.kind = CAP_VIDEO, .size = 5000, .key = true, .arrival_us = 1};
    CapClockFix fix = {0};
    cap_meter_packet(meter, &packet, &fix, NULL);
}

static void expect_state(CapMeter *meter, const char *state, const char *detail)
{
    g_autoptr(json_t) now = cap_meter_json(meter);
    g_assert_cmpstr(json_string_value(json_object_get(now, "state")), ==, state);
    g_assert_cmpstr(json_string_value(json_object_get(now, "detail")), ==, detail);
}

/* A stream whose pictures come is recorded when they are stored, and not before. */
static void test_not_stored(void)
{
    g_autoptr(CapMeter) meter = cap_meter_new();
    cap_meter_begin(meter, NULL);
    feed(meter);
    cap_meter_recorded(meter, 0, 0);
    expect_state(meter, IDX_STATE_STARTING, NULL);
    cap_meter_recorded(meter, 5000, 1);
    expect_state(meter, IDX_STATE_RECORDING, NULL);
    cap_meter_not_recorded(meter, IDX_STATE_DISK, "full");
    int64_t until_us = g_get_monotonic_time() + CAP_METER_PUBLISH_US + 100000;
    for (; g_get_monotonic_time() < until_us; g_usleep(10000)) {
        feed(meter);
        cap_meter_recorded(meter, 0, 0); // another recording that waits
        expect_state(meter, IDX_STATE_DISK, "full");
    }
    cap_meter_recorded(meter, 5000, 1);
    expect_state(meter, IDX_STATE_RECORDING, NULL);
    g_autoptr(json_t) now = cap_meter_json(meter);
    g_assert_cmpint(json_integer_value(json_object_get(now, "recorded_pictures")), ==, 2);
    g_assert_cmpint(json_integer_value(json_object_get(now, "restarts")), ==, 0);
    g_assert_true(json_is_integer(json_object_get(now, "connected_since_us")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meter/not-stored", test_not_stored);
    return g_test_run();
}
