// SPDX-License-Identifier: GPL-3.0-or-later
/* A catalogue made again, where journals of holds are damaged or contradict each other: whatever may be held is, nothing
 * else is, and no side is taken. */
#include "capture/libav.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/hold/hold.h"
#include "index/hold/journal.h"
#include "index/purge/purge.h"
#include "test/capture/fixture.h"
#include "test/capture/rebuild_home.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAD 17 // digits and a blank
#define LIVE                                                                                       \
    "SELECT s.camera, (s.from_us - 1795000000000000) / 2400000, h.case_no FROM hold h JOIN"        \
    " hold_span s ON s.hold_id = h.id WHERE h.released_us IS NULL AND s.released_us IS NULL AND"   \
    " h.case_no <> 'rebuild' AND s.from_us < 1800000000000000"
#define HELD_DAMAGED                                                                               \
    "SELECT DISTINCT camera FROM hold_span s JOIN hold h ON h.id = s.hold_id WHERE h.case_no ="    \
    " 'damaged journal' ORDER BY 1"
#define DISPUTED " AND h.case_no = 'contradicting journals' ORDER BY 1, 2"

typedef struct Hall {
    RebuildHome *h;
    char *home, *disk2; // their journals
    char *text;         // the home's, as it was before the catalogue was lost
    int64_t seq, id;    // of the first record, and its hold
} Hall;

static void hall_clear(Hall *hall)
{
    rebuild_home_free(hall->h);
    g_free(hall->home);
    g_free(hall->disk2);
    g_free(hall->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hall, hall_clear)

static int64_t put_hold(RebuildHome *h, const char *camera, int64_t from_us)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *const cameras[] = {camera, NULL};
    IdxHoldRequest request = {.cameras = cameras,
                              .from_us = from_us,
                              .to_us = from_us + LONG,
                              .owner = "1023",
                              .reason = "complaint",
                              .case_no = "7",
                              .by = "test"};
    idx_hold_add(h->cat, &request, h->now_us, &answer, &error);
    g_assert_no_error(error);
    return answer.hold->id;
}

static char *read_text(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void write_text(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void read_first(Hall *hall)
{
    int bad = 0;
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(hall->text, strlen(hall->text), &bad);
    const IdxHoldRecord *first = records->pdata[0];
    hall->seq = first->seq;
    hall->id = first->id;
}

/* Two pieces of footage of each of two cameras, and a second volume. cam1's first piece is held. */
static Hall hall_new(void)
{
    Hall hall = {.h = rebuild_home_new()};
    g_autoptr(GError) error = NULL;
    g_autofree char *mark = g_build_filename(hall.h->home, "volumes/disk2/.mingjing-volume", NULL);
    g_autofree char *root = g_path_get_dirname(mark);
    g_assert_true(idx_camera_add(hall.h->cat, "w07", "rtsp://127.0.0.1:1/2", NULL, NULL, NULL, NULL,
                                 START, &error));
    for (int i = 0; i < 2; i++) {
        rebuild_home_record(hall.h, "cam1", "main", START + i * LONG, i * LONG, i > 0, 0);
        rebuild_home_record(hall.h, "w07", "main", START + i * LONG, i * LONG, i > 0, 0);
    }
    g_assert_cmpint(g_mkdir_with_parents(root, 0750), ==, 0);
    write_text(mark, "");
    hall.disk2 = g_build_filename(root, IDX_HOLD_JOURNAL, NULL);
    hall.home = rebuild_home_path(hall.h, IDX_HOLD_JOURNAL);
    put_hold(hall.h, "cam1", START);
    hall.text = read_text(hall.home);
    read_first(&hall);
    return hall;
}

/* All lines with @from become @to, and their digits fit. Caller frees. */
static char *forge(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);
    for (char **line = lines; *line && **line; line++) {
        g_autoptr(GString) record = g_string_new(*line + LEAD);
        g_string_replace(record, from, to, 0);
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, record->str, -1);
        g_string_append_printf(out, "%.16s %s\n", digest, record->str);
    }
    return g_string_free(out, FALSE);
}

static char *line_of(const IdxHoldRecord *record)
{
    g_autofree char *line = idx_hold_journal_line(record);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
    return g_strdup_printf("%.16s %s\n", digest, line);
}

