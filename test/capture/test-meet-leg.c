// SPDX-License-Identifier: GPL-3.0-or-later
/* Who wants to watch a leg in another coding than it speaks: what is said to whom, and for how long its party is asked to
 * turn. No peer comes about here: GStreamer is not told where its elements are. */
#include <glib/gstdio.h>
#include <string.h>

#include "capture/meet/leg_own.h"
#include "capture/source.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/json.h"

typedef struct Stage {
    GMainContext *context;
    CapLeg *leg;
    Party party; // sends H.264, could send VP8
    char *sends, *both, *vp8;
} Stage;

static char *chrome(const char *not_this)
{
    g_autofree char *path =
        g_build_filename(g_getenv("MINGJING_SOURCE"), "test/fuzz/corpus/offer/sends", NULL);
    g_autofree char *all = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &all, &size, NULL));
    g_autoptr(GString) text = g_string_new_len(all + 1, (gssize)size - 1);
    g_string_replace(text, "a=sendonly", "a=recvonly", 0);
    g_string_replace(text, not_this, "AV1/90000", 0);
    return g_strdup(text->str);
}

static void stage_set(Stage *stage)
{
    g_autofree char *sent = chrome("nothing of it");
    g_autoptr(GString) sends = g_string_new(sent);
    g_string_replace(sends, "a=recvonly", "a=sendonly", 0);
    *stage = (Stage){.context = g_main_context_new(),
                     .sends = g_strdup(sends->str),
                     .both = chrome("nothing of it"),
                     .vp8 = chrome("H264/90000")};
    CapLegConfig config = {
        .context = stage->context, .session = "S1", .leg = "citizen", .camera = "c"};
    stage->leg = cap_leg_new(&config);
    stage->party = (Party){
        .leg = stage->leg,
        .role = CAP_OFFER_SENDS,
        .offer = cap_offer_parse(sends->str, sends->len, CAP_OFFER_SENDS, CAP_OFFER_H264, NULL)};
    g_assert_nonnull(stage->party.offer);
    stage->leg->party = &stage->party;
}

static void stage_clear(Stage *stage)
{
    stage->leg->party = NULL;
    cap_leg_free(stage->leg);
    cap_offer_free(stage->party.offer);
    g_main_context_unref(stage->context);
    g_free(stage->sends);
    g_free(stage->both);
    g_free(stage->vp8);
}

/* Refused with @code; 0 = let in. */
static void offers(Stage *stage, const char *who, const char *sdp, int code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapOffer) offer = cap_leg_viewer_offer(stage->leg, who, sdp, &error);
    g_test_message("%s: %s", who, error ? error->message : "in");
    g_assert_true((offer == NULL) == (code != 0));
    g_assert_true(code == 0 || mj_error_is(error, (MjError)code));
}

static bool is_asked(const Stage *stage)
{
    g_autoptr(json_t) json = json_object();
    cap_leg_tell_coding(stage->leg, json);
    return g_strcmp0(json_string_value(json_object_get(json, "turns_to")), "vp8") == 0;
}

/* The one for whom the party was asked to turn is let in as the leg is: nobody has to turn any more. */
static void test_let_in(void)
{
    Stage stage;
    stage_set(&stage);
    offers(&stage, "observer", stage.vp8, MJ_ERROR_CONFLICT);
    g_assert_true(is_asked(&stage));
    offers(&stage, "official", stage.both, 0);
    Party other = {.leg = stage.leg, .role = CAP_OFFER_RECEIVES, .who = (char *)"official"};
    cap_leg_take_place(stage.leg, &other);
    g_assert_true(is_asked(&stage)); // who else comes has no part in it
    Party viewer = {.leg = stage.leg, .role = CAP_OFFER_RECEIVES, .who = (char *)"observer"};
    cap_leg_take_place(stage.leg, &viewer);
    g_assert_false(is_asked(&stage));
    g_ptr_array_set_size(stage.leg->viewers, 0);
    stage_clear(&stage);
}

/* Nobody who waits has that name. */
static void test_gone(void)
{
    Stage stage;
    stage_set(&stage);
    offers(&stage, "observer", stage.vp8, MJ_ERROR_CONFLICT);
    cap_leg_watch_turn(stage.leg, g_get_monotonic_time());
    g_assert_true(is_asked(&stage));
    for (int i = 0; i < CAP_LEG_VIEWERS_MAX; i++) { // others take its place among those who wait
        g_autofree char *who = g_strdup_printf("other%d", i);
        offers(&stage, who, stage.both, 0);
    }
    cap_leg_watch_turn(stage.leg, g_get_monotonic_time());
    g_assert_false(is_asked(&stage));
    offers(&stage, "observer", stage.vp8, MJ_ERROR_CONFLICT);
    cap_leg_watch_turn(stage.leg, g_get_monotonic_time() + CAP_CODING_WAIT_US + 1000000);
    g_assert_false(is_asked(&stage));
    stage_clear(&stage);
}

