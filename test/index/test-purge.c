// SPDX-License-Identifier: GPL-3.0-or-later
/* Purge with real files: what goes, what stays and why, and what is said of it. */
#include "index/find/dossier.h"
#include "index/hold/hold.h"
#include "index/purge/disposition.h"
#include "index/segment/timeline.h"
#include "test/index/purge_hall.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_due(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 0, 60, 60, "recovered");
    purge_hall_segment(h, 0, DAYS(1), 60, "closed");
    purge_hall_segment(h, 1, 30, 60, "open");
    purge_hall_run(h, DAYS(90) + 59, 0); // to the second
    purge_hall_run(h, DAYS(90) + 60, 1);
    purge_hall_run(h, DAYS(91), 1);
    g_assert_cmpstr(h->said->str, ==, "c1/main 1 goes due max:any/footage:90");
    g_assert_false(purge_hall_has(h, "c1/main/20261122"));
    g_assert_true(purge_hall_has(h, "c1/main/20261123"));
    g_assert_true(purge_hall_has(h, "c2/main/20261122/013030.000Z.mp4"));
    g_autofree char *rows = fixture_dump(
        h->f->cat, "SELECT (d.start_us - 1795311000000000) / 1000000, d.bytes, length(d.sha256),"
                   " d.path, d.rule, b.done_us - b.marked_us, r.segments, r.ended_us = r.started_us"
                   " FROM disposition d JOIN purge_batch b ON b.id = d.batch_id JOIN purge_run r ON"
                   " r.id = b.run_id ORDER BY d.id");
    g_assert_cmpstr(rows, ==,
                    "0|31000|32|c1/main/20261122/013000.000Z.mp4|max:any/footage:90|0|1|1\n"
                    "60|31000|32|c1/main/20261122/013100.000Z.mp4|max:any/footage:90|0|1|1");
    g_autofree char *rest = fixture_dump(
        h->f->cat, "SELECT count(*), (SELECT count(*) FROM segment_index) FROM segment");
    g_assert_cmpstr(rest, ==, "2|2");
    g_autofree char *references = fixture_dump(
        h->f->cat, "SELECT foreign_keys, (SELECT count(*) FROM pragma_foreign_key_check)"
                   " FROM pragma_foreign_keys"); // looked up again, and none is broken
    g_assert_cmpstr(references, ==, "1|0");
}

static char *settings(const PurgeHall *h)
{
    static const char *const ASKED[] = {"PRAGMA cache_size",    "PRAGMA wal_autocheckpoint",
                                        "PRAGMA secure_delete", "PRAGMA mmap_size",
                                        "PRAGMA foreign_keys",  "PRAGMA synchronous"};
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(ASKED); i++) {
        g_autofree char *answer = fixture_dump(h->f->cat, ASKED[i]);
        g_string_append_printf(all, "%s=%s ", ASKED[i], answer);
    }
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* The connection is as it was opened. */
static void test_settings(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autofree char *before = settings(h);
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_run(h, DAYS(90) + 60, 1);
    g_autofree char *after = settings(h);
    g_assert_cmpstr(after, ==, before);
}

/* Not even by hand. */
static void test_for_ever(void)
{
    static const char *const FORBIDDEN[] = {"DELETE FROM disposition",
                                            "DELETE FROM hold",
                                            "UPDATE disposition SET rule = ''",
                                            "DELETE FROM disposition_run",
                                            "UPDATE disposition_run SET to_us = from_us",
                                            "DELETE FROM hold_span",
                                            "UPDATE hold_span SET to_us = from_us + 1",
                                            "DELETE FROM hold_record",
                                            "UPDATE hold_record SET line = ''",
                                            "DELETE FROM segment"};
    g_autoptr(PurgeHall) h = purge_hall_new();
    int64_t hold = 0;
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 1, 0, 60, "closed");
    purge_hall_hold(h, "c2", 59, 60, &hold);
    purge_hall_run(h, DAYS(100), 1);
    for (size_t i = 0; i < G_N_ELEMENTS(FORBIDDEN); i++) {
        sqlite3 *db = NULL;
        g_autofree char *path = g_build_filename(h->f->home, "catalogue.db", NULL);
        g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
        g_assert_cmpint(sqlite3_exec(db, FORBIDDEN[i], NULL, NULL, NULL), ==, SQLITE_CONSTRAINT);
        sqlite3_close(db);
    }
}

