// SPDX-License-Identifier: GPL-3.0-or-later
/* The ways by which pictures come into a meeting: VP8, networks that lose or are far, STUN and TURN servers. */
#include <stdlib.h>
#include <string.h>

#include "index/base/json.h"
#include "index/segment/file.h"
#include "test/meet/look.h"
#include "test/meet/stun.h"
#include "test/meet/turn.h"

/* --- VP8 ---------------------------------------------------------------------------------------- */

/* What rebuild reads. */
static void check_describes_itself(const char *path, const char *camera)
{
    g_autofree char *bytes = NULL, *of = NULL, *stream = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &bytes, &size, &error);
    g_assert_no_error(error);
    g_autoptr(IdxSegment) told =
        idx_segment_file_describe((const uint8_t *)bytes, size, &of, &stream, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(of, ==, camera);
    g_assert_cmpstr(told->video, ==, "vp8");
    g_assert_cmpint(told->width, ==, 320);
}

/* What was open when the recorder died is closed by the next one. */
static void wait_closed(const Bench *bench, const char *camera)
{
    for (int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;;) {
        g_autoptr(GPtrArray) segments = segments_of(bench, camera);
        bool open = false;
        for (guint i = 0; i < segments->len; i++)
            open |= g_str_equal(((IdxSegment *)segments->pdata[i])->state, "open");
        if (!open)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(POLL_US);
    }
}

/* Who is not let in is told @code and @words. */
static void refused(Room *room, const char *tail, const char *token, const PartyConfig *how,
                    const char *code, const char *words)
{
    g_autofree char *offer = party_offer(how);
    g_autoptr(Answer) answer = room_send(room, "POST", "S9", tail, token, "application/sdp", offer);
    g_autofree char *text = g_strndup((const char *)answer->body->data, answer->body->len);
    g_autofree char *said = g_strdup_printf("\"code\":\"%s\"", code);
    g_test_message("%ld %s", answer->status, text);
    g_assert_cmpint(answer->status, ==, 409);
    g_assert_nonnull(strstr(text, said));
    g_assert_nonnull(strstr(text, words));
}

/* What the citizen's page reads. */
static void check_asked(Room *room, const char *video, const char *turns_to)
{
    g_autoptr(json_t) meeting = room_meeting(room, "S9");
    const json_t *leg = json_array_get(json_object_get(meeting, "legs"), 0);
    g_assert_true(json_is_true(json_object_get(leg, "sends")));
    g_assert_cmpstr(json_string_value(json_object_get(leg, "video")), ==, video);
    g_assert_cmpstr(json_string_value(json_object_get(leg, "turns_to")), ==, turns_to);
}

/* Of a party that could send either, the one that suits who waits. It is on the way, no more: the next offer takes its
 * place. */
static void check_answered_vp8(Room *room, const char *token, const char *offer)
{
    g_autoptr(Answer) answer =
        room_send(room, "POST", "S9", "legs/citizen/whip", token, "application/sdp", offer);
    g_autofree char *text = g_strndup((const char *)answer->body->data, answer->body->len);
    g_assert_cmpint(answer->status, ==, 201);
    g_assert_nonnull(strstr(text, "VP8/90000"));
    g_assert_null(strstr(text, "H264"));
}

static GPtrArray *admit_three(Room *room)
{
    static const char BODY[] =
        "{\"session\":\"S9\",\"place\":\"M9\",\"legs\":[{\"leg\":\"citizen\",\"role\":\"citizen\"},"
        "{\"leg\":\"official\",\"role\":\"official\"},{\"leg\":\"observer\",\"role\":\"observer\"}]"
        "}";
    const char *const headers[] = {"Content-Type: application/json", room->cookie, NULL};
    g_autoptr(Answer) answer =
        client_send(room->client, "POST", "/api/v1/sessions", headers, BODY, sizeof BODY - 1);
    g_assert_cmpint(answer->status, ==, 201);
    g_autoptr(json_t) json = answer_json(answer);
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_free);
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(json_object_get(json, "legs"), i, leg)
    {
        const char *token = json_string_value(json_object_get(leg, "token"));
        room_consent(room, "S9", json_string_value(json_object_get(leg, "leg")), token);
        g_ptr_array_add(tokens, g_strdup(token));
    }
    return tokens;
}

