// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/rated.h"

#include "index/base/clock.h"
#include "index/db.h"
#include "index/find/subject.h"
#include "index/hall.h"
#include "index/link/night.h"
#include "index/link/ticket.h"

#include <string.h>

#define RATED "hall.ticket.rated"
#define HALF_US (12 * MJ_HOUR_US) // by which a night may move what it concerns

#define GIVES_OUT " e.type GLOB 'hall.ticket.*' AND e.type <> '" RATED "'"
#define GIVES GIVES_OUT " AND e.superseded_by IS NULL AND NOT e.cancelled"
#define SAYS_NO_DAY                                                                                \
    "CASE WHEN instr(e.body, '\"ticket_day\"') AND json_valid(e.body)"                             \
    " THEN e.body ->> '$.data.ticket_day' END IS NULL"
/* Of each day its first event is mostly enough. ?7 NULL: whatever ticket_id they carry. */
static const char SQL_DAY[] =
    "SELECT s.day FROM subject s WHERE s.kind = 'ticket' AND s.hall_id = ?1 AND s.key = ?2 AND "
    "s.day"
    " BETWEEN ?3 AND ?4 AND EXISTS (SELECT 1 FROM subject_event t CROSS JOIN event e ON e.id ="
    " t.event_id WHERE t.subject_id = s.id AND" GIVES
    " AND e.time_us <= CASE s.day WHEN ?4 THEN ?6 ELSE ?5 END"
    " AND (?7 IS NULL OR e.ticket_id = ?7 COLLATE NOCASE)) ORDER BY s.day DESC LIMIT 1";
static const char SQL_OF[] =
    "SELECT s.hall_id, s.key, s.day, e.time_us, e.type, e.ticket_id, e.superseded_by IS NOT NULL OR"
    " e.cancelled, " SAYS_NO_DAY " FROM subject_event t JOIN subject s ON s.id = t.subject_id AND"
    " s.kind = 'ticket' JOIN event e ON e.id = t.event_id WHERE t.event_id = ? LIMIT 1";
/* Most are not the first of their day, and decide nothing. */
static const char SQL_IS_FIRST[] =
    "SELECT NOT EXISTS (SELECT 1 FROM event i CROSS JOIN subject_event m ON m.event_id = i.id CROSS"
    " JOIN subject a ON a.id = m.subject_id AND a.kind = 'ticket' CROSS JOIN subject s ON s.kind ="
    " 'ticket' AND s.hall_id = a.hall_id AND s.key = a.key AND s.day = a.day CROSS JOIN"
    " subject_event t ON t.subject_id = s.id CROSS JOIN event e ON e.id = t.event_id WHERE i.id ="
    " ?1 AND" GIVES " AND e.time_us <= i.time_us AND e.id <> i.id AND (i.ticket_id IS NULL OR"
    " e.ticket_id = i.ticket_id COLLATE NOCASE))";
/* A day that has one was heard of as late as that: others are not looked into. */
static const char SQL_RATINGS[] =
    "SELECT e.id, s.day, e.time_us, e.ticket_id, e.type FROM (SELECT DISTINCT day FROM subject"
    " INDEXED BY subject_key WHERE key = ?2 AND last_us >= ?5 AND kind = 'ticket' AND hall_id = ?1"
    " AND day BETWEEN ?3 AND ?4) d CROSS JOIN subject s ON s.kind = 'ticket' AND s.hall_id = ?1 AND"
    " s.key = ?2 AND s.day = d.day CROSS JOIN subject_event t ON t.subject_id = s.id CROSS JOIN"
    " event e ON e.id = t.event_id WHERE NOT (" GIVES_OUT ") AND e.time_us >= ?5 AND"
    " e.superseded_by IS NULL AND NOT e.cancelled AND " SAYS_NO_DAY " GROUP BY e.id ORDER BY e.id";
static const char SQL_PUT[] = "INSERT INTO subject (kind, hall_id, day, key, first_us, last_us)"
                              " VALUES ('ticket', ?1, ?2, ?3, ?4, ?4) ON CONFLICT (kind, hall_id, "
                              "key, day, part) DO UPDATE SET last_us = max(last_us, ?4)"
                              " RETURNING id";
