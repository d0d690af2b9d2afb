// SPDX-License-Identifier: GPL-3.0-or-later
/* The tap's promises: what is kept, what a slow viewer loses, that nothing grows. */
#include "capture/live.h"

#include <pthread.h>

#include "index/state.h"
#include "test/capture/fixture.h"

#define STEP_US 40000

static CapVideoParams *params_of[2]; // of two different streams

static void make_params(void)
{
    for (int i = 0; i < 2; i++) {
        g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64 << i, 64, 1, 10, 0, NULL);
        params_of[i] = cap_video_params_ref(((CapPacket *)g_ptr_array_index(packets, 0))->params);
    }
}

/* Picture @number of a stream, with its number as the first bytes. */
static void publish(CapTap *tap, int64_t number, bool key, size_t size)
{
    g_auto(CapPacket) packet = {.kind = CAP_VIDEO,
                                .buffer = av_buffer_alloc(size),
                                .size = size,
                                .key = key,
                                .pts_us = number * STEP_US,
                                .arrival_us = INT64_C(1795311000000000) + number * STEP_US};
    packet.data = packet.buffer->data;
    *(int64_t *)(void *)packet.buffer->data = number;
    packet.params = cap_video_params_ref(params_of[0]);
    cap_tap_packet(tap, &packet);
}

static int64_t number_of(const CapTapPacket *packet)
{
    return *(const int64_t *)(const void *)packet->data;
}

static void count_wakes(void *data)
{
    g_atomic_int_inc((int *)data);
}

typedef struct Seen { // what a viewer took
    int64_t first, last, pictures, lost;
    int keys, backlog, stopped;
} Seen;

/* Takes all there is. What comes after a loss is a key frame, the number of lost pictures is right, and
 * otherwise each picture follows the one before. */
static void drain(CapViewer *viewer, Seen *seen)
{
    int64_t lost = 0;
    for (;;) {
        CapTake take = cap_viewer_take(viewer);
        if (take.kind == CAP_TAKE_NOTHING)
            return;
        if (take.kind == CAP_TAKE_LOST) {
            lost = (int64_t)take.lost;
            seen->lost += lost;
            continue;
        }
        if (take.kind == CAP_TAKE_STOPPED) {
            seen->stopped++;
            g_free(take.detail);
            continue;
        }
        g_autoptr(CapTapPacket) packet = take.packet;
        if (seen->pictures == 0 || lost > 0)
            g_assert_true(packet->key);
        if (seen->pictures > 0)
            g_assert_cmpint(number_of(packet), ==, seen->last + lost + 1);
        else
            seen->first = number_of(packet);
        lost = 0;
        seen->last = number_of(packet);
        seen->pictures++;
        seen->keys += packet->key;
        seen->backlog += take.backlog;
        g_assert_cmpint(packet->pts_us, ==, seen->last * STEP_US);
    }
}

static void test_group(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    for (int i = 3; i < 25; i++)
        publish(tap, i, i % 10 == 0, 100);
    int wakes = 0;
    CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
    publish(tap, 25, false, 100);
    Seen seen = {0};
    drain(viewer, &seen);
    g_assert_cmpint(seen.first, ==, 20);
    g_assert_cmpint(seen.last, ==, 25);
    g_assert_cmpint(seen.backlog, ==, 5);
    g_assert_cmpint(seen.lost, ==, 0);
    publish(tap, 26, false, 100);
    publish(tap, 27, false, 100);
    g_assert_cmpint(wakes, ==, 1); // once until it was emptied again
    drain(viewer, &seen);
    publish(tap, 28, false, 100);
    g_assert_cmpint(wakes, ==, 2);
    cap_viewer_free(viewer);
    g_assert_cmpint(cap_tap_counts(tap).viewers, ==, 0);
    publish(tap, 29, false, 100);
    g_assert_cmpint(wakes, ==, 2);
}

