// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/hub.h"

#include <string.h>

#include "capture/meet/leg.h"
#include "index/base/error.h"
#include "index/base/log.h"

typedef struct Seat { // a leg with a connection now or of late
    CapLeg *leg;
    char *session;
    int64_t idle_us; // monotonic: since when it has none; 0 = it has
} Seat;

struct CapHub {
    /* immutable after new */
    char *home;
    CapHubConfig config;
    CapJournal *journal;
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
    /* the thread's */
    GHashTable *seats; // "SESSION/LEG" → Seat *
    int pending;
};

/* --- requests ---------------------------------------------------------------------------------- */

typedef struct Request {
    CapHub *hub;
    json_t *json;
    CapTicket *ticket;
} Request;

static const char *text(const Request *request, const char *name)
{
    return json_string_value(json_object_get(request->json, name));
}

static Seat *find_seat_of(const CapHub *hub, const char *session, const char *leg)
{
    g_autofree char *name = g_strdup_printf("%s/%s", session ? session : "", leg ? leg : "");
    return g_hash_table_lookup(hub->seats, name);
}

static Seat *find_seat(const Request *request, GError **error)
{
    const char *session = text(request, "session"), *leg = text(request, "leg");
    Seat *seat = find_seat_of(request->hub, session, leg);
    if (!seat)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "leg %.64s of session %.64s has no connection",
                     leg ? leg : "?", session ? session : "?");
    return seat;
}

/* @of names leg and camera. */
static Seat *make_seat(CapHub *hub, const char *session, const json_t *of, bool terminal,
                       GError **error)
{
    if (g_hash_table_size(hub->seats) >= CAP_HUB_LEGS_MAX) {
        mj_error_set(error, MJ_ERROR_BUSY, "%d legs are in meetings, which is all there may be",
                     CAP_HUB_LEGS_MAX);
        return NULL;
    }
    CapLegConfig config = {
        .context = hub->context,
        .session = session,
        .leg = json_string_value(json_object_get(of, "leg")),
        .camera = json_string_value(json_object_get(of, "camera")),
        .stream_id = json_integer_value(json_object_get(of, "stream_id")),
        .terminal = terminal,
        .store = hub->config.store,
        .live = hub->config.live,
        .journal = hub->journal,
    };
    Seat *seat = g_new0(Seat, 1);
    seat->session = g_strdup(config.session);
    seat->leg = cap_leg_new(&config);
    g_hash_table_insert(hub->seats, g_strdup_printf("%s/%s", config.session, config.leg), seat);
    return seat;
}

/* A leg that a terminal took over from a browser, or the other way, is made anew. */
static Seat *take_seat(CapHub *hub, const char *session, const json_t *of, bool terminal,
                       GError **error)
{
    Seat *seat = find_seat_of(hub, session, json_string_value(json_object_get(of, "leg")));
    if (seat && cap_leg_has_terminal(seat->leg) == terminal)
        return seat;
    return make_seat(hub, session, of, terminal, error); // takes its place
}

static void seat_free(void *data)
{
    Seat *seat = data;
    cap_leg_free(seat->leg);
    g_free(seat->session);
    g_free(seat);
}

static int connections(const CapHub *hub)
{
    int all = 0;
    GHashTableIter iter;
    void *seat;
    g_hash_table_iter_init(&iter, hub->seats);
    while (g_hash_table_iter_next(&iter, NULL, &seat))
        all += cap_leg_connections(((Seat *)seat)->leg);
    return all;
}

typedef struct Asked { // an offer that waits for its answer
    CapHub *hub;
    CapTicket *ticket;
} Asked;

static void on_answered(void *data, const char *id, const char *answer, const GError *error)
{
    Asked *asked = data;
    asked->hub->pending--;
    cap_ticket_settle(asked->ticket,
                      answer ? json_pack("{s:s, s:s}", "id", id, "sdp", answer) : NULL, error);
    g_free(asked);
}

