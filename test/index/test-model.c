// SPDX-License-Identifier: GPL-3.0-or-later
/* Random lives of a small hall against a model that is plain and slow: cameras record by clocks that may be
 * wrong, events of queues, approvals, meetings and trades come late and twice, are corrected and cancelled,
 * numbers are given out twice, clocks of their sources are measured and set, coverage changes, windows are renumbered, rules and policies
 * change, holds come and go, purges run, are stopped midway and run again.
 *
 * model/ works out for itself which events count, of which day a ticket is, who was where and which camera saw
 * it. A purge may come while a clock's change waits to be linked: it links first. After every deed the catalogue has the same spans and holds; after every purge the same segments, and
 * what went, went by the same rule; what is found shows the same. Not one held second is deleted, not one
 * segment below its minimum but by policy. Linking all anew changes nothing.
 *
 *   MINGJING_SEED=N   the first seed (a failure says which one it was); else every time the same
 *   MINGJING_RUNS=N   how many runs; each has the seed after the one before */
#include "index/purge/purge.h"
#include "index/segment/timeline.h"
#include "test/index/world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Under a sanitizer a life takes eight times as long. */
#ifdef __SANITIZE_ADDRESS__
#define RUNS 300
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUNS 300
#endif
#endif
#ifndef RUNS
#define RUNS 2000
#endif

/* Instead of GLib's: what is cut into slices of time is cut alike on a slow machine, so that a seed tells all. */
gint64 g_get_monotonic_time(void)
{
    static gint64 now_us;
    return now_us += 10;
}
#define STEPS 9
#define SEED 20261122

/* --- the model of a purge --------------------------------------------------------------------- */

static bool is_kept(const World *w, const Seg *s)
{
    for (guint i = 0; i < w->kept->len; i++) {
        const Kept *k = &g_array_index(w->kept, Kept, i);
        if (k->live && strcmp(k->camera, world_camera(s->stream)) == 0 && k->from_us < s->end_us &&
            k->to_us > s->start_us)
            return true;
    }
    return false;
}

typedef struct Link {
    char kind[12], camera[8];
    int64_t from_us, to_us;
} Link;

static void tie(GArray *links, const Shown *s, const char *purpose)
{
    Link one = {.from_us = s->from_us, .to_us = s->end_us};
    g_strlcpy(one.kind, purpose, sizeof one.kind);
    g_strlcpy(one.camera, s->camera, sizeof one.camera);
    g_array_append_val(links, one);
}

static bool is_of_approval(const World *w, const GArray *names, const Name *name)
{
    for (guint i = 0; i < names->len; i++) {
        const Name *other = &g_array_index(names, Name, i);
        if (strcmp(other->kind, "approval") == 0 && model_related(&w->model, other, name))
            return true;
    }
    return false;
}

/* What footage is linked to. */
static GArray *read_links(World *w)
{
    GArray *links = g_array_new(FALSE, TRUE, sizeof(Link));
    g_autoptr(GArray) names = model_names(&w->model);
    for (guint i = 0; i < names->len; i++) {
        const Name *name = &g_array_index(names, Name, i);
        g_autoptr(GArray) shown = model_shown(&w->model, name);
        bool approval = is_of_approval(w, names, name), trade = model_is_trade(&w->model, name);
        for (guint j = 0; j < shown->len; j++) {
            const Shown *s = &g_array_index(shown, Shown, j);
            tie(links, s, name->kind);
            if (approval)
                tie(links, s, "approval");
            if (trade)
                tie(links, s, "trade");
        }
    }
    return links;
}

static bool has_purpose(const GArray *links, const Seg *s, const char *purpose)
{
    if (strcmp(purpose, "footage") == 0)
        return true;
    int64_t doubt_us = s->doubt_us >= WORLD_NOTICED_US ? s->doubt_us : 0;
    for (guint i = 0; i < links->len; i++) {
        const Link *l = &g_array_index(links, Link, i);
        if (strcmp(l->kind, purpose) == 0 && strcmp(l->camera, world_camera(s->stream)) == 0 &&
            l->from_us < s->end_us + doubt_us && l->to_us > s->start_us - doubt_us)
            return true;
    }
    return false;
}

