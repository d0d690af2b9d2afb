// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/room.h"

#include <string.h>
#include <sys/prctl.h>

#include "index/account/user.h"
#include "index/base/json.h"

static void die_with_us(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void start_api(Room *room)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *page = g_build_filename(room->bench.home, "page", NULL);
    g_autofree char *index = g_build_filename(page, "index.html", NULL);
    g_assert_cmpint(g_mkdir_with_parents(page, 0755), ==, 0);
    g_assert_true(g_file_set_contents(index, "<!doctype html>", -1, NULL));
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    room->api = g_subprocess_launcher_spawn(launcher, &error, g_getenv("MINGJING_API"), "--home",
                                            room->bench.home, "--listen", "127.0.0.1:0", "--ui",
                                            page, NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) out =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(room->api));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(line && g_str_has_prefix(line, "listening on "));
    room->url = g_strdup(line + strlen("listening on "));
    room->client = client_new(room->url);
}

static void sign_in(Room *room)
{
    static const char BODY[] = "{\"name\":\"clerk\",\"password\":\"" ROOM_PASSWORD "\"}";
    const char *const headers[] = {"Content-Type: application/json", NULL};
    g_autoptr(Answer) answer =
        client_send(room->client, "POST", "/api/v1/login", headers, BODY, sizeof BODY - 1);
    g_assert_cmpint(answer->status, ==, 200);
    const char *set = answer_header(answer, "Set-Cookie");
    room->cookie = g_strdup_printf("Cookie: %.*s", (int)strcspn(set, ";"), set);
}

void room_set_ice(Room *room, const char *lines)
{
    g_autofree char *path = g_build_filename(room->bench.home, "ice.conf", NULL);
    g_autofree char *text = g_strconcat("# tests\naddress 127.0.0.1\n\n", lines, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

Room *room_new(void)
{
    Room *room = g_new0(Room, 1);
    g_autoptr(GError) error = NULL;
    room->bench = bench_new();
    room_set_ice(room, "turn user:pass:word@127.0.0.1:9 tcp\n");
    idx_user_add(room->bench.cat, "clerk", "operator", ROOM_PASSWORD, now_us(), &error);
    g_assert_no_error(error);
    capture_start(&room->bench);
    start_api(room);
    sign_in(room);
    return room;
}

void room_free(Room *room)
{
    if (!room)
        return;
    g_subprocess_send_signal(room->api, SIGTERM);
    g_subprocess_wait(room->api, NULL, NULL);
    g_object_unref(room->api);
    client_free(room->client);
    bench_end(&room->bench);
    g_free(room->url);
    g_free(room->cookie);
    g_free(room);
}

static Answer *send_json(Room *room, const char *method, const char *path, json_t *json)
{
    g_autoptr(json_t) taken = json;
    g_autofree char *body = mj_json_dump(json);
    const char *const headers[] = {"Content-Type: application/json", room->cookie, NULL};
    return client_send(room->client, method, path, headers, body, body ? (gssize)strlen(body) : -1);
}

GPtrArray *room_plan(Room *room, const char *session, const char *place)
{
    json_t *legs = json_pack("[{s:s, s:s}, {s:s, s:s}]", "leg", "citizen", "role", "citizen", "leg",
                             "official", "role", "official");
    g_autoptr(Answer) answer =
        send_json(room, "POST", "/api/v1/sessions",
                  json_pack("{s:s, s:s, s:s, s:o}", "session", session, "place", place, "topic",
                            "不动产登记", "legs", legs));
    g_assert_cmpint(answer->status, ==, 201);
    g_autoptr(json_t) json = answer_json(answer);
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < 2; i++)
        g_ptr_array_add(tokens, g_strdup(json_string_value(json_object_get(
                                    json_array_get(json_object_get(json, "legs"), i), "token"))));
    return tokens;
}

Answer *room_send(Room *room, const char *method, const char *session, const char *tail,
                  const char *token, const char *type, const char *body)
{
    g_autofree char *path = g_strdup_printf("/api/v1/sessions/%s/%s", session, tail);
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", token, NULL);
    g_autofree char *kind = g_strconcat("Content-Type: ", type ? type : "application/json", NULL);
    const char *const headers[] = {bearer, kind, NULL};
    g_autoptr(Client) own = client_new(room->url);
    return client_send(own, method, path, headers, body, body ? (gssize)strlen(body) : -1);
}

void room_consent(Room *room, const char *session, const char *leg, const char *token)
{
    g_autofree char *tail = g_strdup_printf("legs/%s/consent", leg);
    g_autoptr(Answer) answer =
        room_send(room, "POST", session, tail, token, NULL, "{\"consent_text_ver\":\"2026-1\"}");
    g_assert_cmpint(answer->status, ==, 204);
}

GPtrArray *room_admit(Room *room, const char *session, const char *place)
{
    GPtrArray *tokens = room_plan(room, session, place);
    room_consent(room, session, "citizen", tokens->pdata[0]);
    room_consent(room, session, "official", tokens->pdata[1]);
    return tokens;
}

void seat_clear(Seat *seat)
{
    g_free(seat->location);
    g_free(seat->problem);
    g_free(seat->links);
    g_free(seat->answer);
}

static char *offer_once(Seat *seat, const char *offer)
{
    g_autofree char *tail =
        g_strdup_printf("legs/%s/%s", seat->leg, seat->watches ? "whep" : "whip");
    g_autoptr(Answer) answer =
        room_send(seat->room, "POST", seat->session, tail, seat->token, "application/sdp", offer);
    g_autofree char *text = g_strndup((const char *)answer->body->data, answer->body->len);
    bool told = seat->status == answer->status;
    seat_clear(seat);
    seat->location = g_strdup(answer_header(answer, "Location"));
    seat->links = g_strdup(answer_header(answer, "Link"));
    seat->answer = g_strdup(text);
    seat->status = answer->status;
    seat->problem = answer->status == 201 ? NULL : g_strdup(text);
    if (seat->problem && !told)
        g_test_message("leg %s of %s: %ld %s", seat->leg, seat->session, seat->status,
                       seat->problem);
    return answer->status == 201 ? g_steal_pointer(&text) : NULL;
}

/* What the page asks for again until it is let in (ui/src/meeting/link.ts): the recorder is starting, or the leg to watch is
 * not there yet. */
static bool passes(const Seat *seat)
{
    return seat->status == 503 || seat->status == 429 || (seat->watches && seat->status == 409);
}

static char *ask(Seat *seat, const char *offer)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    char *answer = offer_once(seat, offer);
    while (!answer && passes(seat) && g_get_monotonic_time() < until_us) {
        g_usleep(100000);
        answer = offer_once(seat, offer);
    }
    return answer;
}

