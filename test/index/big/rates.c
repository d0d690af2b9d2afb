// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/big/measure.h"

#include "index/db.h"
#include "index/event/ingest.h"
#include "index/link/relink.h"
#include "index/purge/purge.h"
#include "test/index/big/events.h"

#include <string.h>

#define PIECE (256 * 1024) // as cmd_event.c
#define KEPT_DAYS 90       // of footage that nobody asked for, at the most (schema.sql)

static bool collect(const char *json, int64_t arrived_us, void *data, GError **error)
{
    g_string_append(data, json);
    g_string_append_c(data, '\n');
    return true;
}

static double now_s(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

BigRate big_rate_ingest(const char *home, const BigHall *hall, int64_t events, uint64_t salt)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    int64_t day_us = BIG_END_US + 60 * MJ_HOUR_US; // the Monday after
    big_events(hall, day_us, day_us + 2 * MJ_DAY_US, events, salt, collect, text, &error);
    g_assert_no_error(error);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_autoptr(IdxIngest) in = idx_ingest_new(IDX_EVENT_FORM_ANY);
    double before_s = now_s(), cpu_s = big_cpu_s();
    for (size_t at = 0; at < text->len; at += PIECE) {
        size_t n = MIN(text->len - at, PIECE);
        idx_ingest_feed(in, cat, text->str + at, n, at + n == text->len, day_us + 3 * MJ_DAY_US,
                        &error);
        g_assert_no_error(error);
    }
    BigRate rate = {.n = events, .seconds = now_s() - before_s, .cpu_s = big_cpu_s() - cpu_s};
    g_assert_cmpint(idx_ingest_batch(in)->accepted, ==, events);
    return rate;
}

BigRate big_rate_relink(const char *home, const BigHall *hall, int64_t longest_us, BigWaits *steps)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_no_error(error);
    int64_t now_us = BIG_END_US + 7 * MJ_DAY_US, until_us = g_get_monotonic_time() + longest_us;
    idx_relink_queue(cat, NULL, INT64_MIN, INT64_MAX, now_us, &error);
    g_assert_no_error(error);
    BigRate rate = {0};
    double before_s = now_s(), cpu_s = big_cpu_s();
    for (bool more = true; more && g_get_monotonic_time() < until_us;) {
        int64_t at_us = g_get_monotonic_time();
        idx_relink_step(cat, now_us, &more, &rate.n, &error);
        g_assert_no_error(error);
        if (steps)
            big_waits_add(steps, g_get_monotonic_time() - at_us);
    }
    rate.seconds = now_s() - before_s;
    rate.cpu_s = big_cpu_s() - cpu_s;
    idx_db_script(cat, "DELETE FROM relink", &error); // what is taken in later would go on with it
    g_assert_no_error(error);
    return rate;
}

typedef struct Spent {
    IdxPurge *how;
    double last_s, files_s;
    double began_s, first_s,
        due_s; // first_s: when the first batch was marked; due_s: when all that is due was
    double began_cpu_s, first_cpu_s, due_cpu_s;
    int64_t longest_us; // from then on
} Spent;

static bool step(const char *name, void *data)
{
    Spent *spent = data;
    double at_s = now_s();
    if (spent->first_s == 0 && strcmp(name, "marked") == 0) {
        spent->first_s = at_s;
        spent->first_cpu_s = big_cpu_s();
        spent->how->longest_us =
            (int64_t)((at_s - spent->began_s) * G_USEC_PER_SEC) + spent->longest_us;
    }
    if (strcmp(name, "due") == 0) {
        spent->due_s = at_s;
        spent->due_cpu_s = big_cpu_s();
    }
    if (strcmp(name, "unlinked") == 0 || strcmp(name, "folders") == 0)
        spent->files_s += at_s - spent->last_s;
    spent->last_s = at_s;
    return true;
}

BigRate big_rate_purge(const char *home, const BigHall *hall, int64_t longest_us)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_no_error(error);
    Spent spent = {.last_s = now_s(),
                   .began_s = now_s(),
                   .began_cpu_s = big_cpu_s(),
                   .longest_us = longest_us};
    IdxPurge how = {.now_us =
                        hall->start_us + hall->minutes / 2 * MJ_MINUTE_US + KEPT_DAYS * MJ_DAY_US,
                    .headroom_bytes = 0,
                    .step = step,
                    .data = &spent};
    spent.how = &how;
    idx_purge(cat, &how, &sums, &error);
    g_assert_no_error(error);
    if (sums.segments == 0) // all of it went in an earlier run
        return (BigRate){.seconds = 1,
                         .look_s = spent.due_s - spent.began_s,
                         .look_cpu_s = spent.due_cpu_s - spent.began_cpu_s,
                         .survey_s = now_s() - spent.due_s,
                         .survey_cpu_s = big_cpu_s() - spent.due_cpu_s};
    return (BigRate){.n = sums.segments,
                     .seconds = spent.due_s - spent.first_s - spent.files_s,
                     .cpu_s = spent.due_cpu_s - spent.first_cpu_s,
                     .files_s = spent.files_s,
                     .look_s = spent.first_s - spent.began_s,
                     .look_cpu_s = spent.first_cpu_s - spent.began_cpu_s,
                     .survey_s = now_s() - spent.due_s,
                     .survey_cpu_s = big_cpu_s() - spent.due_cpu_s};
}
