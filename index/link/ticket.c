// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/ticket.h"

#include "index/base/text.h"
#include "index/db.h"

#include <string.h>

static const char SQL_NUMBER_OF[] =
    "SELECT s.hall_id, s.key, s.day FROM subject_event t JOIN subject s ON s.id = t.subject_id"
    " WHERE t.event_id = ? AND s.kind = 'ticket' LIMIT 1";
#define OF_NUMBER                                                                                  \
    " FROM subject s JOIN subject_event t ON t.subject_id = s.id JOIN event e ON e.id ="           \
    " t.event_id WHERE s.kind = 'ticket' AND s.hall_id = ?1 AND s.key = ?2 AND s.day = ?3"
/* As nearly always: at most one id, one source that gives out and one that calls. Then there is one sign of each at
 * most, and nothing to be told apart; found without a look at each event's own. */
#define ONE(value) "min(" value ") IS max(" value ")"
#define TELLER_OF(type) "CASE e.type WHEN 'hall.ticket." type "' THEN e.source END"
#define IS_PLAIN                                                                                   \
    "SELECT coalesce(max(s.part), '') IS '' AND " ONE("e.ticket_id") " AND " ONE(                  \
        TELLER_OF("taken")) " AND " ONE(TELLER_OF("called"))
static const char SQL_IS_PLAIN[] = IS_PLAIN OF_NUMBER;
static const char SQL_IS_PLAIN_EVENT[] =
    IS_PLAIN " FROM subject_event m JOIN subject a ON a.id = m.subject_id AND a.kind ="
             " 'ticket' CROSS JOIN subject s ON s.kind = 'ticket' AND s.hall_id = a.hall_id AND"
             " s.key = a.key AND s.day = a.day CROSS JOIN subject_event t ON t.subject_id = s.id"
             " CROSS JOIN event e ON e.id = t.event_id WHERE m.event_id = ?1";
static const char SQL_IS_WHOLE[] =
    "SELECT NOT EXISTS (SELECT 1 FROM subject_event m JOIN subject a ON a.id = m.subject_id AND"
    " a.kind = 'ticket' CROSS JOIN subject s ON s.kind = 'ticket' AND s.hall_id = a.hall_id AND"
    " s.key = a.key AND s.day = a.day AND s.part > '' WHERE m.event_id = ?1)";
static const char SQL_EVENTS[] =
    "SELECT e.id, e.source, e.type, e.ticket_id, e.place, e.superseded_by IS NOT NULL OR"
    " e.cancelled, s.id, s.part, e.time_us" OF_NUMBER " ORDER BY e.id";
/* A number that is parted by ids alone: two of its tickets have events that hold, and no event of it is without an id.
 * One more that carries an id changes nothing of the others. */
#define SAME_NUMBER                                                                                \
    " o.kind = 'ticket' AND o.hall_id = a.hall_id AND o.key = a.key AND o.day = a.day"
static const char SQL_IS_BY_IDS[] =
    "SELECT coalesce((SELECT (SELECT count(*) FROM (SELECT 1 FROM subject o WHERE" SAME_NUMBER
    " AND o.part >= 'id:' AND o.part < 'id;' AND EXISTS (SELECT 1 FROM subject_event x JOIN event e"
    " ON e.id = x.event_id AND e.superseded_by IS NULL AND NOT e.cancelled WHERE x.subject_id ="
    " o.id) LIMIT 2)) = 2 AND NOT EXISTS (SELECT 1 FROM subject o CROSS JOIN subject_event x ON"
    " x.subject_id = o.id CROSS JOIN event e ON e.id = x.event_id AND e.ticket_id IS NULL"
    " WHERE" SAME_NUMBER ") FROM event i JOIN subject_event m ON m.event_id = i.id JOIN subject a"
    " ON a.id = m.subject_id AND a.kind = 'ticket' WHERE i.id = ?1 AND i.ticket_id IS NOT NULL"
    " LIMIT 1), 0)";
static const char SQL_EVENT[] =
    "SELECT e.id, e.source, e.type, e.ticket_id, e.place, e.superseded_by IS NOT NULL OR"
    " e.cancelled, s.id, s.part, e.time_us FROM subject_event t JOIN subject s ON s.id ="
    " t.subject_id AND"
    " s.kind = 'ticket' JOIN event e ON e.id = t.event_id WHERE t.event_id = ?1";
static const char SQL_PUT[] =
    "INSERT INTO subject (kind, hall_id, day, key, part, first_us, last_us)"
    " SELECT 'ticket', ?1, ?2, ?3, ?4, time_us, time_us FROM event WHERE id = ?5"
    " ON CONFLICT (kind, hall_id, key, day, part) DO UPDATE SET key = key RETURNING id";
