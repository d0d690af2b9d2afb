// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds: what they keep, how they follow their subject, and that neither a lost catalogue nor an older
 * one can unhold. */
#include "index/hold.h"

#include "index/hold_journal.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void happens(Fixture *f, const char *id, const char *type, int seconds, const char *data)
{
    g_autofree char *full = g_strconcat("hall.ticket.", type, NULL);
    fixture_happens(f, id, full, AT(seconds), data);
}

/* W07 with two cameras, W08 with one; A012 was called to W07 at 0 and finished at 100. */
static Fixture *hall(void)
{
    Fixture *f = fixture_new();
    fixture_camera(f, "c1", AT(-1000));
    fixture_camera(f, "c2", AT(-1000));
    fixture_camera(f, "c3", AT(-1000));
    fixture_place(f, "W07", "c1,c2");
    fixture_place(f, "W08", "c3");
    happens(f, "1", "called", 0, "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
    happens(f, "2", "finished", 100, "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
    return f;
}

static IdxHoldRequest request(void)
{
    return (IdxHoldRequest){.owner = "1023",
                            .reason = "投诉 about the waiting time",
                            .case_no = "2026-7",
                            .by = "1023",
                            .review_day = 20270101};
}

static int64_t hold(Fixture *f, const IdxHoldRequest *r)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    idx_hold_add(f->cat, r, AT(200), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.journals, ==, answer.journals_of);
    return answer.hold->id;
}

static int64_t hold_subject(Fixture *f, const char *kind, const char *key)
{
    IdxHoldRequest r = request();
    r.kind = kind;
    r.key = key;
    return hold(f, &r);
}

static void expect_spans(Fixture *f, const char *expected)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT group_concat(s, ' ') FROM (SELECT camera || ':' || ((from_us - %" G_GINT64_FORMAT
        ") / 1000000) || '-' || ((to_us - %" G_GINT64_FORMAT ") / 1000000)"
        " || iif(released_us IS NULL, '', 'r') s FROM hold_span ORDER BY camera, from_us, to_us)",
        T0, T0);
    g_autofree char *spans = fixture_dump(f->cat, sql);
    g_assert_cmpstr(spans, ==, expected);
}

static void test_subject(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    int64_t id = hold_subject(f, "ticket", "a012");
    expect_spans(f, "c1:-30-160 c2:-30-160");
    g_autoptr(IdxHold) one = idx_hold_get(f->cat, id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(one->key, ==, "A012");
    g_assert_cmpint(one->day, ==, DAY);
    g_assert_cmpstr(one->case_no, ==, "2026-7");
    g_assert_cmpint(one->review_day, ==, 20270101);
    g_assert_cmpint(one->released_us, ==, 0);
}

/* Late events lengthen it; a correction that moves the visit away takes nothing off. */
static void test_follows(void)
{
    g_autoptr(Fixture) f = hall();
    hold_subject(f, "ticket", "A012");
    happens(f, "3", "called", 1000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    happens(f, "4", "finished", 1100, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    /* the open visit at W08 was kept as long as it might have been shown */
    expect_spans(f, "c1:-30-160 c2:-30-160 c3:970-8260");
    happens(f, "1", "called", 50, "\"ticket_no\":\"A012\",\"window_no\":\"W08\",\"data_ver\":2");
    expect_spans(f, "c1:-30-160 c2:-30-160 c3:20-160 c3:970-8260");
}

static void test_follows_coverage(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    hold_subject(f, "ticket", "A012");
    idx_coverage_add(f->cat, "W07", "c3", INT64_MIN, INT64_MAX, AT(300), &error);
    g_assert_no_error(error);
    expect_spans(f, "c1:-30-160 c2:-30-160 c3:-30-160");
}

/* An approval keeps its tickets', also of those that come to be its own only later. */
static void test_approval(void)
{
    g_autoptr(Fixture) f = hall();
    happens(f, "5", "called", 3000,
            "\"ticket_no\":\"B001\",\"window_no\":\"W08\",\"approval_id\":\"SP1\"");
    happens(f, "6", "finished", 3050, "\"ticket_no\":\"B001\",\"window_no\":\"W08\"");
    hold_subject(f, "approval", "SP1");
    expect_spans(f, "c3:2970-3110");
    happens(f, "7", "rated", 120, "\"ticket_no\":\"A012\",\"approval_id\":\"SP1\",\"level\":5");
    expect_spans(f, "c1:-30-160 c2:-30-160 c3:2970-3110");
}

static void test_release(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    int64_t one = hold_subject(f, "ticket", "A012"), two = hold_subject(f, "ticket", "A012");
    idx_hold_release(f->cat, one, "2001", "case closed", AT(500), &error);
    g_assert_no_error(error);
    expect_spans(f, "c1:-30-160r c1:-30-160 c2:-30-160r c2:-30-160");
    g_assert_false(idx_hold_release(f->cat, one, "2001", "again", AT(501), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "2001");
    g_clear_error(&error);
    g_assert_false(idx_hold_release(f->cat, 99, "2001", "none", AT(501), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "99");
    g_clear_error(&error);
    g_assert_false(idx_hold_release(f->cat, two, "2001", "", AT(501), &error));
    fixture_expect(error, MJ_ERROR_INVALID, "reason");
    g_clear_error(&error);
    g_autoptr(IdxHold) kept = idx_hold_get(f->cat, one, &error);
    g_assert_cmpstr(kept->released_by, ==, "2001");
    g_assert_cmpstr(kept->released_reason, ==, "case closed");
    g_autoptr(GPtrArray) live = idx_hold_list(f->cat, false, &error);
    g_autoptr(GPtrArray) all = idx_hold_list(f->cat, true, &error);
    g_assert_cmpint((int)live->len, ==, 1);
    g_assert_cmpint((int)all->len, ==, 2);
    happens(f, "3", "finished", 400, "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
}

static void test_cameras(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *both[] = {"c1", "c3", NULL};
    IdxHoldRequest r = request();
    r.cameras = both;
    r.from_us = AT(100);
    r.to_us = AT(90000);                                                      // ahead
    fixture_segment(f, fixture_camera_id(f, "c1"), AT(0), AT(100), "closed"); // ends before
    g_autofree char *stream = fixture_dump(
        f->cat,
        "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'c3'");
    fixture_segment(f, g_ascii_strtoll(stream, NULL, 10), AT(99), AT(101), "closed");
    fixture_segment(f, g_ascii_strtoll(stream, NULL, 10), AT(101), AT(130), "open");
    idx_hold_add(f->cat, &r, AT(200), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.segments, ==, 2);
    g_assert_cmpint((int)answer.gone->len, ==, 0);
    expect_spans(f, "c1:100-90000 c3:100-90000");
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    idx_hold_touching(f->cat, fixture_camera_id(f, "c3"), AT(89999), AT(95000), ids, &error);
    idx_hold_touching(f->cat, fixture_camera_id(f, "c3"), AT(90000), AT(95000), ids, &error);
    idx_hold_touching(f->cat, fixture_camera_id(f, "c2"), AT(200), AT(300), ids, &error);
    g_assert_cmpint((int)ids->len, ==, 1);
}

static void test_refused(void)
{
    static const char *const NOBODY[] = {"c9", NULL}, *const SOME[] = {"c1", NULL};
    static const struct {
        IdxHoldRequest r;
        MjError code;
        const char *words;
    } TABLE[] = {
        {{.owner = "1", .reason = "r", .case_no = "c"}, MJ_ERROR_INVALID, "none is named"},
        {{.kind = "ticket", .key = "Z9", .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_NOT_FOUND,
         "Z9"},
        {{.kind = "ticket",
          .key = "A012",
          .day = 20260101,
          .owner = "1",
          .reason = "r",
          .case_no = "c"},
         MJ_ERROR_NOT_FOUND,
         "A012,2026-01-01"},
        {{.kind = "person", .key = "A012", .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_INVALID,
         "person"},
        {{.kind = "ticket", .key = "A012", .owner = "1", .case_no = "c"},
         MJ_ERROR_INVALID,
         "reason"},
        {{.kind = "ticket", .key = "A012", .owner = "1", .reason = "r"}, MJ_ERROR_INVALID, "case"},
        {{.kind = "ticket", .key = "A012", .reason = "r", .case_no = "c"},
         MJ_ERROR_INVALID,
         "owner"},
        {{.cameras = NOBODY, .from_us = 1, .to_us = 2, .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_NOT_FOUND,
         "c9"},
        {{.cameras = SOME, .from_us = 2, .to_us = 2, .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_INVALID,
         "ends before"},
    };
    g_autoptr(Fixture) f = hall();
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(IdxHoldAnswer) answer = {0};
        g_assert_false(idx_hold_add(f->cat, &TABLE[i].r, AT(200), &answer, &error));
        fixture_expect(error, TABLE[i].code, TABLE[i].words);
    }
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM hold");
    g_assert_cmpstr(rows, ==, "0");
}

/* --- journals --------------------------------------------------------------------------------- */

static char *journal_path(const char *root)
{
    return g_build_filename(root, IDX_HOLD_JOURNAL, NULL);
}

static char *read_journal(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static char *home_journal(const Fixture *f)
{
    g_autofree char *root = g_build_filename(f->home, "footage", NULL);
    return journal_path(root);
}

static const char *const HOLDS =
    "SELECT id, kind, hall, key, day, owner, reason, case_no, review_day,"
    " created_us, created_by, released_us, released_by, released_reason"
    " FROM hold ORDER BY id";
static const char *const SPANS =
    "SELECT hold_id, camera, from_us, to_us, added_us, released_us FROM"
    " hold_span ORDER BY id";

static void bring_together(Fixture *f, int expect_learnt)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    idx_hold_journal_sync(f->cat, &done, &error);
    g_assert_no_error(error);
    g_assert_cmpint(done.learnt, ==, expect_learnt);
}

/* A new catalogue beside the footage of one that is lost. */
static void test_lost_catalogue(void)
{
    g_autoptr(Fixture) f = hall(), other = hall();
    g_autoptr(GError) error = NULL;
    int64_t id = hold_subject(f, "ticket", "A012");
    hold_subject(f, "ticket", "A012");
    idx_hold_release(f->cat, id, "2001", "case closed", AT(500), &error);
    g_assert_no_error(error);
    happens(f, "3", "called", 1000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    g_autofree char *holds = fixture_dump(f->cat, HOLDS), *spans = fixture_dump(f->cat, SPANS);
    g_autofree char *from = home_journal(f), *to = home_journal(other), *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    bring_together(other, 8); // two holds with two stretches each, a release, what followed
    g_autofree char *holds_there = fixture_dump(other->cat, HOLDS);
    g_autofree char *spans_there = fixture_dump(other->cat, SPANS);
    g_assert_cmpstr(holds_there, ==, holds);
    g_assert_cmpstr(spans_there, ==, spans);
    bring_together(other, 0);
    /* it goes on: its events come in again, and later ones */
    happens(other, "3", "called", 1000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    happens(other, "4", "finished", 9000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    g_autofree char *live = fixture_dump(
        other->cat, "SELECT count(*) FROM hold_span WHERE released_us IS NULL AND camera = 'c3'");
    g_assert_cmpstr(live, ==, "1");
    hold_subject(other, "ticket", "A012"); // and its numbers do not meet the old ones
}

/* A backup of yesterday, put in the place of today's catalogue. */
static void test_older_catalogue(void)
{
    g_autoptr(Fixture) f = hall();
    g_autofree char *db = g_build_filename(f->home, "catalogue.db", NULL), *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    g_free(fixture_dump(f->cat, "PRAGMA wal_checkpoint(TRUNCATE)"));
    g_assert_true(g_file_get_contents(db, &bytes, &size, NULL));
    hold_subject(f, "ticket", "A012");
    g_autofree char *holds = fixture_dump(f->cat, HOLDS);
    g_clear_pointer(&f->cat, idx_catalogue_free);
    g_assert_true(g_file_set_contents(db, bytes, (gssize)size, NULL));
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    int64_t next = hold_subject(f, "ticket", "A012"); // learns first
    g_autofree char *first = fixture_dump(f->cat, "SELECT min(id) || '|' || max(id) FROM hold");
    g_autofree char *expected =
        g_strdup_printf("%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT, next - 1, next);
    g_assert_cmpstr(first, ==, expected);
    g_autofree char *now = fixture_dump(f->cat, HOLDS);
    g_assert_true(g_str_has_prefix(now, holds));
}

/* What contradicts is not guessed at. */
static void test_contradiction(void)
{
    g_autoptr(Fixture) f = hall(), other = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    g_autofree char *from = home_journal(f), *to = home_journal(other);
    g_free(
        fixture_dump(other->cat, "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'hold_record'"));
    g_free(fixture_dump(f->cat, "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'hold_record'"));
    hold_subject(f, "ticket", "A012");
    hold_subject(other, "ticket", "A012");
    g_autofree char *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    bool same = idx_hold_journal_sync(other->cat, &done, &error);
    g_assert_false(same); // ids of the two homes differ
    fixture_expect(error, MJ_ERROR_CONFLICT, "record 6");
}

static void test_every_volume(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_autofree char *root = fixture_temp_dir(), *path = journal_path(root), *home = home_journal(f);
    hold_subject(f, "ticket", "A012");
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO volume (path, state, since_us) VALUES ('%s', 'unknown', 0)", root);
    g_free(fixture_dump(f->cat, sql));
    g_autofree char *mark = g_build_filename(root, ".mingjing-volume", NULL);
    g_assert_true(g_file_set_contents(mark, "", 0, NULL));
    hold_subject(f, "ticket", "A012"); // the new one gets all of it
    g_autofree char *one = read_journal(home), *two = read_journal(path);
    g_assert_cmpstr(one, ==, two);
    struct stat st;
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0640);
    /* one that is gone is left out, and catches up */
    g_free(fixture_dump(f->cat, "UPDATE volume SET state = 'missing' WHERE id > 1"));
    IdxHoldRequest r = request();
    r.kind = "ticket";
    r.key = "A012";
    g_auto(IdxHoldAnswer) answer = {0};
    idx_hold_add(f->cat, &r, AT(300), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.journals, ==, 1);
    g_assert_cmpint(answer.journals_of, ==, 2);
    g_free(fixture_dump(f->cat, "UPDATE volume SET state = 'ready'"));
    bring_together(f, 0);
    g_autofree char *three = read_journal(home), *four = read_journal(path);
    g_assert_cmpstr(three, ==, four);
    tree_remove(root);
}

/* A hold that only the catalogue knows is in force, and the answer says so. */
static void test_no_journal(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest r = request();
    r.kind = "ticket";
    r.key = "A012";
    g_free(fixture_dump(f->cat, "UPDATE volume SET state = 'stalled'"));
    g_assert_true(idx_hold_add(f->cat, &r, AT(300), &answer, &error));
    g_assert_no_error(error);
    g_assert_cmpint(answer.journals, ==, 0);
    g_assert_cmpint(answer.journals_of, ==, 1);
    g_assert_cmpint(answer.journals_waiting, ==, 0);
    g_assert_nonnull(strstr(answer.journals_failed, "stalled"));
    expect_spans(f, "c1:-30-160 c2:-30-160");
}

#define OWNER 41001 // what the recorder's account is to the home
#define OTHER 41002 // and the API's

static void give(const Fixture *f, const char *name, mode_t mode)
{
    g_autofree char *path = g_build_filename(f->home, name, NULL);
    if (chown(path, OWNER, OWNER) == 0)
        g_assert_cmpint(chmod(path, mode), ==, 0);
    else
        g_assert_cmpint(errno, ==, ENOENT);
}

/* As tmpfiles.d has it, but that the other one may make the files of the catalogue's log. */
static void share(Fixture *f)
{
    g_clear_pointer(&f->cat, idx_catalogue_free);
    give(f, "", 02770);
    give(f, "footage", 02750);
    give(f, "keys", 02700);
    give(f, "catalogue.db", 0660);
    give(f, "audit.head", 0660);
}

/* Runs @deed in the home as that user. */
static void as(uid_t user, Fixture *f, void (*deed)(Fixture *f))
{
    pid_t child = fork();
    if (child == 0) {
        gid_t group = OWNER;
        umask(0007);
        bool is_he = setgroups(1, &group) == 0 && setresgid(group, group, group) == 0 &&
                     setresuid(user, user, user) == 0;
        f->cat = is_he ? idx_catalogue_open(f->home, IDX_WRITE, NULL) : NULL;
        if (!f->cat)
            _exit(1);
        deed(f);
        idx_catalogue_free(f->cat);
        _exit(0);
    }
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
}

static void other_holds(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    g_autofree char *path = home_journal(f);
    IdxHoldRequest r = request();
    r.kind = "ticket";
    r.key = "A012";
    g_assert_cmpint(open(path, O_WRONLY | O_CREAT, 0600), ==, -1); // truly
    g_assert_true(idx_hold_add(f->cat, &r, AT(300), &answer, &error));
    g_assert_cmpint(answer.journals, ==, 0);
    g_assert_cmpint(answer.journals_waiting, ==, 1);
    g_assert_cmpstr(answer.journals_failed, ==, NULL);
    expect_spans(f, "c1:-30-160 c2:-30-160");
}

static void owner_writes(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    g_assert_cmpint(done.written, ==, 1);
    g_assert_cmpint(done.waiting, ==, 0);
}

static void other_reads(Fixture *f)
{
    g_autofree char *path = home_journal(f);
    g_assert_cmpint(open(path, O_WRONLY), ==, -1);
    owner_writes(f); // who finds that there is nothing to write
}

static void other_releases(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) live = idx_hold_list(f->cat, false, &error);
    const IdxHold *one = live->pdata[0];
    g_assert_true(idx_hold_release(f->cat, one->id, "2001", "case closed", AT(500), &error));
}

/* Who may not write among footage puts holds all the same, and the home's owner writes them down. */
static void test_other_user(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root can become other users");
        return;
    }
    g_autoptr(Fixture) f = hall();
    share(f);
    as(OTHER, f, other_holds);
    g_autofree char *path = home_journal(f);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    as(OWNER, f, owner_writes);
    g_autofree char *text = read_journal(path);
    as(OTHER, f, other_reads);
    as(OTHER, f, other_releases);
    as(OWNER, f, owner_writes);
    g_autofree char *more = read_journal(path);
    g_assert_true(g_str_has_prefix(more, text) && strstr(more, "\"do\":\"release\""));
    /* and the journal alone tells another catalogue */
    g_autoptr(Fixture) fresh = hall();
    g_autofree char *there = home_journal(fresh);
    g_assert_true(g_file_set_contents(there, text, -1, NULL));
    bring_together(fresh, 3);
    expect_spans(fresh, "c1:-30-160 c2:-30-160");
}

/* Whoever may read a journal can keep it locked, and neither unholds nor stops anything by that. */
static void test_locked(void)
{
    g_autoptr(Fixture) f = hall(), other = hall();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    hold_subject(other, "ticket", "A012");
    g_autofree char *from = home_journal(other), *to = home_journal(f), *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    int fd = open(to, O_RDONLY);
    g_assert_cmpint(flock(fd, LOCK_SH), ==, 0);
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    g_assert_no_error(error);
    g_assert_cmpint(done.learnt, ==, 3);
    idx_hold_sync_clear(&done);
    g_free(fixture_dump(f->cat, "INSERT INTO hold_record (line) VALUES ('{}')"));
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    g_assert_cmpint(done.written, ==, 0);
    g_assert_nonnull(strstr(done.failed->str, "locked"));
    close(fd);
}

/* What a dossier shows is held: wider where a camera's clock may be wrong, and by what is recorded
 * after the hold was put too. */
static void test_camera_clocks(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    const char *const wrong = "UPDATE segment SET clock_uncertainty_us = 4000000 WHERE id = "
                              "(SELECT max(id) FROM segment)";
    g_autofree char *stream = fixture_dump(
        f->cat,
        "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'c2'");
    fixture_segment(f, g_ascii_strtoll(stream, NULL, 10), AT(0), AT(60), "closed");
    g_free(fixture_dump(f->cat, wrong));
    hold_subject(f, "ticket", "A012");
    expect_spans(f, "c1:-30-160 c2:-34-164");
    g_autofree char *first = fixture_dump(
        f->cat,
        "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'c1'");
    fixture_segment(f, g_ascii_strtoll(first, NULL, 10), AT(150), AT(190), "closed");
    g_free(fixture_dump(f->cat, wrong));
    g_assert_true(idx_hold_refresh(f->cat, AT(300), &error));
    g_assert_no_error(error);
    expect_spans(f, "c1:-34-164 c1:-30-160 c2:-34-164");
    g_assert_true(idx_hold_refresh(f->cat, AT(301), &error)); // nothing twice
    expect_spans(f, "c1:-34-164 c1:-30-160 c2:-34-164");
}

/* Torn and changed lines are skipped; what follows a torn one is read. */
static void test_damage(void)
{
    g_autoptr(Fixture) f = hall();
    g_autofree char *path = home_journal(f);
    hold_subject(f, "ticket", "A012");
    g_autofree char *whole = read_journal(path);
    int damaged = 0;
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(whole, strlen(whole), &damaged);
    g_assert_cmpint((int)records->len, ==, 3);
    g_assert_cmpint(damaged, ==, 0);
    for (guint i = 0; i < records->len; i++) {
        g_autofree char *line = idx_hold_journal_line(records->pdata[i]);
        g_assert_cmpstr(line, ==, ((IdxHoldRecord *)records->pdata[i])->line);
    }
    for (size_t size = strlen(whole) - 1; size > 0; size -= MIN(size, 7)) {
        g_autoptr(GPtrArray) some = idx_hold_journal_parse(whole, size, &damaged);
        g_assert_cmpint((int)some->len, <, 3);
        g_assert_cmpint(damaged, <=, 1);
    }
    whole[20] ^= 1; // in the first line
    g_autoptr(GPtrArray) rest = idx_hold_journal_parse(whole, strlen(whole), &damaged);
    g_assert_cmpint((int)rest->len, ==, 2);
    g_assert_cmpint(damaged, ==, 1);
    /* a torn line is closed before the next one, and what it lost is written again */
    g_assert_true(g_file_set_contents(path, whole, (gssize)strlen(whole) - 3, NULL));
    bring_together(f, 0);
    g_autofree char *mended = read_journal(path);
    g_autoptr(GPtrArray) again = idx_hold_journal_parse(mended, strlen(mended), &damaged);
    g_assert_cmpint((int)again->len, ==, 3);
    g_assert_cmpint(damaged, ==, 2);
}

/* Stretches whose hold cannot be read are kept all the same. */
static void test_lost_hold(void)
{
    g_autoptr(Fixture) f = hall(), other = hall();
    hold_subject(f, "ticket", "A012");
    g_autofree char *from = home_journal(f), *to = home_journal(other), *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, strchr(text, '\n') + 1, -1, NULL));
    bring_together(other, 2);
    expect_spans(other, "c1:-30-160 c2:-30-160");
    g_autofree char *reason = fixture_dump(other->cat, "SELECT reason FROM hold");
    g_assert_cmpstr(reason, ==, "the record of this hold is damaged");
    g_assert_true(g_file_set_contents(to, text, -1, NULL)); // another disk has it
    bring_together(other, 1);
    g_autofree char *real = fixture_dump(other->cat, "SELECT case_no FROM hold");
    g_assert_cmpstr(real, ==, "2026-7");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hold/subject", test_subject);
    g_test_add_func("/hold/follows", test_follows);
    g_test_add_func("/hold/follows-coverage", test_follows_coverage);
    g_test_add_func("/hold/approval", test_approval);
    g_test_add_func("/hold/release", test_release);
    g_test_add_func("/hold/cameras", test_cameras);
    g_test_add_func("/hold/refused", test_refused);
    g_test_add_func("/hold/journal/lost-catalogue", test_lost_catalogue);
    g_test_add_func("/hold/journal/older-catalogue", test_older_catalogue);
    g_test_add_func("/hold/journal/contradiction", test_contradiction);
    g_test_add_func("/hold/journal/every-volume", test_every_volume);
    g_test_add_func("/hold/camera-clocks", test_camera_clocks);
    g_test_add_func("/hold/journal/none", test_no_journal);
    g_test_add_func("/hold/journal/other-user", test_other_user);
    g_test_add_func("/hold/journal/locked", test_locked);
    g_test_add_func("/hold/journal/damage", test_damage);
    g_test_add_func("/hold/journal/lost-hold", test_lost_hold);
    return g_test_run();
}
