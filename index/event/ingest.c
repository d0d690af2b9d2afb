// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/ingest.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/event/rule.h"
#include "index/event/source.h"
#include "index/find/story.h"
#include "index/hold/journal.h"
#include "index/link/relink.h"
#include "index/meet/follow.h"
#include "index/place.h"

#include <string.h>

#define PIECE (64 * 1024) // bytes given to the splitter at a time
/* A transaction takes events so long, and about as long again to link them: the recorder must not wait long, nor too
 * much be held in memory. */
#define SLICE_US 25000
#define SLICE_EVENTS 1024
#define BREATH_US 1500 // between transactions

struct IdxIngest {
    IdxSplit *split;
    IdxEventBatch *batch;
    IdxEventResult result; // of the last event
    int64_t committed;     // events

    // of the transaction that is open, if one is
    bool open;
    GArray *touched;    // int64_t: subjects that are to be linked anew, each once
    GHashTable *least;  // char * → int64_t *: by source, received less happened, the least
    GHashTable *places; // char * (hall/place) → whether it is known
    int events;
    int64_t since_mono_us;
};

static void clear_result(gpointer data)
{
    IdxEventResult *result = data;
    g_free(result->id);
    g_free(result->message);
    g_free(result->warning);
    *result = (IdxEventResult){0};
}

void idx_event_batch_free(IdxEventBatch *batch)
{
    if (!batch)
        return;
    g_clear_pointer(&batch->results, g_array_unref);
    g_free(batch);
}

static IdxEventBatch *batch_new(void)
{
    IdxEventBatch *batch = g_new0(IdxEventBatch, 1);
    batch->results = g_array_new(FALSE, TRUE, sizeof(IdxEventResult));
    g_array_set_clear_func(batch->results, clear_result);
    return batch;
}

IdxIngest *idx_ingest_new(IdxEventForm form)
{
    IdxIngest *in = g_new0(IdxIngest, 1);
    in->split = idx_split_new(form);
    in->batch = batch_new();
    in->touched = g_array_new(FALSE, FALSE, sizeof(int64_t));
    in->least = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    in->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return in;
}

void idx_ingest_free(IdxIngest *in)
{
    if (!in)
        return;
    g_clear_pointer(&in->split, idx_split_free);
    g_clear_pointer(&in->batch, idx_event_batch_free);
    g_clear_pointer(&in->touched, g_array_unref);
    g_clear_pointer(&in->least, g_hash_table_unref);
    g_clear_pointer(&in->places, g_hash_table_unref);
    clear_result(&in->result);
    g_free(in);
}

const IdxEventBatch *idx_ingest_batch(const IdxIngest *in)
{
    return in->batch;
}

static int64_t total(const IdxEventBatch *batch)
{
    return batch->accepted + batch->duplicates + batch->refused;
}

static void note(IdxIngest *in, const char *id, IdxEventStatus status, const GError *refusal,
                 const char *warning)
{
    const char *message = refusal ? refusal->message : NULL;
    IdxEventBatch *batch = in->batch;
    clear_result(&in->result);
    in->result = (IdxEventResult){.index = total(batch),
                                  .id = g_strdup(id),
                                  .status = status,
                                  .message = g_strdup(message),
                                  .conflicts = mj_error_is(refusal, MJ_ERROR_CONFLICT),
                                  .warning = g_strdup(warning)};
    guint most = IDX_RESULTS_MAX + (status == IDX_EVENT_REFUSED ? IDX_REFUSED_MAX : 0);
    if (batch->results->len < most) {
        IdxEventResult listed = in->result;
        listed.id = g_strdup(id);
        listed.message = g_strdup(message);
        listed.warning = g_strdup(warning);
        g_array_append_val(batch->results, listed);
    } else {
        batch->unlisted++;
    }
    batch->accepted += status == IDX_EVENT_ACCEPTED;
    batch->duplicates += status == IDX_EVENT_DUPLICATE;
    batch->refused += status == IDX_EVENT_REFUSED;
    batch->warned += warning != NULL;
}

static bool begin(IdxIngest *in, IdxCatalogue *cat, GError **error)
{
    if (in->open)
        return true;
    in->open = idx_begin(cat, error);
    in->since_mono_us = g_get_monotonic_time();
    in->events = 0;
    return in->open;
}

/* What is so far off that it is no clock says nothing, nor what says anew what was told in time; what is live counts more
 * than what is far ahead. */