static bool may_offer(const CapHub *hub, GError **error)
{
    if (hub->pending < CAP_HUB_PENDING_MAX && connections(hub) < CAP_HUB_CONNECTIONS_MAX)
        return true;
    return mj_error_set(error, MJ_ERROR_BUSY,
                        "too many parties come at once, or are in meetings; try again");
}

static bool offer(Request *request, GError **error)
{
    static const char *const NEEDED[] = {"session", "leg", "camera", "who", "sdp", "as"};
    CapHub *hub = request->hub;
    for (size_t i = 0; i < G_N_ELEMENTS(NEEDED); i++)
        if (!text(request, NEEDED[i]))
            return mj_error_set(error, MJ_ERROR_INVALID, "an offer needs \"%s\"", NEEDED[i]);
    CapOfferRole role =
        strcmp(text(request, "as"), "whep") == 0 ? CAP_OFFER_RECEIVES : CAP_OFFER_SENDS;
    g_autoptr(IdxIce) ice = may_offer(hub, error) ? idx_ice_read(hub->home, error) : NULL;
    bool terminal = json_is_true(json_object_get(request->json, "terminal"));
    Seat *seat =
        ice ? take_seat(hub, text(request, "session"), request->json, terminal, error) : NULL;
    if (!seat)
        return false;
    seat->idle_us = 0;
    Asked *asked = g_new(Asked, 1);
    *asked = (Asked){hub, g_steal_pointer(&request->ticket)};
    hub->pending++;
    cap_leg_offer(seat->leg, role, text(request, "who"), text(request, "sdp"), ice, on_answered,
                  asked);
    return true;
}

static bool candidates(Request *request, GError **error)
{
    const char *fragment = text(request, "fragment"), *id = text(request, "id");
    g_autoptr(CapFrag) frag = fragment ? cap_frag_parse(fragment, strlen(fragment), error) : NULL;
    Seat *seat = frag ? find_seat(request, error) : NULL;
    return seat && cap_leg_candidates(seat->leg, id ? id : "", frag, error);
}

static bool hang_up(Request *request, GError **error)
{
    const char *id = text(request, "id");
    Seat *seat = find_seat(request, error);
    return seat && cap_leg_hang_up(seat->leg, id ? id : "", error);
}

static gboolean is_of(void *key, void *value, void *session)
{
    (void)key;
    return strcmp(((Seat *)value)->session, session) == 0;
}

static bool end(Request *request, GError **error)
{
    const char *session = text(request, "session");
    if (!session)
        return mj_error_set(error, MJ_ERROR_INVALID, "which session?");
    g_hash_table_foreach_remove(request->hub->seats, is_of, (void *)(uintptr_t)session);
    return true;
}

static void begin_terminals(const Request *request, const char *session)
{
    CapLive *live = request->hub->config.live;
    size_t i = 0;
    json_t *of = NULL;
    json_array_foreach(json_object_get(request->json, "terminals"), i, of)
    {
        const char *camera = json_string_value(json_object_get(of, "camera"));
        g_autoptr(CapLiveStream) stream =
            camera && live ? cap_live_find(live, camera, "main") : NULL;
        if (stream && json_is_string(json_object_get(of, "leg")))
            take_seat(request->hub, session, of, true, NULL); // too many: it is not there
    }
}

static bool legs(Request *request, GError **error)
{
    (void)error;
    const char *session = text(request, "session");
    if (session)
        begin_terminals(request, session);
    json_t *all = json_array();
    GHashTableIter iter;
    void *seat;
    g_hash_table_iter_init(&iter, request->hub->seats);
    while (g_hash_table_iter_next(&iter, NULL, &seat))
        if (!session || strcmp(((Seat *)seat)->session, session) == 0)
            json_array_append_new(all, cap_leg_json(((Seat *)seat)->leg));
    cap_ticket_settle(g_steal_pointer(&request->ticket), json_pack("{s:o}", "legs", all), NULL);
    return true;
}

