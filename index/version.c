// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/version.h"

#include "index/db.h"
#include "index/find/subject.h"

#include <string.h>

#define HOPS_MAX 64 // to the one that holds, before all are read

#define COLUMNS "SELECT id, data_ver, time_us, event_id, superseded_by FROM event WHERE "
static const char SQL_ONE[] = COLUMNS "id = ?";
static const char SQL_HIGHEST[] =
    COLUMNS "source = ?1 AND event_id = ?2 AND id <> ?3 ORDER BY data_ver DESC LIMIT 1";
static const char SQL_CORRECTS[] =
    COLUMNS "source = ?1 AND correction_of = ?2 AND id <> ?3 ORDER BY id DESC LIMIT 1";
static const char SQL_IS_CORRECTED[] =
    "SELECT EXISTS (SELECT 1 FROM event WHERE source = ? AND correction_of = ?)";
/* In its chain, and before it. */
#define EARLIER(column)                                                                            \
    "EXISTS (SELECT 1 FROM event s CROSS JOIN event e ON e.source = s.source AND " column          \
    " IN (s.event_id, s.correction_of) AND e.id < s.id WHERE s.id = ?1)"
static const char SQL_HAS_EARLIER[] =
    "SELECT " EARLIER("e.event_id") " OR " EARLIER("e.correction_of");
static const char SQL_NAME[] = "SELECT source, event_id FROM event WHERE id = ?";
/* Of the versions of an id: what they correct; and what corrects it, with the highest of each. The signs keep the planner
 * from the other index, by which all that the source corrected, or said, would be read. */
static const char SQL_NAMES[] = "SELECT DISTINCT correction_of FROM event WHERE source = ?1 AND"
                                " event_id = ?2 AND +correction_of IS NOT NULL";
static const char SQL_CORRECTORS[] = "SELECT event_id, max(data_ver) FROM event WHERE source = ?1"
                                     " AND correction_of = ?2 GROUP BY +event_id";
static const char SQL_HOLD[] = "SELECT id FROM event WHERE source = ?1 AND event_id = ?2 AND"
                               " superseded_by IS NULL AND id <> ?3";
static const char SQL_SUPERSEDE[] = "UPDATE event SET superseded_by = nullif(?2, ?1) WHERE id = ?1 "
                                    "AND superseded_by IS NOT nullif(?2, ?1)";

typedef struct Version {                          // the highest of an id
    int64_t id, data_ver, time_us, superseded_by; // superseded_by: 0 = it holds
    char *event_id;
} Version;

static void version_clear(Version *version)
{
    g_clear_pointer(&version->event_id, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Version, version_clear)

static void version_free(gpointer version)
{
    version_clear(version);
    g_free(version);
}

static int compare(const Version *a, const Version *b)
{
    if (a->data_ver != b->data_ver)
        return a->data_ver < b->data_ver ? -1 : 1;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return strcmp(a->event_id, b->event_id);
}

/* 1: found; 0: there is none; -1: error. */
static int read_version(IdxCatalogue *cat, IdxQuery *q, Version *ret, GError **error)
{
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        *ret = (Version){.id = idx_db_int(q, 0),
                         .data_ver = idx_db_int(q, 1),
                         .time_us = idx_db_int(q, 2),
                         .event_id = g_strdup(idx_db_text(q, 3)),
                         .superseded_by = idx_db_int(q, 4)};
    return row;
}

static bool supersede(IdxCatalogue *cat, int64_t id, int64_t by, GError **error)
{
    return idx_db_run(cat, SQL_SUPERSEDE, error, "ii", id, by);
}

// ── by what is known ──

/* Another event with the name, or one that corrects it: they all belong together. */
static int find_named(IdxCatalogue *cat, const char *source, const char *name, int64_t but,
                      Version *ret, GError **error)
{
    int row = 0;
    const char *const sql[] = {SQL_HIGHEST, SQL_CORRECTS};
    for (size_t i = 0; i < G_N_ELEMENTS(sql) && row == 0; i++) {
        g_autoptr(IdxQuery) q = idx_db_query(cat, sql[i], error, "tti", source, name, but);
        row = read_version(cat, q, ret, error);
    }
    return row;
}

/* The one that holds in place of @from: 1; 0 if it is too far to go. */
static int find_holder(IdxCatalogue *cat, const Version *from, Version *ret, GError **error)
{
    int64_t id = from->id;
    for (int hops = 0; hops < HOPS_MAX; hops++) {
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ONE, error, "i", id);
        g_auto(Version) one = {0};
        int row = read_version(cat, q, &one, error);
        if (row <= 0)
            return row;
        if (!one.superseded_by) {
            *ret = one;
            one.event_id = NULL;
            return 1;
        }
        id = one.superseded_by;
    }
    return 0;
}

