// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/state.h"

#include "index/camera.h"
#include "test/index/fixture.h"

static void expect(Fixture *f, int64_t stream, int now, const char *state, int64_t since_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxState) s = idx_state_get(f->cat, stream, AT(now), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(s->state, ==, state);
    g_assert_cmpint(s->since_us, ==, since_us);
}

static void set(Fixture *f, int64_t stream, const char *name, int since, const char *detail)
{
    IdxState state = {.state = (char *)name,
                      .since_us = AT(since),
                      .detail = (char *)detail,
                      .video = (char *)"h264",
                      .audio = NULL,
                      .width = 1280,
                      .height = 720};
    g_assert_true(idx_state_set(f->cat, stream, &state, NULL));
}

static void test_staleness(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    expect(f, s, 1, "capture-down", 0); // nobody has ever run
    fixture_recorder(f, AT(10), false);
    expect(f, s, 10, "starting", 0);
    set(f, s, IDX_STATE_RECORDING, 11, NULL);
    fixture_recorder(f, AT(100), false);
    expect(f, s, 105, "recording", AT(11));     // 5 s late is in time
    expect(f, s, 106, "capture-down", AT(100)); // 6 s is not
    fixture_recorder(f, AT(107), false);
    expect(f, s, 107, "recording", AT(11));
    fixture_recorder(f, AT(108), true); // said goodbye
    expect(f, s, 108, "capture-down", AT(108));
    g_autoptr(IdxState) down = idx_state_get(f->cat, s, AT(108), NULL);
    g_assert_nonnull(down->detail); // what to do about it
}

static void test_two_shards(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(10), true);
    IdxRecorder second = {
        .shard = 2, .shards = 2, .pid = 1, .started_us = T0, .heartbeat_us = AT(99)};
    g_assert_true(idx_recorder_beat(f->cat, &second, NULL));
    set(f, s, IDX_STATE_OFFLINE, 50, "no route");
    expect(f, s, 100, "offline", AT(50));
    g_autoptr(GPtrArray) list = idx_recorder_list(f->cat, NULL);
    g_assert_cmpint(list->len, ==, 2);
    g_assert_cmpint(((const IdxRecorder *)list->pdata[0])->stopped_us, ==, AT(10));
    g_assert_cmpint(((const IdxRecorder *)list->pdata[1])->stopped_us, ==, 0);
}

static void test_since(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(60), false);
    set(f, s, IDX_STATE_OFFLINE, 10, "no route");
    set(f, s, IDX_STATE_OFFLINE, 20, "no route");
    expect(f, s, 60, "offline", AT(10)); // the same goes on
    set(f, s, IDX_STATE_OFFLINE, 30, "refused");
    expect(f, s, 60, "offline", AT(30));
    set(f, s, IDX_STATE_RECORDING, 40, NULL);
    set(f, s, IDX_STATE_RECORDING, 50, NULL);
    expect(f, s, 60, "recording", AT(40));
    g_autoptr(IdxState) state = idx_state_get(f->cat, s, AT(60), NULL);
    g_assert_null(state->detail);
    g_assert_cmpstr(state->video, ==, "h264");
    g_assert_null(state->audio);
    g_assert_cmpint(state->width, ==, 1280);
    g_assert_cmpint(state->height, ==, 720);
}

static void test_removed(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", T0);
    fixture_recorder(f, AT(60), false);
    set(f, s, IDX_STATE_RECORDING, 10, NULL);
    g_assert_true(idx_camera_remove(f->cat, "W07", AT(50), NULL));
    expect(f, s, 60, "disabled", 0);
    expect(f, s, 600, "disabled", 0); // also when nobody records anything
    expect(f, 4711, 60, "disabled", 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/staleness", test_staleness);
    g_test_add_func("/state/two-shards", test_two_shards);
    g_test_add_func("/state/since", test_since);
    g_test_add_func("/state/removed", test_removed);
    return g_test_run();
}
