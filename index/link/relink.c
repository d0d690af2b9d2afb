// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/relink.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/event/event.h"
#include "index/find/facet.h"
#include "index/find/story.h"
#include "index/find/subject.h"
#include "index/hold/journal.h"

#define STEP_EVENTS 2048 // looked at in one transaction: milliseconds, since a recorder may wait …
#define STEP_CONCERNED 64 // … and no more than so many that are to be linked
/* … of subjects that so many events tell of all together. The greatest is not counted: events of one approval are
 * linked together, since each of them would need all the others. */
#define STEP_TOLD 2048
#define BREATH_US 2000 // between transactions: whoever waits gets in
#define PROGRESS_US INT64_C(200000)
#define MARGIN_US MJ_DAY_US // by which the host's clock may have been set back

static const char SQL_QUEUE[] =
    "INSERT INTO relink (source, from_us, to_us, first_id, next_id, last_id, begun_us)"
    " SELECT ?1, ?2, ?3, ?4, ?4, coalesce(max(id), 0), ?5 FROM event";
static const char SQL_SAME[] = // the same or more is queued and not begun
    "SELECT count(*) FROM relink WHERE source IS ?1 AND from_us <= ?2 AND to_us >= ?3"
    " AND next_id = first_id";
static const char SQL_RECEIVED[] =
    "SELECT id, received_us FROM event WHERE id >= ? ORDER BY id LIMIT 1";
static const char SQL_ENDS[] = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM event";
static const char SQL_PENDING[] =
    "SELECT coalesce(sum(max(0, last_id - next_id + 1)), 0) FROM relink";
static const char SQL_FIRST[] =
    "SELECT id, source, from_us, to_us, next_id, last_id FROM relink ORDER BY id LIMIT 1";
static const char SQL_EVENTS[] =
    "SELECT id, hall_id, CASE WHEN ?3 IS NULL THEN body END, ?3 IS NULL OR"
    " (source = ?3 AND time_us >= ?4 AND time_us < ?5) FROM event"
    " WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT ?6";
static const char SQL_TOLD[] =
    "SELECT count(*) FROM (SELECT 1 FROM subject_event WHERE subject_id = ?1 LIMIT ?2)";
static const char SQL_ADVANCE[] = "UPDATE relink SET next_id = ?2 WHERE id = ?1";
static const char SQL_DONE[] = "DELETE FROM relink WHERE id = ?";

/* The first event that was received at @us or later, about: ids rise as events are received. */
static bool find_received(IdxCatalogue *cat, int64_t us, int64_t *ret_id, GError **error)
{
    int64_t low = 0, high = 0;
    {
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ENDS, error, "");
        if (idx_db_step(cat, q, error) <= 0)
            return false;
        low = idx_db_int(q, 0);
        high = idx_db_int(q, 1);
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RECEIVED, error, "i", middle);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        if (row > 0 && idx_db_int(q, 1) < us)
            low = idx_db_int(q, 0) + 1;
        else
            high = middle;
    }
    *ret_id = low;
    return true;
}

bool idx_relink_queue(IdxCatalogue *cat, const char *source, int64_t from_us, int64_t to_us,
                      int64_t now_us, GError **error)
{
    int64_t queued = 0, first_id = 0;
    int64_t since_us = from_us < INT64_MIN + MARGIN_US ? INT64_MIN : from_us - MARGIN_US;
    if (!idx_db_get_int(cat, &queued, SQL_SAME, error, "tii", source, from_us, to_us))
        return false;
    return queued > 0 ||
           (find_received(cat, since_us, &first_id, error) &&
            idx_db_run(cat, SQL_QUEUE, error, "tiiii", source, from_us, to_us, first_id, now_us));
}

bool idx_relink_pending(IdxCatalogue *cat, int64_t *ret_left, GError **error)
{
    int64_t events = 0, subjects = 0;
    if (!idx_db_get_int(cat, &events, SQL_PENDING, error, "") ||
        !idx_facet_left(cat, &subjects, error))
        return false;
    *ret_left = events + subjects;
    return true;
}

typedef struct Job {
    int64_t id, from_us, to_us, next_id, last_id;
    char *source;
} Job;

typedef struct Item { // an event to be looked at
    int64_t id, hall_id;
    char *body; // NULL unless it is to be read again
    bool concerned;
} Item;

static void item_clear(gpointer item)
{
    g_free(((Item *)item)->body);
}

static int first_job(IdxCatalogue *cat, Job *ret, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_FIRST, error, "");
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        *ret = (Job){.id = idx_db_int(q, 0),
                     .source = g_strdup(idx_db_text(q, 1)),
                     .from_us = idx_db_int(q, 2),
                     .to_us = idx_db_int(q, 3),
                     .next_id = idx_db_int(q, 4),
                     .last_id = idx_db_int(q, 5)};
    return row;
}

