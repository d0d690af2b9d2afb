// SPDX-License-Identifier: GPL-3.0-or-later
/* Meetings of mingjing-capture and mingjing-api as they are installed, between parties over real WebRTC: what
 * is relayed is proved from decoded pictures and tones, what is recorded from the files. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "capture/segment_writer.h"
#include "index/base/json.h"
#include "test/meet/look.h"

/* --- a meeting ---------------------------------------------------------------------------------- */

/* The legs are cameras of the session, with their spans and what is recorded of them. */
static void check_dossier(Room *room, const char *session)
{
    g_autoptr(json_t) dossier = room_dossier(room, session);
    json_t *cameras = json_object_get(dossier, "cameras");
    g_assert_cmpuint(json_array_size(cameras), ==, 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *camera = json_array_get(cameras, i);
        const json_t *span = json_array_get(json_object_get(camera, "spans"), 0);
        g_assert_nonnull(span);
        g_assert_cmpfloat(json_number_value(json_object_get(span, "coverage")), >, 0.2);
        g_assert_cmpuint(json_array_size(json_object_get(span, "segments")), >, 0);
    }
}

static void check_told(Room *room, const char *session)
{
    g_autoptr(json_t) meeting = room_meeting(room, session);
    g_assert_cmpstr(json_string_value(json_object_get(meeting, "state")), ==, "open");
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(json_object_get(meeting, "legs"), i, leg)
    {
        g_assert_true(json_is_true(json_object_get(leg, "sends")));
        g_assert_true(json_is_true(json_object_get(leg, "recorded")));
        g_assert_cmpint(json_integer_value(json_object_get(leg, "viewers")), ==, 1);
    }
}

static void end_session(Room *room, const char *session)
{
    g_autofree char *path = g_strdup_printf("/api/v1/sessions/%s/end", session);
    const char *const headers[] = {"Content-Type: application/json", room->cookie, NULL};
    g_autoptr(Answer) answer = client_send(room->client, "POST", path, headers, "{}", 2);
    g_assert_cmpint(answer->status, ==, 200);
}

static void test_meeting(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_plan(room, "S1", "M1");
    const char *citizen = tokens->pdata[0], *official = tokens->pdata[1];
    room_consent(room, "S1", "citizen", citizen);
    room_consent(room, "S1", "official", official);
    g_auto(Seat) in = {room, "S1", "citizen", citizen}, in2 = {room, "S1", "official", official};
    g_auto(Seat) out = {room, "S1", "citizen", official, true};
    g_auto(Seat) out2 = {room, "S1", "official", citizen, true};
    g_autoptr(Party) a = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(a);
    g_autoptr(Party) b = seat_take(&in2, &(PartyConfig){.number = 8, .tone_hz = OFFICIAL_HZ});
    g_assert_nonnull(b);
    int64_t asked_us = g_get_monotonic_time();
    g_autoptr(Party) sees_a = seat_take(&out, &(PartyConfig){0});
    g_assert_nonnull(sees_a);
    room_wait_stamps(sees_a, 1);
    g_test_message("first picture %d ms after the offer",
                   (int)((g_get_monotonic_time() - asked_us) / 1000));
    g_autoptr(Party) sees_b = seat_take(&out2, &(PartyConfig){0});
    g_assert_nonnull(sees_b);
    room_wait_stamps(sees_b, 225); // until a file begins behind the first reports
    look_at_seen(sees_a, 7, ROOM_TONE_HZ);
    look_at_seen(sees_b, 8, OFFICIAL_HZ);
    check_told(room, "S1");
    check_dossier(room, "S1");
    g_assert_false(room_has_event(room, "S1", "muted")); // both were heard all the time
    party_mute(b, true);
    room_wait_event(room, "S1", "muted"); // though it did not say so
    party_mute(b, false);
    room_wait_event(room, "S1", "unmuted");
    g_assert_cmpint(seat_leave(&in), ==, 200);
    room_wait_event(room, "S1", "left");
    end_session(room, "S1");
    g_autoptr(Answer) again =
        room_send(room, "POST", "S1", "legs/citizen/whip", citizen, "application/sdp", "v=0\r\n");
    g_assert_cmpint(again->status, ==, 401); // a link that was used up
    room_wait_event(room, "S1", "ended");
    g_assert_false(room_has_event(room, "S1", "clock_doubted"));
    capture_stop(&room->bench);
    look_at_leg(&room->bench, "S1-citizen", 7, 75, true);
    look_at_leg(&room->bench, "S1-official", 8, 75, true);
}

