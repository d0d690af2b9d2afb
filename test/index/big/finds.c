// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/db.h"
#include "test/index/big/events.h"
#include "test/index/big/measure.h"

#include "index/find/dossier.h"

#include <string.h>

static const char SQL_RANGE[] = "SELECT min(id), max(id) FROM subject";
static const char SQL_CROWDS[] = "SELECT count(*) FROM subject INDEXED BY subject_key WHERE kind = "
                                 "'approval' AND key >= ? AND key < ?";
static const char SQL_CROWD[] =
    "SELECT id FROM subject INDEXED BY subject_key WHERE kind = 'approval' AND key >= ? AND key < ?"
    " ORDER BY key LIMIT 1 OFFSET ?";
static const char SQL_SUBJECT[] =
    "SELECT kind, key, day FROM subject WHERE id >= ? AND EXISTS (SELECT 1 FROM subject_event"
    " WHERE subject_id = id) ORDER BY id LIMIT 1";
#define CROWD_END BIG_CROWD_KEY "~"

struct BigFinds {
    IdxCatalogue *cat, *choosing; // its statements are no part of what is measured
    uint64_t random;
    int64_t first_id, last_id, crowds;
    BigWaits *cpu;
};

BigFinds *big_finds_new(const char *home, const BigHall *hall, uint64_t salt)
{
    g_autoptr(GError) error = NULL;
    BigFinds *finds = g_new0(BigFinds, 1);
    finds->cpu = big_waits_new();
    finds->random = big_hash(hall->seed, 55, salt);
    finds->cat = idx_catalogue_open(home, IDX_READ, &error);
    if (finds->cat)
        idx_catalogue_map(finds->cat, &error); // as the API does
    finds->choosing = finds->cat ? idx_catalogue_open(home, IDX_READ, &error) : NULL;
    g_assert_no_error(error);
    g_autoptr(IdxQuery) q = idx_db_query(finds->choosing, SQL_RANGE, &error, "");
    g_assert_cmpint(idx_db_step(finds->choosing, q, &error), ==, 1);
    finds->first_id = idx_db_int(q, 0);
    finds->last_id = idx_db_int(q, 1);
    idx_db_get_int(finds->choosing, &finds->crowds, SQL_CROWDS, &error, "tt", BIG_CROWD_KEY,
                   CROWD_END);
    g_assert_no_error(error);
    return finds;
}

void big_finds_free(BigFinds *finds)
{
    if (!finds)
        return;
    idx_catalogue_free(finds->cat);
    idx_catalogue_free(finds->choosing);
    big_waits_free(finds->cpu);
    g_free(finds);
}

static int64_t below(BigFinds *f, int64_t n)
{
    return (int64_t)big_below(&f->random, (uint64_t)MAX(n, 1));
}

/* Whom somebody asks for. */
static int64_t choose(BigFinds *f)
{
    int64_t all = f->last_id - f->first_id, percent = below(f, 100), id = 0;
    if (percent < 7 && f->crowds > 0) {
        g_autoptr(GError) error = NULL;
        idx_db_get_int(f->choosing, &id, SQL_CROWD, &error, "tti", BIG_CROWD_KEY, CROWD_END,
                       below(f, f->crowds));
        g_assert_no_error(error);
        return id;
    }
    if (percent < 15)
        return f->first_id + below(f, all / 50);
    if (percent < 35)
        return f->first_id + below(f, all);
    int64_t u = below(f, 1 << 20),
            back = u * u / (1 << 20) * u / (1 << 20); // cubed: the newest most
    return f->last_id - back * (all / 20) / (1 << 20);
}

static char *dossier(BigFinds *f, const char *kind, const char *key, int day, GError **error)
{
    return idx_dossier_text(f->cat, &(IdxName){.kind = kind, .key = key, .day = day}, BIG_END_US,
                            NULL, error);
}

int64_t big_finds_next(BigFinds *f, int64_t *ret_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxQuery) q = idx_db_query(f->choosing, SQL_SUBJECT, &error, "i", choose(f));
    if (idx_db_step(f->choosing, q, &error) != 1)
        g_error("nobody was chosen: %s", error ? error->message : "no row");
    g_autofree char *kind = g_strdup(idx_db_text(q, 0)), *key = g_strdup(idx_db_text(q, 1));
    int day = (int)idx_db_int(q, 2);
    g_clear_pointer(&q, idx_db_query_end);
    int64_t before_us = g_get_monotonic_time();
    double cpu_s = big_cpu_s();
    g_autofree char *text = dossier(f, kind, key, day, &error);
    g_assert_no_error(error);
    int64_t took_us = g_get_monotonic_time() - before_us;
    *ret_bytes = (int64_t)strlen(text);
    big_waits_add(f->cpu, (int64_t)((big_cpu_s() - cpu_s) * 1e6));
    return took_us;
}

BigWaits *big_finds_cpu(const BigFinds *finds)
{
    return finds->cpu;
}