static void note_delay(IdxIngest *in, const IdxEvent *event, int64_t now_us)
{
    int64_t delay_us = now_us - event->time_us;
    bool again = event->correction_of || event->data_ver > 1;
    if (!idx_source_says(delay_us) || g_str_has_suffix(event->type, ".scheduled") || // what will be
        (again && delay_us > IDX_SOURCE_LIVE_US))
        return;
    int64_t *least = g_hash_table_lookup(in->least, event->source);
    if (least && !idx_source_says_more(delay_us, *least))
        return;
    int64_t *own = g_new(int64_t, 1);
    *own = delay_us;
    g_hash_table_replace(in->least, g_strdup(event->source), own);
}

static bool note_arrivals(IdxIngest *in, IdxCatalogue *cat, int64_t now_us, GError **error)
{
    GHashTableIter iter;
    void *source = NULL, *least = NULL;
    g_hash_table_iter_init(&iter, in->least);
    while (g_hash_table_iter_next(&iter, &source, &least))
        if (!idx_source_arrived(cat, source, *(const int64_t *)least, now_us, error))
            return false;
    return true;
}

/* Links what this transaction touched, and ends it. On !@ok all of it is undone. */
static bool end(IdxIngest *in, IdxCatalogue *cat, bool ok, int64_t now_us, GError **error)
{
    if (!in->open)
        return ok;
    ok = ok && idx_story_relink_all(cat, in->touched, now_us, error);
    ok = ok && note_arrivals(in, cat, now_us, error);
    g_array_set_size(in->touched, 0);
    g_hash_table_remove_all(in->least);
    g_hash_table_remove_all(in->places);
    in->open = false;
    ok = idx_db_scope_end(cat, ok, error);
    if (ok)
        in->committed = total(in->batch);
    return ok;
}

/* Lets other writers in now and then: they look each millisecond (db.c), and would hardly ever meet a lock that is taken
 * again at once. */
static bool end_slice(IdxIngest *in, IdxCatalogue *cat, int64_t now_us, GError **error)
{
    bool due = in->events >= SLICE_EVENTS || g_get_monotonic_time() - in->since_mono_us >= SLICE_US;
    if (!due)
        return true;
    if (!end(in, cat, true, now_us, error))
        return false;
    g_usleep(BREATH_US);
    return true;
}

/* Whether it is the event's own fault; anything else concerns the whole batch. */
static bool is_refusal(const GError *error)
{
    return mj_error_is(error, MJ_ERROR_INVALID) || mj_error_is(error, MJ_ERROR_CONFLICT);
}

/* What this node writes down itself (meet/note.h, mark/mark.h) comes by no ingest; what comes back as it was is a duplicate. */
static bool check_source(const IdxCatalogue *cat, const IdxEvent *event, GError **error)
{
    g_autofree char *own = g_strdup_printf(IDX_SOURCE_OURS "%s/", cat->hall_code);
    return !g_str_has_prefix(event->source, own) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "source: %s… is this system itself; what another tells or corrects has a "
                        "source of its own",
                        own);
}

/* One that is refused is so before anything is written; a savepoint for each would cost a tenth of the work. */
static bool store(IdxIngest *in, IdxCatalogue *cat, const IdxEvent *event, int64_t now_us,
                  bool *ret_duplicate, GError **error, GError **ret_refusal)
{
    IdxEventKnown known;
    if (!begin(in, cat, error))
        return false;
    in->events++;
    if (!idx_event_look(cat, event, &known, ret_refusal) ||
        (!known.duplicate && !check_source(cat, event, ret_refusal))) {
        if (is_refusal(*ret_refusal))
            return true;
        g_propagate_error(error, g_steal_pointer(ret_refusal));
        return false;
    }
    *ret_duplicate = known.duplicate;
    if (!known.duplicate)
        note_delay(in, event, now_us);
    return idx_event_put(cat, event, &known, now_us, in->touched, error);
}

static bool is_known(IdxIngest *in, IdxCatalogue *cat, const IdxEvent *event, bool *ret,
                     GError **error)
{
    g_autofree char *key =
        g_strdup_printf("%s/%s", event->hall_code ? event->hall_code : "", event->place);
    void *known = NULL;
    *ret = false;
    if (g_hash_table_lookup_extended(in->places, key, NULL, &known)) {
        *ret = known != NULL;
        return true;
    }
    if (!idx_place_is_known(cat, event->hall_code, event->place, ret, error))
        return false;
    g_hash_table_insert(in->places, g_steal_pointer(&key), GINT_TO_POINTER(*ret));
    return true;
}

const char *idx_warned_words(IdxWarned kind)
{
    static const char *const WORDS[IDX_WARNED_KINDS] = {
        "name a place that is not known", "are dated ahead of this machine's clock",
        "name themselves as what they correct", "are of a type that is not known",
        "cannot be carried out"};
    return WORDS[kind];
}