/* --- what is refused ---------------------------------------------------------------------------- */

static void refuses(Room *room, const char *tail, const char *token, const char *type,
                    const char *body, long status, const char *words)
{
    g_autoptr(Answer) answer = room_send(room, "POST", "S2", tail, token, type, body);
    g_autofree char *text = g_strndup((const char *)answer->body->data, answer->body->len);
    g_test_message("%s: %ld %s", tail, answer->status, text);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_nonnull(strstr(text, words));
}

static void test_refused(void)
{
    static const char SDP[] = "application/sdp";
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_plan(room, "S2", "M2");
    const char *citizen = tokens->pdata[0], *official = tokens->pdata[1];
    g_autofree char *offer = party_offer(&(PartyConfig){.tone_hz = ROOM_TONE_HZ});
    g_autofree char *sees = party_offer(&(PartyConfig){.watches = true});
    refuses(room, "legs/citizen/whip", citizen, SDP, offer, 409, "has not agreed");
    refuses(room, "legs/citizen/whip", "nonsense", SDP, offer, 401, "join link");
    room_consent(room, "S2", "citizen", citizen);
    refuses(room, "legs/official/whip", citizen, SDP, offer, 403, "of leg citizen");
    refuses(room, "legs/nobody/whip", citizen, SDP, offer, 404, "no leg");
    refuses(room, "legs/citizen/whip", citizen, SDP, "hello", 400, "no offer of WebRTC");
    refuses(room, "legs/citizen/whip", citizen, "text/plain", offer, 415, "application/sdp");
    refuses(room, "legs/citizen/whip", citizen, SDP, sees, 400, "sendonly");
    refuses(room, "legs/citizen/whep", citizen, SDP, sees, 409, "not its own");
    refuses(room, "legs/official/whep", citizen, SDP, sees, 409, "not there yet");
    refuses(room, "legs/official/consent", official, NULL, "{}", 400, "consent_text_ver");
    g_autoptr(GString) vp8 = g_string_new(offer);
    g_string_replace(vp8, "H264/90000", "AV1/90000", 0);
    refuses(room, "legs/citizen/whip", citizen, SDP, vp8->str, 400, "must have H.264 or VP8");
}

/* --- coming back --------------------------------------------------------------------------------- */

/* Whoever asks for an ICE restart is told to offer anew; candidates of the offer are taken. */
static void check_no_restart(const Seat *seat)
{
    static const char FRAG[] = "a=ice-ufrag:other\r\na=ice-pwd:0123456789012345678901\r\n"
                               "a=candidate:0 1 UDP 1 192.0.2.9 4 typ host\r\n";
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", seat->token);
    const char *const headers[] = {bearer, "Content-Type: application/trickle-ice-sdpfrag", NULL};
    g_autoptr(Answer) restart =
        client_send(seat->room->client, "PATCH", seat->location, headers, FRAG, sizeof FRAG - 1);
    g_autofree char *said = g_strndup((const char *)restart->body->data, restart->body->len);
    g_test_message("%ld %s", restart->status, said);
    g_assert_cmpint(restart->status, ==, 422);
    g_assert_nonnull(strstr(said, "offer anew"));
    g_autofree char *none = g_strdup(strstr(FRAG, "a=candidate"));
    g_autoptr(Answer) taken = client_send(seat->room->client, "PATCH", seat->location, headers,
                                          none, (gssize)strlen(none));
    g_assert_cmpint(taken->status, ==, 204);
}