static char *found(PurgeHall *h, int stream, int64_t from_s, int64_t to_s)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GPtrArray) all =
        idx_disposition_range(h->f->cat, h->stream[stream], AT(from_s), AT(to_s), &error);
    g_assert_no_error(error);
    for (guint i = 0; i < all->len; i++) {
        const IdxDisposition *d = all->pdata[i];
        g_string_append_printf(out, "%s%" PRId64, i ? "," : "",
                               (d->start_us - AT(0)) / MJ_SECOND_US);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Streams of one batch lie apart in it, what stayed and went later lies between what went before, and an hour
 * ends: each is found once, and no other. */
static void test_found(void)
{
    static const struct {
        int stream;
        int64_t from_s, to_s;
        const char *starts;
    } TABLE[] = {
        {0, 0, 7200, "0,60,120,180,240,1770,1830,5400"},
        {0, 59, 61, "0,60"},
        {0, 60, 120, "60"},
        {0, 130, 131, "120"},
        {0, 240, 1800, "240,1770"},
        {0, 1830, 1831, "1830"},
        {0, 1890, 5400, ""},
        {0, 7100, 7200, "5400"}, // an hour long, and from another hour
        {1, 0, 7200, "30,90"},
        {1, 200, 300, ""},
    };
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    int64_t hold = 0, last_us = 0;
    for (int i = 0; i < 5; i++)
        purge_hall_segment(h, 0, 60 * i, 60, "closed");
    purge_hall_segment(h, 1, 30, 60, "closed");
    purge_hall_segment(h, 1, 90, 60, "closed");
    purge_hall_segment(h, 0, 1770, 60, "closed"); // T0 is half past one
    purge_hall_segment(h, 0, 1830, 60, "closed");
    purge_hall_segment(h, 0, 5400, 3600, "closed");
    purge_hall_hold(h, "c1", 61, 179, &hold);
    purge_hall_run(h, DAYS(100), 8);
    g_autofree char *without = found(h, 0, 0, 7200);
    g_assert_cmpstr(without, ==, "0,180,240,1770,1830,5400");
    idx_hold_release(h->f->cat, hold, "2001", "closed", AT(300), &error);
    g_assert_no_error(error);
    purge_hall_run(h, DAYS(100), 2);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *starts = found(h, TABLE[i].stream, TABLE[i].from_s, TABLE[i].to_s);
        g_assert_cmpstr(starts, ==, TABLE[i].starts);
    }
    g_assert_true(idx_disposition_last(h->f->cat, h->stream[0], &last_us, &error));
    g_assert_cmpint(last_us, ==, AT(9000));
    g_assert_true(idx_disposition_last(h->f->cat, h->stream[1], &last_us, &error));
    g_assert_cmpint(last_us, ==, AT(150));
}

/* 3000 segments of a second, half a second apart, of two streams in turn: more than one batch takes. */
static void record_many(PurgeHall *h)
{
    purge_hall_sql(
        h,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)"
        " INSERT INTO segment (stream_id, start_us, end_us, state, joins, path, bytes,"
        " init_bytes, sha256, media_start_us, frames, video, width, height, clock,"
        " clock_uncertainty_us) SELECT CASE i %% 2 WHEN 0 THEN %" PRId64 " ELSE %" PRId64
        " END, %" PRId64 " + i * 500000, %" PRId64 " + i * 500000,"
        " 'closed', 1, i || '.mp4', 1000, 10, zeroblob(32), 0, 1, 'h264', 1, 1, 'camera', 0"
        " FROM n",
        h->stream[0], h->stream[1], AT(0), AT(1));
}

/* An hour of more segments than one batch takes, of two streams in turn: the oldest go first and no more than are
 * needed, then all but what is held. */
static void test_many(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    int64_t hold = 0;
    record_many(h);
    purge_hall_hold(h, "c2", 1200, 1201, &hold); // two of c2 touch it
    purge_hall_sql(h, "UPDATE volume SET max_bytes = 3000000");
    IdxPurge p = purge_hall_how(h, DAYS(40));
    p.headroom_bytes = 2100000;
    purge_hall_run_with(h, &p, 2100);
    g_assert_cmpstr(h->said->str, ==,
                    "c2/main 2 stays held any/footage held\n"
                    "c1/main 1050 goes spare short:any/footage:30\n"
                    "c2/main 1050 goes spare short:any/footage:30");
    g_autofree char *left = fixture_dump(
        h->f->cat, "SELECT count(*), min((start_us - 1795311000000000) / 500000) FROM segment");
    g_assert_cmpstr(left, ==, "900|2100");
    purge_hall_run(h, DAYS(100), 898);
    g_autofree char *held =
        fixture_dump(h->f->cat, "SELECT (start_us - 1795311000000000) / 500000 FROM segment");
    g_assert_cmpstr(held, ==, "2399\n2401");
    g_autofree char *batches = fixture_dump(
        h->f->cat, "SELECT count(*) > 3, sum(last_id - first_id + 1) = 2998 FROM purge_batch");
    g_assert_cmpstr(batches, ==, "1|1");
}