static const char SQL_UNTIE[] =
    "DELETE FROM subject_event WHERE event_id = ?1 AND subject_id IN (SELECT id FROM subject WHERE"
    " kind = 'ticket' AND hall_id = ?2 AND key = ?3 AND day = ?4)";
static const char SQL_TIE[] = "INSERT INTO subject_event (subject_id, event_id) VALUES (?, ?)";

typedef struct Rating {
    int64_t id, time_us;
    int day;  // it is tied to
    int days; // before its own that it may be of
    char *ticket_id;
    bool gone;
} Rating;

typedef struct Number { // of an event
    int64_t hall_id;
    char *key;
    bool gives;   // it says that there is such a ticket
    bool asks;    // it gives out none, and says no day
    Rating event; // as if it were one
} Number;

static void rating_clear(gpointer rating)
{
    g_free(((Rating *)rating)->ticket_id);
}

static void number_clear(Number *number)
{
    g_free(number->key);
    rating_clear(&number->event);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Number, number_clear)

bool idx_rated_is(const IdxEvent *event)
{
    return !event->ticket_day && event->ticket_no && !idx_rated_concerns(event->type);
}

bool idx_rated_concerns(const char *type)
{
    return g_str_has_prefix(type, "hall.ticket.") && strcmp(type, RATED) != 0;
}

static int days_of(const char *type)
{
    return strcmp(type, RATED) == 0 ? IDX_RATED_DAYS : IDX_RATED_NAMED_DAYS;
}

static bool find_day(IdxCatalogue *cat, int64_t hall_id, const char *key, const Rating *rating,
                     int *ret_day, GError **error)
{
    bool night = false;
    GTimeZone *zone = idx_hall_zone(cat, hall_id, error);
    if (!zone || !idx_night_is(cat, hall_id, rating->time_us, &night, error))
        return false;
    int own = mj_time_local_day(rating->time_us, zone);
    int first = mj_time_local_day(rating->time_us - rating->days * MJ_DAY_US, zone);
    int64_t own_us = rating->time_us + (night ? 0 : IDX_TICKET_RATED_US);
    *ret_day = own;
    int row = 0;
    for (int any = rating->ticket_id ? 0 : 1; any <= 1 && row == 0 && !rating->gone; any++) {
        g_autoptr(IdxQuery) q =
            idx_db_query(cat, SQL_DAY, error, "itiiiit", hall_id, key, (int64_t)first, (int64_t)own,
                         rating->time_us, own_us, any ? NULL : rating->ticket_id);
        row = idx_db_step(cat, q, error);
        *ret_day = row > 0 ? (int)idx_db_int(q, 0) : own;
    }
    return row >= 0;
}

bool idx_rated_day(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int *ret_day,
                   GError **error)
{
    Rating rating = {.time_us = event->time_us,
                     .days = days_of(event->type),
                     .ticket_id = event->ticket_id,
                     .gone = event->cancelled || !idx_rated_is(event)};
    return find_day(cat, hall_id, event->ticket_no, &rating, ret_day, error);
}

/* 1: found; 0: the event names no ticket; -1: error. */
static int find_number(IdxCatalogue *cat, int64_t event_id, Number *number, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OF, error, "i", event_id);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row;
    const char *type = idx_db_text(q, 4);
    *number = (Number){.hall_id = idx_db_int(q, 0),
                       .key = g_strdup(idx_db_text(q, 1)),
                       .gives = idx_rated_concerns(type),
                       .asks = !idx_rated_concerns(type) && idx_db_int(q, 7),
                       .event = {.id = event_id,
                                 .day = (int)idx_db_int(q, 2),
                                 .time_us = idx_db_int(q, 3),
                                 .days = days_of(type),
                                 .ticket_id = g_strdup(idx_db_text(q, 5)),
                                 .gone = idx_db_int(q, 6) != 0}};
    return row;
}

static int day_off(int day, int days)
{
    g_autoptr(GDate) date = g_date_new_dmy((GDateDay)(day % 100), (GDateMonth)(day / 100 % 100),
                                           (GDateYear)(day / 10000));
    if (days < 0)
        g_date_subtract_days(date, (guint)-days);
    else
        g_date_add_days(date, (guint)days);
    return g_date_get_year(date) * 10000 + (int)g_date_get_month(date) * 100 + g_date_get_day(date);
}