static const char SQL_TIE[] =
    "INSERT OR IGNORE INTO subject_event (subject_id, event_id) VALUES (?, ?)";
static const char SQL_UNTIE[] = "DELETE FROM subject_event WHERE subject_id = ? AND event_id = ?";
static const char SQL_DOUBTFUL[] =
    "SELECT t.event_id FROM subject_event t WHERE t.subject_id = ?1 AND EXISTS (SELECT 1 FROM"
    " subject_event o CROSS JOIN subject s ON s.id = o.subject_id AND s.kind = 'ticket'"
    " WHERE o.event_id = t.event_id AND o.subject_id <> ?1) ORDER BY 1";
static const char SQL_TOLD[] =
    "SELECT e.ticket_id, e.source FROM subject_event t JOIN event e ON e.id = t.event_id"
    " WHERE t.subject_id = ? ORDER BY e.superseded_by IS NOT NULL OR e.cancelled,"
    " e.ticket_id IS NULL, e.type NOT LIKE 'hall.ticket.%', e.time_us, e.source, e.event_id,"
    " e.data_ver LIMIT 1";

// ── the rule ──

typedef struct Teller { // a source
    const char *source;
    char *part; // of what it says without an id; NULL = that cannot be told
    const char *ticket_id;
    bool leads, several;
} Teller;

typedef struct Sign {
    const char *part;
    bool taken, called;
} Sign;

static void teller_clear(gpointer teller)
{
    g_free(((Teller *)teller)->part);
}

static bool is_type(const IdxTicketEvent *event, const char *type)
{
    return strcmp(event->type, type) == 0;
}

static Teller *find_teller(const GArray *tellers, const char *source)
{
    for (guint i = 0; i < tellers->len; i++)
        if (strcmp(g_array_index(tellers, Teller, i).source, source) == 0)
            return &g_array_index(tellers, Teller, i);
    return NULL;
}

char *idx_ticket_part_of_id(const char *ticket_id)
{
    g_autofree char *clean = mj_identifier(ticket_id);
    g_autofree char *folded = g_ascii_strup(clean, -1);
    return g_strconcat(IDX_PART_ID, folded, NULL);
}

/* What only queue systems and kiosks say. */
static bool leads(const char *type)
{
    return strcmp(type, "hall.ticket.taken") == 0 || strcmp(type, "hall.ticket.called") == 0;
}

static void hear(GArray *tellers, const IdxTicketEvent *event)
{
    Teller *teller = find_teller(tellers, event->source);
    if (!teller) {
        g_array_append_val(tellers, (Teller){.source = event->source});
        teller = &g_array_index(tellers, Teller, tellers->len - 1);
    }
    teller->leads = teller->leads || leads(event->type);
    teller->several = teller->several || (event->ticket_id && teller->ticket_id &&
                                          g_ascii_strcasecmp(event->ticket_id, teller->ticket_id));
    if (!teller->ticket_id)
        teller->ticket_id = event->ticket_id;
}

static GArray *find_tellers(const IdxTicketEvent *events, size_t n_events)
{
    GArray *tellers = g_array_new(FALSE, FALSE, sizeof(Teller));
    g_array_set_clear_func(tellers, teller_clear);
    for (size_t i = 0; i < n_events; i++)
        if (!events[i].gone)
            hear(tellers, &events[i]);
    for (guint i = 0; i < tellers->len; i++) {
        Teller *t = &g_array_index(tellers, Teller, i);
        if (t->leads && !t->several)
            t->part = t->ticket_id ? idx_ticket_part_of_id(t->ticket_id)
                                   : g_strconcat(IDX_PART_SOURCE, t->source, NULL);
    }
    return tellers;
}

/* By what the events say themselves; NULL where they do not. */
static GPtrArray *find_firm(const IdxTicketEvent *events, size_t n_events)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) tellers = find_tellers(events, n_events);
    for (size_t i = 0; i < n_events; i++) {
        const Teller *teller = find_teller(tellers, events[i].source);
        g_ptr_array_add(parts, events[i].ticket_id ? idx_ticket_part_of_id(events[i].ticket_id)
                                                   : g_strdup(teller ? teller->part : NULL));
    }
    return parts;
}

static void add_sign(GArray *signs, const char *part, const IdxTicketEvent *event)
{
    guint i = 0;
    while (i < signs->len && strcmp(g_array_index(signs, Sign, i).part, part) != 0)
        i++;
    if (i == signs->len)
        g_array_append_val(signs, (Sign){.part = part});
    Sign *sign = &g_array_index(signs, Sign, i);
    sign->taken = sign->taken || is_type(event, "hall.ticket.taken");
    sign->called = sign->called || is_type(event, "hall.ticket.called");
}