/* What passes is told as such, and what does not. */
static void test_refusals(void)
{
    Stage stage;
    stage_set(&stage);
    stage.leg->turned_us = g_get_monotonic_time();
    offers(&stage, "observer", stage.vp8, MJ_ERROR_CONFLICT);
    g_assert_false(is_asked(&stage)); // it just did
    stage.leg->turned_us = 0;
    offers(&stage, "observer", stage.vp8, MJ_ERROR_CONFLICT);
    stage.leg->turn_us -= CAP_CODING_TURN_US + 1000000;
    offers(&stage, "observer", stage.vp8,
           MJ_ERROR_UNSUPPORTED); // it does not turn when it is asked
    stage.party.offer->could_vp8 = false;
    offers(&stage, "observer", stage.vp8, MJ_ERROR_UNSUPPORTED);
    stage_clear(&stage);
}

/* A party whose place was taken goes on sending until its connection is gone: that is of no account. */
static void test_over(void)
{
    static const uint8_t PACKET[] = {0x80, 0x60, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5, 0x41, 0x9a, 1};
    Stage stage;
    stage_set(&stage);
    cap_leg_on_packet(&stage.party, false, PACKET, sizeof PACKET, false, 0);
    stage.party.over = true;
    cap_leg_on_packet(&stage.party, false, PACKET, sizeof PACKET, false, 0);
    g_autoptr(json_t) json = cap_leg_json(stage.leg);
    g_assert_cmpint(json_integer_value(json_object_get(json, "packets")), ==, 1);
    stage_clear(&stage);
}

/* What is asked for every few seconds does not come. */
static void test_no_key(void)
{
    Stage stage;
    stage_set(&stage);
    int64_t now_us = g_get_monotonic_time();
    Party *party = g_memdup2(&stage.party, sizeof stage.party); // the leg frees it
    stage.party.offer = NULL;
    party->joined = true;
    party->since_us = now_us - 2 * CAP_LEG_LOST_US;
    stage.leg->party = party;
    stage.leg->packet_us = now_us;
    stage.leg->key_came_us = now_us - CAP_LEG_LOST_US / 2;
    cap_leg_tick(stage.leg);
    g_assert_true(stage.leg->party == party);
    stage.leg->key_came_us = now_us - CAP_LEG_LOST_US - 1000000;
    cap_leg_tick(stage.leg);
    g_assert_null(stage.leg->party);
    stage_clear(&stage);
}

static void on_answered(void *data, const char *id, const char *answer, const GError *error)
{
    (void)id;
    g_assert_null(answer);
    *(GError **)data = g_error_copy(error);
}

/* What GStreamer lacks has nothing to do with what the viewer takes. */
static void test_no_peer(void)
{
    Stage stage;
    stage_set(&stage);
    g_autoptr(IdxIce) ice = idx_ice_parse("", NULL);
    g_autoptr(GError) error = NULL;
    cap_leg_offer(stage.leg, CAP_OFFER_RECEIVES, "official", stage.both, ice, on_answered, &error);
    g_test_message("%s", error->message);
    g_assert_true(mj_error_is(error, MJ_ERROR_CONFLICT));
    g_assert_nonnull(strstr(error->message, "GStreamer"));
    stage_clear(&stage);
}

/* Who offers to send again and again has one offer that waits. */
static void test_waits_once(void)
{
    Stage stage;
    stage_set(&stage);
    stage.leg->party = NULL;
    g_autoptr(IdxIce) ice = idx_ice_parse("", NULL);
    g_autoptr(GError) first = NULL;
    g_autoptr(GError) second = NULL;
    cap_leg_offer(stage.leg, CAP_OFFER_SENDS, "citizen", stage.sends, ice, on_answered, &first);
    g_assert_no_error(first);
    cap_leg_offer(stage.leg, CAP_OFFER_SENDS, "citizen", stage.sends, ice, on_answered, &second);
    g_assert_error(first, MJ_ERROR, MJ_ERROR_CANCELLED);
    g_assert_no_error(second);
    g_assert_cmpint(cap_leg_connections(stage.leg), ==, 1);
    stage_clear(&stage);
    g_assert_error(second, MJ_ERROR, MJ_ERROR_CANCELLED);
}