/* One who takes VP8 alone comes into a meeting in H.264. Nobody who is there is thrown out for it: the newcomer is
 * told whose doing it is; and when nothing but the party's next offer is in the way, the party is asked for that. */
static Party *turn_to_vp8(Room *room, Seat *in, GPtrArray *tokens)
{
    static const PartyConfig VP8 = {.watches = true, .vp8 = true};
    const char *newcomer = tokens->pdata[2];
    Party *first =
        seat_take(in, &(PartyConfig){.number = 8, .tone_hz = ROOM_TONE_HZ, .could_vp8 = true});
    g_assert_nonnull(first);
    g_auto(Seat) out = {room, "S9", "citizen", tokens->pdata[1], true};
    g_autoptr(Party) sees = seat_take(&out, &(PartyConfig){0});
    g_assert_nonnull(sees);
    room_wait_stamps(sees, 10);
    refused(room, "legs/citizen/whep", newcomer, &VP8, "coding",
            "official, who sees it, takes no VP8");
    room_wait_stamps(sees, 10);
    check_asked(room, "h264", NULL);
    g_assert_cmpint(seat_leave(&out), ==, 200);
    g_autofree char *both = party_offer(&(PartyConfig){.tone_hz = ROOM_TONE_HZ, .could_vp8 = true});
    refused(room, "legs/citizen/whep", newcomer, &VP8, "conflict", "is asked to turn to VP8");
    check_asked(room, "h264", "vp8");
    g_assert_false(room_has_event(room, "S9", "lost"));
    check_answered_vp8(room, tokens->pdata[0], both);
    room_wait_event(room, "S9", "lost");
    g_autoptr(json_t) dossier = room_dossier(room, "S9");
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "it turns to VP8, which observer takes alone"));
    party_free(first);
    return seat_take(in, &(PartyConfig){.number = 8, .tone_hz = ROOM_TONE_HZ, .vp8 = true});
}

/* A party whose browser has no H.264, and one who could see nothing else: VP8, recorded in MP4 as anything is. */
static void test_vp8(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = admit_three(room);
    g_auto(Seat) in = {room, "S9", "citizen", tokens->pdata[0]};
    g_auto(Seat) out = {room, "S9", "citizen", tokens->pdata[2], true};
    g_autoptr(Party) party = turn_to_vp8(room, &in, tokens);
    g_assert_nonnull(party);
    g_autoptr(Party) viewer = seat_take(&out, &(PartyConfig){.vp8 = true});
    g_assert_nonnull(viewer);
    room_wait_stamps(viewer, 90);
    refused(room, "legs/citizen/whep", tokens->pdata[1], &(PartyConfig){.watches = true}, "coding",
            "its party has no H.264");
    room_wait_stamps(viewer, 10);
    look_at_seen(viewer, 8, ROOM_TONE_HZ);
    capture_kill(&room->bench); // whatever is on the disk is footage
    g_autoptr(GPtrArray) segments = segments_of(&room->bench, "S9-citizen");
    const IdxSegment *last = segments->pdata[segments->len - 1];
    g_assert_cmpstr(((const IdxSegment *)segments->pdata[0])->video, ==, "h264");
    g_assert_cmpstr(last->video, ==, "vp8");
    g_assert_cmpint(last->width, ==, 320);
    g_autofree char *path = file_of(&room->bench, last);
    check_ffprobe(path);
    check_describes_itself(path, "S9-citizen");
    capture_start(&room->bench);
    wait_closed(&room->bench, "S9-citizen");

    look_at_leg(&room->bench, "S9-citizen", 8, 70, false); // a second may be lost
    check_hashes(&room->bench, "S9-citizen");
}

/* --- bad networks ------------------------------------------------------------------------------- */

/* What is dropped is sent again, in both directions; the little that stays away is counted. */
static void check_network(Lossy *network, const char *who)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    LossySeen seen = lossy_seen(network);
    while ((seen.dropped == 0 || seen.again == 0) && g_get_monotonic_time() < until_us) {
        g_usleep(POLL_US);
        seen = lossy_seen(network);
    }
    g_test_message("%s: %d of %d packets were dropped, %d came again", who, seen.dropped,
                   seen.packets, seen.again);
    g_assert_cmpint(seen.dropped, >, 0);
    g_assert_cmpint(seen.again, >, 0);
}