/* Whether the number is more than one ticket's. */
static bool is_shared(const IdxTicketEvent *events, const GPtrArray *firm)
{
    int ids = 0, taken = 0, called = 0;
    g_autoptr(GArray) signs = g_array_new(FALSE, FALSE, sizeof(Sign));
    for (guint i = 0; i < firm->len; i++)
        if (firm->pdata[i] && !events[i].gone)
            add_sign(signs, firm->pdata[i], &events[i]);
    for (guint i = 0; i < signs->len; i++) {
        const Sign *sign = &g_array_index(signs, Sign, i);
        ids += g_str_has_prefix(sign->part, IDX_PART_ID);
        taken += sign->taken;
        called += sign->called;
    }
    return ids > 1 || taken > 1 || called > 1;
}

/* The one ticket whose own events were at @place; NULL if none was, or several were. */
static const char *find_at(const IdxTicketEvent *events, const GPtrArray *firm, const char *place)
{
    const char *found = NULL;
    for (guint i = 0; place && i < firm->len; i++) {
        if (!firm->pdata[i] || events[i].gone || g_strcmp0(events[i].place, place) != 0)
            continue;
        if (found && strcmp(found, firm->pdata[i]) != 0)
            return NULL;
        found = firm->pdata[i];
    }
    return found;
}

/* The ticket whose own event at the same place is nearest in time to a rating; NULL if none is near, or two are just as
 * near. */
static const char *find_nearest(const IdxTicketEvent *events, const GPtrArray *firm, size_t rated)
{
    const char *found = NULL;
    int64_t least_us = IDX_TICKET_RATED_US;
    for (guint i = 0; events[rated].place && i < firm->len; i++) {
        if (!firm->pdata[i] || events[i].gone ||
            g_strcmp0(events[i].place, events[rated].place) != 0)
            continue;
        int64_t off_us = ABS(events[i].time_us - events[rated].time_us);
        if (off_us < least_us)
            found = firm->pdata[i];
        else if (off_us == least_us && g_strcmp0(found, firm->pdata[i]) != 0)
            found = NULL;
        least_us = MIN(least_us, off_us);
    }
    return found;
}

static char *part_of(const IdxTicketEvent *events, const GPtrArray *firm, size_t i)
{
    const char *part = firm->pdata[i];
    if (!part)
        part = find_at(events, firm, events[i].place);
    if (!part && is_type(&events[i], "hall.ticket.rated"))
        return g_strdup(find_nearest(events, firm, i));
    if (!part && g_str_has_prefix(events[i].type, "hall.ticket."))
        return g_strconcat(IDX_PART_SOURCE, events[i].source, NULL);
    return g_strdup(part);
}

GPtrArray *idx_ticket_parts(const IdxTicketEvent *events, size_t n_events)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) firm = find_firm(events, n_events);
    bool shared = is_shared(events, firm);
    for (size_t i = 0; i < n_events; i++)
        g_ptr_array_add(parts, shared ? part_of(events, firm, i) : g_strdup(""));
    return parts;
}

// ── in the catalogue ──

typedef struct Tie {
    int64_t subject_id;
    char *part;
    guint event; // its index
} Tie;

typedef struct Number { // its events, and what they are tied to
    int64_t hall_id;
    const char *number;
    int day;
    GArray *ids;    // int64_t, of the events
    GArray *events; // IdxTicketEvent; its strings are its own
    GArray *ties;   // Tie; those of one event stand together, in the order of events
    GArray *first;  // guint, by event: its first tie
    GArray *subjects;
} Number;

static void event_clear(gpointer data)
{
    IdxTicketEvent *e = data;
    const char *const strings[] = {e->source, e->type, e->ticket_id, e->place};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free((char *)(uintptr_t)strings[i]);
}

static void tie_clear(gpointer tie)
{
    g_free(((Tie *)tie)->part);
}

