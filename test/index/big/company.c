// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/big/measure.h"

#include "index/segment/segment.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#define GROW_US 100000 // between two transactions for what grew
#define GROWN 40       // segments in one: a hundred cameras, each second, in a quarter of the time
#define EACH 4 // growths between two ends: a segment has 60 of them, and there are a hundred

struct BigCompany {
    GThread *thread;
    gint stop; // atomic
    const BigHall *hall;
    char *where; // home, or folder
    int64_t from_us;
    int each_second;
    BigWaits *waits; // the thread's until it was joined
};

BigWaits *big_company_end(BigCompany *c)
{
    g_atomic_int_set(&c->stop, 1);
    g_thread_join(c->thread);
    BigWaits *waits = c->waits;
    g_free(c->where);
    g_free(c);
    return waits;
}

static BigCompany *begin(const char *where, const BigHall *hall, int each_second)
{
    BigCompany *c = g_new0(BigCompany, 1);
    c->where = g_strdup(where);
    c->hall = hall;
    c->each_second = each_second;
    c->waits = big_waits_new();
    return c;
}

/* --- the recorder ----------------------------------------------------------------------------- */

typedef struct Open { // a camera's segment that is being written
    IdxSegment row;
    GByteArray *fragments;
    int64_t n; // segments before it
} Open;

typedef struct Recorder {
    BigCompany *company;
    IdxCatalogue *cat;
    Open open[BIG_CAMERAS];
    int next_grown, next_ended;
} Recorder;

static void open_one(Recorder *r, int camera)
{
    g_autoptr(GError) error = NULL;
    Open *o = &r->open[camera];
    int64_t at_us = r->company->from_us + o->n * MJ_MINUTE_US + camera * INT64_C(590000);
    g_free(o->row.path);
    g_byte_array_set_size(o->fragments, 0);
    o->row = (IdxSegment){.stream_id = r->company->hall->stream[camera],
                          .start_us = at_us,
                          .end_us = at_us,
                          .state = (char *)"closed",
                          .path = g_strdup_printf("c%d/main/%" PRId64 "Z.mp4", camera, at_us),
                          .bytes = 1289,
                          .init_bytes = 1289,
                          .video = (char *)"h264",
                          .clock = (char *)"camera",
                          .has_clock_offset = true};
    int64_t before_us = g_get_monotonic_time();
    bool ok = idx_begin(r->cat, &error) && idx_segment_open(r->cat, &o->row, &error) &&
              idx_commit(r->cat, &error);
    big_waits_add(r->company->waits, g_get_monotonic_time() - before_us);
    g_assert_no_error(error);
    g_assert_true(ok);
}

static void close_one(Recorder *r, int camera)
{
    g_autoptr(GError) error = NULL;
    Open *o = &r->open[camera];
    int64_t before_us = g_get_monotonic_time();
    bool ok = idx_begin(r->cat, &error) &&
              idx_segment_close(r->cat, &o->row, o->fragments, &error) &&
              idx_commit(r->cat, &error);
    big_waits_add(r->company->waits, g_get_monotonic_time() - before_us);
    g_assert_no_error(error);
    g_assert_true(ok);
    o->n++;
}

static void grow(Recorder *r)
{
    g_autoptr(GError) error = NULL;
    int64_t before_us = g_get_monotonic_time();
    bool ok = idx_begin(r->cat, &error);
    for (int i = 0; ok && i < GROWN; i++, r->next_grown = (r->next_grown + 1) % BIG_CAMERAS) {
        Open *o = &r->open[r->next_grown];
        IdxFragment one = {.length = 450000, .duration_us = MJ_SECOND_US, .key = true};
        idx_fragment_append(o->fragments, &one);
        o->row.bytes += one.length;
        o->row.end_us += one.duration_us;
        ok = idx_segment_progress(r->cat, &o->row, o->fragments, &error);
    }
    ok = ok && idx_commit(r->cat, &error);
    big_waits_add(r->company->waits, g_get_monotonic_time() - before_us);
    g_assert_no_error(error);
    g_assert_true(ok);
}

static void *record(void *data)
{
    g_autoptr(GError) error = NULL;
    g_autofree Recorder *r = g_new0(Recorder, 1);
    r->company = data;
    r->cat = idx_catalogue_open(r->company->where, IDX_RECORD, &error);
    g_assert_no_error(error);
    for (int i = 0; i < BIG_CAMERAS; i++) {
        r->open[i].fragments = g_byte_array_new();
        open_one(r, i);
    }
    for (int64_t n = 0; !g_atomic_int_get(&r->company->stop); n++) {
        grow(r);
        if (n % 2 == 0) {
            close_one(r, r->next_ended);
            open_one(r, r->next_ended);
            r->next_ended = (r->next_ended + 1) % BIG_CAMERAS;
        }
        g_usleep(GROW_US);
    }
    for (int i = 0; i < BIG_CAMERAS; i++) {
        close_one(r, i);
        g_byte_array_unref(r->open[i].fragments);
        g_free(r->open[i].row.path);
    }
    idx_catalogue_free(r->cat);
    return NULL;
}

BigCompany *big_company_recorder(const char *home, const BigHall *hall, int64_t from_us)
{
    BigCompany *c = begin(home, hall, 0);
    c->from_us = from_us;
    c->thread = g_thread_new("recorder", record, c);
    return c;
}

/* --- the others ------------------------------------------------------------------------------- */

static void *find(void *data)
{
    BigCompany *c = data;
    g_autoptr(BigFinds) finds = big_finds_new(c->where, c->hall, 3);
    for (int64_t bytes = 0; !g_atomic_int_get(&c->stop);) {
        big_waits_add(c->waits, big_finds_next(finds, &bytes));
        g_usleep((gulong)(G_USEC_PER_SEC / c->each_second));
    }
    return NULL;
}

BigCompany *big_company_finder(const char *home, const BigHall *hall, int each_second)
{
    BigCompany *c = begin(home, hall, each_second);
    c->thread = g_thread_new("finder", find, c);
    return c;
}

static void *use_disk(void *data)
{
    static const char BYTES[4096];
    BigCompany *c = data;
    g_autofree char *path = g_build_filename(c->where, "yardstick", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(fd, >=, 0);
    for (off_t at = 0; !g_atomic_int_get(&c->stop); at = (at + 4096) % (1 << 20)) {
        g_assert_cmpint((int)pwrite(fd, BYTES, sizeof BYTES, at), ==, sizeof BYTES);
        int64_t before_us = g_get_monotonic_time();
        g_assert_cmpint(fdatasync(fd), ==, 0);
        big_waits_add(c->waits, g_get_monotonic_time() - before_us);
        g_usleep((gulong)(G_USEC_PER_SEC / c->each_second));
    }
    close(fd);
    unlink(path);
    return NULL;
}

BigCompany *big_company_disk(const char *folder, int each_second)
{
    BigCompany *c = begin(folder, NULL, each_second);
    c->thread = g_thread_new("disk", use_disk, c);
    return c;
}