/* What comes while a purge is at an hour keeps what has not gone yet. */
static bool meanwhile(const char *name, void *data)
{
    PurgeHall *h = data;
    int64_t hold = 0;
    if (strcmp(name, "committed") != 0 || h->steps++ > 0)
        return true;
    purge_hall_hold(h, "c2", 1200, 1201, &hold);
    fixture_happens(h->f, "1", "hall.ticket.called", AT(1300),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "2", "hall.ticket.finished", AT(1320),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    return true;
}

static void test_meanwhile(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    record_many(h);
    IdxPurge p = purge_hall_how(h, DAYS(100));
    p.step = meanwhile;
    purge_hall_run_with(h, &p, 3000 - 2 - 110); // [1270, 1380) of c1
    g_autofree char *left = fixture_dump(
        h->f->cat, "SELECT stream_id, count(*), min((start_us - 1795311000000000) / 500000) FROM"
                   " segment GROUP BY 1 ORDER BY 1");
    g_autofree char *wanted =
        g_strdup_printf("%" PRId64 "|110|2540\n%" PRId64 "|2|2399", h->stream[0], h->stream[1]);
    g_assert_cmpstr(left, ==, wanted);
}

/* As does a rule that is made longer. */
static bool lengthen(const char *name, void *data)
{
    PurgeHall *h = data;
    if (strcmp(name, "committed") == 0 && h->steps++ == 0)
        purge_hall_sql(
            h,
            "UPDATE retention_rule SET max_days = 200 WHERE kind = 'any' AND purpose = 'footage'");
    return true;
}

static void test_rule_meanwhile(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    record_many(h);
    IdxPurge p = purge_hall_how(h, DAYS(100));
    p.step = lengthen;
    purge_hall_run_with(h, &p, 512); // the first batch
}

static void test_held(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    int64_t first = 0, second = 0;
    for (int i = 0; i < 4; i++)
        purge_hall_segment(h, 0, 60 * i, 60, "closed");
    purge_hall_hold(h, "c1", 119, 120, &first); // the last second of the second one
    purge_hall_hold(h, "c1", 60, 121, &second); // and the first of the third
    purge_hall_sql(h, "UPDATE volume SET when_full = 'oldest', max_bytes = 1");
    purge_hall_run(h, DAYS(1),
                   2); // below its minimum; but what is held stays, although the disk is full
    g_assert_true(strstr(h->said->str, "c1/main 2 stays held any/footage held") != NULL);
    purge_hall_run(h, DAYS(400), 0);
    idx_hold_release(h->f->cat, first, "2001", "closed", AT(300), &error);
    purge_hall_run(h, DAYS(400), 0);
    idx_hold_release(h->f->cat, second, "2001", "closed", AT(300), &error);
    g_assert_no_error(error);
    purge_hall_run(h, DAYS(400), 2);
    g_autofree char *files = purge_hall_files(h);
    g_assert_cmpstr(files, ==, "c1\nc1/main");
}

/* Linked to a ticket it stays for as long as tickets do, and no second longer. */
static void test_linked(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    for (int i = 0; i < 10; i++)
        purge_hall_segment(h, 0, 60 * i, 60, "closed");
    fixture_happens(h->f, "1", "hall.ticket.called", AT(200),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "2", "hall.ticket.finished", AT(220),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    purge_hall_run(h, DAYS(91), 7); // [170, 280) stays
    g_assert_nonnull(strstr(h->said->str, "stays spare any/ticket"));
    g_autofree char *left = fixture_dump(
        h->f->cat, "SELECT group_concat((start_us - 1795311000000000) / 1000000) FROM segment");
    g_assert_cmpstr(left, ==, "120,180,240");
    purge_hall_run(h, DAYS(181), 3);
}

static void test_short(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 6; i++)
        purge_hall_segment(h, i % 2, DAYS(i * 10), 60, "closed"); // 31000 bytes each
    /* with 20000 less than they need, and 10000 to be free: the oldest one that may */
    purge_hall_sql(h, "UPDATE volume SET max_bytes = 166000");
    IdxPurge p = purge_hall_how(h, DAYS(51));
    p.headroom_bytes = 10000;
    purge_hall_run_with(h, &p, 1);
    g_assert_cmpstr(h->said->str, ==, "c1/main 1 goes spare short:any/footage:30");
    p = purge_hall_how(h, DAYS(51));
    p.headroom_bytes = 10000;
    purge_hall_run_with(h, &p, 0); // there is room now
    /* two more may go, for three that should: the policy is to keep */
    purge_hall_sql(h, "UPDATE volume SET max_bytes = 62000");
    g_auto(IdxPurgeSums) sums = {0};
    p = purge_hall_how(h, DAYS(51));
    idx_purge(h->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sums.segments, ==, 2);
    const IdxPurgeVolume *volume = sums.volumes->pdata[0];
    g_assert_cmpint(volume->need_bytes, ==, 93000);
    g_assert_cmpint(volume->freed_bytes, ==, 62000);
    g_assert_cmpint(volume->short_bytes, ==, 31000);
    g_assert_cmpint(sums.below_minimum, ==, 0);
    purge_hall_sql(h, "UPDATE volume SET when_full = 'oldest'");
    purge_hall_run(h, DAYS(51), 1);
    g_assert_cmpstr(h->said->str, ==, "c2/main 1 goes bound policy:any/footage:30");
}

/* The same by the free space of the file system, which the reserve is part of. */
static void test_reserve(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    for (int i = 0; i < 3; i++)
        purge_hall_segment(h, 0, DAYS(i), 60, "closed");
    purge_hall_sql(h, "UPDATE volume SET reserve_bytes = 1000000");
    h->free_bytes = 1000000 - 31001; // over it
    purge_hall_run(h, DAYS(40), 2);
    h->free_bytes = 1000000;
    purge_hall_run(h, DAYS(40), 0);
}

static void test_dry_run(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    int64_t hold = 0;
    for (int i = 0; i < 8; i++)
        purge_hall_segment(h, i % 2, DAYS(i * 10), 60, "closed");
    purge_hall_hold(h, "c2", DAYS(10), DAYS(10) + 1, &hold);
    purge_hall_sql(h, "UPDATE volume SET max_bytes = 130000");
    g_autofree char *files = purge_hall_files(h),
                    *before = fixture_dump(h->f->cat, "SELECT * FROM segment");
    IdxPurge p = purge_hall_how(h, DAYS(111));
    p.dry_run = true;
    g_autoptr(IdxCatalogue) reader = idx_catalogue_open(h->f->home, IDX_READ, &error);
    idx_purge(reader, &p, &sums, &error);
    g_assert_no_error(error);
    g_autofree char *said = g_strdup(h->said->str);
    g_autofree char *after = fixture_dump(h->f->cat, "SELECT * FROM segment");
    g_autofree char *same = purge_hall_files(h);
    g_autofree char *rows = fixture_dump(h->f->cat, "SELECT count(*) FROM disposition, purge_run");
    g_assert_cmpstr(before, ==, after);
    g_assert_cmpstr(files, ==, same);
    g_assert_cmpstr(rows, ==, "0");
    g_assert_cmpint(sums.segments, >, 0);
    purge_hall_run(h, DAYS(111), sums.segments);
    g_assert_cmpstr(h->said->str, ==, said);
}

/* What was there and is deleted is called so, in timelines and dossiers; covered + gaps = asked. */
static void test_told(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 4; i++)
        purge_hall_segment(h, 0, 60 * i, i == 2 ? 30 : 60, "closed"); // half a minute is missing
    fixture_happens(h->f, "1", "hall.ticket.called", AT(30),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "2", "hall.ticket.finished", AT(150),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_recorder(h->f, AT(DAYS(181)), false);
    purge_hall_run(h, DAYS(181), 4);
    g_autoptr(IdxTimeline) t =
        idx_timeline_get(h->f->cat, h->stream[0], AT(30), AT(230), AT(DAYS(181)), &error);
    g_assert_no_error(error);
    static const char GONE[] = "deleted on 2027-05-22: older than 180 days (rule any/ticket)";
    static const struct {
        int from, to;
        const char *reason, *detail;
    } GAPS[] = {{30, 150, "purged", GONE}, {150, 180, "unknown", NULL}, {180, 230, "purged", GONE}};
    g_assert_cmpint(t->covered_us, ==, 0);
    g_assert_cmpint((int)t->gaps->len, ==, (int)G_N_ELEMENTS(GAPS));
    for (guint i = 0; i < t->gaps->len; i++) {
        const IdxGap *gap = t->gaps->pdata[i];
        g_assert_cmpint(gap->from_us, ==, AT(GAPS[i].from));
        g_assert_cmpint(gap->to_us, ==, AT(GAPS[i].to));
        g_assert_cmpstr(gap->reason, ==, GAPS[i].reason);
        g_assert_cmpstr(gap->detail, ==, GAPS[i].detail);
    }
    g_autoptr(json_t) dossier =
        idx_dossier(h->f->cat, &(IdxName){"ticket", "A1", DAY, NULL}, AT(DAYS(181)), &error);
    g_assert_no_error(error);
    g_autofree char *text = mj_json_dump(dossier);
    g_assert_nonnull(strstr(text, "\"purged\""));
}

/* A hold that comes too late says what it missed. */
static void test_too_late(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 0, 60, 60, "closed");
    purge_hall_segment(h, 0, DAYS(80), 60, "closed");
    purge_hall_run(h, DAYS(95), 2);
    const char *cameras[] = {"c1", "c2", NULL};
    IdxHoldRequest r = {.cameras = cameras,
                        .from_us = AT(30),
                        .to_us = AT(DAYS(100)),
                        .owner = "1023",
                        .reason = "complaint",
                        .case_no = "7",
                        .by = "1023"};
    idx_hold_add(h->f->cat, &r, AT(DAYS(95)), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.segments, ==, 1);
    g_assert_cmpint((int)answer.gone->len, ==, 1);
    const IdxGone *gone = answer.gone->pdata[0];
    g_assert_cmpstr(gone->camera, ==, "c1");
    g_assert_cmpint(gone->segments, ==, 2);
    g_assert_cmpint(gone->from_us, ==, AT(30));
    g_assert_cmpint(gone->to_us, ==, AT(120));
    g_assert_cmpstr(gone->rule, ==, "max:any/footage:90");
    g_assert_cmpint(gone->marked_us, ==, AT(DAYS(95)));
}