static void number_clear(Number *n)
{
    g_clear_pointer(&n->ids, g_array_unref);
    g_clear_pointer(&n->events, g_array_unref);
    g_clear_pointer(&n->ties, g_array_unref);
    g_clear_pointer(&n->first, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Number, number_clear)

static void number_init(Number *n)
{
    n->ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    n->events = g_array_new(FALSE, FALSE, sizeof(IdxTicketEvent));
    n->ties = g_array_new(FALSE, FALSE, sizeof(Tie));
    n->first = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_set_clear_func(n->events, event_clear);
    g_array_set_clear_func(n->ties, tie_clear);
}

static void read_row(Number *n, IdxQuery *q)
{
    int64_t id = idx_db_int(q, 0);
    if (n->ids->len == 0 || g_array_index(n->ids, int64_t, n->ids->len - 1) != id) {
        IdxTicketEvent event = {.source = g_strdup(idx_db_text(q, 1)),
                                .type = g_strdup(idx_db_text(q, 2)),
                                .ticket_id = g_strdup(idx_db_text(q, 3)),
                                .place = g_strdup(idx_db_text(q, 4)),
                                .time_us = idx_db_int(q, 8),
                                .gone = idx_db_int(q, 5) != 0};
        g_array_append_val(n->events, event);
        g_array_append_val(n->ids, id);
        g_array_append_val(n->first, n->ties->len);
    }
    Tie tie = {idx_db_int(q, 6), g_strdup(idx_db_text(q, 7)), n->ids->len - 1};
    g_array_append_val(n->ties, tie);
}

/* All of the number, or @event_id alone. */
static bool load(IdxCatalogue *cat, Number *n, int64_t event_id, GError **error)
{
    g_autoptr(IdxQuery) q = event_id ? idx_db_query(cat, SQL_EVENT, error, "i", event_id)
                                     : idx_db_query(cat, SQL_EVENTS, error, "iti", n->hall_id,
                                                    n->number, (int64_t)n->day);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        read_row(n, q);
    return row == 0;
}

static bool is_tied(const Number *n, guint event, const char *part)
{
    for (guint i = g_array_index(n->first, guint, event); i < n->ties->len; i++) {
        const Tie *tie = &g_array_index(n->ties, Tie, i);
        if (tie->event != event)
            break;
        if (strcmp(tie->part, part) == 0)
            return true;
    }
    return false;
}

static bool tie_to(IdxCatalogue *cat, const Number *n, guint event, const char *part,
                   GError **error)
{
    int64_t subject_id = 0, id = g_array_index(n->ids, int64_t, event);
    if (is_tied(n, event, part))
        return true;
    if (!idx_db_get_int(cat, &subject_id, SQL_PUT, error, "iitti", n->hall_id, (int64_t)n->day,
                        n->number, part, id) ||
        !idx_db_run(cat, SQL_TIE, error, "ii", subject_id, id))
        return false;
    idx_subject_note(n->subjects, subject_id);
    return true;
}

/* Of what is of all tickets there are: not those of which nothing is left that holds. Borrowed strings. */
static GPtrArray *parts_that_hold(const Number *n, const GPtrArray *parts)
{
    GPtrArray *held = g_ptr_array_new();
    for (guint i = 0; i < parts->len; i++)
        if (parts->pdata[i] && !g_array_index(n->events, IdxTicketEvent, i).gone)
            g_ptr_array_add(held, parts->pdata[i]);
    return held;
}

static bool tie_to_all(IdxCatalogue *cat, const Number *n, guint event, const GPtrArray *held,
                       GError **error)
{
    for (guint i = 0; i < held->len; i++)
        if (!tie_to(cat, n, event, held->pdata[i], error))
            return false;
    return true;
}

/* @parts by event; NULL: to all of @held. */
static bool tie_all(IdxCatalogue *cat, const Number *n, const GPtrArray *parts,
                    const GPtrArray *held, GError **error)
{
    for (guint i = 0; i < parts->len; i++)
        if (!(parts->pdata[i] ? tie_to(cat, n, i, parts->pdata[i], error)
                              : tie_to_all(cat, n, i, held, error)))
            return false;
    return true;
}

static bool is_part(const GPtrArray *held, const char *part)
{
    for (guint i = 0; i < held->len; i++)
        if (strcmp(held->pdata[i], part) == 0)
            return true;
    return false;
}

static bool untie_others(IdxCatalogue *cat, const Number *n, const GPtrArray *parts,
                         const GPtrArray *held, GError **error)
{
    for (guint i = 0; i < n->ties->len; i++) {
        const Tie *tie = &g_array_index(n->ties, Tie, i);
        const char *wanted = parts->pdata[tie->event];
        if (wanted ? strcmp(wanted, tie->part) == 0 : is_part(held, tie->part))
            continue;
        if (!idx_db_run(cat, SQL_UNTIE, error, "ii", tie->subject_id,
                        g_array_index(n->ids, int64_t, tie->event)))
            return false;
        idx_subject_note(n->subjects, tie->subject_id);
    }
    return true;
}

static bool tie_anew(IdxCatalogue *cat, const Number *n, const GPtrArray *parts, GError **error)
{
    g_autoptr(GPtrArray) held = parts_that_hold(n, parts);
    return tie_all(cat, n, parts, held, error) && untie_others(cat, n, parts, held, error);
}

static bool settle(IdxCatalogue *cat, Number *n, GError **error)
{
    number_init(n);
    if (!load(cat, n, 0, error))
        return false;
    g_autoptr(GPtrArray) parts =
        idx_ticket_parts((const IdxTicketEvent *)(void *)n->events->data, n->events->len);
    return tie_anew(cat, n, parts, error);
}

/* The event alone, where the others stay as they are. */
static bool settle_one(IdxCatalogue *cat, Number *n, int64_t event_id, GError **error)
{
    number_init(n);
    if (!load(cat, n, event_id, error))
        return false;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n->events->len; i++)
        g_ptr_array_add(
            parts, idx_ticket_part_of_id(g_array_index(n->events, IdxTicketEvent, i).ticket_id));
    return tie_anew(cat, n, parts, error);
}

