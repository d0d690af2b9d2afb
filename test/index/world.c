// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/world.h"

#include "index/base/home.h"
#include "index/camera.h"
#include "index/hold/hold.h"
#include "index/place.h"
#include "index/retention/retention.h"
#include "index/segment/segment.h"

#include <inttypes.h>
#include <string.h>

const char *const WORLD_KINDS[CAMERAS] = {"window", "room", "session"};

uint32_t world_below(World *w, uint32_t limit)
{
    return (uint32_t)g_rand_int_range(w->rand, 0, (gint32)limit);
}

const char *world_camera(int stream)
{
    static const char *const CODES[CAMERAS] = {"C0", "C1", "C2"};
    return CODES[stream / 2];
}

void world_sql(World *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sql = g_strdup_vprintf(format, args);
    va_end(args);
    g_free(fixture_dump(w->f->cat, sql));
}

/* --- the hall --------------------------------------------------------------------------------- */

static void add_rule(World *w, const char *kind, const char *purpose, int min_days, int max_days)
{
    g_autoptr(GError) error = NULL;
    idx_rule_set(w->f->cat, kind, purpose, min_days, max_days, &error);
    g_assert_no_error(error);
    for (int i = 0; i < w->n_rules; i++) {
        if (strcmp(w->rules[i].kind, kind) == 0 && strcmp(w->rules[i].purpose, purpose) == 0) {
            w->rules[i].min_days = min_days;
            w->rules[i].max_days = max_days;
            return;
        }
    }
    g_assert_cmpint(w->n_rules, <, RULES);
    w->rules[w->n_rules++] = (Rule){kind, purpose, min_days, max_days};
}

void world_change_rule(World *w)
{
    static const struct {
        const char *kind, *purpose;
    } SOME[] = {{"any", "footage"},     {"window", "footage"}, {"room", "footage"},
                {"any", "ticket"},      {"any", "approval"},   {"window", "ticket"},
                {"session", "footage"}, {"any", "session"},    {"any", "trade"}};
    uint32_t which = world_below(w, G_N_ELEMENTS(SOME));
    int min_days = 1 + (int)world_below(w, 20);
    int max_days = world_below(w, 4) == 0 ? 0 : min_days + (int)world_below(w, 20);
    add_rule(w, SOME[which].kind, SOME[which].purpose, min_days, max_days);
}

static void seg_clear(void *data)
{
    g_free(((Seg *)data)->rule);
}

/* One process, no power cut. */
void world_hasten(World *w)
{
    world_sql(w, "PRAGMA locking_mode = EXCLUSIVE");
    world_sql(w, "PRAGMA journal_mode = MEMORY");
    world_sql(w, "PRAGMA synchronous = OFF");
}

static void found_hall(World *w)
{
    g_autoptr(GError) error = NULL;
    world_sql(w, "DELETE FROM retention_rule");
    add_rule(w, "any", "footage", 3, 12);
    add_rule(w, "any", "ticket", 8, 20);
    add_rule(w, "any", "approval", 10, 25);
    add_rule(w, "any", "session", 9, 22);
    add_rule(w, "any", "trade", 14, 30);
    for (int i = 0; i < CAMERAS; i++) {
        idx_camera_add(w->f->cat, world_camera(2 * i), "rtsp://192.0.2.1/a", "rtsp://192.0.2.1/b",
                       NULL, WORLD_KINDS[i], NULL, T0 - MJ_DAY_US, &error);
        g_assert_no_error(error);
        g_autoptr(IdxCamera) camera = idx_camera_get(w->f->cat, world_camera(2 * i), &error);
        for (int j = 0; j < 2; j++)
            w->streams[2 * i + j] = ((IdxStream *)camera->streams->pdata[j])->id;
    }
    fixture_place(w->f, "P0", "C0,C1");
    fixture_place(w->f, "P1", "C1");
    fixture_place(w->f, "P2", "C2");
    fixture_place(w->f, "P3", "");
}

static void copy_file(const char *from, const char *to, const char *name)
{
    g_autofree char *a = g_build_filename(from, name, NULL), *bytes = NULL;
    g_autofree char *b = g_build_filename(to, name, NULL);
    gsize size = 0;
    if (g_file_get_contents(a, &bytes, &size, NULL))
        g_assert_true(g_file_set_contents(b, bytes, (gssize)size, NULL));
}

/* See world_first. */
static Fixture *copy_hall(const char *home)
{
    g_autoptr(GError) error = NULL;
    Fixture *f = g_new0(Fixture, 1);
    f->home = fixture_temp_dir();
    mj_home_create(f->home, &error);
    g_assert_no_error(error);
    copy_file(home, f->home, "catalogue.db");
    copy_file(home, f->home, "keys/camera.key");
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    return f;
}

