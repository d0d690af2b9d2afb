// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/watch.h"

#include "capture/live.h"
#include "index/base/clock.h"
#include "index/state.h"

#define AT(seconds) ((int64_t)(seconds)*MJ_SECOND_US)
#define HANG_S (int)(CAP_WATCH_HANG_US / MJ_SECOND_US)

static json_t *stream(const char *camera, const char *state, bool record, int64_t bytes)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:I}", "camera", camera, "stream", "main", "record",
                     record, "state", state, "received_bytes", (json_int_t)bytes);
}

/* Asserts which stream hangs; takes @a and @b, which may be NULL. */
static void look(CapWatch *watch, int64_t mono_us, json_t *a, json_t *b, const char *hangs)
{
    g_autoptr(json_t) streams = json_array();
    if (a)
        json_array_append_new(streams, a);
    if (b)
        json_array_append_new(streams, b);
    g_autofree char *found = cap_watch_look(watch, streams, mono_us);
    g_assert_cmpstr(found, ==, hangs);
}

static void test_flows(void)
{
    g_autoptr(CapWatch) watch = cap_watch_new();
    for (int s = 0; s < 5 * HANG_S; s += 5)
        look(watch, AT(s), stream("w01", IDX_STATE_RECORDING, true, 1000 + s),
             stream("w02", CAP_STATE_LIVE, false, 500 + s), NULL);
}

static void test_hangs(void)
{
    static const char *const STATES[] = {IDX_STATE_RECORDING, CAP_STATE_LIVE};
    for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++) {
        g_autoptr(CapWatch) watch = cap_watch_new();
        for (int s = 0; s < HANG_S; s += 5)
            look(watch, AT(s), stream("w01", IDX_STATE_RECORDING, true, s),
                 stream("w02", STATES[i], true, 77), NULL);
        look(watch, AT(HANG_S), stream("w01", IDX_STATE_RECORDING, true, HANG_S),
             stream("w02", STATES[i], true, 77), "w02/main");
        look(watch, AT(HANG_S + 5), stream("w01", IDX_STATE_RECORDING, true, HANG_S + 5),
             stream("w02", STATES[i], true, 78), NULL); // it moved again
    }
}

/* Whatever is not "pictures come" may last. */
static void test_waits(void)
{
    static const char *const STATES[] = {IDX_STATE_STARTING, IDX_STATE_OFFLINE, IDX_STATE_DISK,
                                         IDX_STATE_UNAUTHORIZED, IDX_STATE_STALLED};
    for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++) {
        g_autoptr(CapWatch) watch = cap_watch_new();
        for (int s = 0; s < 3 * HANG_S; s += 5)
            look(watch, AT(s), stream("w01", STATES[i], true, 0), NULL, NULL);
        /* The time before it began to record is no time in which it hung. */
        look(watch, AT(3 * HANG_S), stream("w01", IDX_STATE_RECORDING, true, 0), NULL, NULL);
    }
}

/* A camera that was removed and added again begins anew, and only one that is there can hang. */
static void test_comes_and_goes(void)
{
    g_autoptr(CapWatch) watch = cap_watch_new();
    look(watch, AT(0), stream("w01", IDX_STATE_RECORDING, true, 5), NULL, NULL);
    look(watch, AT(HANG_S + 1), NULL, NULL, NULL);
    look(watch, AT(HANG_S + 2), stream("w01", IDX_STATE_RECORDING, true, 5), NULL, NULL);
    look(watch, AT(2 * HANG_S + 2), stream("w01", IDX_STATE_RECORDING, true, 5), NULL, "w01/main");
}

static void describe(json_t *a, json_t *b, json_t *c, const char *words)
{
    json_t *all[] = {a, b, c};
    g_autoptr(json_t) streams = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(all) && all[i]; i++)
        json_array_append_new(streams, all[i]);
    g_autofree char *text = cap_watch_describe(streams);
    g_assert_cmpstr(text, ==, words);
}

static void test_describe(void)
{
    describe(NULL, NULL, NULL, "no stream to record yet");
    describe(stream("w01", CAP_STATE_LIVE, false, 1), NULL, NULL, "no stream to record yet");
    describe(stream("w01", IDX_STATE_RECORDING, true, 1), NULL, NULL, "recording 1 of 1 streams");
    describe(stream("w01", IDX_STATE_RECORDING, true, 1), stream("w02", "offline", true, 1),
             stream("w03", "offline", false, 1), "recording 1 of 2 streams; w02/main is offline");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/watch/flows", test_flows);
    g_test_add_func("/watch/hangs", test_hangs);
    g_test_add_func("/watch/waits", test_waits);
    g_test_add_func("/watch/comes-and-goes", test_comes_and_goes);
    g_test_add_func("/watch/describe", test_describe);
    return g_test_run();
}
