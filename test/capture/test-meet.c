// SPDX-License-Identifier: GPL-3.0-or-later
/* Meetings of mingjing-capture as it is installed, between parties over real WebRTC: what is relayed is
 * proved from decoded pictures and tones, what is recorded from the files. */
#include <string.h>

#include "index/base/error.h"
#include "index/link.h"
#include "index/meet/meet.h"
#include "test/capture/bench.h"
#include "test/hall/decode.h"
#include "test/hall/stamp.h"
#include "test/meet/party.h"

#define WAIT_US (15 * MJ_SECOND_US)
#define TONE_HZ 997

static const char *const LEGS[] = {"citizen", "official", NULL};

/* A session whose parties have agreed to be recorded and whose legs are open. */
static void plan(const Bench *bench, const char *session, const char *place)
{
    g_autoptr(GError) error = NULL;
    IdxMeetRequest request = {.session = session, .place = place, .legs = LEGS, .roles = LEGS};
    g_autoptr(GPtrArray) tokens = idx_meet_add(bench->cat, &request, now_us(), &error);
    g_assert_no_error(error);
    for (int i = 0; LEGS[i]; i++) {
        idx_meet_consent(bench->cat, session, LEGS[i], "2026-1", now_us(), &error);
        g_assert_no_error(error);
        idx_meet_open_leg(bench->cat, session, LEGS[i], now_us(), &error);
        g_assert_no_error(error);
    }
}

static json_t *ask(const Bench *bench, json_t *request, GError **error)
{
    g_autofree char *path = idx_link_path(bench->home, 1);
    g_autoptr(IdxLink) link = idx_link_open(path, WAIT_US, error);
    IdxWireFrame frame;
    if (!link || !idx_link_request(link, 1, request, WAIT_US, error) ||
        !idx_link_next(link, WAIT_US, &frame, error))
        return NULL;
    if (frame.type == IDX_WIRE_ERROR) {
        idx_wire_get_error(&frame, error);
        return NULL;
    }
    return idx_wire_get_json(&frame, error);
}

typedef struct Way { // of an offer to its answer
    const Bench *bench;
    const char *session, *leg, *as, *who;
    char *id;
    GError *error;
} Way;

static char *exchange(void *data, const char *offer)
{
    Way *way = data;
    g_autofree char *camera = g_strdup_printf("%s-%s", way->session, way->leg);
    json_t *request = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s}", "do", "offer",
                                "session", way->session, "leg", way->leg, "camera", camera,
                                "stream_id", (json_int_t)stream_of(way->bench, camera), "as",
                                way->as, "who", way->who, "sdp", offer);
    g_clear_error(&way->error);
    g_autoptr(json_t) answer = ask(way->bench, request, &way->error);
    g_free(way->id);
    way->id = g_strdup(json_string_value(json_object_get(answer, "id")));
    return g_strdup(json_string_value(json_object_get(answer, "sdp")));
}

static void way_clear(Way *way)
{
    g_free(way->id);
    g_clear_error(&way->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Way, way_clear)

static Bench meet_bench(void)
{
    Bench bench = bench_new();
    g_autofree char *ice = g_build_filename(bench.home, "ice.conf", NULL);
    g_assert_true(g_file_set_contents(ice, "address 127.0.0.1\n", -1, NULL));
    capture_start(&bench);
    return bench;
}

/* --- what stands on the disk -------------------------------------------------------------------- */

typedef struct Played {
    int pictures, number;
    int64_t start_us, first_pts_us, worst_us;
} Played;

static bool play(const HallFrame *frame, void *data)
{
    Played *played = data;
    HallStamp stamp;
    g_assert_true(hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp));
    if (played->pictures == 0)
        played->first_pts_us = frame->pts_us;
    int64_t told_us = played->start_us + frame->pts_us - played->first_pts_us;
    played->worst_us = MAX(played->worst_us, ABS(told_us - stamp.utc_us));
    played->number = stamp.camera;
    played->pictures++;
    return true;
}

static Played play_leg(const Bench *bench, const char *camera)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, camera);
    Played all = {.number = -1};
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = segments->pdata[i];
        g_autofree char *path = file_of(bench, segment);
        g_autoptr(GError) error = NULL;
        Played played = {.start_us = segment->start_us};
        hall_decode(path, play, &played, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(segment->audio, ==, "opus");
        all.pictures += played.pictures;
        all.number = played.number;
        all.worst_us = MAX(all.worst_us, played.worst_us);
    }
    return all;
}

static void wait_pictures(Party *party, int pictures)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    while (party_seen(party, TONE_HZ).stamps < pictures && g_get_monotonic_time() < until_us)
        g_usleep(POLL_US);
    g_assert_cmpint(party_seen(party, TONE_HZ).stamps, >=, pictures);
}

static void test_relay(void)
{
    Bench bench = meet_bench();
    plan(&bench, "S1", "M1");
    g_auto(Way) in = {&bench, "S1", "citizen", "whip", "citizen"};
    g_auto(Way) out = {&bench, "S1", "citizen", "whep", "official"};
    g_autoptr(Party) citizen = party_new(
        &(PartyConfig){.number = 7, .tone_hz = TONE_HZ, .exchange = exchange, .data = &in});
    g_assert_no_error(in.error);
    g_assert_nonnull(citizen);
    int64_t asked_us = g_get_monotonic_time();
    g_autoptr(Party) official =
        party_new(&(PartyConfig){.watches = true, .exchange = exchange, .data = &out});
    g_assert_no_error(out.error);
    g_assert_nonnull(official);
    wait_pictures(official, 1);
    g_test_message("first picture after %d ms", (int)((g_get_monotonic_time() - asked_us) / 1000));
    wait_pictures(official, 75);
    PartySeen seen = party_seen(official, TONE_HZ);
    g_test_message("%d pictures, %d keys, late p95 %d ms, tone %.3f of %.3f", seen.pictures,
                   seen.key_frames, (int)(seen.late_p95_us / 1000), seen.tone_share, seen.loudness);
    g_assert_cmpint(seen.number, ==, 7);
    g_assert_cmpfloat(seen.tone_share, >, 0.9);
    g_assert_cmpfloat(seen.loudness, >, 0.1);
    wait_footage(&bench, "S1-citizen", 2 * MJ_SECOND_US);
    capture_stop(&bench);
    Played played = play_leg(&bench, "S1-citizen");
    g_test_message("recorded %d pictures, times off by %d ms at most", played.pictures,
                   (int)(played.worst_us / 1000));
    g_assert_cmpint(played.number, ==, 7);
    g_assert_cmpint(played.pictures, >, 50);
    g_assert_cmpint(played.worst_us, <, 200000); // by its sender reports; 1 ms where nothing else runs
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet/relay", test_relay);
    return g_test_run();
}