static char *release_line(int64_t seq, int64_t id)
{
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_RELEASE,
                       .seq = seq,
                       .id = id,
                       .at_us = START,
                       .by = (char *)"2001",
                       .reason = (char *)"case closed"};
    return line_of(&r);
}

static char *span_line(int64_t seq, int64_t id, const char *camera, int64_t from_us)
{
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_SPAN,
                       .seq = seq,
                       .id = id,
                       .at_us = START,
                       .camera = (char *)(uintptr_t)camera,
                       .from_us = from_us,
                       .to_us = from_us + LONG};
    return line_of(&r);
}

/* What rebuilding of a lost catalogue finds, or of the one that is there. */
static void rebuild(Hall *hall, bool lost, const char *home, const char *disk2, IdxRebuildSums *ret)
{
    if (lost)
        rebuild_home_lose(hall->h);
    write_text(hall->home, home);
    if (disk2)
        write_text(hall->disk2, disk2);
    rebuild_home_run(hall->h, ret);
    g_test_message("%s", ret->journal_failed ? ret->journal_failed : "-");
}

static void expect(const Hall *hall, const char *sql, const char *expected)
{
    g_autofree char *rows = rebuild_home_ask(hall->h, sql);
    g_assert_cmpstr(rows, ==, expected);
}

static void expect_refused(const Hall *hall)
{
    g_autoptr(GError) error = NULL;
    IdxPurgeSums none = {0};
    IdxPurge how = {.now_us = START + 4000 * MJ_DAY_US};
    g_assert_false(idx_purge(hall->h->cat, &how, &none, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CONFLICT));
}

/* Somebody moved @path away, and says that all the rest may go. What goes. */
static void settle(Hall *hall, const char *path, const IdxRebuildSums *sums, int64_t segments)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) gone = {0};
    IdxPurge how = {.now_us = START + 4000 * MJ_DAY_US};
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_true(idx_hold_release(hall->h->cat, g_array_index(sums->holds, int64_t, 0), "test",
                                   "settled", hall->h->now_us, &error));
    idx_purge(hall->h->cat, &how, &gone, &error);
    g_assert_no_error(error);
    g_assert_cmpint(gone.segments, ==, segments);
}

/* --- contradictions --------------------------------------------------------------------------- */

/* Another hold under the same numbers: both are held, whichever journal is kept. */
static void test_disputed(void)
{
    for (int kept = 0; kept < 2; kept++) {
        g_auto(Hall) hall = hall_new();
        g_auto(IdxRebuildSums) sums = {0}, again = {0};
        g_autofree char *other = forge(hall.text, "cam1", "w07");
        rebuild(&hall, true, hall.text, other, &sums);
        g_assert_true(sums.disputed);
        g_assert_cmpint(sums.learnt, ==, 1); // who put it is said alike by both
        g_assert_cmpuint(sums.doubts->len, ==, 2);
        g_assert_nonnull(strstr(sums.journal_failed, hall.home));
        g_assert_nonnull(strstr(sums.journal_failed, hall.disk2));
        expect(&hall, LIVE DISPUTED, "cam1|0|contradicting journals\nw07|0|contradicting journals");
        expect_refused(&hall);
        rebuild_home_run(hall.h, &again);
        g_assert_true(again.disputed);
        g_assert_cmpuint(again.doubts->len, ==, 0); // they are there
        settle(&hall, kept ? hall.home : hall.disk2, &sums, 2);
        expect(&hall,
               "SELECT c.code, g.start_us FROM segment g JOIN stream s ON s.id = g.stream_id"
               " JOIN camera c ON c.id = s.camera_id ORDER BY 1",
               "cam1|1795000000000000\nw07|1795000000000000");
    }
}

/* One says that the hold was released, the other that it got more. */
static void test_released_by_one(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *more = span_line(hall.seq + 2, hall.id, "w07", START + LONG);
    g_autofree char *release = release_line(hall.seq + 2, hall.id);
    g_autofree char *one = g_strconcat(hall.text, more, NULL);
    g_autofree char *other = g_strconcat(hall.text, release, NULL);
    rebuild(&hall, true, one, other, &sums);
    g_assert_true(sums.disputed);
    g_assert_cmpint(sums.learnt, ==, 2);
    g_assert_cmpuint(sums.doubts->len, ==, 1);
    expect(&hall, LIVE " ORDER BY 3, 1, 2",
           "cam1|0|7\ncam1|0|contradicting journals\nw07|1|contradicting journals");
    settle(&hall, hall.home, &sums, 2); // the release counts now, and what was in doubt stays
    expect(&hall, LIVE " ORDER BY 3, 1, 2",
           "cam1|0|contradicting journals\nw07|1|contradicting journals");
}