/* Where the disk is not, nothing is marked; a second purge does not begin. */
static void test_obstacles(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_sql(h, "UPDATE volume SET state = 'stalled'");
    IdxPurge p = purge_hall_how(h, DAYS(100));
    idx_purge(h->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sums.segments, ==, 0);
    g_assert_cmpstr(((IdxPurgeVolume *)sums.volumes->pdata[0])->failed, ==, "it is stalled");
    purge_hall_sql(h, "UPDATE volume SET state = 'ready'");
    g_autofree char *lock = g_build_filename(h->f->home, "run", "purge.lock", NULL);
    int fd = open(lock, O_RDWR | O_CLOEXEC);
    g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
    g_auto(IdxPurgeSums) none = {0};
    g_assert_false(idx_purge(h->f->cat, &p, &none, &error));
    fixture_expect(error, MJ_ERROR_BUSY, "another purge");
    close(fd);
    purge_hall_run(h, DAYS(100), 1);
}

/* New footage under the name of what was marked: it is not ours to remove. */
static void test_name_again(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 0, 60, 60, "closed");
    IdxPurge p = purge_hall_how(h, DAYS(100));
    h->kill_at = 5; // journals, begun, marked, committed, synced
    g_assert_false(idx_purge(h->f->cat, &p, &sums, &error));
    h->kill_at = 0;
    g_autofree char *one =
        g_build_filename(h->f->home, "footage/c1/main/20261122/013000.000Z.mp4", NULL);
    struct timespec late[2] = {{.tv_sec = (time_t)(AT(DAYS(100)) / MJ_SECOND_US + 1)},
                               {.tv_sec = (time_t)(AT(DAYS(100)) / MJ_SECOND_US + 1)}};
    g_assert_cmpint(utimensat(AT_FDCWD, one, late, 0), ==, 0); // made after the mark
    fixture_segment(h->f, h->stream[1], AT(60), AT(120), "closed");
    purge_hall_sql(h, "UPDATE segment SET path = 'c1/main/20261122/013100.000Z.mp4'");
    purge_hall_run(h, DAYS(100), 1); // the second one's new row is as old as it says
    g_assert_true(purge_hall_has(h, "c1/main/20261122/013000.000Z.mp4"));
    g_assert_false(purge_hall_has(h, "c1/main/20261122/013100.000Z.mp4"));
}