static void test_back(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S3", "M3");
    g_auto(Seat) in = {room, "S3", "citizen", tokens->pdata[0]};
    g_auto(Seat) out = {room, "S3", "citizen", tokens->pdata[1], true};
    Party *gone = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(gone);
    g_autoptr(Party) sees = seat_take(&out, &(PartyConfig){0});
    g_assert_nonnull(sees);
    room_wait_stamps(sees, 50);
    check_no_restart(&in);
    party_free(gone);
    g_usleep(1500000);
    g_autoptr(Party) back = seat_take(&in, &(PartyConfig){.number = 9, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(back);
    room_wait_stamps(sees, 50); // the viewer has done nothing
    g_assert_cmpint(party_seen(sees, ROOM_TONE_HZ).number, ==, 9);
    room_wait_event(room, "S3", "returned");
    wait_footage(&room->bench, "S3-citizen", 3 * MJ_SECOND_US);
    g_autoptr(GPtrArray) gaps =
        idx_gap_range(room->bench.cat, stream_of(&room->bench, "S3-citizen"), 0, INT64_MAX, NULL);
    bool found = false;
    for (guint i = 0; i < gaps->len; i++) {
        const IdxGap *gap = gaps->pdata[i];
        g_test_message("gap of %d ms: %s, %s", (int)((gap->to_us - gap->from_us) / 1000),
                       gap->reason, gap->detail);
        found |= gap->to_us - gap->from_us > 1000000 && strstr(gap->detail, "another connection");
    }
    g_assert_true(found);
}

/* Of a leg: what is in no whole fragment (segment_writer.h), and what is on its way there. */
#define LOST_US MJ_SECOND_US
#define BACK_US (5 * MJ_SECOND_US) // parties are in the meeting again, from the recorder's restart

/* The recorder dies in mid-meeting: as soon as there is one again parties are let in, and the record tells. */
static void test_killed(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_plan(room, "S4", "M4");
    room_consent(room, "S4", "citizen", tokens->pdata[0]);
    g_auto(Seat) in = {room, "S4", "citizen", tokens->pdata[0]};
    Party *first = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(first);
    wait_footage(&room->bench, "S4-citizen", 2 * MJ_SECOND_US);
    g_usleep((gulong)g_test_rand_int_range(0, CAP_FRAGMENT_US)); // whenever in one
    int64_t killed_us = now_us();
    capture_kill(&room->bench);
    g_autofree char *offer = party_offer(&(PartyConfig){.tone_hz = ROOM_TONE_HZ});
    g_autoptr(Answer) early = room_send(room, "POST", "S4", "legs/citizen/whip", tokens->pdata[0],
                                        "application/sdp", offer);
    g_assert_cmpint(early->status, ==, 503);
    party_free(first);
    capture_start(&room->bench);
    int64_t started_us = g_get_monotonic_time();
    g_autoptr(Party) back = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(back);
    int64_t took_us = g_get_monotonic_time() - started_us;
    g_test_message("back %d ms after the restart", (int)(took_us / 1000));
    g_assert_cmpint(took_us, <, BACK_US);
    room_wait_event(room, "S4", "joined");
    wait_footage(&room->bench, "S4-citizen", 4 * MJ_SECOND_US);
    int64_t lost_us = killed_us - look_last_taken(&room->bench, "S4-citizen", killed_us);
    g_test_message("lost %d ms", (int)(lost_us / 1000));
    g_assert_cmpint(lost_us, <, LOST_US);
    g_autoptr(json_t) dossier = room_dossier(room, "S4");
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "capture-down"));
}

/* --- a party that nobody here wrote ---------------------------------------------------------------- */