/* Those that the events of @number's day from @since_us on may concern. */
static GArray *load(IdxCatalogue *cat, const Number *number, int64_t since_us, GError **error)
{
    g_autoptr(GArray) ratings = g_array_new(FALSE, FALSE, sizeof(Rating));
    g_array_set_clear_func(ratings, rating_clear);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_RATINGS, error, "itiii", number->hall_id, number->key,
                     (int64_t)day_off(number->event.day, -IDX_RATED_NAMED_DAYS - 1),
                     (int64_t)day_off(number->event.day, IDX_RATED_NAMED_DAYS + 1), since_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Rating rating = {.id = idx_db_int(q, 0),
                         .day = (int)idx_db_int(q, 1),
                         .time_us = idx_db_int(q, 2),
                         .days = days_of(idx_db_text(q, 4)),
                         .ticket_id = g_strdup(idx_db_text(q, 3))};
        g_array_append_val(ratings, rating);
    }
    return row == 0 ? g_steal_pointer(&ratings) : NULL;
}

static bool move(IdxCatalogue *cat, const Number *number, const Rating *rating, int day,
                 GArray *subjects, GError **error)
{
    int64_t subject_id = 0;
    if (!idx_subject_of_event(cat, rating->id, subjects, error) ||
        !idx_db_run(cat, SQL_UNTIE, error, "iiti", rating->id, number->hall_id, number->key,
                    (int64_t)rating->day) ||
        !idx_db_get_int(cat, &subject_id, SQL_PUT, error, "iiti", number->hall_id, (int64_t)day,
                        number->key, rating->time_us) ||
        !idx_db_run(cat, SQL_TIE, error, "ii", subject_id, rating->id))
        return false;
    idx_subject_note(subjects, subject_id);
    return idx_ticket_settle(cat, number->hall_id, number->key, rating->day, subjects, error) &&
           idx_ticket_settle(cat, number->hall_id, number->key, day, subjects, error);
}

static bool settle_one(IdxCatalogue *cat, const Number *number, const Rating *rating,
                       GArray *subjects, GError **error)
{
    int day = 0;
    return find_day(cat, number->hall_id, number->key, rating, &day, error) &&
           (day == rating->day || move(cat, number, rating, day, subjects, error));
}

static bool settle(IdxCatalogue *cat, const Number *number, bool night, GArray *subjects,
                   GError **error)
{
    int64_t since_us = number->event.time_us - (night ? HALF_US : IDX_TICKET_RATED_US);
    g_autoptr(GArray) ratings = load(cat, number, since_us, error);
    for (guint i = 0; ratings && i < ratings->len; i++)
        if (!settle_one(cat, number, &g_array_index(ratings, Rating, i), subjects, error))
            return false;
    return ratings != NULL;
}

bool idx_rated_settle(IdxCatalogue *cat, int64_t event_id, bool decides, GArray *subjects,
                      GError **error)
{
    int64_t first = 1;
    bool night = false;
    g_auto(Number) number = {0};
    if (!decides && !idx_db_get_int(cat, &first, SQL_IS_FIRST, error, "i", event_id))
        return false;
    int found = first ? find_number(cat, event_id, &number, error) : 0;
    if (found > 0 && number.asks)
        return settle_one(cat, &number, &number.event, subjects, error);
    if (found > 0 && !idx_night_is(cat, number.hall_id, number.event.time_us, &night, error))
        return false;
    /* By night an event of any type may have moved others from one day to another. */
    if (found > 0 && (number.gives || (decides && night)))
        return settle(cat, &number, night, subjects, error);
    return found >= 0;
}

bool idx_rated_settle_idle(IdxCatalogue *cat, int64_t event_id, GArray *subjects, GError **error)
{
    g_auto(Number) number = {0};
    int found = find_number(cat, event_id, &number, error);
    return found <= 0 || !number.asks ? found >= 0
                                      : settle_one(cat, &number, &number.event, subjects, error);
}