static void check_losses(Room *room, size_t leg_number, Lossy *network)
{
    g_autoptr(json_t) meeting = room_meeting(room, "S7");
    const json_t *leg = json_array_get(json_object_get(meeting, "legs"), leg_number);
    int64_t packets = json_integer_value(json_object_get(leg, "packets")),
            lost = json_integer_value(json_object_get(leg, "lost"));
    g_test_message("leg %d: %d of %d packets are missing for good", (int)leg_number, (int)lost,
                   (int)packets);
    g_assert_true(json_is_true(json_object_get(leg, "recorded")));
    g_assert_cmpint(lost, <, lossy_seen(network).dropped);
}

/* Nothing comes for so long that nothing is sent again: a key frame is asked for, long before the next one is due,
 * and asked for again since the first request is lost as well. */
static void check_key_after_loss(Party *sees, Lossy *network)
{
    int64_t due_us = g_get_monotonic_time() + ROOM_WAIT_US;
    int keys = party_seen(sees, ROOM_TONE_HZ).key_frames;
    while (party_seen(sees, ROOM_TONE_HZ).key_frames == keys)
        g_assert_cmpint((g_usleep(POLL_US), g_get_monotonic_time()), <, due_us);
    g_usleep(500000);
    keys = party_seen(sees, ROOM_TONE_HZ).key_frames;
    int64_t began_us = g_get_monotonic_time();
    lossy_black_out(network, 400);
    lossy_deafen(network, 1200);
    while (party_seen(sees, ROOM_TONE_HZ).key_frames == keys)
        g_assert_cmpint((g_usleep(POLL_US), g_get_monotonic_time()), <, began_us + 3500000);
    g_test_message("a key frame %d ms after the line was cut",
                   (int)((g_get_monotonic_time() - began_us) / 1000));
}

/* One party loses two packets in a hundred and one five, and so do those who see them: the meeting and its
 * recording go on, and what is missing is told of each leg. */
static void test_loss(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_plan(room, "S7", "M7");
    const char *citizen = tokens->pdata[0], *official = tokens->pdata[1];
    g_autoptr(Lossy) in2 = lossy_new(0.02), out2 = lossy_new(0.02);
    g_autoptr(Lossy) in5 = lossy_new(0.05), out5 = lossy_new(0.05);
    g_auto(Seat) in = {room, "S7", "citizen", citizen, .network = in2};
    g_auto(Seat) other = {room, "S7", "official", official, .network = in5};
    g_auto(Seat) out = {room, "S7", "citizen", official, true, out2};
    g_auto(Seat) other_out = {room, "S7", "official", citizen, true, out5};
    room_consent(room, "S7", "citizen", citizen);
    room_consent(room, "S7", "official", official);
    g_autoptr(Party) a =
        seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ, .kbits = 1500});
    g_autoptr(Party) b =
        seat_take(&other, &(PartyConfig){.number = 8, .tone_hz = OFFICIAL_HZ, .kbits = 1500});
    g_autoptr(Party) sees_a = a ? seat_take(&out, &(PartyConfig){0}) : NULL;
    g_autoptr(Party) sees_b = b ? seat_take(&other_out, &(PartyConfig){0}) : NULL;
    g_assert_true(sees_a && sees_b);
    room_wait_stamps(sees_a, 100);
    room_wait_stamps(sees_b, 100);
    look_at_seen(sees_a, 7, ROOM_TONE_HZ);
    look_at_seen(sees_b, 8, OFFICIAL_HZ);
    check_network(in2, "2 % in");
    check_network(out2, "2 % out");
    check_network(in5, "5 % in");
    check_network(out5, "5 % out");
    check_losses(room, 0, in2);
    check_losses(room, 1, in5);
    check_key_after_loss(sees_a, in2);
    g_autoptr(json_t) meeting = room_meeting(room, "S7");
    const json_t *leg = json_array_get(json_object_get(meeting, "legs"), 0);
    g_assert_cmpint(json_integer_value(json_object_get(leg, "lost")), >, 0);
    g_assert_cmpint(seat_leave(&in), ==, 200);
    room_wait_event(room, "S7", "left");
    g_autoptr(json_t) dossier = room_dossier(room, "S7");
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "\"packets_lost\""));
    g_assert_null(strstr(text, "clock_doubted")); // whatever its network does
}

/* Threads of the recorder. */
static int threads(const Room *room)
{
    const char *pid = g_subprocess_get_identifier(room->bench.process);
    g_autofree char *path = g_strdup_printf("/proc/%s/status", pid);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *line = strstr(text, "\nThreads:");
    return line ? atoi(line + strlen("\nThreads:")) : 0;
}