World *world_first;

World *world_new(uint32_t seed)
{
    World *w = g_new0(World, 1);
    if (world_first)
        memcpy(w, world_first, sizeof *w);
    w->f = world_first ? copy_hall(world_first->f->home) : fixture_new();
    w->rand = g_rand_new_with_seed(seed);
    w->now_us = T0;
    w->segs = g_array_new(FALSE, TRUE, sizeof(Seg));
    g_array_set_clear_func(w->segs, seg_clear);
    w->kept = g_array_new(FALSE, TRUE, sizeof(Kept));
    w->holds = g_array_new(FALSE, TRUE, sizeof(Held));
    w->live = g_array_new(FALSE, TRUE, sizeof(int64_t));
    for (int i = 0; i < CAMERAS * 2; i++)
        w->recorded_us[i] = T0;
    world_begin_events(w);
    if (world_first)
        world_hasten(w);
    else
        found_hall(w);
    return w;
}

void world_free(World *w)
{
    fixture_free(w->f);
    g_rand_free(w->rand);
    model_clear(&w->model);
    g_array_unref(w->sources);
    g_array_unref(w->segs);
    g_array_unref(w->kept);
    g_array_unref(w->holds);
    g_array_unref(w->live);
    g_free(w);
}

static void record_one(World *w, int stream, int64_t start_us, int64_t end_us, bool open)
{
    static int64_t counter;
    int64_t doubt_us =
        w->murky && world_below(w, 3) == 0 ? world_below(w, 300) * MJ_SECOND_US / 2 : 0;
    if (doubt_us && world_below(w, 3) == 0)
        doubt_us *= 100; // hours: nobody knows where the camera has its time from
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    g_autofree char *path =
        g_strdup_printf("%s/x/20261122/%" PRId64 ".mp4", world_camera(stream), ++counter);
    IdxSegment s = {.stream_id = w->streams[stream],
                    .start_us = start_us,
                    .end_us = start_us,
                    .path = path,
                    .bytes = 100,
                    .init_bytes = 100,
                    .clock = (char *)"arrival",
                    .clock_uncertainty_us = doubt_us,
                    .state = (char *)"closed"};
    idx_segment_open(w->f->cat, &s, &error);
    g_assert_no_error(error);
    IdxFragment one = {
        .length = 100 + world_below(w, 900), .duration_us = end_us - start_us, .key = true};
    idx_fragment_append(fragments, &one);
    s.bytes += one.length;
    s.end_us = end_us;
    if (open)
        idx_segment_progress(w->f->cat, &s, fragments, &error);
    else
        idx_segment_close(w->f->cat, &s, fragments, &error);
    g_assert_no_error(error);
    Seg seg = {s.id, start_us, end_us, s.bytes, doubt_us, stream, open, false, NULL};
    g_array_append_val(w->segs, seg);
}

/* Time goes on and is recorded, with holes. */
void world_record(World *w)
{
    g_autoptr(GError) error = NULL;
    int64_t until_us = w->now_us + (1 + world_below(w, 6 * 24)) * MJ_HOUR_US;
    idx_begin(w->f->cat, &error);
    for (int stream = 0; stream < CAMERAS * 2; stream++) {
        int64_t at_us = w->recorded_us[stream];
        for (int n = 0; n < 4 && at_us < until_us - MJ_HOUR_US; n++) {
            at_us += world_below(w, 3) == 0 ? world_below(w, 40) * MJ_HOUR_US / 2 : 0;
            int64_t end_us = MIN(at_us + (1 + world_below(w, 23 * 60)) * MJ_MINUTE_US, until_us);
            if (at_us >= end_us)
                break;
            record_one(w, stream, at_us, end_us, world_below(w, 25) == 0);
            at_us = end_us;
        }
        w->recorded_us[stream] = at_us;
    }
    idx_commit(w->f->cat, &error);
    g_assert_no_error(error);
    w->now_us = until_us;
    if (w->murky) { // only a purge would look otherwise
        idx_hold_refresh(w->f->cat, w->now_us, &error);
        g_assert_no_error(error);
        world_follow(w);
    }
}

void world_change_limits(World *w)
{
    w->max_bytes = world_below(w, 3) == 0 ? 0 : 2000 + world_below(w, 20000);
    w->oldest = world_below(w, 2);
    world_sql(w, "UPDATE volume SET max_bytes = nullif(%" PRId64 ", 0), when_full = '%s'",
              w->max_bytes, w->oldest ? "oldest" : "keep");
}