static char *exchange(void *data, const char *offer)
{
    Seat *seat = data;
    if (!seat->network)
        return ask(seat, offer);
    g_autofree char *bare = lossy_offer(offer);
    g_autofree char *answer = ask(seat, bare);
    return answer ? lossy_answer(seat->network, answer) : NULL;
}

Party *seat_take(Seat *seat, const PartyConfig *how)
{
    PartyConfig config = *how;
    config.watches = seat->watches;
    config.exchange = exchange;
    config.data = seat;
    int64_t began_us = g_get_monotonic_time();
    Party *party = party_new(&config);
    if (!party)
        g_test_message("leg %s of %s was not taken after %d ms: %ld %s", seat->leg, seat->session,
                       (int)((g_get_monotonic_time() - began_us) / 1000), seat->status,
                       seat->problem ? seat->problem : "the connection did not come about");
    return party;
}

long seat_leave(Seat *seat)
{
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", seat->token, NULL);
    const char *const headers[] = {bearer, NULL};
    g_autoptr(Answer) answer =
        client_send(seat->room->client, "DELETE", seat->location, headers, NULL, -1);
    return answer->status;
}

void room_wait_stamps(Party *party, int stamps)
{
    int most = party_seen(party, ROOM_TONE_HZ).stamps + stamps;
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US + stamps * INT64_C(40000);
    while (party_seen(party, ROOM_TONE_HZ).stamps < most && g_get_monotonic_time() < until_us)
        g_usleep(POLL_US);
    g_assert_cmpint(party_seen(party, ROOM_TONE_HZ).stamps, >=, most);
}

static json_t *get(Room *room, const char *format, const char *session)
{
    g_autofree char *path = g_strconcat("/api/v1/sessions/", session, format, NULL);
    g_autoptr(Answer) answer = client_get(room->client, path, room->cookie);
    g_assert_cmpint(answer->status, ==, 200);
    return answer_json(answer);
}

json_t *room_meeting(Room *room, const char *session)
{
    return get(room, "/meeting", session);
}

json_t *room_dossier(Room *room, const char *session)
{
    return get(room, "", session);
}

bool room_has_event(Room *room, const char *session, const char *kind)
{
    g_autoptr(json_t) dossier = room_dossier(room, session);
    g_autofree char *type = g_strconcat("hall.session.", kind, NULL);
    size_t i = 0;
    json_t *event = NULL;
    json_array_foreach(json_object_get(dossier, "events"), i,
                       event) if (g_strcmp0(json_string_value(json_object_get(event, "type")),
                                            type) == 0) return true;
    return false;
}

void room_wait_event(Room *room, const char *session, const char *kind)
{
    int64_t until_us = g_get_monotonic_time() + ROOM_WAIT_US;
    while (!room_has_event(room, session, kind)) {
        if (g_get_monotonic_time() > until_us)
            g_error("session %s has no event %s", session, kind);
        g_usleep(50000);
    }
}
