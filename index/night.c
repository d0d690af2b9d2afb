// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/night.h"

#include "index/base/clock.h"
#include "index/db.h"

#include <string.h>

#define HALF_US (6 * MJ_HOUR_US) // of a night

static const char SQL_TICKET_OF[] =
    "SELECT s.hall_id, s.key FROM subject_event t JOIN subject s ON s.id = t.subject_id"
    " WHERE t.event_id = ? AND s.kind = 'ticket' LIMIT 1";
static const char SQL_NIGHT[] =
    "SELECT e.id, e.type, e.time_us, e.superseded_by IS NOT NULL OR e.cancelled, s.id, s.day"
    " FROM subject s JOIN subject_event t ON t.subject_id = s.id JOIN event e ON e.id = t.event_id"
    " WHERE s.kind = 'ticket' AND s.hall_id = ?1 AND s.key = ?2 AND s.day IN (?3, ?4)"
    " AND e.time_us >= ?5 AND e.time_us < ?6 AND CASE WHEN json_valid(e.body)"
    " THEN e.body ->> '$.data.ticket_day' END IS NULL"
    " ORDER BY e.time_us, e.type <> 'hall.ticket.taken', e.source, e.event_id, e.data_ver";
static const char SQL_PUT[] =
    "INSERT INTO subject (kind, hall_id, day, key, first_us, last_us)"
    " VALUES ('ticket', ?1, ?2, ?3, ?4, ?4) ON CONFLICT (kind, hall_id, key, day) DO UPDATE SET"
    " key = key RETURNING id";
static const char SQL_MOVE[] =
    "UPDATE subject_event SET subject_id = ?3 WHERE subject_id = ?1 AND event_id = ?2";

typedef struct Night {
    int before, after; // local days
    int64_t midnight_us;
    int64_t hall_id;
    char *number;
} Night;

typedef struct Item { // an event of the night
    int64_t id, time_us, subject_id;
    int day; // it is tied to
    bool taken, ends, rated, gone;
} Item;

/* False by day. */
static bool find_midnight(IdxCatalogue *cat, int64_t time_us, Night *night)
{
    night->before = mj_time_local_day(time_us - HALF_US, cat->zone);
    night->after = mj_time_local_day(time_us + HALF_US, cat->zone);
    if (night->before == night->after)
        return false;
    g_autoptr(GDateTime) midnight = g_date_time_new(
        cat->zone, night->after / 10000, night->after / 100 % 100, night->after % 100, 0, 0, 0);
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
    g_autoptr(IdxQuery) q = idx_db_query(
        cat, SQL_NIGHT, error, "itiiii", night->hall_id, night->number, (int64_t)night->before,
        (int64_t)night->after, night->midnight_us - HALF_US, night->midnight_us + HALF_US);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        const char *type = idx_db_text(q, 1);
        Item item = {.id = idx_db_int(q, 0),
                     .time_us = idx_db_int(q, 2),
                     .gone = idx_db_int(q, 3) != 0,
                     .subject_id = idx_db_int(q, 4),
                     .day = (int)idx_db_int(q, 5),
                     .taken = strcmp(type, "hall.ticket.taken") == 0,
                     .rated = strcmp(type, "hall.ticket.rated") == 0,
                     .ends = strcmp(type, "hall.ticket.finished") == 0 ||
                             strcmp(type, "hall.ticket.passed") == 0};
        g_array_append_val(items, item);
    }
    return row == 0 ? g_steal_pointer(&items) : NULL;
}

static void note(GArray *subjects, int64_t id)
{
    for (guint i = 0; i < subjects->len; i++)
        if (g_array_index(subjects, int64_t, i) == id)
            return;
    g_array_append_val(subjects, id);
}

static bool move(IdxCatalogue *cat, const Night *night, const Item *item, int day, GArray *subjects,
                 GError **error)
{
    int64_t subject_id = 0;
    if (!idx_db_get_int(cat, &subject_id, SQL_PUT, error, "iiti", night->hall_id, (int64_t)day,
                        night->number, item->time_us) ||
        !idx_db_run(cat, SQL_MOVE, error, "iii", item->subject_id, item->id, subject_id))
        return false;
    note(subjects, item->subject_id);
    note(subjects, subject_id);
    return true;
}

/* What the night knows of the number so far. */
typedef struct State {
    bool known, open, anew; // anew: its number is another ticket's from here on
} State;

/* The day an event belongs to; what counts for nothing decides nothing. */
static int day_of(const Night *night, const Item *item, State *state)
{
    bool late = item->time_us >= night->midnight_us;
    bool goes_on = !state->anew && !item->taken && (state->open || (state->known && item->rated));
    if (!item->gone) {
        state->anew = state->anew || (late && !goes_on);
        state->known = true;
        state->open = item->rated ? state->open : !item->ends;
    }
    return late && !goes_on ? night->after : night->before;
}

static bool settle(IdxCatalogue *cat, const Night *night, GArray *subjects, GError **error)
{
    State state = {0};
    g_autoptr(GArray) items = load(cat, night, error);
    for (guint i = 0; items && i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        int day = day_of(night, item, &state);
        if (day != item->day && !move(cat, night, item, day, subjects, error))
            return false;
    }
    return items != NULL;
}

bool idx_night_settle(IdxCatalogue *cat, int64_t event_id, int64_t time_us, GArray *subjects,
                      GError **error)
{
    Night night = {0};
    if (!find_midnight(cat, time_us, &night))
        return true;
    int found = find_ticket(cat, event_id, &night, error);
    bool ok = found == 0 || (found > 0 && settle(cat, &night, subjects, error));
    g_free(night.number);
    return ok;
}