/* The longest of the rules that fit: minimum and maximum (0 = never) in days. */
static void term(const World *w, const GArray *links, const Seg *s, int *ret_min, int *ret_max)
{
    *ret_min = 0;
    *ret_max = -1;
    for (int i = 0; i < w->n_rules; i++) {
        const Rule *r = &w->rules[i];
        if ((strcmp(r->kind, "any") != 0 && strcmp(r->kind, WORLD_KINDS[s->stream / 2]) != 0) ||
            !has_purpose(links, s, r->purpose))
            continue;
        *ret_min = MAX(*ret_min, r->min_days);
        *ret_max = *ret_max == 0 || r->max_days == 0 ? 0 : MAX(*ret_max, r->max_days);
    }
}

typedef enum { STAYS, BOUND, SPARE, DUE } Fate;

static Fate fate(const World *w, const GArray *links, const Seg *s)
{
    int min_days = 0, max_days = 0;
    if (s->gone || s->open || is_kept(w, s))
        return STAYS;
    term(w, links, s, &min_days, &max_days);
    int64_t age_us = w->now_us - s->end_us;
    if (max_days && age_us >= max_days * MJ_DAY_US)
        return DUE;
    return age_us >= min_days * MJ_DAY_US ? SPARE : BOUND;
}

static int64_t used(const World *w)
{
    int64_t sum = 0;
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        sum += s->gone ? 0 : s->bytes;
    }
    return sum;
}

/* One more of the oldest that have this fate goes. False if there is none. */
static bool take_oldest(World *w, const GArray *links, Fate which)
{
    Seg *oldest = NULL;
    int min_days = 0, max_days = 0;
    for (guint i = 0; i < w->segs->len; i++) {
        Seg *s = &g_array_index(w->segs, Seg, i);
        bool older = !oldest || s->start_us < oldest->start_us ||
                     (s->start_us == oldest->start_us && s->id < oldest->id);
        if (!s->gone && older && fate(w, links, s) == which)
            oldest = s;
    }
    if (!oldest)
        return false;
    g_assert_false(is_kept(w, oldest));
    term(w, links, oldest, &min_days, &max_days);
    if (which != BOUND)
        g_assert_cmpint(w->now_us - oldest->end_us, >=, min_days * MJ_DAY_US);
    oldest->gone = true;
    oldest->rule = g_strdup(which == DUE ? "max" : which == SPARE ? "short" : "policy");
    return true;
}

static int64_t model_purge(World *w, int64_t headroom)
{
    g_autoptr(GArray) links = read_links(w);
    while (take_oldest(w, links, DUE))
        ;
    if (w->max_bytes == 0)
        return 0;
    while (w->max_bytes - used(w) < headroom && take_oldest(w, links, SPARE))
        ;
    while (w->oldest && w->max_bytes - used(w) < headroom && take_oldest(w, links, BOUND))
        ;
    return MAX(headroom - (w->max_bytes - used(w)), 0);
}

/* --- both ------------------------------------------------------------------------------------- */

static bool space(const IdxVolume *volume, int64_t *ret_total, int64_t *ret_free, void *data)
{
    *ret_total = *ret_free = INT64_C(1) << 42;
    return true;
}

static bool step(const char *name, void *data)
{
    World *w = data;
    return ++w->steps != w->stop_at;
}

static void reopen(World *w)
{
    g_autoptr(GError) error = NULL;
    idx_catalogue_free(w->f->cat);
    w->f->cat = idx_catalogue_open(w->f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    world_hasten(w);
}

static void check_segments(World *w)
{
    g_autofree char *there = fixture_dump(w->f->cat, "SELECT id || '|' FROM segment ORDER BY id");
    g_autofree char *gone =
        fixture_dump(w->f->cat, "SELECT segment_id || '|' || substr(rule, 1, instr(rule, ':') - 1)"
                                " || '|' FROM disposition ORDER BY segment_id");
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        g_autofree char *text =
            g_strdup_printf("%" PRId64 "|%s%s", s->id, s->gone ? s->rule : "", s->gone ? "|" : "");
        if (!strstr(s->gone ? gone : there, text) || (!s->gone && strstr(gone, text)))
            g_error("%sheld segment %s of %s, %.3f to %.3f days, at %.3f: it should %s; went: %s",
                    is_kept(w, s) ? "" : "un", text, world_camera(s->stream),
                    (double)(s->start_us - T0) / MJ_DAY_US, (double)(s->end_us - T0) / MJ_DAY_US,
                    (double)(w->now_us - T0) / MJ_DAY_US, s->gone ? "have gone" : "have stayed",
                    gone);
    }
}