static const struct {
    const char *what;
    bool (*run)(Request *request, GError **error); // takes the ticket, or answers {}
} REQUESTS[] = {{"offer", offer},
                {"candidates", candidates},
                {"hang_up", hang_up},
                {"end", end},
                {"legs", legs}};

static size_t find_request(const char *what)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(REQUESTS) && g_strcmp0(what, REQUESTS[i].what) != 0)
        i++;
    return i;
}

bool cap_hub_does(const char *what)
{
    return find_request(what) < G_N_ELEMENTS(REQUESTS);
}

static gboolean run_request(void *data)
{
    Request *request = data;
    g_autoptr(GError) error = NULL;
    size_t which = find_request(text(request, "do"));
    bool good = which < G_N_ELEMENTS(REQUESTS) && REQUESTS[which].run(request, &error);
    if (request->ticket)
        cap_ticket_settle(g_steal_pointer(&request->ticket), good ? json_object() : NULL, error);
    return G_SOURCE_REMOVE;
}

static void request_free(void *data)
{
    Request *request = data;
    if (request->ticket)
        cap_ticket_unref(request->ticket);
    json_decref(request->json);
    g_free(request);
}

CapTicket *cap_hub_ask(CapHub *hub, json_t *json, void (*wake)(void *data), void *data)
{
    CapTicket *ticket = cap_ticket_new(wake, data);
    Request *request = g_new(Request, 1);
    *request = (Request){hub, json_incref(json), ticket};
    g_main_context_invoke_full(hub->context, G_PRIORITY_DEFAULT, run_request, request,
                               request_free);
    return ticket;
}

/* --- its life ---------------------------------------------------------------------------------- */

static gboolean tick_one(void *key, void *value, void *data)
{
    (void)key;
    (void)data;
    Seat *seat = value;
    cap_leg_tick(seat->leg);
    int64_t now_us = g_get_monotonic_time();
    if (cap_leg_connections(seat->leg) > 0)
        seat->idle_us = 0;
    else if (seat->idle_us == 0)
        seat->idle_us = now_us;
    return seat->idle_us != 0 && now_us - seat->idle_us > CAP_HUB_IDLE_US;
}

static gboolean tick(void *data)
{
    CapHub *hub = data;
    g_hash_table_foreach_remove(hub->seats, tick_one, NULL);
    return G_SOURCE_CONTINUE;
}

static void *run(void *data)
{
    CapHub *hub = data;
    g_main_context_push_thread_default(hub->context);
    GSource *ticks = g_timeout_source_new(CAP_HUB_TICK_MS);
    g_source_set_callback(ticks, tick, hub, NULL);
    g_source_attach(ticks, hub->context);
    g_main_loop_run(hub->loop);
    g_source_destroy(ticks);
    g_source_unref(ticks);
    g_hash_table_remove_all(hub->seats);
    g_main_context_pop_thread_default(hub->context);
    return NULL;
}

CapHub *cap_hub_new(const CapHubConfig *config, GError **error)
{
    g_autoptr(CapHub) hub = g_new0(CapHub, 1);
    hub->journal = cap_journal_new(config->home, error);
    if (!hub->journal)
        return NULL;
    hub->home = g_strdup(config->home);
    hub->config = *config;
    hub->seats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, seat_free);
    hub->context = g_main_context_new();
    hub->loop = g_main_loop_new(hub->context, FALSE);
    hub->thread = g_thread_new("meetings", run, hub);
    return g_steal_pointer(&hub);
}

static gboolean quit(void *loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

void cap_hub_free(CapHub *hub)
{
    if (!hub)
        return;
    if (hub->thread) {
        GSource *source = g_idle_source_new(); // behind the loop's beginning
        g_source_set_callback(source, quit, hub->loop, NULL);
        g_source_attach(source, hub->context);
        g_source_unref(source);
        g_thread_join(hub->thread);
        g_main_loop_unref(hub->loop);
        g_main_context_unref(hub->context);
        g_hash_table_unref(hub->seats);
    }
    cap_journal_free(hub->journal);
    g_free(hub->home);
    g_free(hub);
}
