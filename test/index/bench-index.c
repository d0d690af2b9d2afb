// SPDX-License-Identifier: GPL-3.0-or-later
/* The index of a big hall (big/hall.h): built, then measured. Not a test; ./mj bench index runs it.
 *
 *   bench-index HOME SEGMENTS EVENTS SEED FINDS INGESTED PURGE_SECONDS
 *
 * A HOME that an earlier run with the same sizes left is measured again, as that run left it. On standard
 * error for people; the last line of standard output for programs, see index.bench.mjs. */
#include "index/db.h"
#include "test/index/big/load.h"
#include "test/index/big/measure.h"

#include "index/base/error.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLD_FINDS 200
#define YARDSTICK_US (3 * MJ_SECOND_US)
#define RELINK_US (10 * MJ_SECOND_US)

typedef struct Bench {
    const char *home;
    char *database, *note; // note: what the home was made for, and how often it was measured
    BigHall hall;
    int64_t runs, finds, ingested, purge_us;
} Bench;

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("index: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

static void must(bool ok, const GError *error)
{
    if (ok)
        return;
    say("%s", error ? error->message : "failed");
    exit(1);
}

static double since_s(int64_t mono_us)
{
    return (double)(g_get_monotonic_time() - mono_us) / G_USEC_PER_SEC;
}

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* --- building --------------------------------------------------------------------------------- */

static void told(int64_t events)
{
    if (events % 1000000 == 0)
        say("%" PRId64 " million events", events / 1000000);
}

static void build(Bench *b)
{
    g_autoptr(GError) error = NULL;
    int64_t before_us = g_get_monotonic_time();
    must(idx_catalogue_create(b->home, "H01", "大厅", "+08:00", &error), error);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(b->home, IDX_WRITE, &error);
    must(cat && big_hall_furnish(&b->hall, cat, &error) && big_load_begin(cat, &error), error);
    say("%" PRId64 " segments, 100 cameras, %" PRId64 " days; %" PRId64 " events; seed %" PRIu64,
        b->hall.segments, b->hall.minutes / 1440, b->hall.events, b->hall.seed);
    must(big_segments_store(&b->hall, cat, &error), error);
    say("segments: %.0f s, %.0f bytes each", since_s(before_us),
        (double)size_of(b->database) / (double)b->hall.segments);
    before_us = g_get_monotonic_time();
    must(big_load_events(&b->hall, cat, told, &error), error);
    must(big_load_end(cat, &error) && big_load_holds(cat, &error), error);
    say("events: %.0f s, %.0f a second", since_s(before_us),
        (double)b->hall.events / since_s(before_us));
}

static void note_runs(const Bench *b)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text =
        g_strdup_printf("%" PRId64 " %" PRId64 " %" PRIu64 " %" PRId64 "\n", b->hall.segments,
                        b->hall.events, b->hall.seed, b->runs);
    must(g_file_set_contents(b->note, text, -1, &error), error);
}

/* False: there is nothing yet. */
static bool find_built(Bench *b)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    int64_t segments = 0, events = 0;
    uint64_t seed = 0;
    if (!g_file_get_contents(b->note, &text, NULL, NULL))
        return false;
    if (sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNu64 " %" SCNd64, &segments, &events, &seed,
               &b->runs) != 4 ||
        segments != b->hall.segments || events != b->hall.events || seed != b->hall.seed) {
        say("%s is of other sizes or another seed", b->home);
        exit(2);
    }
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(b->home, IDX_READ, &error);
    must(cat && big_hall_find(&b->hall, cat, &error), error);
    say("measured for the %" PRId64 ". time", b->runs + 1);
    return true;
}

static void checkpoint(const Bench *b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(b->home, IDX_WRITE, &error);
    must(cat && idx_db_script(cat, "PRAGMA wal_checkpoint(TRUNCATE)", &error), error);
}

/* As after a start of the machine: nothing of the catalogue is in memory. */
static void forget(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    must(fd >= 0 && fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, NULL);
    close(fd);
}

/* --- measuring -------------------------------------------------------------------------------- */

static BigWaits *find_many(BigFinds *finds, int64_t n, int64_t *ret_bytes)
{
    BigWaits *waits = big_waits_new();
    for (int64_t i = 0; i < n; i++) {
        int64_t bytes = 0;
        big_waits_add(waits, big_finds_next(finds, &bytes));
        *ret_bytes += bytes;
    }
    return waits;
}

static void say_waits(const char *what, BigWaits *waits)
{
    say("%s: %" PRId64 ", p50 %.2f ms, p90 %.2f, p99 %.2f, p99.9 %.2f, longest %.2f", what,
        big_waits_count(waits), (double)big_waits_at(waits, 0.5) / 1e3,
        (double)big_waits_at(waits, 0.9) / 1e3, (double)big_waits_at(waits, 0.99) / 1e3,
        (double)big_waits_at(waits, 0.999) / 1e3, (double)big_waits_at(waits, 1) / 1e3);
}