/* A party that sends in the name of hundreds costs what one costs; and goes on, when it sends in its own again. */
static void test_strays(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_plan(room, "S13", "M13");
    const char *citizen = tokens->pdata[0], *official = tokens->pdata[1];
    g_auto(Seat) in = {room, "S13", "citizen", citizen};
    g_auto(Seat) out = {room, "S13", "citizen", official, true};
    room_consent(room, "S13", "citizen", citizen);
    room_consent(room, "S13", "official", official);
    g_autoptr(Party) a =
        seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ, .kbits = 1500});
    g_autoptr(Party) sees = a ? seat_take(&out, &(PartyConfig){0}) : NULL;
    g_assert_nonnull(sees);
    room_wait_stamps(sees, 25);
    int before = threads(room), most = before;
    party_stray(a, true);
    for (int i = 0; i < 20; i++) {
        g_usleep(100000);
        most = MAX(most, threads(room));
    }
    party_stray(a, false);
    g_test_message("%d threads of the recorder, %d with strays", before, most);
    g_assert_cmpint(most, <=, before + 40);
    room_wait_stamps(sees, party_seen(sees, ROOM_TONE_HZ).stamps + 25);
    look_at_seen(sees, 7, ROOM_TONE_HZ);
}

/* A party whose network lets nothing through but to the TURN server that it is told of. */
static void test_turn(void)
{
    g_autoptr(Turn) turn = turn_new();
    if (!turn) {
        g_test_skip("turnserver is not installed: apt-get install coturn");
        return;
    }
    g_autoptr(Room) room = room_new();
    g_autofree char *line = g_strdup_printf("turn %s\n", turn->told);
    room_set_ice(room, line);
    g_autoptr(GPtrArray) tokens = room_admit(room, "S10", "M10");
    g_auto(Seat) in = {room, "S10", "citizen", tokens->pdata[0]};
    g_auto(Seat) out = {room, "S10", "citizen", tokens->pdata[1], true};
    g_autoptr(Party) party =
        seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ, .turn = turn->told});
    g_assert_nonnull(party);
    g_test_message("Link: %s", in.links);
    g_assert_nonnull(strstr(in.links, "<turn:127.0.0.1:"));
    g_assert_nonnull(strstr(in.links, "username=\"party\""));
    g_assert_nonnull(strstr(in.answer, "typ relay")); // we can be reached by it, too
    g_autoptr(Party) sees = seat_take(&out, &(PartyConfig){.turn = turn->told});
    g_assert_nonnull(sees);
    room_wait_stamps(sees, 25);
    look_at_seen(sees, 7, ROOM_TONE_HZ);
    g_subprocess_force_exit(turn->process); // it was the way
    g_usleep(500000);
    int before = party_seen(sees, ROOM_TONE_HZ).pictures;
    g_usleep(500000);
    g_assert_cmpint(party_seen(sees, ROOM_TONE_HZ).pictures, ==, before);
}

/* However busy the machine is: whoever did not get through comes again. */
static Party *come(Seat *seat, const PartyConfig *how)
{
    int64_t until_us = g_get_monotonic_time() + 2 * ROOM_WAIT_US;
    Party *party = NULL;
    while (!(party = seat_take(seat, how))) {
        if (g_get_monotonic_time() > until_us)
            g_error("%s: %ld %s", seat->leg, seat->status, seat->problem ? seat->problem : "");
        g_usleep(G_USEC_PER_SEC / 2);
    }
    return party;
}

/* The same, until the STUN server's answer is among what is answered, which is not waited for without end (peer.h). */
static Party *come_told(Seat *seat, const PartyConfig *how)
{
    int64_t until_us = g_get_monotonic_time() + 2 * ROOM_WAIT_US;
    for (;;) {
        Party *party = come(seat, how);
        if (g_regex_match_simple(" 192\\.0\\.2\\.99 \\d+ typ srflx", seat->answer, 0, 0))
            return party;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        party_free(party);
    }
}

static void use_stun(Room *room, const Stun *stun)
{
    g_autofree char *line = g_strdup_printf("stun 127.0.0.1:%d\n", stun_port(stun));
    room_set_ice(room, line);
}

/* We ask the STUN server where we are seen from outside, and tell who sends and who watches; they are told of the
 * server. One that never answers keeps nobody out. */
