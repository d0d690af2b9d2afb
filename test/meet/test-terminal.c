// SPDX-License-Identifier: GPL-3.0-or-later
/* Parties that speak RTSP alone: cameras of the synthetic hall and of the test server in the place of room terminals,
 * recorder and API as they are installed, viewers over real WebRTC. */
#include <glib/gstdio.h>
#include <string.h>

#include "index/base/json.h"
#include "index/camera.h"
#include "index/place.h"
#include "test/meet/look.h"
#include "test/rtsp/watch.h"

#define HUM_HZ 440.0  // of the test server's clips
#define FACE_NUMBER 1 // of w01-face, in its stamps; its sound is AAC
#define SECRET "guest:T8never-told"

typedef struct Terminals {
    Room *room;
    Server *rtsp; // cam0: A-law, with a password; cam1: whatever is said
    GPtrArray *tokens;
} Terminals;

static void add_terminal(Room *room, const char *code, const char *url, const char *place)
{
    g_autoptr(GError) error = NULL;
    IdxCatalogue *cat = room->bench.cat;
    idx_camera_add(cat, code, url, NULL, NULL, "room", NULL, now_us(), &error);
    g_assert_no_error(error);
    idx_camera_record(cat, code, "none", now_us(), &error);
    g_assert_no_error(error);
    idx_coverage_add(cat, place, code, INT64_MIN, INT64_MAX, now_us(), &error);
    g_assert_no_error(error);
}

static Answer *post(Room *room, const char *session, const char *tail, const char *body)
{
    g_autofree char *path = g_strdup_printf("/api/v1/sessions/%s/%s", session, tail);
    const char *const headers[] = {"Content-Type: application/json", room->cookie, NULL};
    return client_send(room->client, "POST", path, headers, body, (gssize)strlen(body));
}

static void says(Answer *taken, long status, const char *words)
{
    g_autoptr(Answer) answer = taken;
    g_autofree char *text = g_strndup((const char *)answer->body->data, answer->body->len);
    g_test_message("%ld %s", answer->status, text);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_nonnull(strstr(text, words));
    g_assert_null(strstr(text, "never-told"));
}

static void choose(Room *room, const char *session, const char *leg, const char *camera)
{
    g_autofree char *tail = g_strdup_printf("legs/%s/terminal", leg);
    g_autofree char *body = g_strdup_printf("{\"camera\":\"%s\"}", camera);
    says(post(room, session, tail, body), 200, camera);
}

static void join(Room *room, const char *session, const char *leg, long status, const char *words)
{
    g_autofree char *tail = g_strdup_printf("legs/%s/terminal/join", leg);
    says(post(room, session, tail, "{\"consent_text_ver\":\"2026-1\"}"), status, words);
}

/* Of GET …/meeting. New reference; NULL = there is no such leg. */
static json_t *leg_of(Room *room, const char *session, const char *code)
{
    g_autoptr(json_t) meeting = room_meeting(room, session);
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(json_object_get(meeting, "legs"), i, leg)
    {
        if (strcmp(code, json_string_value(json_object_get(leg, "leg"))) == 0)
            return json_incref(leg);
    }
    return NULL;
}

/* Until it @sends, and is recorded, or does not, for the reason that @why is a part of. */
static void wait_leg(Room *room, const char *session, const char *code, bool sends, const char *why)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    for (; g_get_monotonic_time() < until_us; g_usleep(POLL_US)) {
        g_autoptr(json_t) leg = leg_of(room, session, code);
        const char *told = json_string_value(json_object_get(leg, "why"));
        bool is = json_is_true(json_object_get(leg, "sends"));
        bool done = is == sends && (!sends || json_is_true(json_object_get(leg, "recorded")));
        if (leg && done && (!why || (told && strstr(told, why))))
            return;
    }
    g_error("leg %s does not come to %s", code, sends ? "send" : "be away");
}

static void wait_pictures(Party *party, int more)
{
    int most = party_seen(party, HUM_HZ).pictures + more;
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    while (party_seen(party, HUM_HZ).pictures < most && g_get_monotonic_time() < until_us)
        g_usleep(POLL_US);
    g_assert_cmpint(party_seen(party, HUM_HZ).pictures, >=, most);
}

/* A whole second of it was heard. */
static void wait_tone(Party *party)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    PartySeen seen = party_seen(party, HUM_HZ);
    for (; seen.tone_share < 0.9 && g_get_monotonic_time() < until_us;
         seen = party_seen(party, HUM_HZ))
        g_usleep(POLL_US);
    g_test_message("tone %.3f at %.2f, %s", seen.tone_share, seen.loudness,
                   seen.pcma ? "A-law" : "Opus");
    g_assert_cmpfloat(seen.tone_share, >=, 0.9);
    g_assert_cmpfloat(seen.loudness, >, 0.05);
}

