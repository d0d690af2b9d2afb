// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/place_link.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/story.h"
#include "index/hold/hold.h"
#include "index/hold/journal.h"

#define STEP_EVENTS 128               // looked at in one transaction
#define STEP_SUBJECTS 1024            // that last long; most were elsewhere
#define STEP_US (15 * INT64_C(1000))  // and no longer than this: a recorder may wait
#define BREATH_US (2 * INT64_C(1000)) // between transactions: whoever waits looks each millisecond
#define PROGRESS_US (200 * INT64_C(1000)) // between two reports

static const char SQL_QUEUE[] =
    "INSERT INTO place_link (place, from_us, to_us, next_us, next_id, begun_us)"
    " VALUES (?1, ?2, ?3, ?2, 0, ?4)";
static const char SQL_COVERED[] = // the same or more is queued and not begun
    "SELECT count(*) FROM place_link WHERE place = ?1 AND from_us <= ?2 AND to_us >= ?3"
    " AND next_us = from_us AND next_id = 0";
static const char SQL_QUEUE_ALL[] =
    "INSERT INTO place_link (place, from_us, to_us, next_us, next_id, begun_us)"
    " SELECT DISTINCT code, -9223372036854775808, 9223372036854775807, -9223372036854775808, 0, ?"
    " FROM place";
static const char SQL_PENDING[] = "SELECT count(DISTINCT place) FROM place_link";
static const char SQL_FIRST[] =
    "SELECT id, place, next_us, next_id, to_us, from_us FROM place_link ORDER BY id LIMIT 1";
static const char SQL_CLOCKS[] = // how far an event's time may be from the host's
    "SELECT coalesce(max(abs(offset_us) + uncertainty_us), 0) FROM source_clock"
    " WHERE superseded_us IS NULL";
static const char SQL_EVENTS[] =
    "SELECT e.time_us, e.id, t.subject_id FROM event e LEFT JOIN subject_event t ON t.event_id = "
    "e.id"
    " WHERE e.place = ?1 AND (e.time_us, e.id) > (?2, ?3) AND e.time_us < ?4"
    " ORDER BY e.time_us, e.id LIMIT ?5";
/* What was going on at ?1, by its last event; a subject if it was at the place before. */
static const char SQL_LASTING[] =
    "SELECT s.last_us, s.id, CASE WHEN s.first_us < ?1 AND EXISTS (SELECT 1 FROM subject_event m"
    " JOIN event e ON e.id = m.event_id WHERE m.subject_id = s.id AND e.place = ?2"
    " AND e.time_us < ?1) THEN s.id END FROM subject s INDEXED BY subject_long"
    " WHERE s.last_us - s.first_us > 86400000000 AND s.kind <> 'approval'"
    " AND (s.last_us, s.id) > (?3, ?4) ORDER BY s.last_us, s.id LIMIT ?5";
static const char SQL_ADVANCE[] = "UPDATE place_link SET next_us = ?2, next_id = ?3 WHERE id = ?1";
static const char SQL_DONE[] = "DELETE FROM place_link WHERE id = ?";

/* How far from an event's time the coverage may matter that its visit is linked by, unless the visit lasts more
 * than a day: that far, and as much as clocks may be wrong. */
static bool reach(IdxCatalogue *cat, int64_t *ret_us, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    int64_t clocks_us = 0, around_us = 0;
    if (!idx_story_rules(cat, rules, error) ||
        !idx_db_get_int(cat, &clocks_us, SQL_CLOCKS, error, ""))
        return false;
    for (int i = 0; i < IDX_METHODS; i++)
        around_us = MAX(around_us, rules[i].before_us + rules[i].max_us + rules[i].after_us);
    *ret_us = MJ_DAY_US + around_us + clocks_us;
    return true;
}

/* One row for the events near it; one for what began before them and lasted until then. Whatever covers the
 * first one came with a second that covers the other. */
bool idx_place_link_queue(IdxCatalogue *cat, const char *place, int64_t from_us, int64_t to_us,
                          int64_t now_us, GError **error)
{
    int64_t reach_us = 0, queued = 0;
    if (!reach(cat, &reach_us, error))
        return false;
    int64_t first_us = from_us < INT64_MIN + reach_us ? INT64_MIN : from_us - reach_us;
    int64_t last_us = to_us > INT64_MAX - reach_us ? INT64_MAX : to_us + reach_us;
    if (!idx_db_get_int(cat, &queued, SQL_COVERED, error, "tii", place, first_us, last_us))
        return false;
    return queued > 0 ||
           (idx_db_run(cat, SQL_QUEUE, error, "tiii", place, first_us, last_us, now_us) &&
            (first_us == INT64_MIN ||
             idx_db_run(cat, SQL_QUEUE, error, "tiii", place, first_us, first_us, now_us)));
}

bool idx_place_link_queue_all(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    return idx_db_run(cat, SQL_QUEUE_ALL, error, "i", now_us);
}

bool idx_place_link_pending(IdxCatalogue *cat, int64_t *ret_places, GError **error)
{
    return idx_db_get_int(cat, ret_places, SQL_PENDING, error, "");
}

typedef struct Item { // of the queue
    int64_t id, next_us, next_id, from_us, to_us;
    char *place;
} Item;

/* Of a subject in an event; of what lasts, the subject itself stands for the event. */
typedef struct Mention {
    int64_t time_us, event_id, subject_id; // 0 = of none
} Mention;