/* Time goes on to the moment when a segment may go, or must, or to the last before it. */
static void wait_for_one(World *w)
{
    int min_days = 0, max_days = 0;
    g_autoptr(GArray) links = read_links(w);
    const Seg *s = &g_array_index(w->segs, Seg, world_below(w, w->segs->len));
    term(w, links, s, &min_days, &max_days);
    int days = max_days && world_below(w, 2) ? max_days : min_days;
    int64_t at_us = s->end_us + days * MJ_DAY_US - world_below(w, 2);
    if (!s->gone && at_us > w->now_us && at_us < w->now_us + 8 * MJ_DAY_US)
        w->now_us = at_us;
}

static void purge(World *w)
{
    g_autoptr(GError) error = NULL;
    if (w->segs->len > 0 && world_below(w, 2))
        wait_for_one(w);
    g_auto(IdxPurgeSums) dry = {0}, done = {0};
    IdxPurge how = {.now_us = w->now_us,
                    .dry_run = true,
                    .headroom_bytes = world_below(w, 3000),
                    .space = space,
                    .data = w};
    idx_purge(w->f->cat, &how, &dry, &error);
    g_assert_no_error(error);
    how.dry_run = false;
    how.step = step;
    w->steps = 0;
    w->stop_at = world_below(w, 3) == 0 ? 1 + world_below(w, 12) : 0;
    if (!idx_purge(w->f->cat, &how, &done, &error)) {
        g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
        g_clear_error(&error);
        reopen(w);
        w->stop_at = 0;
        idx_purge(w->f->cat, &how, &done, &error);
    } else if (!w->waits) {
        g_assert_cmpint(done.segments, ==, dry.segments);
        g_assert_cmpint(done.bytes, ==, dry.bytes);
    }
    g_assert_no_error(error);
    g_assert_cmpint(dry.unlinked, ==, w->waits);
    if (w->waits)
        world_linked(w);
    int64_t missing = model_purge(w, how.headroom_bytes);
    check_segments(w);
    if (used(w) > 0) // a volume without footage is not looked at
        g_assert_cmpint(((IdxPurgeVolume *)done.volumes->pdata[0])->short_bytes, ==, missing);
}

/* Covered and gaps make what was asked for; what was deleted is called so. */
static void look(World *w)
{
    g_autoptr(GError) error = NULL;
    int stream = (int)world_below(w, CAMERAS * 2);
    int64_t from_us = T0 + world_below(w, 30 * 24) * MJ_HOUR_US, to_us = from_us + 3 * MJ_DAY_US;
    g_autoptr(IdxTimeline) t =
        idx_timeline_get(w->f->cat, w->streams[stream], from_us, to_us, w->now_us, &error);
    g_assert_no_error(error);
    int64_t missing_us = 0, purged_us = 0, gone_us = 0;
    for (guint i = 0; i < t->gaps->len; i++) {
        const IdxGap *gap = t->gaps->pdata[i];
        missing_us += gap->to_us - gap->from_us;
        if (strcmp(gap->reason, IDX_REASON_PURGED) == 0)
            purged_us += gap->to_us - gap->from_us;
    }
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        if (s->gone && s->stream == stream)
            gone_us += MAX(0, MIN(s->end_us, t->until_us) - MAX(s->start_us, from_us));
    }
    g_assert_cmpint(t->covered_us + missing_us, ==, t->until_us - from_us);
    g_assert_cmpint(purged_us, ==, gone_us);
}

typedef struct Sums { // of all lives
    int64_t gone, by_policy, kept, spans, found, unseen, measured, parted, chosen, unlinked;
} Sums;