/* The name that the catalogue gave it, its password nowhere but sealed. */
static void check_secret(Room *room)
{
    g_autofree char *log = NULL;
    g_assert_true(g_file_get_contents(room->bench.log, &log, NULL, NULL));
    g_assert_null(strstr(log, "never-told"));
    g_autoptr(json_t) dossier = room_dossier(room, "T1");
    g_autofree char *text = json_dumps(dossier, 0);
    g_assert_null(strstr(text, "never-told"));
    g_autofree char *events = json_dumps(json_object_get(dossier, "events"), 0);
    g_assert_nonnull(strstr(events, "hall.session.lost"));
    g_assert_null(strstr(events, "rtsp://")); // where it is, is no other system's business
}

static void check_consent(Room *room)
{
    g_autoptr(json_t) dossier = room_dossier(room, "T1");
    g_autofree char *text = json_dumps(dossier, 0);
    g_assert_nonnull(strstr(text, "hall.session.consented"));
    g_assert_nonnull(strstr(text, "\"by\": \"clerk\""));
    g_assert_nonnull(strstr(text, "\"terminal\": \"ROOM\""));
}

/* Its reader comes back into the same leg by itself; the gap is one. */
static void check_return(Terminals *t, Party *viewer)
{
    server_say(t->rtsp, "reboot cam0 1");
    room_wait_event(t->room, "T1", "lost");
    room_wait_event(t->room, "T1", "returned");
    wait_leg(t->room, "T1", "official", true, NULL);
    wait_pictures(viewer, 25);
    wait_tone(viewer);
}

static void wait_recorded(Room *room, const char *code)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    for (bool is = false; !is; g_usleep(POLL_US)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_autoptr(json_t) leg = leg_of(room, "T1", code);
        is = json_is_true(json_object_get(leg, "recorded"));
    }
}

static int64_t packets_of(Room *room, const char *code)
{
    g_autoptr(json_t) leg = leg_of(room, "T1", code);
    return json_integer_value(json_object_get(leg, "packets"));
}

static void wait_packets(Room *room, const char *code, int64_t more)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US, most = packets_of(room, code) + more;
    while (packets_of(room, code) < most && g_get_monotonic_time() < until_us)
        g_usleep(POLL_US);
    g_assert_cmpint(packets_of(room, code), >=, most);
}

static void no_disk(Room *room, bool away)
{
    g_autofree char *footage = g_build_filename(room->bench.home, "footage", NULL);
    g_autofree char *hidden = g_build_filename(room->bench.home, "away", NULL);
    if (!away)
        g_assert_cmpint(g_unlink(footage), ==, 0);
    g_assert_cmpint(g_rename(away ? footage : hidden, away ? hidden : footage), ==, 0);
    if (away)
        g_assert_true(g_file_set_contents(footage, "no folder", -1, NULL));
}

static void end_session(Room *room, const char *session)
{
    says(post(room, session, "end", "{}"), 200, "ended");
}

/* Stored as it came: A-law, two pieces with the gap between them. */
static void check_official(const Bench *bench)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, "T1-official");
    int whole = 0;
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = segments->pdata[i];
        bool h264 = g_str_equal(segment->video, "h264"); // the rest is what it turned to
        g_assert_true(!h264 || g_strcmp0(segment->audio, "pcm_alaw") == 0);
        whole += h264;
        g_autofree char *path = file_of(bench, segment);
        check_ffprobe(path);
    }
    g_assert_cmpint(whole, >=, 2);
    check_adds_up(bench, "T1-official");
}

static void look_at_face(Party *party)
{
    party_forget_late(party); // what was kept for it is old
    room_wait_stamps(party, 30);
    PartySeen seen = party_seen(party, 880); // its tick
    g_test_message("%d pictures of %d, %d ms late at p95, loudness %.4f, %s", seen.pictures,
                   seen.number, (int)(seen.late_p95_us / 1000), seen.loudness,
                   seen.pcma ? "A-law" : "Opus");
    g_assert_cmpint(seen.number, ==, FACE_NUMBER);
    g_assert_false(seen.pcma);
    g_assert_cmpfloat(seen.loudness, >, 0.005);
}

/* A browser cannot take the place of a terminal; a screen beside it sees the others. */
static void check_link(Terminals *t)
{
    g_autofree char *offer = party_offer(&(PartyConfig){.tone_hz = ROOM_TONE_HZ});
    says(room_send(t->room, "POST", "T1", "legs/official/whip", t->tokens->pdata[1],
                   "application/sdp", offer),
         409, "room terminal ROOM");
}