static void test_whip_client(void)
{
    g_autofree char *program = g_find_program_in_path("whip-client");
    if (!program) {
        g_test_skip("whip-client is not installed: apt-get install simple-whip-client");
        return;
    }
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S5", "M5");
    g_autofree char *url = g_strconcat(room->url, "/api/v1/sessions/S5/legs/citizen/whip", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_subprocess_launcher_setenv(launcher, "LD_LIBRARY_PATH", g_getenv("NO_UPNP"), TRUE);
    g_autoptr(GSubprocess) client = g_subprocess_launcher_spawn(
        launcher, &error, program, "-u", url, "-t", (char *)tokens->pdata[0], "-A",
        "audiotestsrc is-live=true freq=997 volume=0.5 ! audioconvert ! audioresample ! queue ! "
        "opusenc ! rtpopuspay pt=100 ssrc=1 ! queue ! "
        "application/x-rtp,media=audio,encoding-name=OPUS,payload=100",
        "-V",
        "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1 "
        "! "
        "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=1000 bitrate=300 ! "
        "video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 ssrc=2 config-interval=-1 ! "
        "queue ! "
        "application/x-rtp,media=video,encoding-name=H264,payload=96",
        NULL);
    g_assert_no_error(error);
    room_wait_event(room, "S5", "joined");
    g_auto(Seat) out = {room, "S5", "citizen", tokens->pdata[1], true};
    g_autoptr(Party) sees = seat_take(&out, &(PartyConfig){0});
    g_assert_nonnull(sees);
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    while (party_seen(sees, ROOM_TONE_HZ).pictures < 50 && g_get_monotonic_time() < until_us)
        g_usleep(POLL_US);
    PartySeen seen = party_seen(sees, ROOM_TONE_HZ);
    g_test_message("%d pictures, tone %.3f", seen.pictures, seen.tone_share);
    g_assert_cmpint(seen.pictures, >, 25);
    g_assert_cmpfloat(seen.tone_share, >, 0.8);
    g_subprocess_send_signal(client, SIGINT);
    g_subprocess_wait(client, NULL, NULL);
    room_wait_event(room, "S5", "left"); // it says goodbye
    capture_stop(&room->bench);
    g_autoptr(GPtrArray) segments = segments_of(&room->bench, "S5-citizen");
    g_autofree char *path = file_of(&room->bench, segments->pdata[segments->len - 1]);
    check_ffprobe(path);
}

/* --- a crowd, and a bad network ----------------------------------------------------------------------- */

/* Offers without end: most are told to come again, and who is in the meeting sees nothing of it. */
static void test_crowd(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S6", "M6");
    g_auto(Seat) in = {room, "S6", "citizen", tokens->pdata[0]};
    g_auto(Seat) out = {room, "S6", "citizen", tokens->pdata[1], true};
    g_autoptr(Party) party = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_autoptr(Party) sees = party ? seat_take(&out, &(PartyConfig){0}) : NULL;
    g_assert_nonnull(sees);
    room_wait_stamps(sees, 25);
    int before = party_seen(sees, ROOM_TONE_HZ).stamps, counts[3] = {0};
    int64_t began_us = g_get_monotonic_time();
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", tokens->pdata[1], NULL);
    const char *const headers[] = {bearer, "Content-Type: application/sdp", NULL};
    for (int i = 0; i < 1000; i++) {
        g_autoptr(Answer) answer = client_send(
            room->client, "POST", "/api/v1/sessions/S6/legs/official/whip", headers, "v=0\r\n", 5);
        counts[answer->status == 429 || answer->status == 503 ? 0
               : answer->status == 400                        ? 1
                                                              : 2]++;
    }
    int64_t took_us = g_get_monotonic_time() - began_us;
    g_test_message("1000 offers in %d ms: %d were told to come again, %d that this is none",
                   (int)(took_us / 1000), counts[0], counts[1]);
    g_assert_cmpint(counts[2], ==, 0);
    g_assert_cmpint(counts[0], >, 500);
    room_wait_stamps(sees, 10);
    int seen = party_seen(sees, ROOM_TONE_HZ).stamps - before;
    g_assert_cmpint(seen, >, (int)(took_us / 40000) * 8 / 10);
    g_autoptr(json_t) meeting = room_meeting(room, "S6");
    const json_t *leg = json_array_get(json_object_get(meeting, "legs"), 0);
    g_assert_true(json_is_true(json_object_get(leg, "recorded")));
}

/* --- no recording, no meeting ------------------------------------------------------------------------- */

static void wait_told(Room *room, const char *session, const char *member, bool wanted)
{
    for (int64_t until_us = g_get_monotonic_time() + 2 * ROOM_WAIT_US;;) {
        g_autoptr(json_t) meeting = room_meeting(room, session);
        const json_t *leg = json_array_get(json_object_get(meeting, "legs"), 0);
        if (json_is_true(json_object_get(leg, member)) == wanted) {
            g_test_message("%s: %d %s", member, wanted,
                           json_string_value(json_object_get(leg, "why")));
            return;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(100000);
    }
}

static void wait_recorded(Room *room, bool wanted)
{
    wait_told(room, "S8", "recorded", wanted);
}

/* The disk is gone in mid-meeting: nothing is passed on until it is back, and nobody else is let in. */
static void test_not_recorded(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S8", "M8");
    g_auto(Seat) in = {room, "S8", "citizen", tokens->pdata[0]};
    g_auto(Seat) out = {room, "S8", "citizen", tokens->pdata[1], true};
    g_autoptr(Party) party = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_autoptr(Party) sees = party ? seat_take(&out, &(PartyConfig){0}) : NULL;
    g_assert_nonnull(sees);
    room_wait_stamps(sees, 25);
    wait_recorded(room, true);
    g_autofree char *footage = g_build_filename(room->bench.home, "footage", NULL);
    g_autofree char *away = g_build_filename(room->bench.home, "away", NULL);
    g_assert_cmpint(g_rename(footage, away), ==, 0);
    g_assert_true(g_file_set_contents(footage, "no folder", -1, NULL));
    wait_recorded(room, false);
    g_usleep(500000); // what was on its way
    int before = party_seen(sees, ROOM_TONE_HZ).pictures;
    g_autofree char *offer = party_offer(&(PartyConfig){.tone_hz = ROOM_TONE_HZ});
    g_autoptr(Answer) other = room_send(room, "POST", "S8", "legs/official/whip", tokens->pdata[1],
                                        "application/sdp", offer);
    g_assert_cmpint(other->status, ==, 503);
    g_assert_cmpint(party_seen(sees, ROOM_TONE_HZ).pictures, <=, before + 1);
    g_assert_cmpint(g_unlink(footage), ==, 0);
    g_assert_cmpint(g_rename(away, footage), ==, 0);
    wait_recorded(room, true);
    room_wait_stamps(sees, 25);
    room_wait_event(room, "S8", "not_recorded");
    room_wait_event(room, "S8", "recorded");
}

/* Another page offers with the same link. */
static void offer_elsewhere(const Seat *seat, const char *takes, long status, const char *words)
{
    g_autofree char *offer = party_offer(&(PartyConfig){.tone_hz = ROOM_TONE_HZ});
    g_autofree char *path =
        g_strdup_printf("/api/v1/sessions/%s/legs/%s/whip", seat->session, seat->leg);
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", seat->token);
    const char *const headers[] = {bearer, "Content-Type: application/sdp",
                                   "Mingjing-Page: elsewhere", takes, NULL};
    g_autoptr(Answer) answer =
        client_send(seat->room->client, "POST", path, headers, offer, (gssize)strlen(offer));
    g_autofree char *text = g_strndup((const char *)answer->body->data, answer->body->len);
    g_test_message("%ld %s", answer->status, text);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_nonnull(strstr(text, words));
}

/* A join link that is opened a second time: whoever is there stays, unless the newcomer chooses to take over. */
static void test_taken(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S15", "M15");
    g_auto(Seat) in = {room, "S15", "citizen", tokens->pdata[0]};
    g_autoptr(Party) party = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(party);
    wait_told(room, "S15", "recorded", true);
    offer_elsewhere(&in, NULL, 409, "\"code\":\"taken\"");
    wait_told(room, "S15", "recorded", true);
    g_assert_false(room_has_event(room, "S15", "lost"));
    offer_elsewhere(&in, "Mingjing-Take-Over: true", 201, "v=0");
    room_wait_event(room, "S15", "lost");
    g_autoptr(json_t) dossier = room_dossier(room, "S15");
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "joined from another place"));
}