/* A release that follows what is disputed may be of the other's hold of that number. */
static void test_released_behind(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *forged = forge(hall.text, "complaint", "another");
    g_autofree char *release = release_line(hall.seq + 2, hall.id);
    g_autofree char *other = g_strconcat(forged, release, NULL);
    rebuild(&hall, true, hall.text, other, &sums);
    g_assert_cmpint(sums.learnt, ==, 1); // the stretch, which both have
    g_assert_cmpuint(sums.doubts->len, ==, 1);
    expect(&hall, LIVE DISPUTED, "cam1|0|contradicting journals");
    expect(&hall, "SELECT count(*) FROM hold WHERE released_us IS NOT NULL", "0");
}

/* What both have alike behind it is no doubt. */
static void test_agreed_behind(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    int64_t second = put_hold(hall.h, "w07", START + LONG);
    g_autofree char *text = read_text(hall.home);
    g_autofree char *other = forge(text, "\"camera\":\"cam1\"", "\"camera\":\"w07\"");
    rebuild(&hall, true, text, other, &sums);
    g_assert_cmpint(sums.learnt, ==, 3);
    g_assert_cmpuint(sums.doubts->len, ==, 2);
    g_autofree char *sql = g_strdup_printf(LIVE " AND h.id = %" PRId64, second);
    expect(&hall, sql, "w07|1|7");
}

/* A journal says otherwise than a catalogue that is whole. */
static void test_other_than_catalogue(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *forged = forge(hall.text, "cam1", "w07");
    g_autofree char *release = release_line(hall.seq + 2, hall.id);
    g_autofree char *other = g_strconcat(forged, release, NULL);
    rebuild(&hall, false, other, NULL, &sums);
    g_assert_true(sums.disputed);
    g_assert_cmpuint(sums.doubts->len, ==, 0); // it is released, says who says so
    expect(&hall, LIVE, "cam1|0|7");
    g_auto(IdxRebuildSums) more = {0};
    rebuild(&hall, false, forged, NULL, &more);
    g_assert_cmpuint(more.doubts->len, ==, 1);
    expect(&hall, LIVE " ORDER BY 1", "cam1|0|7\nw07|0|contradicting journals");
    g_assert_nonnull(strstr(more.journal_failed, "the catalogue does not"));
}

/* A journal that contradicts itself; and a hold on a number, which is to go on following it. */
static void test_twice_in_one(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_HOLD,
                       .seq = hall.seq,
                       .id = hall.id + 5,
                       .at_us = START,
                       .kind = (char *)"ticket",
                       .hall = (char *)"H01",
                       .key = (char *)"A012",
                       .day = 20261122,
                       .owner = (char *)"1023",
                       .reason = (char *)"complaint",
                       .case_no = (char *)"8",
                       .by = (char *)"1023"};
    g_autofree char *line = line_of(&r), *both = g_strconcat(hall.text, line, NULL);
    rebuild(&hall, true, both, NULL, &sums);
    g_assert_true(sums.disputed);
    g_assert_cmpuint(sums.doubts->len, ==, 2);
    expect(&hall,
           "SELECT kind, hall, key, day, case_no FROM hold WHERE owner = 'mingjing rebuild' AND"
           " case_no <> 'rebuild' AND released_us IS NULL ORDER BY 1",
           "camera|||0|contradicting journals\nticket|H01|A012|20261122|contradicting journals");
    expect_refused(&hall);
}

/* A ticket's hold of that number. */
static char *ticket_line(const Hall *hall, const char *key)
{
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_HOLD,
                       .seq = hall->seq,
                       .id = hall->id,
                       .at_us = START,
                       .kind = (char *)"ticket",
                       .hall = (char *)"H01",
                       .key = (char *)(uintptr_t)key,
                       .day = 20261122,
                       .owner = (char *)"1023",
                       .reason = (char *)"complaint",
                       .case_no = (char *)"8",
                       .by = (char *)"1023"};
    return line_of(&r);
}

