// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/hub.h"

#include <string.h>

#include "capture/meet/seats.h"
#include "index/base/error.h"
#include "index/catalogue.h"
#include "index/meet/meet.h"

struct CapHub {
    /* immutable after new */
    char *home;
    CapHubConfig config;
    CapJournal *journal;
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
    /* the thread's */
    CapSeats *seats;
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

static CapLeg *find_leg(const Request *request, GError **error)
{
    const char *session = text(request, "session"), *leg = text(request, "leg");
    CapLeg *found = cap_seats_find(request->hub->seats, session, leg);
    if (!found)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "leg %.64s of session %.64s has no connection",
                     leg ? leg : "?", session ? session : "?");
    return found;
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
    if (hub->pending < CAP_HUB_PENDING_MAX &&
        cap_seats_connections(hub->seats) < CAP_HUB_CONNECTIONS_MAX)
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
    CapLeg *leg =
        ice ? cap_seats_take(hub->seats, text(request, "session"), request->json, terminal, error)
            : NULL;
    bool takes = json_is_true(json_object_get(request->json, "takes"));
    if (!leg ||
        (role == CAP_OFFER_SENDS && !cap_leg_claim(leg, text(request, "page"), takes, error)))
        return false;
    Asked *asked = g_new(Asked, 1);
    *asked = (Asked){hub, g_steal_pointer(&request->ticket)};
    hub->pending++;
    cap_leg_offer(leg, role, text(request, "who"), text(request, "sdp"), ice, on_answered, asked);
    return true;
}

static bool candidates(Request *request, GError **error)
{
    const char *fragment = text(request, "fragment"), *id = text(request, "id");
    g_autoptr(CapFrag) frag = fragment ? cap_frag_parse(fragment, strlen(fragment), error) : NULL;
    CapLeg *leg = frag ? find_leg(request, error) : NULL;
    return leg && cap_leg_candidates(leg, id ? id : "", frag, error);
}

static bool hang_up(Request *request, GError **error)
{
    const char *id = text(request, "id");
    CapLeg *leg = find_leg(request, error);
    return leg && cap_leg_hang_up(leg, id ? id : "", error);
}

static bool end(Request *request, GError **error)
{
    const char *session = text(request, "session");
    if (!session)
        return mj_error_set(error, MJ_ERROR_INVALID, "which session?");
    const char *leg = text(request, "leg");
    if (leg)
        cap_seats_throw_out(request->hub->seats, session, leg);
    else
        cap_seats_end(request->hub->seats, session);
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
            cap_seats_take(request->hub->seats, session, of, true, NULL); // else it is not there
    }
}

static bool legs(Request *request, GError **error)
{
    (void)error;
    const char *session = text(request, "session");
    if (session)
        begin_terminals(request, session);
    json_t *all = cap_seats_json(request->hub->seats, session);
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

static gboolean tick(void *data)
{
    CapHub *hub = data;
    cap_seats_tick(hub->seats, g_get_monotonic_time());
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
    g_clear_pointer(&hub->seats, cap_seats_free);
    g_main_context_pop_thread_default(hub->context);
    return NULL;
}

/* What the catalogue says of a leg. It is asked when news turn one; that is seldom, and quick. */
static bool look(void *data, const char *session, const char *leg, bool *ret_terminal,
                 GError **error)
{
    const CapHub *hub = data;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hub->home, IDX_READ, error);
    g_autoptr(IdxMeet) meet = cat ? idx_meet_get(cat, session, error) : NULL;
    const IdxMeetLeg *found = meet ? idx_meet_leg(meet, leg) : NULL;
    if (meet && (!found || meet->ended_us))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "session %.64s %s", session,
                            found ? "is over" : "has no such leg");
    if (found)
        *ret_terminal = found->pulled;
    return found != NULL;
}

static CapSeats *make_seats(CapHub *hub)
{
    CapSeatsConfig config = {.leg = {.context = hub->context,
                                     .store = hub->config.store,
                                     .live = hub->config.live,
                                     .journal = hub->journal},
                             .look = look,
                             .data = hub};
    return cap_seats_new(&config);
}

CapHub *cap_hub_new(const CapHubConfig *config, GError **error)
{
    g_autoptr(CapHub) hub = g_new0(CapHub, 1);
    hub->journal = cap_journal_new(config->home, error);
    if (!hub->journal)
        return NULL;
    hub->home = g_strdup(config->home);
    hub->config = *config;
    hub->context = g_main_context_new();
    hub->seats = make_seats(hub);
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
        cap_seats_free(hub->seats);
    }
    cap_journal_free(hub->journal);
    g_free(hub->home);
    g_free(hub);
}