/* Somebody touched the file: it is the one that was marked all the same. */
static void test_touched(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    purge_hall_segment(h, 0, 0, 60, "closed");
    g_autofree char *one =
        g_build_filename(h->f->home, "footage/c1/main/20261122/013000.000Z.mp4", NULL);
    g_autofree char *bytes = fixture_dump(h->f->cat, "SELECT bytes FROM segment");
    g_assert_cmpint(truncate(one, (off_t)g_ascii_strtoll(bytes, NULL, 10)), ==, 0);
    struct timespec late[2] = {{.tv_sec = (time_t)(AT(DAYS(101)) / MJ_SECOND_US)},
                               {.tv_sec = (time_t)(AT(DAYS(101)) / MJ_SECOND_US)}};
    g_assert_cmpint(utimensat(AT_FDCWD, one, late, 0), ==, 0);
    purge_hall_run(h, DAYS(100), 1);
    g_assert_false(purge_hall_has(h, "c1/main/20261122/013000.000Z.mp4"));
}

/* Files that cannot be removed are told, and stay to be removed. */
static void test_refused(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    purge_hall_segment(h, 0, 0, 60, "closed");
    g_autofree char *file =
        g_build_filename(h->f->home, "footage/c1/main/20261122/013000.000Z.mp4", NULL);
    g_assert_cmpint(unlink(file), ==, 0);
    g_assert_cmpint(mkdir(file, 0750), ==, 0); // EISDIR, also for root
    IdxPurge p = purge_hall_how(h, DAYS(100));
    idx_purge(h->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(((IdxPurgeVolume *)sums.volumes->pdata[0])->failed, "cannot remove"));
    g_autofree char *pending =
        fixture_dump(h->f->cat, "SELECT count(*) FROM purge_batch WHERE done_us IS NULL");
    g_assert_cmpstr(pending, ==, "1");
    g_assert_cmpint(rmdir(file), ==, 0);
    purge_hall_run(h, DAYS(100), 0);
    g_autofree char *done =
        fixture_dump(h->f->cat, "SELECT count(*) FROM purge_batch WHERE done_us IS NULL");
    g_assert_cmpstr(done, ==, "0");
}