static void test_stun(void)
{
    g_autoptr(Stun) stun = stun_new("192.0.2.99");
    g_autoptr(Stun) silent = stun_new(NULL);
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S12", "M12");
    const char *citizen = tokens->pdata[0], *official = tokens->pdata[1];
    g_auto(Seat) in = {room, "S12", "citizen", citizen};
    g_auto(Seat) out = {room, "S12", "citizen", official, true};
    use_stun(room, stun);
    g_autoptr(Party) party = come_told(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_autoptr(Party) sees = come_told(&out, &(PartyConfig){0});
    g_autofree char *told = g_strdup_printf("<stun:127.0.0.1:%d>", stun_port(stun));
    g_test_message("Link: %s", in.links);
    g_assert_nonnull(strstr(in.links, told));
    g_assert_cmpint(stun_asked(stun), >, 0);
    use_stun(room, silent);
    g_auto(Seat) in2 = {room, "S12", "official", official};
    g_auto(Seat) out2 = {room, "S12", "official", citizen, true};
    int64_t began_us = g_get_monotonic_time();
    g_autoptr(Party) other = come(&in2, &(PartyConfig){.number = 8, .tone_hz = OFFICIAL_HZ});
    g_test_message("in after %d ms, the silent server was asked %d times",
                   (int)((g_get_monotonic_time() - began_us) / 1000), stun_asked(silent));
    g_assert_cmpint(stun_asked(silent), >, 0);
    g_assert_null(strstr(in2.answer, "srflx"));
    g_autoptr(Party) sees_other = come(&out2, &(PartyConfig){0});
    room_wait_stamps(sees, 25);
    room_wait_stamps(sees_other, 25);
    g_autoptr(json_t) meeting = room_meeting(room, "S12");
    for (size_t i = 0; i < 2; i++)
        g_assert_true(json_is_true(
            json_object_get(json_array_get(json_object_get(meeting, "legs"), i), "recorded")));
}

/* By a way that is new with each try, since it knows one answer. */
static Party *come_from_afar(Seat *seat, const PartyConfig *how, Lossy **ret_way)
{
    int64_t until_us = g_get_monotonic_time() + 2 * ROOM_WAIT_US;
    Party *party = NULL;
    while (!party && g_get_monotonic_time() < until_us) {
        lossy_free(*ret_way);
        seat->network = *ret_way = lossy_new(0);
        lossy_delay(*ret_way, 150);
        party = seat_take(seat, how);
    }
    g_assert_nonnull(party);
    return party;
}

/* One party is 150 ms away, each way, and one is near: both are asked for the round trip, and what they did at the same
 * moment has the same time in both recordings. */
static void test_far(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S11", "M11");
    g_autoptr(Lossy) way = NULL;
    g_auto(Seat) in = {room, "S11", "citizen", tokens->pdata[0]};
    g_auto(Seat) other = {room, "S11", "official", tokens->pdata[1]};
    g_autoptr(Party) far = come_from_afar(&in, &(PartyConfig){.number = 7, .echoes = true}, &way);
    g_autoptr(Party) near = come(&other, &(PartyConfig){.number = 8, .echoes = true});
    look_wait_measured(&room->bench, "S11-citizen", 150000);
    look_wait_measured(&room->bench, "S11-official", 0);
    g_assert_cmpint(seat_leave(&in), ==, 200);
    room_wait_event(room, "S11", "left");
    g_autoptr(json_t) dossier = room_dossier(room, "S11");
    g_autofree char *text = mj_json_dump(dossier);
    const char *told = strstr(text, "\"round_trip_ms\":");
    g_assert_nonnull(told);
    g_assert_cmpint(strtol(strchr(told, ':') + 1, NULL, 10), >=, 300);
    capture_stop(&room->bench);
    look_at_far_leg(&room->bench, "S11-citizen", 7, 150000);
    look_at_far_leg(&room->bench, "S11-official", 8, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal((GLogLevelFlags)G_LOG_FATAL_MASK); // as in test-meet.c
    g_test_add_func("/meet/vp8", test_vp8);
    g_test_add_func("/meet/loss", test_loss);
    g_test_add_func("/meet/turn", test_turn);
    g_test_add_func("/meet/stun", test_stun);
    g_test_add_func("/meet/far", test_far);
    g_test_add_func("/meet/strays", test_strays);
    return g_test_run();
}