typedef struct Known { // about an event's name, or the one that it corrects
    Version named, holds;
    bool is; // anything
} Known;

static void known_clear(Known *known)
{
    version_clear(&known->named);
    version_clear(&known->holds);
}

static int find_known(IdxCatalogue *cat, const char *source, const char *name, int64_t but,
                      Known *ret, GError **error)
{
    int row = name ? find_named(cat, source, name, but, &ret->named, error) : 0;
    ret->is = row > 0;
    return row > 0 ? find_holder(cat, &ret->named, &ret->holds, error) : row == 0 ? 1 : row;
}

/* @best holds from now on in place of those that did, and is found soon from what is asked first. */
static bool take_over(IdxCatalogue *cat, const Known *known, size_t n, int64_t event_id,
                      int64_t best, GArray *changed, GError **error)
{
    if (best != event_id && !supersede(cat, event_id, best, error))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!known[i].is)
            continue;
        if (known[i].holds.id != best) {
            idx_subject_note(changed, known[i].holds.id);
            if (!supersede(cat, known[i].holds.id, best, error))
                return false;
        }
        if (known[i].named.id != best && !supersede(cat, known[i].named.id, best, error))
            return false;
    }
    return true;
}

/* Of the new one and those that held the highest is it if nobody corrects it: whatever else nobody corrects is lower
 * than those. 1: settled; 0: that does not tell. */
static int settle_known(IdxCatalogue *cat, const char *source, const Version *self,
                        const Known *known, size_t n, GArray *changed, GError **error)
{
    int64_t corrected = 0;
    const Version *best = self;
    for (size_t i = 0; i < n; i++)
        if (known[i].is && compare(&known[i].holds, best) > 0)
            best = &known[i].holds;
    if (!idx_db_get_int(cat, &corrected, SQL_IS_CORRECTED, error, "tt", source, best->event_id))
        return -1;
    if (corrected)
        return 0;
    return take_over(cat, known, n, self->id, best->id, changed, error) ? 1 : -1;
}

static int settle_by_known(IdxCatalogue *cat, const IdxEvent *event, int64_t event_id,
                           GArray *changed, GError **error)
{
    Version self = {event_id, event->data_ver, event->time_us, 0, event->event_id};
    Known known[2] = {0};
    const char *const names[] = {event->event_id, event->correction_of};
    int found = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(known) && found > 0; i++)
        found = find_known(cat, event->source, names[i], event_id, &known[i], error);
    if (found > 0)
        found = settle_known(cat, event->source, &self, known, G_N_ELEMENTS(known), changed, error);
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        known_clear(&known[i]);
    return found;
}

// ── by all of them ──

typedef struct Chain {
    IdxCatalogue *cat;
    const char *source;
    GPtrArray *names;    // char *, in the order they were met
    GHashTable *met;     // the same
    GPtrArray *versions; // Version *: of each name that an event has, the highest
    GHashTable *correct; // char * (of names) → int64_t *: the highest version of what corrects it
} Chain;

static void chain_init(Chain *c, IdxCatalogue *cat, const char *source)
{
    *c = (Chain){.cat = cat,
                 .source = source,
                 .names = g_ptr_array_new_with_free_func(g_free),
                 .met = g_hash_table_new(g_str_hash, g_str_equal),
                 .versions = g_ptr_array_new_with_free_func(version_free),
                 .correct = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free)};
}