static GArray *read_items(IdxCatalogue *cat, const Job *job, GError **error)
{
    g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Item));
    g_array_set_clear_func(items, item_clear);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_EVENTS, error, "iitiii", job->next_id, job->last_id, job->source,
                     job->from_us, job->to_us, (int64_t)STEP_EVENTS);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Item item = {idx_db_int(q, 0), idx_db_int(q, 1), g_strdup(idx_db_text(q, 2)),
                     idx_db_int(q, 3) != 0};
        g_array_append_val(items, item);
    }
    return row == 0 ? g_steal_pointer(&items) : NULL;
}

/* An event as it came, tied and settled as if it came now. What today's rules would refuse stays as it is. */
static bool read_again(IdxCatalogue *cat, const Item *item, GArray *subjects, GError **error)
{
    g_autoptr(json_t) json = json_loads(item->body, 0, NULL);
    g_autoptr(IdxEvent) event = json ? idx_event_parse(json, NULL) : NULL;
    if (!idx_subject_of_event(cat, item->id, subjects, error))
        return false;
    return event ? idx_event_settle(cat, event, item->hall_id, item->id, subjects, error)
                 : idx_event_settle_unread(cat, item->id, subjects, error);
}

typedef struct Weight { // of what a step links: events that tell of it
    int64_t sum, greatest;
} Weight;

/* Adds @subjects from @first on. */
static bool weigh(IdxCatalogue *cat, const GArray *subjects, guint first, Weight *weight,
                  GError **error)
{
    for (guint i = first; i < subjects->len; i++) {
        int64_t told = 0;
        if (!idx_db_get_int(cat, &told, SQL_TOLD, error, "ii", g_array_index(subjects, int64_t, i),
                            (int64_t)STEP_TOLD))
            return false;
        weight->sum += told;
        weight->greatest = MAX(weight->greatest, told);
    }
    return true;
}

static bool is_enough(const Weight *weight, int concerned)
{
    return concerned >= STEP_CONCERNED || weight->sum - weight->greatest >= STEP_TOLD;
}

/* As many of @items as are not too many at once; job->next_id comes behind the last of them. */
static bool work_items(IdxCatalogue *cat, Job *job, const GArray *items, int64_t now_us,
                       int64_t *ret_events, GError **error)
{
    int concerned = 0;
    Weight weight = {0};
    g_autoptr(GArray) subjects = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < items->len && !is_enough(&weight, concerned); i++) {
        const Item *item = &g_array_index(items, Item, i);
        guint known = subjects->len;
        job->next_id = item->id + 1;
        concerned += item->concerned;
        if (item->concerned && !(item->body ? read_again(cat, item, subjects, error)
                                            : idx_subject_of_event(cat, item->id, subjects, error)))
            return false;
        if (!weigh(cat, subjects, known, &weight, error))
            return false;
    }
    *ret_events = concerned;
    return idx_story_relink_all(cat, subjects, now_us, error);
}

static bool work(IdxCatalogue *cat, Job *job, int64_t now_us, int64_t *ret_events, GError **error)
{
    g_autoptr(GArray) items = read_items(cat, job, error);
    if (!items)
        return false;
    if (items->len == 0)
        return idx_db_run(cat, SQL_DONE, error, "i", job->id);
    return work_items(cat, job, items, now_us, ret_events, error) &&
           idx_db_run(cat, SQL_ADVANCE, error, "ii", job->id, job->next_id);
}

bool idx_relink_step(IdxCatalogue *cat, int64_t now_us, bool *ret_more, int64_t *ret_events,
                     GError **error)
{
    Job job = {0};
    int64_t events = 0;
    if (!idx_db_scope_begin(cat, error))
        return false;
    int found = first_job(cat, &job, error);
    bool more = found > 0;
    bool ok = found > 0    ? work(cat, &job, now_us, &events, error)
              : found == 0 ? idx_facet_fill_step(cat, &more, error)
                           : false;
    g_free(job.source);
    if (!idx_db_scope_end(cat, ok, error))
        return false;
    *ret_more = more;
    if (ret_events)
        *ret_events += events;
    return true;
}

static bool run(IdxCatalogue *cat, int64_t now_us, IdxRelinkProgress progress, void *data,
                int64_t *ret_events, GError **error)
{
    int64_t told_us = g_get_monotonic_time(), left = 0;
    for (bool more = true; more;) {
        if (!idx_relink_step(cat, now_us, &more, ret_events, error))
            return false;
        if (progress && g_get_monotonic_time() - told_us > PROGRESS_US) {
            told_us = g_get_monotonic_time();
            if (!idx_relink_pending(cat, &left, error))
                return false;
            progress(left, data);
        }
        if (more)
            g_usleep(BREATH_US);
    }
    return true;
}

bool idx_relink_run(IdxCatalogue *cat, int64_t now_us, IdxRelinkProgress progress, void *data,
                    int64_t *ret_events, GError **error)
{
    int64_t events = 0;
    idx_hold_journal_many_begin(cat);
    bool ok = run(cat, now_us, progress, data, &events, error);
    if (ret_events)
        *ret_events = events;
    idx_hold_journal_many_end(cat);
    return ok;
}
