// SPDX-License-Identifier: GPL-3.0-or-later
/* The legs of the hub: news that come late change nothing, and there are never too many. */
#include "capture/meet/seats.h"
#include "index/base/error.h"

typedef struct Hall {
    bool known, terminal; // what the catalogue says
    int looked;
    CapLive *live;
    CapLiveStream *stream;
    GMainContext *context;
    CapSeats *seats;
} Hall;

static bool look(void *data, const char *session, const char *leg, bool *ret_terminal,
                 GError **error)
{
    Hall *hall = data;
    g_assert_nonnull(session);
    g_assert_nonnull(leg);
    hall->looked++;
    *ret_terminal = hall->terminal;
    return hall->known || mj_error_set(error, MJ_ERROR_IO, "the catalogue is away");
}

static void hall_open(Hall *hall)
{
    char camera[] = "T", name[] = "main";
    IdxStream stream = {.id = 7, .camera = camera, .name = name, .record = true};
    *hall = (Hall){.known = true, .live = cap_live_new(), .context = g_main_context_new()};
    hall->stream = cap_live_add(hall->live, &stream);
    CapSeatsConfig config = {
        .leg = {.context = hall->context, .live = hall->live}, .look = look, .data = hall};
    hall->seats = cap_seats_new(&config);
}

static void hall_close(Hall *hall)
{
    cap_seats_free(hall->seats);
    cap_live_remove(hall->live, hall->stream);
    cap_live_free(hall->live);
    g_main_context_unref(hall->context);
}

static CapLeg *take(Hall *hall, const char *leg, bool terminal, GError **error)
{
    g_autoptr(json_t) of = json_pack("{s:s, s:s, s:i}", "leg", leg, "camera", "T", "stream_id", 7);
    return cap_seats_take(hall->seats, "S1", of, terminal, error);
}

static void refuses(Hall *hall, const char *leg, bool terminal, MjError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(take(hall, leg, terminal, &error));
    g_assert_error(error, MJ_ERROR, (int)code);
}

static void test_turns(void)
{
    Hall hall;
    hall_open(&hall);
    CapLeg *browser = take(&hall, "a", false, NULL);
    g_assert_nonnull(browser);
    g_assert_true(take(&hall, "a", false, NULL) == browser);
    g_assert_cmpint(hall.looked, ==, 1); // nothing was new
    refuses(&hall, "a", true, MJ_ERROR_CONFLICT);
    g_assert_true(cap_seats_find(hall.seats, "S1", "a") == browser);
    hall.terminal = true; // now it is true
    CapLeg *terminal = take(&hall, "a", true, NULL);
    g_assert_true(terminal && cap_leg_has_terminal(terminal));
    refuses(&hall, "a", false, MJ_ERROR_CONFLICT); // sent before, come later
    hall.known = false;
    refuses(&hall, "a", false, MJ_ERROR_IO);
    g_assert_true(cap_seats_find(hall.seats, "S1", "a") == terminal);
    cap_seats_end(hall.seats, "S1");
    refuses(&hall, "a", true, MJ_ERROR_IO); // it is over
    g_assert_null(cap_seats_find(hall.seats, "S1", "a"));
    hall_close(&hall);
}

static void fill(Hall *hall, bool terminal)
{
    hall->terminal = terminal;
    for (int i = 0; i < CAP_SEATS_MAX; i++) {
        g_autofree char *leg = g_strdup_printf("leg%d", i);
        g_assert_nonnull(take(hall, leg, terminal, NULL));
    }
    cap_seats_tick(hall->seats, g_get_monotonic_time());
}

static int count(const Hall *hall)
{
    g_autoptr(json_t) all = cap_seats_json(hall->seats, NULL);
    return (int)json_array_size(all);
}

static void test_idle(void)
{
    Hall hall;
    hall_open(&hall);
    fill(&hall, false);
    g_assert_nonnull(take(&hall, "more", false, NULL));
    g_assert_cmpint(count(&hall), ==, CAP_SEATS_MAX);
    g_assert_cmpint(cap_seats_connections(hall.seats), ==, 0);
    cap_seats_tick(hall.seats, g_get_monotonic_time() + CAP_SEATS_IDLE_US + 1000000);
    g_assert_cmpint(count(&hall), ==, 0);
    hall_close(&hall);
}

static void test_full(void)
{
    Hall hall;
    hall_open(&hall);
    fill(&hall, true); // all have pictures of one terminal
    g_assert_cmpint(cap_seats_connections(hall.seats), ==, CAP_SEATS_MAX);
    refuses(&hall, "more", true, MJ_ERROR_BUSY);
    hall.terminal = false;
    CapLeg *turned = take(&hall, "leg3", false, NULL); // no more than before
    g_assert_true(turned && !cap_leg_has_terminal(turned));
    g_assert_cmpint(count(&hall), ==, CAP_SEATS_MAX);
    hall_close(&hall);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/seats/turns", test_turns);
    g_test_add_func("/seats/idle", test_idle);
    g_test_add_func("/seats/full", test_full);
    return g_test_run();
}