static BigWaits *measure_finds(const Bench *b)
{
    int64_t bytes = 0, none = 0;
    forget(b->database);
    g_autoptr(BigFinds) finds = big_finds_new(b->home, &b->hall, (uint64_t)b->runs);
    g_autoptr(BigWaits) cold = find_many(finds, COLD_FINDS, &none);
    say_waits("finds, cold (nothing in memory at first)", cold);
    big_waits_free(find_many(finds, b->finds, &none));
    BigWaits *warm = find_many(finds, b->finds, &bytes);
    say_waits("finds", warm);
    say_waits("of that and the warming up, the CPU of each", big_finds_cpu(finds));
    say("JSON of a find: %.0f bytes", (double)bytes / (double)b->finds);
    return warm;
}

static double measure_ingest(const Bench *b)
{
    BigRate r = big_rate_ingest(b->home, &b->hall, b->ingested, 2 + (uint64_t)b->runs);
    say("ingest: %" PRId64 " events in %.2f s, %.0f us of CPU each", r.n, r.seconds,
        r.cpu_s * 1e6 / (double)r.n);
    return (double)r.n / r.seconds;
}

/* What "link --rebuild" does, from the first event on. */
static void measure_relink(const Bench *b)
{
    g_autoptr(BigWaits) steps = big_waits_new();
    BigRate r = big_rate_relink(b->home, &b->hall, RELINK_US, steps);
    say("linking anew: %" PRId64 " events, %.0f a second, %.0f us of CPU each", r.n,
        (double)r.n / r.seconds, r.cpu_s * 1e6 / (double)r.n);
    say_waits("of that each transaction", steps);
}

/* *ret_stall_us: the longest that the recorder waited. */
static double measure_purge(const Bench *b, int64_t *ret_stall_us)
{
    int64_t from_us = BIG_END_US + (100 + b->runs) * MJ_DAY_US;
    BigCompany *disk = big_company_disk(b->home, 10);
    BigCompany *finder = big_company_finder(b->home, &b->hall, 50);
    BigCompany *recorder = big_company_recorder(b->home, &b->hall, from_us);
    BigRate r = big_rate_purge(b->home, &b->hall, b->purge_us);
    g_autoptr(BigWaits) stalls = big_company_end(recorder);
    g_autoptr(BigWaits) finds = big_company_end(finder);
    g_autoptr(BigWaits) syncs = big_company_end(disk);
    say("purge: %.2f s for looking for what is due (%.2f of CPU); then %" PRId64
        " segments in %.2f s, %.1f us of CPU each, and %.2f s in files; %.2f s for looking at all"
        " there is left (%.2f of CPU)",
        r.look_s, r.look_cpu_s, r.n, r.seconds, r.cpu_s * 1e6 / (double)MAX(r.n, 1), r.files_s,
        r.survey_s, r.survey_cpu_s);
    say_waits("meanwhile, transactions of the recorder", stalls);
    say_waits("meanwhile, finds", finds);
    say_waits("meanwhile, syncs of 4 KiB in a file beside it", syncs);
    *ret_stall_us = big_waits_at(stalls, 1);
    return (double)r.n / r.seconds;
}

static void measure_disk(const Bench *b)
{
    BigCompany *disk = big_company_disk(b->home, 50);
    g_usleep(YARDSTICK_US);
    g_autoptr(BigWaits) syncs = big_company_end(disk);
    say_waits("the disk alone, syncs of 4 KiB", syncs);
}

static void measure(Bench *b)
{
    int64_t stall_us = 0;
    checkpoint(b);
    double each = (double)size_of(b->database) / (double)b->hall.segments;
    measure_disk(b);
    g_autoptr(BigWaits) finds = measure_finds(b);
    double ingest = measure_ingest(b), purge = measure_purge(b, &stall_us);
    measure_relink(b);
    b->runs++;
    note_runs(b);
    printf("index segments=%" PRId64 " find_p50_us=%" PRId64 " find_p99_us=%" PRId64
           " ingest_events_per_s=%.0f purge_segments_per_s=%.0f insert_stall_max_ms=%.1f"
           " db_bytes_per_segment=%.0f\n",
           b->hall.segments, big_waits_at(finds, 0.5), big_waits_at(finds, 0.99), ingest, purge,
           (double)stall_us / 1e3, each);
}

static int64_t number(const char *text)
{
    char *end = NULL;
    int64_t n = g_ascii_strtoll(text, &end, 10);
    must(*text && !*end && n >= 0, NULL);
    return n;
}

int main(int argc, char **argv)
{
    if (argc != 8) {
        fputs("bench-index HOME SEGMENTS EVENTS SEED FINDS INGESTED PURGE_SECONDS\n", stderr);
        return 2;
    }
    Bench b = {.home = argv[1],
               .finds = number(argv[5]),
               .ingested = number(argv[6]),
               .purge_us = number(argv[7]) * MJ_SECOND_US};
    b.database = g_build_filename(b.home, "catalogue.db", NULL);
    b.note = g_build_filename(b.home, "bench.txt", NULL);
    big_hall_plan(&b.hall, number(argv[2]), number(argv[3]), (uint64_t)number(argv[4]));
    if (!find_built(&b)) {
        build(&b);
        note_runs(&b);
    }
    measure(&b);
    g_free(b.database);
    g_free(b.note);
    return 0;
}
