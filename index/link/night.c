// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/night.h"

#include "index/base/clock.h"
#include "index/db.h"
#include "index/find/subject.h"
#include "index/hall.h"
#include "index/link/ticket.h"

#include <string.h>

#define HALF_US (6 * MJ_HOUR_US) // of a night

static const char SQL_TICKET_OF[] =
    "SELECT s.hall_id, s.key FROM subject_event t JOIN subject s ON s.id = t.subject_id"
    " WHERE t.event_id = ? AND s.kind = 'ticket' LIMIT 1";
static const char SQL_NIGHT[] =
    "SELECT e.id, e.type, e.time_us, e.superseded_by IS NOT NULL OR e.cancelled, s.day, e.source,"
    " e.ticket_id, e.place"
    " FROM subject s JOIN subject_event t ON t.subject_id = s.id JOIN event e ON e.id = t.event_id"
    " WHERE s.kind = 'ticket' AND s.hall_id = ?1 AND s.key = ?2 AND s.day IN (?3, ?4)"
    " AND e.time_us >= ?5 AND e.time_us < ?6 AND e.type GLOB 'hall.ticket.*' AND e.type <>"
    " 'hall.ticket.rated' AND CASE WHEN "
    "instr(e.body, '\"ticket_day\"') AND "
    "json_valid(e.body)"
    " THEN e.body ->> '$.data.ticket_day' END IS NULL GROUP BY e.id"
    " ORDER BY e.time_us, e.type <> 'hall.ticket.taken', e.source, e.event_id, e.data_ver";
static const char SQL_PUT[] = "INSERT INTO subject (kind, hall_id, day, key, first_us, last_us)"
                              " VALUES ('ticket', ?1, ?2, ?3, ?4, ?4) ON CONFLICT (kind, hall_id, "
                              "key, day, part) DO UPDATE SET"
                              " key = key RETURNING id";
/* An event may be tied to several tickets of its number (ticket.h). */
static const char SQL_UNTIE[] =
    "DELETE FROM subject_event WHERE event_id = ?1 AND subject_id IN (SELECT id FROM subject WHERE"
    " kind = 'ticket' AND hall_id = ?2 AND key = ?3 AND day = ?4)";
static const char SQL_TIE[] = "INSERT INTO subject_event (subject_id, event_id) VALUES (?, ?)";

typedef struct Night {
    int before, after; // local days
    int64_t midnight_us;
    int64_t hall_id;
    char *number;
} Night;

typedef struct Item { // an event of the night
    int64_t id, time_us;
    int day; // it is tied to
    bool taken;
    IdxTicketEvent event; // its strings are its own
} Item;

static void item_clear(gpointer item)
{
    const IdxTicketEvent *e = &((Item *)item)->event;
    const char *const strings[] = {e->source, e->type, e->ticket_id, e->place};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free((char *)(uintptr_t)strings[i]);
}

/* Of @night->hall_id, around @time_us: 1; 0 by day; -1: error. */
static int find_midnight(IdxCatalogue *cat, int64_t time_us, Night *night, GError **error)
{
    GTimeZone *zone = idx_hall_zone(cat, night->hall_id, error);
    if (!zone)
        return -1;
    night->before = mj_time_local_day(time_us - HALF_US, zone);
    night->after = mj_time_local_day(time_us + HALF_US, zone);
    if (night->before == night->after)
        return 0;
    g_autoptr(GDateTime) midnight = g_date_time_new(
        zone, night->after / 10000, night->after / 100 % 100, night->after % 100, 0, 0, 0);
    if (midnight)
        night->midnight_us = g_date_time_to_unix(midnight) * MJ_SECOND_US;
    return midnight != NULL;
}

/* 1: found; 0: the event names no ticket; -1: error. */
static int find_ticket(IdxCatalogue *cat, int64_t event_id, Night *night, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TICKET_OF, error, "i", event_id);
    int row = idx_db_step(cat, q, error);
    if (row > 0) {
        night->hall_id = idx_db_int(q, 0);
        night->number = g_strdup(idx_db_text(q, 1));
    }
    return row;
}