/* Two homes' journals in one file, one behind the other. The other home's hold of the same number is released, and ours
 * is not; its own release is believed. */
static void test_joined(void)
{
    for (int ours_first = 0; ours_first < 2; ours_first++) {
        g_auto(Hall) hall = hall_new();
        g_auto(IdxRebuildSums) sums = {0}, again = {0};
        g_autofree char *reason = forge(hall.text, "complaint", "another");
        g_autofree char *other = forge(reason, "cam1", "w07");
        g_autofree char *release = release_line(hall.seq + 2, hall.id);
        g_autofree char *theirs = g_strconcat(other, release, NULL);
        g_autofree char *both = ours_first ? g_strconcat(hall.text, theirs, NULL)
                                           : g_strconcat(theirs, hall.text, NULL);
        rebuild(&hall, true, both, NULL, &sums);
        g_assert_true(sums.disputed);
        g_assert_cmpint(sums.learnt, ==, 0);
        g_assert_cmpuint(sums.doubts->len, ==, 1);
        expect(&hall, LIVE DISPUTED, "cam1|0|contradicting journals");
        rebuild_home_run(hall.h, &again);
        g_assert_cmpuint(again.doubts->len, ==, 0);
        settle(&hall, hall.home, &sums, 3); // all but what is held
    }
}

/* Where it cannot be known whose a release is, since what stood before it is damaged or not there, it counts for none. */
static void test_joined_unknown(void)
{
    for (int torn = 0; torn < 2; torn++) {
        g_auto(Hall) hall = hall_new();
        g_auto(IdxRebuildSums) sums = {0};
        g_autofree char *other = forge(hall.text, "cam1", "w07");
        g_autofree char *second = g_strdup(strchr(other, '\n') + 1); // their stretch
        g_autofree char *release = release_line(hall.seq + (torn ? 2 : 4), hall.id);
        g_autofree char *both =
            g_strconcat(second, hall.text, torn ? "no record\n" : "", release, NULL);
        rebuild(&hall, true, both, NULL, &sums);
        g_assert_true(sums.disputed);
        expect(&hall, LIVE DISPUTED, "cam1|0|contradicting journals\nw07|0|contradicting journals");
        expect(&hall, "SELECT count(*) FROM hold WHERE released_us IS NOT NULL", "0");
    }
}

/* Both of two that are on subjects go on following them, by the names that they have now. */
static void test_joined_subjects(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    IdxHoldRecord name = {.what = IDX_HOLD_RECORD_NAME,
                          .seq = hall.seq + 1,
                          .id = hall.id,
                          .at_us = START,
                          .key = (char *)"A013"};
    g_autofree char *one = ticket_line(&hall, "A012"), *two = ticket_line(&hall, "a-13");
    g_autofree char *renamed = line_of(&name), *both = g_strconcat(one, two, renamed, NULL);
    rebuild(&hall, true, both, NULL, &sums);
    g_assert_cmpuint(sums.doubts->len, ==, 2);
    expect(&hall,
           "SELECT kind, key FROM hold WHERE case_no = 'contradicting journals' AND released_us IS"
           " NULL ORDER BY 2",
           "ticket|A012\nticket|A013");
}

/* One that contradicts does not hide what is damaged. */
static void test_disputed_and_damaged(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *forged = forge(hall.text, "cam1", "w07");
    g_autofree char *other = g_strconcat(forged, "no record\n", NULL);
    rebuild(&hall, true, hall.text, other, &sums);
    g_assert_cmpuint(sums.doubts->len, ==, 3);
    g_assert_cmpint(sums.damaged, ==, 1);
    g_assert_nonnull(strstr(sums.journal_failed, "line 3 of "));
    expect(&hall, HELD_DAMAGED, "cam1\nw07");
}