/* The bytes that a viewer gets are those that the source delivered, not others like them. */
static void test_no_copies(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    g_auto(CapPacket) packet = {.kind = CAP_VIDEO, .key = true, .size = 64};
    packet.buffer = av_buffer_alloc(64);
    packet.data = packet.buffer->data;
    packet.params = cap_video_params_ref(params_of[0]);
    int wakes = 0;
    CapViewer *one = cap_viewer_new(tap, count_wakes, &wakes);
    cap_tap_packet(tap, &packet);
    CapViewer *two = cap_viewer_new(tap, count_wakes, &wakes);
    CapTake a = cap_viewer_take(one), b = cap_viewer_take(two);
    g_assert_true(a.packet == b.packet && a.packet->data == packet.data);
    g_assert_cmpint(av_buffer_get_ref_count(packet.buffer), ==, 2);
    cap_tap_packet_unref(a.packet);
    cap_tap_packet_unref(b.packet);
    cap_viewer_free(one);
    cap_viewer_free(two);
    cap_tap_end(tap, IDX_STATE_OFFLINE, NULL);
    g_assert_cmpint(av_buffer_get_ref_count(packet.buffer), ==, 1);
}

/* A group that grows too large is not kept, by bytes and by number; the next one is. */
static void test_group_bounds(void)
{
    static const struct {
        size_t size;
        int count;
    } CASES[] = {{100000, 200}, {50, CAP_TAP_GROUP_PACKETS + 300}, {CAP_TAP_GROUP_BYTES + 1, 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(CapTap) tap = cap_tap_new(NULL);
        cap_tap_begin(tap, NULL);
        int wakes = 0;
        for (int n = 0; n < CASES[i].count; n++) {
            publish(tap, n, n == 0, CASES[i].size);
            g_assert_cmpuint(cap_tap_counts(tap).group_bytes, <=, CAP_TAP_GROUP_BYTES);
        }
        g_assert_cmpuint(cap_tap_counts(tap).group_bytes, ==, 0);
        CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
        publish(tap, CASES[i].count, false, 50);
        publish(tap, CASES[i].count + 1, true, 50);
        Seen seen = {0};
        drain(viewer, &seen);
        g_assert_cmpint(seen.first, ==, CASES[i].count + 1);
        g_assert_cmpint(seen.lost, ==, 0); // it never had those before
        cap_viewer_free(viewer);
        g_assert_cmpuint(cap_tap_counts(tap).group_bytes, >, 0);
    }
}

static size_t allocated; // by the buffers that are alive

static void count_free(void *size, uint8_t *data)
{
    allocated -= (size_t)(uintptr_t)size;
    g_free(data);
}

static void publish_counted(CapTap *tap, int64_t number, bool key, size_t size)
{
    uint8_t *data = g_malloc0(size);
    allocated += size;
    *(int64_t *)(void *)data = number;
    g_auto(CapPacket) packet = {
        .kind = CAP_VIDEO,
        .buffer = av_buffer_create(data, size, count_free, (void *)(uintptr_t)size, 0),
        .data = data,
        .size = size,
        .key = key,
        .pts_us = number * STEP_US};
    packet.params = cap_video_params_ref(params_of[0]);
    cap_tap_packet(tap, &packet);
}

/* Many who stopped reading beside one who reads: that one gets everything, and all together hold no more
 * than one full queue and the group. */
static void test_slow_beside_quick(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    int wakes = 0;
    CapViewer *slow[20], *quick = cap_viewer_new(tap, count_wakes, &wakes);
    Seen all = {0};
    size_t most = 0;
    const int64_t pictures = 3000;
    for (int64_t n = 0; n < pictures; n++) {
        if (n < 20 * 37 && n % 37 == 0)
            slow[n / 37] = cap_viewer_new(tap, count_wakes, &wakes);
        publish_counted(tap, n, n % 25 == 0, 40000);
        drain(quick, &all);
        most = MAX(most, allocated);
    }
    g_test_message("most %zu bytes", most);
    g_assert_cmpuint(most, <=, CAP_VIEWER_BYTES + CAP_TAP_GROUP_BYTES);
    g_assert_cmpuint(most, >, CAP_VIEWER_BYTES / 2);
    g_assert_cmpint(all.pictures, ==, pictures);
    g_assert_cmpint(all.lost, ==, 0);
    publish_counted(tap, pictures, true, 40000); // a queue that waits for a key frame has one now
    for (int i = 0; i < 20; i++) {
        Seen seen = {0};
        /* Its first picture comes after a loss, so it is checked by what it says. */
        CapTake take = cap_viewer_take(slow[i]);
        g_assert_cmpint(take.kind, ==, CAP_TAKE_LOST);
        drain(slow[i], &seen);
        int64_t begun = i == 0 ? 0 : (i * 37 - 1) / 25 * 25;
        g_assert_cmpint((int64_t)take.lost + seen.pictures, ==, pictures + 1 - begun);
        g_assert_cmpint(seen.last, ==, pictures);
        cap_viewer_free(slow[i]);
    }
    g_assert_cmpuint(cap_tap_counts(tap).lost, >, 20 * 1000);
    cap_viewer_free(quick);
    cap_tap_end(tap, IDX_STATE_OFFLINE, NULL);
    g_assert_cmpuint(allocated, ==, 0);
}

/* By number, too: small packets. */
static void test_packet_bound(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    int wakes = 0;
    CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
    for (int n = 0; n <= CAP_VIEWER_PACKETS; n++)
        publish(tap, n, n == 0, 16);
    CapTake take = cap_viewer_take(viewer);
    g_assert_cmpint(take.kind, ==, CAP_TAKE_NOTHING); // told with the next picture
    publish(tap, CAP_VIEWER_PACKETS + 1, true, 16);
    take = cap_viewer_take(viewer);
    g_assert_cmpint(take.kind, ==, CAP_TAKE_LOST);
    g_assert_cmpuint(take.lost, ==, CAP_VIEWER_PACKETS + 1);
    Seen seen = {0};
    drain(viewer, &seen);
    g_assert_cmpint(seen.first, ==, CAP_VIEWER_PACKETS + 1);
    cap_viewer_free(viewer);
}

/* A viewer that waits too long goes on with the next key frame, however little waits for it; one that
 * has just come does not lose the group because that is old. */
static void test_lag(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    int wakes = 0;
    for (int n = 0; n < 5; n++)
        publish(tap, n, n == 0, 100);
    CapViewer *slow = cap_viewer_new(tap, count_wakes, &wakes);
    g_usleep(CAP_VIEWER_LAG_US + 100000);
    CapViewer *late = cap_viewer_new(tap, count_wakes, &wakes);
    publish(tap, 5, false, 100);
    publish(tap, 6, true, 100);
    CapTake take = cap_viewer_take(slow);
    g_assert_cmpint(take.kind, ==, CAP_TAKE_LOST);
    g_assert_cmpuint(take.lost, ==, 6);
    Seen seen = {0};
    drain(slow, &seen);
    g_assert_cmpint(seen.first, ==, 6);
    seen = (Seen){0};
    drain(late, &seen);
    g_assert_cmpint(seen.first, ==, 0);
    g_assert_cmpint(seen.lost, ==, 0);
    g_assert_cmpint(seen.backlog, ==, 5);
    cap_viewer_free(slow);
    cap_viewer_free(late);
}

static void test_stop(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    int wakes = 0;
    CapViewer *early = cap_viewer_new(tap, count_wakes, &wakes);
    Seen seen = {0};
    drain(early, &seen);
    g_assert_cmpint(seen.stopped, ==, 0); // nothing is known yet
    cap_tap_begin(tap, NULL);
    publish(tap, 0, true, 100);
    publish(tap, 1, false, 100);
    CapTake take = cap_viewer_take(early);
    CapTapParams *first = cap_tap_params_ref(take.packet->params);
    g_assert_true(first->video == params_of[0]);
    cap_tap_packet_unref(take.packet);
    cap_tap_end(tap, IDX_STATE_STALLED, "no word");
    take = cap_viewer_take(early);
    g_assert_cmpint(take.kind, ==, CAP_TAKE_PACKET); // what was there comes before
    cap_tap_packet_unref(take.packet);
    take = cap_viewer_take(early);
    g_assert_cmpint(take.kind, ==, CAP_TAKE_STOPPED);
    g_assert_cmpstr(take.state, ==, IDX_STATE_STALLED);
    g_assert_cmpstr(take.detail, ==, "no word");
    g_free(take.detail);
    CapViewer *late = cap_viewer_new(tap, count_wakes, &wakes); // told at once, no old picture
    take = cap_viewer_take(late);
    g_assert_cmpint(take.kind, ==, CAP_TAKE_STOPPED);
    g_free(take.detail);
    cap_tap_begin(tap, NULL);
    publish(tap, 7, false, 100); // not before a key frame
    publish(tap, 8, true, 100);
    seen = (Seen){0};
    drain(late, &seen);
    g_assert_cmpint(seen.first, ==, 8);
    take = cap_viewer_take(early);
    g_assert_cmpint(number_of(take.packet), ==, 8);
    g_assert_true(take.packet->params != first); // a new timeline has a description of its own
    cap_tap_packet_unref(take.packet);
    cap_tap_params_unref(first);
    cap_viewer_free(early);
    cap_viewer_free(late);
}

static void test_times_and_sound(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    AVCodecParameters *audio = avcodec_parameters_alloc();
    audio->codec_id = AV_CODEC_ID_PCM_ALAW;
    cap_tap_begin(tap, audio);
    avcodec_parameters_free(&audio);
    int wakes = 0;
    CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
    const int64_t wall_us = INT64_C(1795311000000000);
    for (int i = 0; i < 20; i++) {
        bool sound = i % 2;
        g_auto(CapPacket) packet = {.kind = sound ? CAP_AUDIO : CAP_VIDEO,
                                    .buffer = av_buffer_alloc(16),
                                    .size = 16,
                                    .key = i == 0,
                                    .pts_us = i * 20000 + (sound ? 5000000 : 0),
                                    .arrival_us = wall_us + i * 20000 + 3000,
                                    .has_wall = true,
                                    .wall_us = wall_us + i * 20000};
        packet.data = packet.buffer->data;
        packet.params = i == 0 ? cap_video_params_ref(params_of[0]) : NULL;
        cap_tap_packet(tap, &packet);
        g_autoptr(CapTapPacket) got = cap_viewer_take(viewer).packet;
        g_assert_nonnull(got);
        g_assert_cmpint(got->kind, ==, packet.kind);
        g_assert_true(got->by_camera);
        g_assert_cmpint(got->utc_us, ==, wall_us + i * 20000);
        g_assert_cmpint(got->pts_us, ==, i * 20000); // sound is on the picture's timeline
        g_assert_cmpint(got->params->audio->codec_id, ==, AV_CODEC_ID_PCM_ALAW);
    }
    cap_viewer_free(viewer);
}

typedef struct Host { // its clocks
    int64_t mono_us, utc_less_mono_us;
} Host;

static int64_t host_utc(void *data)
{
    const Host *host = data;
    return host->mono_us + host->utc_less_mono_us;
}

static int64_t host_mono(void *data)
{
    return ((const Host *)data)->mono_us;
}

/* The next packet of a camera that tells no time, a step of time after the last. What arrived
 * before a step carries @arrival_us, the host's time of then; 0 = its time now. */
static CapClockFix arrive(CapTap *tap, Host *host, CapKind kind, int64_t arrival_us)
{
    host->mono_us += STEP_US;
    g_auto(CapPacket) packet = {.kind = kind,
                                .buffer = av_buffer_alloc(16),
                                .size = 16,
                                .key = true,
                                .pts_us = host->mono_us,
                                .arrival_us = arrival_us ? arrival_us : host_utc(host)};
    packet.data = packet.buffer->data;
    packet.params = kind == CAP_VIDEO ? cap_video_params_ref(params_of[0]) : NULL;
    return cap_tap_packet(tap, &packet);
}

/* Live time moves with the host's clock, at once and both ways, whatever packets say that were on
 * their way meanwhile, and for who watches as for who asks for the state. */
static void test_host_clock_set(void)
{
    static const int64_t STEPS_US[] = {3000000, -5000000, 100000};
    Host host = {.mono_us = 7000000, .utc_less_mono_us = INT64_C(1795311000000000)};
    const MjClock clock = {host_utc, host_mono, &host};
    g_autoptr(CapTap) tap = cap_tap_new(&clock);
    cap_tap_begin(tap, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(STEPS_US); i++) {
        for (int n = 0; n < 100; n++) {
            g_assert_cmpint(arrive(tap, &host, CAP_VIDEO, 0).utc_us, ==, host_utc(&host));
            if (i > 0) // the first sound comes just after a step
                g_assert_cmpint(arrive(tap, &host, CAP_AUDIO, 0).utc_us, ==, host_utc(&host));
        }
        int64_t old_us = host_utc(&host) + STEP_US;
        host.utc_less_mono_us += STEPS_US[i];
        g_assert_cmpint(arrive(tap, &host, CAP_VIDEO, old_us).utc_us, ==, host_utc(&host));
        g_assert_cmpint(arrive(tap, &host, CAP_AUDIO, 0).utc_us, ==, host_utc(&host));
    }
    int wakes = 0;
    CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
    arrive(tap, &host, CAP_VIDEO, 0);
    g_autoptr(CapTapPacket) last = cap_viewer_take(viewer).packet;
    for (CapTake take = cap_viewer_take(viewer); take.packet; take = cap_viewer_take(viewer)) {
        cap_tap_packet_unref(last);
        last = take.packet;
    }
    g_assert_cmpint(last->utc_us, ==, host_utc(&host));
    cap_viewer_free(viewer);
}

static void test_change_of_parameters(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    int wakes = 0;
    CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
    CapTapParams *seen[4];
    for (int i = 0; i < 4; i++) {
        g_auto(CapPacket) packet = {.kind = CAP_VIDEO, .key = true, .size = 8};
        packet.buffer = av_buffer_alloc(8);
        packet.data = packet.buffer->data;
        packet.params = cap_video_params_ref(params_of[i / 2]);
        cap_tap_packet(tap, &packet);
        g_autoptr(CapTapPacket) got = cap_viewer_take(viewer).packet;
        seen[i] = got->params;
        g_assert_cmpint(got->params->video->width, ==, 64 << (i / 2));
    }
    g_assert_true(seen[0] == seen[1]);
    g_assert_true(seen[2] == seen[3]);
    cap_viewer_free(viewer);
}

/* --- threads: for the sanitizers, too --- */

typedef struct Race {
    CapTap *tap;
    int done; // atomic
    int64_t pictures;
} Race;

static void *publish_all(void *data)
{
    Race *race = data;
    for (int64_t n = 0; n < race->pictures; n++)
        publish(race->tap, n, n % 50 == 0, 20000);
    g_atomic_int_set(&race->done, 1);
    return NULL;
}

static void *come_and_go(void *data)
{
    Race *race = data;
    while (!g_atomic_int_get(&race->done)) {
        int wakes = 0;
        CapViewer *viewer = cap_viewer_new(race->tap, count_wakes, &wakes);
        Seen seen = {0};
        drain(viewer, &seen);
        cap_viewer_free(viewer);
        cap_tap_counts(race->tap);
    }
    return NULL;
}

static void test_threads(void)
{
    g_autoptr(CapTap) tap = cap_tap_new(NULL);
    cap_tap_begin(tap, NULL);
    Race race = {.tap = tap, .pictures = 20001};
    int wakes = 0;
    CapViewer *viewer = cap_viewer_new(tap, count_wakes, &wakes);
    pthread_t publisher, guest;
    g_assert_cmpint(pthread_create(&publisher, NULL, publish_all, &race), ==, 0);
    g_assert_cmpint(pthread_create(&guest, NULL, come_and_go, &race), ==, 0);
    int64_t got = 0, lost = 0;
    while (got + lost < race.pictures) {
        CapTake take = cap_viewer_take(viewer);
        lost += take.kind == CAP_TAKE_LOST ? (int64_t)take.lost : 0;
        if (take.kind != CAP_TAKE_PACKET)
            continue;
        g_assert_cmpint(number_of(take.packet), ==, got + lost);
        got++;
        cap_tap_packet_unref(take.packet);
    }
    pthread_join(publisher, NULL);
    pthread_join(guest, NULL);
    cap_viewer_free(viewer);
    g_test_message("%" G_GINT64_FORMAT " got, %" G_GINT64_FORMAT " lost", got, lost);
}

/* --- numbers --- */

static int64_t number(const json_t *json, const char *name)
{
    g_assert_true(json_is_integer(json_object_get(json, name)));
    return json_integer_value(json_object_get(json, name));
}

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void feed_meter(CapMeter *meter, int64_t number_, bool key)
{
    g_auto(CapPacket) packet = {
        .kind = CAP_VIDEO, .size = 5000, .key = key, .arrival_us = 1 + number_};
    packet.params = cap_video_params_ref(params_of[1]);
    CapClockFix fix = {.from_camera = true, .has_offset = true, .offset_us = -7};
    cap_meter_packet(meter, &packet, &fix, NULL);
}

static void test_meter(void)
{
    g_autoptr(CapMeter) meter = cap_meter_new();
    g_autoptr(json_t) before = cap_meter_json(meter);
    g_assert_cmpstr(text(before, "state"), ==, IDX_STATE_STARTING);
    g_assert_true(json_is_null(json_object_get(before, "packets_lost")));
    g_assert_true(json_is_null(json_object_get(before, "last_error")));
    cap_meter_begin(meter, NULL);
    int64_t begin_us = g_get_monotonic_time();
    int pictures = 0;
    for (; g_get_monotonic_time() - begin_us < 1200000; pictures++) {
        feed_meter(meter, pictures, pictures % 25 == 0);
        cap_meter_recorded(meter, 5000 * pictures, pictures);
        g_usleep(10000);
    }
    cap_meter_packets_lost(meter, 3);
    g_autoptr(json_t) now = cap_meter_json(meter);
    g_assert_cmpstr(text(now, "state"), ==, IDX_STATE_RECORDING);
    g_assert_cmpint(number(now, "width"), ==, 128);
    g_assert_cmpint(number(now, "clock_offset_us"), ==, -7);
    double rate = json_number_value(json_object_get(now, "frame_rate"));
    g_assert_cmpfloat(rate, >, pictures / 1.2 * 0.8);
    g_assert_cmpfloat(rate, <, pictures / 1.2 * 1.2);
    g_assert_cmpfloat(ABS((double)number(now, "bitrate") - rate * 40000), <, rate * 40000 / 100);
    cap_meter_end(meter, IDX_STATE_OFFLINE, "cable");
    cap_meter_begin(meter, NULL);
    cap_meter_recorded(meter, 100, 1); // counted on from what was
    cap_meter_packets_lost(meter, 2);
    feed_meter(meter, 0, false);
    cap_meter_end(meter, IDX_STATE_ENDED, NULL);
    g_autoptr(json_t) after = cap_meter_json(meter);
    g_assert_cmpstr(text(after, "state"), ==, IDX_STATE_ENDED);
    g_assert_null(text(after, "detail"));
    g_assert_cmpstr(text(after, "last_error"), ==, "cable");
    g_assert_cmpint(number(after, "restarts"), ==, 1);
    g_assert_cmpint(number(after, "packets_lost"), ==, 5);
    g_assert_cmpint(number(after, "recorded_pictures"), ==, pictures - 1 + 1);
    g_assert_cmpint(number(after, "received_pictures"), ==, pictures + 1);
    g_assert_true(json_is_null(json_object_get(after, "connected_since_us")));
    g_assert_cmpfloat(json_number_value(json_object_get(after, "frame_rate")), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_params();
    g_test_add_func("/tap/group", test_group);
    g_test_add_func("/tap/no-copies", test_no_copies);
    g_test_add_func("/tap/group-bounds", test_group_bounds);
    g_test_add_func("/tap/slow-beside-quick", test_slow_beside_quick);
    g_test_add_func("/tap/packet-bound", test_packet_bound);
    g_test_add_func("/tap/lag", test_lag);
    g_test_add_func("/tap/stop", test_stop);
    g_test_add_func("/tap/times-and-sound", test_times_and_sound);
    g_test_add_func("/tap/host-clock-set", test_host_clock_set);
    g_test_add_func("/tap/change-of-parameters", test_change_of_parameters);
    g_test_add_func("/tap/threads", test_threads);
    g_test_add_func("/meter/numbers", test_meter);
    int result = g_test_run();
    cap_video_params_unref(params_of[0]);
    cap_video_params_unref(params_of[1]);
    return result;
}