static GArray *load(IdxCatalogue *cat, const Night *night, GError **error)
{
    g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Item));
    g_array_set_clear_func(items, item_clear);
    g_autoptr(IdxQuery) q = idx_db_query(
        cat, SQL_NIGHT, error, "itiiii", night->hall_id, night->number, (int64_t)night->before,
        (int64_t)night->after, night->midnight_us - HALF_US, night->midnight_us + HALF_US);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        const char *type = idx_db_text(q, 1);
        Item item = {.id = idx_db_int(q, 0),
                     .time_us = idx_db_int(q, 2),
                     .day = (int)idx_db_int(q, 4),
                     .event = {.source = g_strdup(idx_db_text(q, 5)),
                               .type = g_strdup(type),
                               .ticket_id = g_strdup(idx_db_text(q, 6)),
                               .place = g_strdup(idx_db_text(q, 7)),
                               .time_us = idx_db_int(q, 2),
                               .gone = idx_db_int(q, 3) != 0},
                     .taken = strcmp(type, "hall.ticket.taken") == 0};
        g_array_append_val(items, item);
    }
    return row == 0 ? g_steal_pointer(&items) : NULL;
}

static bool move(IdxCatalogue *cat, const Night *night, const Item *item, int day, GArray *subjects,
                 GError **error)
{
    int64_t subject_id = 0;
    if (!idx_subject_of_event(cat, item->id, subjects, error) ||
        !idx_db_run(cat, SQL_UNTIE, error, "iiti", item->id, night->hall_id, night->number,
                    (int64_t)item->day) ||
        !idx_db_get_int(cat, &subject_id, SQL_PUT, error, "iiti", night->hall_id, (int64_t)day,
                        night->number, item->time_us) ||
        !idx_db_run(cat, SQL_TIE, error, "ii", subject_id, item->id))
        return false;
    idx_subject_note(subjects, subject_id);
    return true;
}

/* What the night knows of a ticket so far. */
typedef struct State {
    bool open, anew;  // anew: its number is another ticket's from here on
    bool named;       // by its id, before that
    char *at;         // the window that called it last; NULL: none, or it was sent on from there
    bool came;        // there from another one that nobody said is left,
    bool begun;       // and was begun with
    GHashTable *left; // char * → bool: windows that it is not at any more; they have closed it
} State;

static State *state_new(void)
{
    State *state = g_new0(State, 1);
    state->left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return state;
}

static void state_free(gpointer data)
{
    State *state = data;
    g_hash_table_unref(state->left);
    g_free(state->at);
    g_free(state);
}

static bool is_type(const Item *item, const char *type)
{
    return strcmp(item->event.type + strlen("hall.ticket."), type) == 0;
}

static bool is_end(const Item *item)
{
    return is_type(item, "finished") || is_type(item, "passed");
}

static void leave(State *state)
{
    if (state->at)
        g_hash_table_insert(state->left, g_steal_pointer(&state->at), GINT_TO_POINTER(false));
    state->came = state->begun = false;
}

static void be_at(State *state, const char *place, bool begun)
{
    if (place && g_strcmp0(state->at, place) != 0) {
        bool came = state->at != NULL;
        leave(state);
        g_hash_table_remove(state->left, place);
        state->at = g_strdup(place);
        state->came = came;
    }
    state->begun = state->begun || begun;
}

/* It names the window that is left, or the one that is next, which may have called already (linker.h). */
static void send_on(State *state, const char *place)
{
    bool was = place && g_hash_table_contains(state->left, place);
    bool next = g_strcmp0(state->at, place) == 0 && state->came && !state->begun;
    if (!was && !next)
        leave(state);
}