static bool is_lasting(const Item *item)
{
    return item->from_us == item->to_us;
}

static int first_item(IdxCatalogue *cat, Item *ret, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_FIRST, error, "");
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        *ret = (Item){.id = idx_db_int(q, 0),
                      .place = g_strdup(idx_db_text(q, 1)),
                      .next_us = idx_db_int(q, 2),
                      .next_id = idx_db_int(q, 3),
                      .to_us = idx_db_int(q, 4),
                      .from_us = idx_db_int(q, 5)};
    return row;
}

static GArray *read_mentions(IdxCatalogue *cat, const Item *item, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Mention));
    g_autoptr(IdxQuery) q =
        is_lasting(item)
            ? idx_db_query(cat, SQL_LASTING, error, "itiii", item->from_us, item->place,
                           item->next_us, item->next_id, (int64_t)STEP_SUBJECTS)
            : idx_db_query(cat, SQL_EVENTS, error, "tiiii", item->place, item->next_us,
                           item->next_id, item->to_us, (int64_t)STEP_EVENTS);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Mention mention = {idx_db_int(q, 0), idx_db_int(q, 1), idx_db_int_or(q, 2, 0)};
        g_array_append_val(list, mention);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

/* A cut after any mention is right but the last of a full page, whose event may name more subjects:
 * that event is read again, unless it fills the page alone. */
static guint cut_page(const GArray *list, guint full)
{
    guint length = list->len;
    if (length < full)
        return length;
    int64_t last = g_array_index(list, Mention, length - 1).event_id;
    while (length > 0 && g_array_index(list, Mention, length - 1).event_id == last)
        length--;
    return length > 0 ? length : list->len;
}

/* Relinks the subjects of @list, which are appended to @linked; *item comes to the last event that is wholly
 * done. */
static bool link_page(IdxCatalogue *cat, const GArray *list, guint length, Item *item,
                      int64_t now_us, GArray *linked, int64_t *ret_events, GError **error)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_int64_hash, g_int64_equal);
    int64_t until_us = mj_clock_mono_us(mj_clock_system()) + STEP_US;
    for (guint i = 0; i < length; i++) {
        const Mention *mention = &g_array_index(list, Mention, i);
        bool new_event = mention->event_id != item->next_id;
        if (new_event && i > 0 && mj_clock_mono_us(mj_clock_system()) > until_us)
            return true;
        if (mention->subject_id &&
            g_hash_table_add(done, (gpointer)(uintptr_t)&mention->subject_id)) {
            g_array_append_val(linked, mention->subject_id);
            if (!idx_story_relink(cat, mention->subject_id, now_us, error))
                return false;
        }
        item->next_us = mention->time_us;
        item->next_id = mention->event_id;
        *ret_events += new_event && !is_lasting(item);
    }
    return true;
}

static bool work(IdxCatalogue *cat, Item *item, int64_t now_us, int64_t *ret_events, GError **error)
{
    int64_t since = 0;
    g_autoptr(GArray) list = read_mentions(cat, item, error);
    if (!list || !idx_hold_mark(cat, &since, error))
        return false;
    if (list->len == 0)
        return idx_db_run(cat, SQL_DONE, error, "i", item->id);
    g_autoptr(GArray) linked = g_array_new(FALSE, FALSE, sizeof(int64_t));
    guint length = cut_page(list, is_lasting(item) ? STEP_SUBJECTS : STEP_EVENTS);
    return link_page(cat, list, length, item, now_us, linked, ret_events, error) &&
           idx_hold_follow(cat, linked, since, now_us, error) &&
           idx_db_run(cat, SQL_ADVANCE, error, "iii", item->id, item->next_us, item->next_id);
}

bool idx_place_link_step(IdxCatalogue *cat, int64_t now_us, bool *ret_more, int64_t *ret_events,
                         GError **error)
{
    Item item = {0};
    int64_t events = 0;
    if (!idx_db_scope_begin(cat, error))
        return false;
    int found = first_item(cat, &item, error);
    bool ok = found == 0 || (found > 0 && work(cat, &item, now_us, &events, error));
    g_free(item.place);
    if (!idx_db_scope_end(cat, ok, error))
        return false;
    *ret_more = found > 0;
    *ret_events += events;
    return true;
}

static bool run(IdxCatalogue *cat, int64_t now_us, IdxPlaceLinkProgress progress, void *data,
                int64_t *ret_events, GError **error)
{
    int64_t events = 0, pending = 0, told_us = mj_clock_mono_us(mj_clock_system());
    if (!idx_place_link_pending(cat, &pending, error))
        return false;
    for (bool more = pending > 0; more;) {
        if (!idx_place_link_step(cat, now_us, &more, &events, error))
            return false;
        int64_t mono_us = mj_clock_mono_us(mj_clock_system());
        if (progress && mono_us - told_us > PROGRESS_US) {
            told_us = mono_us;
            progress(events, data);
        }
        if (more)
            g_usleep(BREATH_US);
    }
    if (ret_events)
        *ret_events = events;
    return true;
}

bool idx_place_link_run(IdxCatalogue *cat, int64_t now_us, IdxPlaceLinkProgress progress,
                        void *data, int64_t *ret_events, GError **error)
{
    idx_hold_journal_many_begin(cat);
    bool ok = run(cat, now_us, progress, data, ret_events, error);
    idx_hold_journal_many_end(cat);
    return ok;
}
