// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/purge_hall.h"

#include "index/hold/hold.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void purge_hall_free(PurgeHall *h)
{
    fixture_free(h->f);
    g_string_free(h->said, TRUE);
    g_free(h);
}

PurgeHall *purge_hall_new(void)
{
    PurgeHall *h = g_new0(PurgeHall, 1);
    h->f = fixture_new();
    h->said = g_string_new(NULL);
    h->free_bytes = INT64_C(1) << 40;
    h->stream[0] = fixture_camera(h->f, "c1", AT(-1000));
    h->stream[1] = fixture_camera(h->f, "c2", AT(-1000));
    fixture_place(h->f, "W07", "c1");
    return h;
}

void purge_hall_sql(PurgeHall *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *sql = g_strdup_vprintf(format, args);
    va_end(args);
    g_free(fixture_dump(h->f->cat, sql));
}

int64_t purge_hall_segment(PurgeHall *h, int camera, int64_t at_s, int seconds, const char *state)
{
    int64_t id = fixture_segment(h->f, h->stream[camera], AT(at_s), AT(at_s + seconds), state);
    g_autofree char *day = mj_time_format_day(AT(at_s)), *name = mj_time_format_file(AT(at_s));
    g_autofree char *relative = g_strdup_printf("c%d/main/%s/%sZ.mp4", camera + 1, day, name);
    purge_hall_sql(h, "UPDATE segment SET path = '%s' WHERE id = %" PRId64, relative, id);
    g_autofree char *path = g_build_filename(h->f->home, "footage", relative, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0750), ==, 0);
    g_assert_true(g_file_set_contents(path, "media", -1, NULL));
    struct timespec old[2] = {{.tv_sec = (time_t)(AT(at_s) / MJ_SECOND_US)},
                              {.tv_sec = (time_t)(AT(at_s) / MJ_SECOND_US)}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, old, 0), ==, 0);
    return id;
}

static bool space(const IdxVolume *volume, int64_t *ret_total, int64_t *ret_free, void *data)
{
    const PurgeHall *h = data;
    *ret_total = INT64_C(1) << 40;
    *ret_free = h->free_bytes;
    return true;
}

static void decided(const IdxDecision *d, void *data)
{
    PurgeHall *h = data;
    g_string_append_printf(h->said, "%s%s/%s %" PRId64 " %s %s %s%s", h->said->len ? "\n" : "",
                           d->camera, d->stream, d->segments, d->goes ? "goes" : "stays",
                           idx_verdict_name(d->verdict), d->rule, d->hold_id ? " held" : "");
}

static bool step(const char *name, void *data)
{
    PurgeHall *h = data;
    if (++h->steps == h->kill_at && h->really)
        kill(getpid(), SIGKILL);
    return h->steps != h->kill_at;
}

IdxPurge purge_hall_how(PurgeHall *h, int64_t now_s)
{
    h->steps = 0;
    g_string_set_size(h->said, 0);
    return (IdxPurge){
        .now_us = AT(now_s), .decided = decided, .space = space, .step = step, .data = h};
}

void purge_hall_run_with(PurgeHall *h, const IdxPurge *p, int64_t segments)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    idx_purge(h->f->cat, p, &sums, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sums.segments, ==, segments);
}

void purge_hall_run(PurgeHall *h, int64_t now_s, int64_t segments)
{
    IdxPurge p = purge_hall_how(h, now_s);
    purge_hall_run_with(h, &p, segments);
}

static void list_files(const char *root, const char *relative, GPtrArray *names)
{
    g_autofree char *path = g_build_filename(root, relative, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name = NULL; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *below =
            relative[0] ? g_build_filename(relative, name, NULL) : g_strdup(name);
        if (name[0] == '.')
            continue;
        g_ptr_array_add(names, g_strdup(below));
        list_files(root, below, names);
    }
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *purge_hall_files(const PurgeHall *h)
{
    g_autofree char *root = g_build_filename(h->f->home, "footage", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    list_files(root, "", names);
    g_ptr_array_sort(names, by_text);
    g_ptr_array_add(names, NULL);
    return g_strjoinv("\n", (char **)names->pdata);
}

bool purge_hall_has(const PurgeHall *h, const char *relative)
{
    g_autofree char *path = g_build_filename(h->f->home, "footage", relative, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

void purge_hall_hold(PurgeHall *h, const char *code, int64_t from_s, int64_t to_s, int64_t *ret_id)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *cameras[] = {code, NULL};
    IdxHoldRequest r = {.cameras = cameras,
                        .from_us = AT(from_s),
                        .to_us = AT(to_s),
                        .owner = "1023",
                        .reason = "complaint",
                        .case_no = "7",
                        .by = "1023"};
    idx_hold_add(h->f->cat, &r, AT(200), &answer, &error);
    g_assert_no_error(error);
    *ret_id = answer.hold->id;
}
