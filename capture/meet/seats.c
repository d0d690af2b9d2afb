// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/seats.h"

#include <string.h>

#include "index/base/error.h"

typedef struct Seat {
    CapLeg *leg;
    char *session;
    int64_t idle_us; // monotonic: since when it has no connection; 0 = it has
} Seat;

struct CapSeats {
    CapSeatsConfig config;
    GHashTable *all; // "SESSION/LEG" → Seat *
};

static void seat_free(void *data)
{
    Seat *seat = data;
    cap_leg_free(seat->leg);
    g_free(seat->session);
    g_free(seat);
}

CapSeats *cap_seats_new(const CapSeatsConfig *config)
{
    CapSeats *seats = g_new0(CapSeats, 1);
    seats->config = *config;
    seats->all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, seat_free);
    return seats;
}

void cap_seats_free(CapSeats *seats)
{
    if (!seats)
        return;
    g_hash_table_unref(seats->all);
    g_free(seats);
}

static Seat *find(const CapSeats *seats, const char *session, const char *leg)
{
    g_autofree char *name = g_strdup_printf("%s/%s", session ? session : "", leg ? leg : "");
    return g_hash_table_lookup(seats->all, name);
}

CapLeg *cap_seats_find(const CapSeats *seats, const char *session, const char *leg)
{
    const Seat *seat = find(seats, session, leg);
    return seat ? seat->leg : NULL;
}

/* --- who comes --------------------------------------------------------------------------------- */

static void drop(CapSeats *seats, const char *session, const char *leg)
{
    g_autofree char *name = g_strdup_printf("%s/%s", session, leg);
    g_hash_table_remove(seats->all, name);
}

static void drop_idlest(CapSeats *seats)
{
    GHashTableIter iter;
    void *name = NULL, *value = NULL;
    const char *idlest = NULL;
    int64_t since_us = INT64_MAX;
    g_hash_table_iter_init(&iter, seats->all);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const Seat *seat = value;
        if (seat->idle_us != 0 && seat->idle_us < since_us && cap_leg_connections(seat->leg) == 0) {
            since_us = seat->idle_us;
            idlest = name;
        }
    }
    if (idlest)
        g_hash_table_remove(seats->all, idlest);
}

static bool have_room(CapSeats *seats, GError **error)
{
    if (g_hash_table_size(seats->all) >= CAP_SEATS_MAX)
        drop_idlest(seats);
    if (g_hash_table_size(seats->all) < CAP_SEATS_MAX)
        return true;
    return mj_error_set(error, MJ_ERROR_BUSY, "%d legs are in meetings, which is all there may be",
                        CAP_SEATS_MAX);
}

static CapLeg *make(CapSeats *seats, const char *session, const json_t *of, bool terminal)
{
    CapLegConfig config = seats->config.leg;
    config.session = session;
    config.leg = json_string_value(json_object_get(of, "leg"));
    config.camera = json_string_value(json_object_get(of, "camera"));
    config.stream_id = json_integer_value(json_object_get(of, "stream_id"));
    config.terminal = terminal;
    Seat *seat = g_new0(Seat, 1);
    seat->session = g_strdup(session);
    seat->leg = cap_leg_new(&config);
    seat->idle_us = g_get_monotonic_time();
    g_hash_table_insert(seats->all, g_strdup_printf("%s/%s", session, config.leg), seat);
    return seat->leg;
}

static bool is_news(const CapSeats *seats, const char *session, const char *leg, bool terminal,
                    GError **error)
{
    bool is = !terminal;
    if (!seats->config.look(seats->config.data, session, leg, &is, error))
        return false;
    return is == terminal ||
           mj_error_set(error, MJ_ERROR_CONFLICT, "leg %.64s of session %.64s is %s now; ask again",
                        leg, session, is ? "a room terminal's" : "a browser's");
}

CapLeg *cap_seats_take(CapSeats *seats, const char *session, const json_t *of, bool terminal,
                       GError **error)
{
    const char *leg = json_string_value(json_object_get(of, "leg"));
    Seat *seat = find(seats, session, leg);
    if (seat && cap_leg_has_terminal(seat->leg) == terminal) {
        seat->idle_us = seat->idle_us ? g_get_monotonic_time() : 0;
        return seat->leg;
    }
    if (!is_news(seats, session, leg, terminal, error))
        return NULL;
    drop(seats, session, leg); // which one before has
    return have_room(seats, error) ? make(seats, session, of, terminal) : NULL;
}

/* --- all of them ------------------------------------------------------------------------------- */

static gboolean is_of(void *name, void *value, void *session)
{
    (void)name;
    return strcmp(((Seat *)value)->session, session) == 0;
}

void cap_seats_end(CapSeats *seats, const char *session)
{
    g_hash_table_foreach_remove(seats->all, is_of, (void *)(uintptr_t)session);
}

void cap_seats_throw_out(CapSeats *seats, const char *session, const char *who)
{
    GHashTableIter iter;
    void *seat = NULL;
    g_hash_table_iter_init(&iter, seats->all);
    while (g_hash_table_iter_next(&iter, NULL, &seat))
        if (strcmp(((Seat *)seat)->session, session) == 0)
            cap_leg_throw_out(((Seat *)seat)->leg, who);
}

int cap_seats_connections(const CapSeats *seats)
{
    int all = 0;
    GHashTableIter iter;
    void *seat = NULL;
    g_hash_table_iter_init(&iter, seats->all);
    while (g_hash_table_iter_next(&iter, NULL, &seat))
        all += cap_leg_connections(((Seat *)seat)->leg);
    return all;
}

static gboolean tick_one(void *name, void *value, void *now)
{
    (void)name;
    Seat *seat = value;
    int64_t now_us = *(int64_t *)now;
    cap_leg_tick(seat->leg);
    if (cap_leg_connections(seat->leg) > 0)
        seat->idle_us = 0;
    else if (seat->idle_us == 0)
        seat->idle_us = now_us;
    return seat->idle_us != 0 && now_us - seat->idle_us > CAP_SEATS_IDLE_US;
}

void cap_seats_tick(CapSeats *seats, int64_t now_us)
{
    g_hash_table_foreach_remove(seats->all, tick_one, &now_us);
}

json_t *cap_seats_json(const CapSeats *seats, const char *session)
{
    json_t *all = json_array();
    GHashTableIter iter;
    void *seat = NULL;
    g_hash_table_iter_init(&iter, seats->all);
    while (g_hash_table_iter_next(&iter, NULL, &seat))
        if (!session || strcmp(((Seat *)seat)->session, session) == 0)
            json_array_append_new(all, cap_leg_json(((Seat *)seat)->leg));
    return all;
}