/* Whether an end is the ticket's, and not only that of a window it has left. */
static bool is_over(const State *state, const char *place)
{
    if (!place)
        return true;
    return state->at ? strcmp(state->at, place) == 0 : !g_hash_table_contains(state->left, place);
}

/* What is told of a window that it has left, and that has not said so yet. */
static bool closes_late(const State *state, const Item *item)
{
    const char *place = item->event.place;
    return is_end(item) && place && g_hash_table_contains(state->left, place) &&
           !g_hash_table_lookup(state->left, place);
}

static void end_at(State *state, const char *place)
{
    if (is_over(state, place)) {
        state->open = false;
        leave(state);
    }
    if (place)
        g_hash_table_insert(state->left, g_strdup(place), GINT_TO_POINTER(true));
}

static void go_on(State *state, const Item *item)
{
    const char *place = item->event.place;
    bool begun = is_type(item, "started");
    if (is_end(item)) {
        end_at(state, place);
        return;
    }
    state->open = true;
    if (begun || is_type(item, "called") || is_type(item, "recalled"))
        be_at(state, place, begun);
    else if (is_type(item, "transferred"))
        send_on(state, place);
}

/* The day an event belongs to; what counts for nothing decides nothing. */
static int day_of(const Night *night, const Item *item, State *state)
{
    bool late = item->time_us >= night->midnight_us;
    bool same = (item->event.ticket_id && state->named) || (!item->taken && state->open) ||
                closes_late(state, item);
    bool goes_on = !state->anew && same;
    if (!item->event.gone) {
        state->anew = state->anew || (late && !goes_on);
        state->named = state->named || item->event.ticket_id;
        go_on(state, item);
    }
    return late && !goes_on ? night->after : night->before;
}

static GPtrArray *parts_of(const GArray *items)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(IdxTicketEvent));
    for (guint i = 0; i < items->len; i++)
        g_array_append_val(events, g_array_index(items, Item, i).event);
    return idx_ticket_parts((const IdxTicketEvent *)(void *)events->data, events->len);
}

/* Of the ticket @part; NULL: of what nobody knows whose it is, which stays on its own date. */
static State *state_of(GHashTable *states, const char *part)
{
    const char *key = part ? part : "?";
    State *state = g_hash_table_lookup(states, key);
    if (!state || !part) {
        state = state_new();
        g_hash_table_replace(states, (gpointer)(uintptr_t)key, state);
    }
    return state;
}

static bool settle(IdxCatalogue *cat, const Night *night, GArray *subjects, GError **error)
{
    bool moved = false;
    g_autoptr(GHashTable) states = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, state_free);
    g_autoptr(GArray) items = load(cat, night, error);
    g_autoptr(GPtrArray) parts = items ? parts_of(items) : NULL;
    for (guint i = 0; items && i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        int day = day_of(night, item, state_of(states, parts->pdata[i]));
        moved = moved || day != item->day;
        if (day != item->day && !move(cat, night, item, day, subjects, error))
            return false;
    }
    return items && (!moved || (idx_ticket_settle(cat, night->hall_id, night->number, night->before,
                                                  subjects, error) &&
                                idx_ticket_settle(cat, night->hall_id, night->number, night->after,
                                                  subjects, error)));
}

bool idx_night_is(IdxCatalogue *cat, int64_t hall_id, int64_t time_us, bool *ret, GError **error)
{
    Night night = {.hall_id = hall_id};
    int found = find_midnight(cat, time_us, &night, error);
    *ret = found > 0;
    return found >= 0;
}

bool idx_night_settle(IdxCatalogue *cat, int64_t event_id, int64_t time_us, GArray *subjects,
                      GError **error)
{
    Night night = {0};
    int found = find_ticket(cat, event_id, &night, error);
    if (found > 0)
        found = find_midnight(cat, time_us, &night, error);
    bool ok = found == 0 || (found > 0 && settle(cat, &night, subjects, error));
    g_free(night.number);
    return ok;
}