/* What was recorded after the hold was put, by a camera whose clock may be 10 s wrong, widens it before
 * anything goes: the segments beside the visit's own are shown, so they stay. */
static void test_widened(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest r = {.kind = "ticket",
                        .key = "A1",
                        .owner = "1023",
                        .reason = "r",
                        .case_no = "c",
                        .by = "1023"};
    fixture_happens(h->f, "1", "hall.ticket.called", AT(60 + 30),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "2", "hall.ticket.finished", AT(60 + 31), "\"ticket_no\":\"A1\"");
    idx_hold_add(h->f->cat, &r, AT(95), &answer, &error); // of 60 to 151
    g_assert_no_error(error);
    purge_hall_segment(h, 0, 0, 50, "closed");   // beyond
    purge_hall_segment(h, 0, 50, 10, "closed");  // by widening
    purge_hall_segment(h, 0, 60, 91, "closed");  // of the visit
    purge_hall_segment(h, 0, 160, 60, "closed"); // by widening
    purge_hall_segment(h, 0, 220, 60, "closed"); // beyond
    purge_hall_sql(h, "UPDATE segment SET clock_uncertainty_us = 10000000");
    purge_hall_run(h, DAYS(4000), 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/purge/due", test_due);
    g_test_add_func("/purge/for-ever", test_for_ever);
    g_test_add_func("/purge/settings", test_settings);
    g_test_add_func("/purge/found", test_found);
    g_test_add_func("/purge/many", test_many);
    g_test_add_func("/purge/meanwhile", test_meanwhile);
    g_test_add_func("/purge/rule-meanwhile", test_rule_meanwhile);
    g_test_add_func("/purge/held", test_held);
    g_test_add_func("/purge/linked", test_linked);
    g_test_add_func("/purge/short", test_short);
    g_test_add_func("/purge/reserve", test_reserve);
    g_test_add_func("/purge/dry-run", test_dry_run);
    g_test_add_func("/purge/told", test_told);
    g_test_add_func("/purge/too-late", test_too_late);
    g_test_add_func("/purge/obstacles", test_obstacles);
    g_test_add_func("/purge/name-again", test_name_again);
    g_test_add_func("/purge/touched", test_touched);
    g_test_add_func("/purge/refused", test_refused);
    g_test_add_func("/purge/widened", test_widened);
    return g_test_run();
}