/* Killed at any point, and run again. */
static void test_killed(void)
{
    bool done = false;
    for (int n = 1; !done; n++) {
        g_auto(Hall) hall = hall_new();
        g_auto(IdxRestored) home = IDX_RESTORED_NONE;
        g_auto(IdxRebuildSums) first = {0}, sums = {0};
        g_autoptr(GError) error = NULL;
        g_autofree char *other = forge(hall.text, "cam1", "w07");
        rebuild_home_lose(hall.h);
        write_text(hall.disk2, other);
        hall.h->kill_at = n;
        done = rebuild_home_try(hall.h, &home, &first, &error);
        g_assert_true(done || mj_error_is(error, MJ_ERROR_CANCELLED));
        idx_restored_clear(&home);
        hall.h->kill_at = 0;
        rebuild_home_run(hall.h, &sums);
        expect(&hall, LIVE DISPUTED, "cam1|0|contradicting journals\nw07|0|contradicting journals");
    }
}

/* --- damage ----------------------------------------------------------------------------------- */

/* The home's journal with a release at its end, of whose words a byte is another one. */
static char *release_damaged(Hall *hall, char **ret_whole)
{
    g_autoptr(GError) error = NULL;
    idx_hold_release(hall->h->cat, hall->id, "2001", "case closed", hall->h->now_us, &error);
    g_assert_no_error(error);
    char *text = read_text(hall->home);
    *ret_whole = g_strdup(text);
    strstr(text, "case closed")[0] = '?';
    return text;
}

/* A lost release unholds nothing and puts nothing in doubt; what to do is said. */
static void test_release_lost(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0};
    g_autofree char *whole = NULL, *bad = release_damaged(&hall, &whole);
    g_autofree char *words = g_strdup_printf("mingjing hold release %" PRId64, hall.id);
    rebuild(&hall, true, bad, NULL, &sums);
    g_assert_cmpuint(sums.doubts->len, ==, 0);
    g_assert_cmpint(sums.damaged, ==, 1);
    g_assert_nonnull(strstr(sums.journal_failed, words));
    expect(&hall, LIVE, "cam1|0|7");
}

/* Another volume has it: it is released, and the damaged one is made good. */
static void test_release_elsewhere(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    g_autofree char *whole = NULL, *bad = release_damaged(&hall, &whole);
    rebuild(&hall, true, bad, whole, &sums);
    g_assert_cmpuint(sums.doubts->len, ==, 0);
    g_assert_nonnull(strstr(sums.journal_failed, "which is written again"));
    expect(&hall, LIVE, "");
    rebuild_home_run(hall.h, &again);
    g_assert_cmpint(again.damaged, ==, 0);
    g_assert_cmpstr(again.journal_failed, ==, NULL);
}

/* Where it cannot be read what it was, all cameras are held, also for what is recorded later; once for one journal. */
static void test_unreadable(void)
{
    g_auto(Hall) hall = hall_new();
    g_auto(IdxRebuildSums) sums = {0}, again = {0};
    g_autofree char *bad = g_strconcat(hall.text, "torn\n", "and again\n", "0123456789abcd", NULL);
    rebuild(&hall, true, bad, NULL, &sums);
    g_assert_cmpint(sums.damaged, ==, 3);
    g_assert_cmpuint(sums.doubts->len, ==, 1);
    g_autofree char *sql = g_strdup_printf(
        "SELECT camera, min(from_us) < %" PRId64 ", max(to_us) > %" PRId64
        " FROM hold_span s JOIN hold h ON h.id = s.hold_id WHERE h.case_no = 'damaged journal'"
        " GROUP BY camera ORDER BY camera",
        START, hall.h->now_us + 300 * MJ_DAY_US);
    expect(&hall, sql, "cam1|1|1\nw07|1|1");
    g_autofree char *reason =
        rebuild_home_ask(hall.h, "SELECT reason FROM hold WHERE case_no = 'damaged journal'");
    g_assert_nonnull(strstr(reason, "lines 3, 4, 5 of "));
    rebuild_home_run(hall.h, &again);
    g_assert_cmpuint(again.doubts->len, ==, 0);
    expect(&hall, LIVE " AND h.case_no = '7'", "cam1|0|7");
}