static void sum_up(const World *w, Sums *sums)
{
    for (guint i = 0; i < w->segs->len; i++) {
        const Seg *s = &g_array_index(w->segs, Seg, i);
        sums->gone += s->gone;
        sums->by_policy += s->gone && strcmp(s->rule, "policy") == 0;
        sums->kept += !s->gone && is_kept(w, s);
    }
    sums->spans += w->spans;
    sums->found += w->found;
    sums->unseen += w->unseen;
    sums->measured += w->measured;
    sums->parted += w->parted;
    sums->chosen += w->chosen;
    sums->unlinked += w->unlinked;
}

static void live(uint32_t seed, Sums *sums)
{
    static void (*const DEEDS[])(World *) = {
        world_record, world_record,        world_event,       world_event,   world_event,
        world_event,  world_hold,          world_hold,        world_release, world_cover,
        world_cover,  world_change_limits, world_change_rule, world_clock,   world_live};
    g_autoptr(World) w = world_new(seed);
    world_record(w);
    for (int i = 0; i < STEPS; i++) {
        DEEDS[world_below(w, G_N_ELEMENTS(DEEDS))](w);
        bool waits = w->waits;
        if (waits)
            purge(w);
        world_check_spans(w);
        world_check_holds(w);
        if (!waits && world_below(w, 3) == 0) {
            purge(w);
            look(w);
            world_find(w);
        }
    }
    if (world_below(w, 3) == 0)
        world_rebuild(w);
    world_check_spans(w);
    world_find(w);
    w->now_us += 40 * MJ_DAY_US;
    purge(w);
    world_check_holds(w);
    sum_up(w, sums);
}

static int64_t number(const char *name, int64_t fallback)
{
    const char *text = g_getenv(name);
    return text ? g_ascii_strtoll(text, NULL, 10) : fallback;
}

static char seed_words[80]; // of the life that goes on

static void tell_seed(int signal_number)
{
    if (write(STDERR_FILENO, seed_words, strlen(seed_words)) < 0)
        _exit(1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void test_model(void)
{
    uint32_t from = (uint32_t)number("MINGJING_SEED", SEED);
    int64_t runs = number("MINGJING_RUNS", RUNS);
    Sums sums = {0};
    g_autoptr(World) hall = world_new(0);
    g_clear_pointer(&hall->f->cat, idx_catalogue_free); // all of it is in the one file now
    world_first = hall;
    signal(SIGABRT, tell_seed); // of a failed assertion
    signal(SIGTRAP, tell_seed); // of g_error()
    for (int64_t i = 0; i < runs; i++) {
        uint32_t seed = from + (uint32_t)i;
        snprintf(seed_words, sizeof seed_words, "MINGJING_SEED=%" PRIu32 " MINGJING_RUNS=1\n",
                 seed);
        if (g_test_verbose() || i == 0)
            g_test_message("%s", seed_words);
        live(seed, &sums);
    }
    g_test_message("%" PRId64 " runs from seed %" PRIu32 ": %" PRId64 " segments went, %" PRId64
                   " of them by policy, %" PRId64 " were held; %" PRId64 " spans, %" PRId64
                   " stretches of answers (%" PRId64 " unseen), %" PRId64
                   " measured clocks, %" PRId64 " numbers of several tickets found, %" PRId64
                   " such tickets held",
                   runs, from, sums.gone, sums.by_policy, sums.kept, sums.spans, sums.found,
                   sums.unseen, sums.measured, sums.parted, sums.chosen);
    if (runs >= 100) { // the model has been asked something
        g_assert_cmpint(sums.gone, >, runs);
        g_assert_cmpint(sums.kept, >, runs / 10);
        g_assert_cmpint(sums.spans, >, runs);
        g_assert_cmpint(sums.found, >, runs);
        g_assert_cmpint(MIN(sums.by_policy, MIN(sums.unseen, sums.measured)), >, 0);
        g_assert_cmpint(sums.parted, >, runs / 10);
        g_assert_cmpint(MIN(sums.chosen, sums.unlinked), >, 0);
    }
}

int main(int argc, char **argv)
{
    /* A disk that is no disk: what is tested is not whether fsync takes long. */
    if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) && !g_getenv("TMPDIR"))
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/lives", test_model);
    return g_test_run();
}