static void chain_clear(Chain *c)
{
    g_hash_table_unref(c->correct);
    g_ptr_array_unref(c->versions);
    g_hash_table_unref(c->met);
    g_ptr_array_unref(c->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chain, chain_clear)

static void meet(Chain *c, const char *name)
{
    if (g_hash_table_contains(c->met, name))
        return;
    g_ptr_array_add(c->names, g_strdup(name));
    g_hash_table_add(c->met, c->names->pdata[c->names->len - 1]);
}

static bool meet_highest(Chain *c, const char *name, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(c->cat, SQL_HIGHEST, error, "tti", c->source, name, (int64_t)0);
    Version highest = {0};
    int row = read_version(c->cat, q, &highest, error);
    if (row > 0)
        g_ptr_array_add(c->versions, g_memdup2(&highest, sizeof highest));
    return row >= 0;
}

static bool meet_corrected(Chain *c, const char *name, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(c->cat, SQL_NAMES, error, "tt", c->source, name);
    int row = 0;
    while ((row = idx_db_step(c->cat, q, error)) > 0)
        meet(c, idx_db_text(q, 0));
    return row == 0;
}

static bool meet_correctors(Chain *c, const char *name, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(c->cat, SQL_CORRECTORS, error, "tt", c->source, name);
    int64_t highest = 0;
    int row = 0;
    while ((row = idx_db_step(c->cat, q, error)) > 0) {
        meet(c, idx_db_text(q, 0));
        highest = MAX(highest, idx_db_int(q, 1));
    }
    if (highest > 0)
        g_hash_table_insert(c->correct, (gpointer)(uintptr_t)name,
                            g_memdup2(&highest, sizeof highest));
    return row == 0;
}

static bool meet_all(Chain *c, const char *first, GError **error)
{
    meet(c, first);
    for (guint i = 0; i < c->names->len; i++) {
        const char *name = c->names->pdata[i];
        if (!meet_highest(c, name, error) || !meet_corrected(c, name, error) ||
            !meet_correctors(c, name, error))
            return false;
    }
    return true;
}

/* The highest that none of no lower version corrects; the highest of all if they correct one another. */
static const Version *find_best(const Chain *c)
{
    const Version *best = NULL;
    for (int all = 0; all <= 1 && !best; all++)
        for (guint i = 0; i < c->versions->len; i++) {
            const Version *v = c->versions->pdata[i];
            const int64_t *by = g_hash_table_lookup(c->correct, v->event_id);
            if ((all || !by || *by < v->data_ver) && (!best || compare(v, best) > 0))
                best = v;
        }
    return best;
}

/* Those of an id that hold and should not. */
static bool supersede_all(const Chain *c, const char *name, int64_t best, GArray *changed,
                          GError **error)
{
    g_autoptr(GArray) hold = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(c->cat, SQL_HOLD, error, "tti", c->source, name, best);
    if (!idx_db_append_ints(c->cat, q, hold, error))
        return false;
    for (guint i = 0; i < hold->len; i++) {
        int64_t id = g_array_index(hold, int64_t, i);
        idx_subject_note(changed, id);
        if (!supersede(c->cat, id, best, error))
            return false;
    }
    return true;
}

/* Of which @name is one. */
static bool settle_all(IdxCatalogue *cat, const char *source, const char *name, GArray *changed,
                       GError **error)
{
    g_auto(Chain) c = {0};
    chain_init(&c, cat, source);
    if (!meet_all(&c, name, error))
        return false;
    const Version *best = find_best(&c);
    if (best->superseded_by)
        idx_subject_note(changed, best->id);
    if (!supersede(cat, best->id, best->id, error))
        return false;
    for (guint i = 0; i < c.names->len; i++)
        if (!supersede_all(&c, c.names->pdata[i], best->id, changed, error))
            return false;
    return true;
}

bool idx_version_settle(IdxCatalogue *cat, const IdxEvent *event, int64_t event_id, GArray *changed,
                        GError **error)
{
    idx_subject_note(changed, event_id);
    int found = settle_by_known(cat, event, event_id, changed, error);
    return found != 0 ? found > 0 : settle_all(cat, event->source, event->event_id, changed, error);
}

bool idx_version_settle_anew(IdxCatalogue *cat, int64_t event_id, GArray *changed, GError **error)
{
    int64_t left = 0;
    if (!idx_db_get_int(cat, &left, SQL_HAS_EARLIER, error, "i", event_id))
        return false;
    if (left)
        return true;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NAME, error, "i", event_id);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    g_autofree char *source = g_strdup(idx_db_text(q, 0)), *name = g_strdup(idx_db_text(q, 1));
    g_clear_pointer(&q, idx_db_query_end);
    return settle_all(cat, source, name, changed, error);
}