/* @ntp_s: by its report, when a packet that is @n seconds of its timestamps behind the first was taken. */
static void sends(Stage *stage, int n, uint64_t ntp_s)
{
    uint8_t packet[CAP_RTP_HEADER_BYTES + 1] = {0x80, 96, 0, (uint8_t)n};
    uint32_t time = (uint32_t)n * 90000;
    for (int i = 0; i < 4; i++)
        packet[4 + i] = (uint8_t)(time >> (24 - 8 * i));
    stage->leg->tracks[0].reported_us = 0; // it is time for another report
    cap_leg_on_packet(&stage->party, false, packet, sizeof packet, true,
                      ntp_s * UINT64_C(1000000000));
}

/* A report that cannot be is not what the recorder goes by. */
static void test_doubted(void)
{
    Stage stage;
    stage_set(&stage);
    cap_rtp_track_init(&stage.leg->tracks[0].rtp, 90000);
    sends(&stage, 0, UINT64_C(4000000000));
    g_assert_false(stage.leg->doubted);
    int64_t told_us = stage.leg->tracks[0].claim.last.told_us;
    sends(&stage, 0, UINT64_C(4000086400)); // a day later
    sends(&stage, 0, UINT64_C(4000000100));
    g_assert_true(stage.leg->doubted);
    g_assert_cmpint(stage.leg->tracks[0].claim.last.told_us, ==, told_us);
    stage_clear(&stage);
}

/* What is too much is neither recorded nor relayed. */
static void test_flooded(void)
{
    Stage stage;
    stage_set(&stage);
    cap_rtp_track_init(&stage.leg->tracks[0].rtp, 90000);
    uint8_t packet[1000] = {0x80, 96};
    for (int i = 0; i < 15000; i++)
        cap_leg_on_packet(&stage.party, false, packet, sizeof packet, false, 0);
    g_assert_true(stage.leg->flooded);
    g_assert_cmpint(stage.leg->packets, >=, CAP_FLOW_S * CAP_FLOW_PICTURE / 1000);
    g_assert_cmpint(stage.leg->packets, <, 15000);
    stage_clear(&stage);
}

/* Who is said to be slow: a viewer for whom pictures are left out, for a while after the last one. */
static char *slow(Stage *stage)
{
    g_autoptr(json_t) json = cap_leg_json(stage->leg);
    return json_dumps(json_object_get(json, "slow"), JSON_COMPACT);
}

static void check_slow(Stage *stage, const char *expected)
{
    g_autofree char *told = slow(stage);
    g_assert_cmpstr(told, ==, expected);
}

static void test_slow(void)
{
    static const uint8_t KEY[] = {0x65, 0x88}, OTHER[] = {0x41, 0x9a};
    Stage stage;
    stage_set(&stage);
    Party viewer = {.leg = stage.leg, .who = (char *)"official", .offer = stage.party.offer};
    g_ptr_array_add(stage.leg->viewers, &viewer);
    CapRtp packet = {.sequence = 1, .time = 1, .marker = true, .payload = KEY, .size = 2};
    int64_t now_us = g_get_monotonic_time();
    g_assert_cmpint(cap_leg_gate(&viewer, &packet, 0, now_us), ==, CAP_GATE_BEGINS);
    check_slow(&stage, "[]");
    packet.sequence++, packet.time++, packet.payload = OTHER;
    g_assert_cmpint(cap_leg_gate(&viewer, &packet, CAP_GATE_BYTES + 1, now_us), ==, CAP_GATE_STAYS);
    check_slow(&stage, "[\"official\"]");
    packet.sequence++, packet.time++, packet.payload = KEY;
    viewer.slow_us = now_us - CAP_LEG_SLOW_US - 1; // long ago
    g_assert_cmpint(cap_leg_gate(&viewer, &packet, 0, now_us), !=, CAP_GATE_STAYS);
    check_slow(&stage, "[]");
    g_ptr_array_set_size(stage.leg->viewers, 0);
    stage_clear(&stage);
}

/* @member of what is told of the leg at the next tick. */
static bool told(Stage *stage, const char *member)
{
    cap_leg_tick(stage->leg);
    g_autoptr(json_t) json = cap_leg_json(stage->leg);
    return json_is_true(json_object_get(json, member));
}

/* Connected for long; its last packet and its last picture came so long ago. */
static void came(Stage *stage, int64_t packet_us, int64_t picture_us)
{
    int64_t now_us = g_get_monotonic_time();
    stage->leg->party = &stage->party;
    stage->party.joined = true;
    stage->party.since_us = now_us - CAP_LEG_LOST_US / 2;
    stage->leg->key_came_us = now_us;
    stage->leg->not_read_us = 0; // it is none of this
    stage->leg->relays = !stage->leg->failing;
    stage->leg->packet_us = now_us - packet_us;
    stage->leg->picture_us = picture_us < 0 ? 0 : now_us - picture_us;
}