/* Whoever has the link that was replaced is out of the meeting, as party and as viewer, and the record says why. */
static void test_replaced(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S16", "M16");
    g_auto(Seat) in = {room, "S16", "citizen", tokens->pdata[0]};
    g_autoptr(Party) party = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(party);
    wait_told(room, "S16", "sends", true);
    const char *const headers[] = {room->cookie, "Content-Type: application/json", NULL};
    g_autoptr(Answer) answer = client_send(
        room->client, "POST", "/api/v1/sessions/S16/legs/citizen/token", headers, "{}", 2);
    g_assert_cmpint(answer->status, ==, 201);
    room_wait_event(room, "S16", "lost");
    wait_told(room, "S16", "sends", false);
    g_autoptr(json_t) dossier = room_dossier(room, "S16");
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "join link was replaced"));
}

/* A camera that is unplugged: the sound goes on, is stored by nobody and so passed on to nobody. Then the whole line is
 * dead for a while, which ICE does not notice. */
static void test_stops(void)
{
    g_autoptr(Room) room = room_new();
    g_autoptr(GPtrArray) tokens = room_admit(room, "S14", "M14");
    g_autoptr(Lossy) line = lossy_new(0);
    g_auto(Seat) in = {room, "S14", "citizen", tokens->pdata[0], .network = line};
    g_autoptr(Party) party = seat_take(&in, &(PartyConfig){.number = 7, .tone_hz = ROOM_TONE_HZ});
    g_assert_nonnull(party);
    wait_told(room, "S14", "recorded", true);
    party_blind(party, true);
    wait_told(room, "S14", "recorded", false);
    room_wait_event(room, "S14", "not_recorded");
    party_blind(party, false);
    wait_told(room, "S14", "recorded", true);
    room_wait_event(room, "S14", "recorded");
    lossy_black_out(line, 8000);
    wait_told(room, "S14", "interrupted", true);
    wait_told(room, "S14", "sends", false);
    room_wait_event(room, "S14", "interrupted");
    g_autoptr(json_t) dossier = room_dossier(room, "S14");
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "\"last_packet\""));
    wait_told(room, "S14", "sends", true); // by the same connection
    wait_told(room, "S14", "recorded", true);
    room_wait_event(room, "S14", "returned");
    g_assert_false(room_has_event(room, "S14", "lost"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* GStreamer's sessions complain at times while a party hangs up; ours run in processes of their own. */
    g_log_set_always_fatal((GLogLevelFlags)G_LOG_FATAL_MASK);
    g_test_add_func("/meet/whip-client", test_whip_client);
    g_test_add_func("/meet/crowd", test_crowd);
    g_test_add_func("/meet/not-recorded", test_not_recorded);
    g_test_add_func("/meet/taken", test_taken);
    g_test_add_func("/meet/replaced", test_replaced);
    g_test_add_func("/meet/stops", test_stops);
    g_test_add_func("/meet/meeting", test_meeting);
    g_test_add_func("/meet/refused", test_refused);
    g_test_add_func("/meet/back", test_back);
    g_test_add_func("/meet/killed", test_killed);
    return g_test_run();
}