static void meet(Terminals *t)
{
    const char *citizen = t->tokens->pdata[0], *official = t->tokens->pdata[1];
    g_auto(Seat) hears = {t->room, "T1", "official", citizen, true};
    g_auto(Seat) opus = {t->room, "T1", "official", citizen, true};
    g_auto(Seat) beside = {t->room, "T1", "citizen", official, true};
    g_autoptr(Party) alaw = seat_take(&hears, &(PartyConfig){.pcma = true});
    g_assert_nonnull(alaw);
    g_assert_nonnull(strstr(hears.answer, "packetization-mode=1"));
    g_assert_nonnull(strstr(hears.answer, "PCMA/8000"));
    wait_pictures(alaw, 25);
    wait_tone(alaw);
    g_assert_true(party_seen(alaw, HUM_HZ).pcma);
    /* No recording, no meeting: it sends, and nothing is passed on. */
    no_disk(t->room, true);
    join(t->room, "T1", "citizen", 200, "\"terminal\":\"FACE\"");
    int64_t asked_us = g_get_monotonic_time();
    g_autoptr(Party) face = seat_take(&beside, &(PartyConfig){.pcma = true});
    g_assert_nonnull(face);
    wait_packets(t->room, "citizen", 50); // they come, and would have been passed on
    g_assert_cmpint(party_seen(face, HUM_HZ).pictures, ==, 0);
    no_disk(t->room, false);
    wait_recorded(t->room, "citizen");
    room_wait_stamps(face, 1);
    g_test_message("first picture %d ms after the offer",
                   (int)((g_get_monotonic_time() - asked_us) / 1000));
    look_at_face(face);
    check_return(t, alaw);
    g_clear_pointer(&alaw, party_free);
    g_autoptr(Party) coded = seat_take(&opus, &(PartyConfig){0}); // takes Opus alone
    g_assert_nonnull(coded);
    wait_tone(coded);
    g_assert_false(party_seen(coded, HUM_HZ).pcma);
    server_say(t->rtsp, "change-codec cam0");
    wait_leg(t->room, "T1", "official", false, "H.265");
}

/* With a password, which the leg's camera needs as well. */
static Server *start_guarded(const Room *room)
{
    g_autofree char *file = g_build_filename(room->bench.home, "terminal.txt", NULL);
    g_assert_true(g_file_set_contents(file, SECRET "\n", -1, NULL));
    return server_start((const char *const[]){"--cameras", "1", "--clip", "h264-320x180+alaw",
                                              "--credentials", file, NULL});
}

static void test_meeting(void)
{
    g_autoptr(Room) room = room_new();
    Terminals t = {room, start_guarded(room), room_plan(room, "T1", "M1")};
    g_autofree char *url = server_url(t.rtsp, 0, SECRET);
    g_autofree char *face = g_strdup_printf("rtsp://127.0.0.1:%d/w01-face", hall.port);
    add_terminal(room, "ROOM", url, "M1");
    add_terminal(room, "FACE", face, "M1");
    g_autoptr(Answer) list = client_get(room->client, "/api/v1/terminals?place=M1", room->cookie);
    says(g_steal_pointer(&list), 200, "\"camera\":\"ROOM\"");
    join(room, "T1", "official", 409, "has no room terminal");
    choose(room, "T1", "official", "ROOM");
    choose(room, "T1", "citizen", "FACE");
    join(room, "T1", "official", 200, "\"terminal\":\"ROOM\"");
    check_consent(room);
    room_consent(room, "T1", "citizen", t.tokens->pdata[0]); // whose screen watches
    check_link(&t);
    meet(&t);
    check_secret(room);
    end_session(room, "T1");
    room_wait_event(room, "T1", "left"); // FACE, which was there to the end
    capture_stop(&room->bench);
    check_official(&room->bench);
    look_at_leg_of(&room->bench, "T1-citizen", "aac", FACE_NUMBER, 30, false);
    g_ptr_array_unref(t.tokens);
    server_end(t.rtsp);
}

/* What cannot be relayed is refused before anything of it is recorded. */
static void test_refused(void)
{
    g_autoptr(Room) room = room_new();
    Server *rtsp = server_start((const char *const[]){"--cameras", "1", "--clip", "h265-320x180",
                                                      "--clips", "h264b-320x180", NULL});
    g_autoptr(GPtrArray) tokens = room_plan(room, "T2", "M2");
    g_autofree char *url = server_url(rtsp, 0, SECRET);
    add_terminal(room, "ROOM2", url, "M2");
    add_terminal(room, "NOBODY", "rtsp://127.0.0.1:9/x", "M2");
    says(post(room, "T2", "legs/citizen/terminal", "{\"camera\":\"ELSE\"}"), 400,
         "no room terminal");
    choose(room, "T2", "citizen", "NOBODY");
    join(room, "T2", "citizen", 409, "does not send");
    choose(room, "T2", "citizen", "ROOM2");
    join(room, "T2", "citizen", 409, "H.265");
    server_say(rtsp, "clip cam0 h264b-320x180");
    join(room, "T2", "citizen", 409, "B-frames");
    g_autoptr(json_t) meeting = room_meeting(room, "T2");
    g_assert_cmpstr(json_string_value(json_object_get(meeting, "state")), ==, "scheduled");
    server_end(rtsp);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet/terminal/meeting", test_meeting);
    g_test_add_func("/meet/terminal/refused", test_refused);
    /* GStreamer's sessions complain at times while a party hangs up; ours run in processes of their own. */
    g_log_set_always_fatal((GLogLevelFlags)G_LOG_FATAL_MASK);
    hall_start();
    int failed = g_test_run();
    hall_end();
    return failed;
}