/* A camera that comes with a volume later is in doubt too; what somebody has decided is not. */
static void test_camera_later(void)
{
    g_auto(Hall) hall = hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxRebuildSums) sums = {0}, more = {0}, again = {0}, last = {0};
    g_autofree char *bad = g_strconcat(hall.text, "torn\n", NULL);
    rebuild(&hall, true, bad, NULL, &sums);
    g_assert_true(idx_camera_add(hall.h->cat, "w08", "rtsp://127.0.0.1:1/8", NULL, NULL, NULL, NULL,
                                 START, &error));
    rebuild_home_run(hall.h, &more);
    g_assert_cmpuint(more.doubts->len, ==, 1);
    expect(&hall, HELD_DAMAGED, "cam1\nw07\nw08");
    rebuild_home_run(hall.h, &again);
    g_assert_cmpuint(again.doubts->len, ==, 0);
    g_assert_true(idx_hold_release(hall.h->cat, g_array_index(sums.doubts, int64_t, 0), "test",
                                   "it was nothing", hall.h->now_us, &error));
    g_assert_true(idx_camera_add(hall.h->cat, "w09", "rtsp://127.0.0.1:1/9", NULL, NULL, NULL, NULL,
                                 START, &error));
    rebuild_home_run(hall.h, &last);
    g_assert_cmpuint(last.doubts->len, ==, 0);
}

/* A journal that is there and is none: of a lost catalogue it may have held anything, of a sound one nothing more. */
static void test_no_journal(void)
{
    for (int lost = 1; lost >= 0; lost--) {
        g_auto(Hall) hall = hall_new();
        g_auto(IdxRebuildSums) sums = {0};
        if (lost)
            rebuild_home_lose(hall.h);
        g_assert_cmpint(g_unlink(hall.home), ==, 0);
        g_assert_cmpint(mkfifo(hall.home, 0640), ==, 0);
        rebuild_home_run(hall.h, &sums);
        g_assert_cmpint(sums.unreadable, ==, 1);
        g_assert_nonnull(strstr(sums.journal_failed, "is no journal of holds"));
        g_assert_cmpuint(sums.doubts->len, ==, lost ? 1 : 0);
        expect(&hall, HELD_DAMAGED, lost ? "cam1\nw07" : "");
    }
}

/* The damage may be in the camera's name: those that it may have been are held, and no others. */
static void test_name_alike(void)
{
    g_auto(Hall) hall = hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxRebuildSums) sums = {0};
    rebuild_home_lose(hall.h);
    g_auto(IdxRebuildSums) none = {0};
    rebuild_home_run(hall.h, &none);
    g_assert_true(idx_camera_add(hall.h->cat, "cam2", "rtsp://127.0.0.1:1/9", NULL, NULL, NULL,
                                 NULL, START, &error));
    g_autofree char *span = span_line(hall.seq + 2, hall.id, "cam2", START + LONG);
    strstr(span, "cam2")[3] = '1';
    g_autofree char *bad = g_strconcat(hall.text, span, NULL);
    rebuild(&hall, false, bad, NULL, &sums);
    g_assert_cmpuint(sums.doubts->len, ==, 1);
    expect(&hall, HELD_DAMAGED, "cam1\ncam2");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/rebuild-holds/disputed", test_disputed);
    g_test_add_func("/rebuild-holds/released-by-one", test_released_by_one);
    g_test_add_func("/rebuild-holds/released-behind", test_released_behind);
    g_test_add_func("/rebuild-holds/agreed-behind", test_agreed_behind);
    g_test_add_func("/rebuild-holds/other-than-catalogue", test_other_than_catalogue);
    g_test_add_func("/rebuild-holds/twice-in-one", test_twice_in_one);
    g_test_add_func("/rebuild-holds/joined", test_joined);
    g_test_add_func("/rebuild-holds/joined-unknown", test_joined_unknown);
    g_test_add_func("/rebuild-holds/joined-subjects", test_joined_subjects);
    g_test_add_func("/rebuild-holds/disputed-and-damaged", test_disputed_and_damaged);
    g_test_add_func("/rebuild-holds/killed", test_killed);
    g_test_add_func("/rebuild-holds/release-lost", test_release_lost);
    g_test_add_func("/rebuild-holds/release-elsewhere", test_release_elsewhere);
    g_test_add_func("/rebuild-holds/unreadable", test_unreadable);
    g_test_add_func("/rebuild-holds/camera-later", test_camera_later);
    g_test_add_func("/rebuild-holds/no-journal", test_no_journal);
    g_test_add_func("/rebuild-holds/name-alike", test_name_alike);
    return g_test_run();
}