/* *ret_warning (caller frees) if the event, which was stored, is at a place that nobody knows. */
static bool look_at_place(IdxIngest *in, IdxCatalogue *cat, const IdxEvent *event,
                          char **ret_warning, GError **error)
{
    bool known = true;
    if (event->place && !event->cancelled && !is_known(in, cat, event, &known, error))
        return false;
    if (known)
        return true;
    const char *hall = event->hall_code ? event->hall_code : cat->hall_code;
    *ret_warning = strcmp(hall, cat->hall_code) == 0
                       ? g_strdup_printf("place %s is not known in hall %s; add it with mingjing "
                                         "place add %s, and what sees it with mingjing coverage "
                                         "add, and the visit gets its cameras",
                                         event->place, hall, event->place)
                       : g_strdup_printf("place %s is not known in hall %s; add it there with "
                                         "mingjing apply, and the visit gets its cameras",
                                         event->place, hall);
    return true;
}

/* Counts a warning of @kind; takes @before and @words; what there is of both, in one. */
static char *join(IdxIngest *in, IdxWarned kind, char *before, char *words)
{
    in->batch->warned_of[kind] += words != NULL;
    g_autofree char *one = words, *two = before;
    if (!one || !two)
        return g_strdup(one ? one : two);
    return g_strdup_printf("%s; %s", one, two);
}

/* Nothing is told before it happens: the clock that dated it, or the time zone, is wrong. It is kept, for whoever sets the
 * clock right. NULL: it is not ahead. Caller frees. */
static char *say_ahead(const IdxEvent *event, int64_t now_us)
{
    int64_t ahead_us = event->time_us - now_us;
    if (ahead_us <= IDX_SOURCE_LIVE_US)
        return NULL;
    g_autofree char *much =
        ahead_us >= 2 * MJ_DAY_US    ? g_strdup_printf("%d days", (int)(ahead_us / MJ_DAY_US))
        : ahead_us >= 2 * MJ_HOUR_US ? g_strdup_printf("%.1f hours", (double)ahead_us / 3.6e9)
                                     : g_strdup_printf("%d minutes", (int)(ahead_us / 60000000));
    return g_strdup_printf(
        "time is %s ahead of the clock of this machine: %s has a wrong clock, or "
        "sends local time as UTC; kept as it is, see mingjing source list",
        much, event->source);
}

/* A newer version of an event says so by its data_ver alone. Caller frees. */
static char *say_itself(const IdxEvent *event)
{
    return event->corrects_itself
               ? g_strdup("data.correction_of names the event itself, and is taken for nothing: a "
                          "newer version of it needs a higher data.data_ver alone")
               : NULL;
}

/* Caller frees. */
static char *say_type(const IdxEvent *event)
{
    if (!g_str_has_prefix(event->type, "hall.") || idx_event_type_known(event->type))
        return NULL;
    return g_strdup_printf("type %s is not known, and was kept as it is: nothing begins or ends by "
                           "it; is it written as it should be?",
                           event->type);
}

/* What somebody should look at of an event that was stored; NULL: nothing. Caller frees. */
static bool look_at(IdxIngest *in, IdxCatalogue *cat, const IdxEvent *event, int64_t now_us,
                    char **ret_warning, GError **error)
{
    char *place = NULL;
    if (!look_at_place(in, cat, event, &place, error))
        return false;
    char *words = join(in, IDX_WARNED_PLACE, NULL, place);
    words = join(in, IDX_WARNED_AHEAD, words, say_ahead(event, now_us));
    words = join(in, IDX_WARNED_ITSELF, words, say_itself(event));
    words = join(in, IDX_WARNED_TYPE, words, say_type(event));
    *ret_warning = join(in, IDX_WARNED_IDLE, words, idx_meet_unfollowed(event));
    return true;
}

static bool add_one(IdxIngest *in, IdxCatalogue *cat, const json_t *json, int64_t now_us,
                    GError **error)
{
    g_autoptr(GError) refusal = NULL;
    const char *id = json_string_value(json_object_get(json, "id"));
    g_autoptr(IdxEvent) event = idx_event_parse(json, &refusal);
    bool duplicate = false;
    if (event && !store(in, cat, event, now_us, &duplicate, error, &refusal))
        return false;
    g_autofree char *warning = NULL;
    if (event && !refusal && !duplicate && !look_at(in, cat, event, now_us, &warning, error))
        return false;
    IdxEventStatus status = refusal     ? IDX_EVENT_REFUSED
                            : duplicate ? IDX_EVENT_DUPLICATE
                                        : IDX_EVENT_ACCEPTED;
    note(in, id, status, refusal, warning);
    return !in->open || end_slice(in, cat, now_us, error);
}