/* The sound goes on: nobody stores it, and nobody hears it. */
static void test_no_picture(void)
{
    Stage stage;
    stage_set(&stage);
    came(&stage, 0, CAP_SOURCE_STALL_US - MJ_SECOND_US);
    g_assert_true(told(&stage, "recorded"));
    g_assert_true(stage.leg->relays);
    came(&stage, 0, CAP_SOURCE_STALL_US + MJ_SECOND_US);
    g_assert_false(told(&stage, "recorded"));
    g_assert_true(told(&stage, "sends"));
    g_assert_false(stage.leg->relays);
    g_assert_nonnull(strstr(stage.leg->failing, "no-picture"));
    came(&stage, 0, 0);
    g_assert_true(told(&stage, "recorded"));
    g_assert_true(stage.leg->relays);
    came(&stage, 0, -1); // came back, with sound alone
    g_assert_false(told(&stage, "recorded"));
    g_assert_false(stage.leg->relays);
    stage_clear(&stage);
}

static void claims(Stage *stage, const char *page, bool takes, bool expected)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cap_leg_claim(stage->leg, page, takes, &error) == expected);
    g_assert_true(expected || mj_error_is(error, MJ_ERROR_EXISTS));
}

/* A join link that is opened a second time. */
static void test_claimed(void)
{
    Stage stage;
    stage_set(&stage);
    Party *party = g_memdup2(&stage.party, sizeof stage.party); // the leg frees it
    stage.party.offer = NULL;
    stage.leg->party = NULL;
    claims(&stage, "a", false, true);
    stage.leg->party = party;
    claims(&stage, "b", false, true); // nobody is connected yet
    party->joined = true;
    stage.leg->packet_us = g_get_monotonic_time();
    claims(&stage, "b", false, true); // comes back
    claims(&stage, "a", false, false);
    claims(&stage, NULL, false, false);
    g_assert_true(stage.leg->party == party);
    stage.leg->packet_us -= CAP_LEG_LIVELY_US + MJ_SECOND_US;
    claims(&stage, "a", false, true);         // nothing comes any more
    g_assert_true(stage.leg->party == party); // until the new one's offer is good
    stage.leg->packet_us = g_get_monotonic_time();
    claims(&stage, "b", true, true);
    g_assert_null(stage.leg->party);
    stage_clear(&stage);
}

/* Whatever ICE thinks: who sends nothing does not send, and comes back with the next packet. */
static void test_silent(void)
{
    Stage stage;
    stage_set(&stage);
    cap_rtp_track_init(&stage.leg->tracks[0].rtp, 90000);
    came(&stage, CAP_LEG_SILENT_US - MJ_SECOND_US, CAP_LEG_SILENT_US - MJ_SECOND_US);
    g_assert_true(told(&stage, "sends"));
    came(&stage, CAP_LEG_SILENT_US + 1, CAP_LEG_SILENT_US + 20000);
    g_assert_true(told(&stage, "interrupted"));
    g_assert_false(told(&stage, "sends"));
    g_assert_false(told(&stage, "recorded"));
    g_assert_null(stage.leg->failing); // that is not why
    g_assert_true(stage.leg->party == &stage.party);
    sends(&stage, 0, 0);
    g_assert_true(told(&stage, "sends"));
    g_assert_false(told(&stage, "interrupted"));
    g_assert_true(told(&stage, "recorded"));
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_autofree char *registry =
        g_strdup_printf("%s/mingjing-no-elements-%u", g_get_tmp_dir(), g_random_int());
    g_setenv("GST_PLUGIN_SYSTEM_PATH_1_0", "/nonexistent", TRUE);
    g_setenv("GST_PLUGIN_PATH_1_0", "/nonexistent", TRUE);
    g_setenv("GST_REGISTRY_1_0", registry, TRUE);
    g_setenv("GST_REGISTRY_FORK", "no", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/leg/let-in", test_let_in);
    g_test_add_func("/leg/gone", test_gone);
    g_test_add_func("/leg/refusals", test_refusals);
    g_test_add_func("/leg/over", test_over);
    g_test_add_func("/leg/waits-once", test_waits_once);
    g_test_add_func("/leg/no-key", test_no_key);
    g_test_add_func("/leg/no-peer", test_no_peer);
    g_test_add_func("/leg/doubted", test_doubted);
    g_test_add_func("/leg/flooded", test_flooded);
    g_test_add_func("/leg/slow", test_slow);
    g_test_add_func("/leg/no-picture", test_no_picture);
    g_test_add_func("/leg/claimed", test_claimed);
    g_test_add_func("/leg/silent", test_silent);
    int result = g_test_run();
    g_remove(registry);
    return result;
}