bool idx_ticket_settle(IdxCatalogue *cat, int64_t hall_id, const char *number, int day,
                       GArray *subjects, GError **error)
{
    int64_t plain = 0;
    g_auto(Number) n = {.hall_id = hall_id, .number = number, .day = day, .subjects = subjects};
    return idx_db_get_int(cat, &plain, SQL_IS_PLAIN, error, "iti", hall_id, number, (int64_t)day) &&
           (plain || settle(cat, &n, error));
}

/* Where the event names no ticket, *ret_number stays NULL. */
static bool find_number(IdxCatalogue *cat, int64_t event_id, Number *n, char **ret_number,
                        GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NUMBER_OF, error, "i", event_id);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return row == 0;
    n->hall_id = idx_db_int(q, 0);
    n->number = *ret_number = g_strdup(idx_db_text(q, 1));
    n->day = (int)idx_db_int(q, 2);
    return true;
}

bool idx_ticket_decides(const char *type, const char *ticket_id)
{
    return ticket_id || leads(type);
}

bool idx_ticket_settle_event(IdxCatalogue *cat, int64_t event_id, bool decides, GArray *subjects,
                             GError **error)
{
    int64_t plain = 0, by_ids = 0;
    g_autofree char *number = NULL;
    g_auto(Number) n = {.subjects = subjects};
    if (!idx_db_get_int(cat, &by_ids, SQL_IS_BY_IDS, error, "i", event_id) ||
        (!by_ids && !idx_db_get_int(cat, &plain, decides ? SQL_IS_PLAIN_EVENT : SQL_IS_WHOLE, error,
                                    "i", event_id)))
        return false;
    if (plain)
        return true;
    return find_number(cat, event_id, &n, &number, error) &&
           (!number || (by_ids ? settle_one(cat, &n, event_id, error) : settle(cat, &n, error)));
}

bool idx_ticket_told(IdxCatalogue *cat, int64_t subject_id, char **ret_ticket_id, char **ret_source,
                     GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TOLD, error, "i", subject_id);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    *ret_ticket_id = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    *ret_source = row > 0 ? g_strdup(idx_db_text(q, 1)) : NULL;
    return true;
}

/* What SQL_TOLD has in order before the time; the lower first. */
static int rank_of_teller(const IdxStoredEvent *e)
{
    bool gone = e->superseded || e->cancelled;
    bool tickets = g_ascii_strncasecmp(e->type, "hall.ticket.", strlen("hall.ticket.")) == 0;
    return gone * 4 + !e->ticket_id * 2 + !tickets;
}

static bool tells_before(const IdxStoredEvent *a, const IdxStoredEvent *b)
{
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us;
    int order = strcmp(a->source, b->source);
    if (order == 0)
        order = strcmp(a->event_id, b->event_id);
    return order ? order < 0 : a->data_ver < b->data_ver;
}

void idx_ticket_told_by(const IdxStory *story, const char **ret_ticket_id, const char **ret_source)
{
    const IdxStoredEvent *teller = NULL;
    int least = 0;
    for (guint i = 0; i < story->events->len; i++) {
        const IdxStoredEvent *e = story->events->pdata[i];
        int rank = rank_of_teller(e);
        if (teller && (rank > least || (rank == least && !tells_before(e, teller))))
            continue;
        teller = e;
        least = rank;
    }
    *ret_ticket_id = teller ? teller->ticket_id : NULL;
    *ret_source = teller ? teller->source : NULL;
}

bool idx_ticket_doubtful(IdxCatalogue *cat, int64_t subject_id, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_DOUBTFUL, error, "i", subject_id);
    return idx_db_append_ints(cat, q, ids, error);
}