bool idx_ingest_one(IdxIngest *in, IdxCatalogue *cat, json_t *json, int64_t now_us,
                    const IdxEventResult **ret_result, GError **error)
{
    g_autoptr(json_t) taken = json;
    bool ok = add_one(in, cat, taken, now_us, error);
    if (!ok)
        end(in, cat, false, now_us, NULL);
    if (ok && ret_result)
        *ret_result = &in->result;
    return ok;
}

/* All events that can be had by now. */
static bool drain(IdxIngest *in, IdxCatalogue *cat, bool last, int64_t now_us, GError **error)
{
    for (;;) {
        IdxPiece piece = {0};
        switch (idx_split_next(in->split, last, &piece, error)) {
        case IDX_SPLIT_BAD:
            return false;
        case IDX_SPLIT_MORE:
            return true;
        case IDX_SPLIT_REFUSED: {
            g_autoptr(GError) refusal = NULL;
            mj_error_set(&refusal, MJ_ERROR_INVALID, "%s", piece.refused);
            note(in, NULL, IDX_EVENT_REFUSED, refusal, NULL);
            g_free(piece.refused);
            break;
        }
        case IDX_SPLIT_VALUE: {
            g_autoptr(json_t) value = piece.value;
            if (!add_one(in, cat, value, now_us, error))
                return false;
        }
        }
    }
}

/* A piece of what a clock that was found to be another made necessary (link/relink.h). */
static bool go_on_linking(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    int64_t pending = 0;
    bool more = false;
    return idx_relink_pending(cat, &pending, error) &&
           (pending == 0 || idx_relink_step(cat, now_us, &more, NULL, error));
}

/* What became of the others. */
static void explain(const IdxIngest *in, GError **error)
{
    if (error && idx_split_is_array(in->split) && mj_error_is(*error, MJ_ERROR_INVALID)) {
        g_autofree char *what = g_steal_pointer(&(*error)->message);
        (*error)->message = g_strdup_printf(
            "%s; %s of this array was kept: send NDJSON, an event a line, to have every good one "
            "kept",
            what, in->committed > 0 ? "nothing more" : "nothing");
    }
    if (in->committed > 0)
        g_prefix_error(error, "after %" G_GINT64_FORMAT " events, which are done: ", in->committed);
}

static bool feed(IdxIngest *in, IdxCatalogue *cat, const char *bytes, size_t size, bool last,
                 int64_t now_us, GError **error)
{
    bool ok = true;
    size_t done = 0;
    do {
        size_t n = MIN(size - done, PIECE);
        if (n > 0)
            idx_split_add(in->split, bytes + done, n);
        done += n;
        ok = drain(in, cat, last && done == size, now_us, error);
    } while (ok && done < size);
    if (end(in, cat, ok, now_us, error))
        return go_on_linking(cat, now_us, error);
    explain(in, error);
    return false;
}

bool idx_ingest_feed(IdxIngest *in, IdxCatalogue *cat, const void *bytes, size_t size, bool last,
                     int64_t now_us, GError **error)
{
    idx_hold_journal_many_begin(cat);
    bool ok = feed(in, cat, bytes, size, last, now_us, error);
    idx_hold_journal_many_end(cat);
    return ok;
}

IdxEventBatch *idx_event_add_text(IdxCatalogue *cat, const char *text, size_t size,
                                  IdxEventForm form, int64_t now_us, GError **error)
{
    g_autoptr(IdxIngest) in = idx_ingest_new(form);
    return idx_ingest_feed(in, cat, text, size, true, now_us, error) ? g_steal_pointer(&in->batch)
                                                                     : NULL;
}

json_t *idx_event_batch_json(const IdxEventBatch *batch)
{
    static const char *const STATUS[] = {"accepted", "duplicate", "refused"};
    json_t *results = json_array();
    for (guint i = 0; i < batch->results->len; i++) {
        const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, i);
        json_t *item = json_pack("{s:I, s:o, s:s}", "index", (json_int_t)r->index, "id",
                                 mj_json_string(r->id), "status", STATUS[r->status]);
        if (r->message)
            json_object_set_new(item, "error", json_string(r->message));
        if (r->warning)
            json_object_set_new(item, "warning", json_string(r->warning));
        json_array_append_new(results, item);
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "accepted", (json_int_t)batch->accepted,
                     "duplicates", (json_int_t)batch->duplicates, "refused",
                     (json_int_t)batch->refused, "warned", (json_int_t)batch->warned, "unlisted",
                     (json_int_t)batch->unlisted, "results", results);
}
