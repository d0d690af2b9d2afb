// SPDX-License-Identifier: GPL-3.0-or-later
/* The journals of holds: neither a lost catalogue nor an older one can unhold, whoever may write where. */
#include "index/find/story.h"
#include "index/hold/damage.h"
#include "index/verify.h"
#include "test/index/hold_hall.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    int64_t id = hold_hall_subject(f, "ticket", "A012");
    hold_hall_subject(f, "ticket", "A012");
    idx_hold_release(f->cat, id, "2001", "case closed", AT(500), &error);
    g_assert_no_error(error);
    hold_hall_happens(f, "3", "called", 1000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
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
    hold_hall_happens(other, "3", "called", 1000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    hold_hall_happens(other, "4", "finished", 5000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    g_autofree char *live = fixture_dump(
        other->cat, "SELECT count(*) FROM hold_span WHERE released_us IS NULL AND camera = 'c3'");
    g_assert_cmpstr(live, ==, "1");
    hold_hall_subject(other, "ticket", "A012"); // and its numbers do not meet the old ones
}

/* A backup of yesterday, put in the place of today's catalogue. */
static void test_older_catalogue(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autofree char *db = g_build_filename(f->home, "catalogue.db", NULL), *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    g_free(fixture_dump(f->cat, "PRAGMA wal_checkpoint(TRUNCATE)"));
    g_assert_true(g_file_get_contents(db, &bytes, &size, NULL));
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *holds = fixture_dump(f->cat, HOLDS);
    g_clear_pointer(&f->cat, idx_catalogue_free);
    g_assert_true(g_file_set_contents(db, bytes, (gssize)size, NULL));
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    int64_t next = hold_hall_subject(f, "ticket", "A012"); // learns first
    g_autofree char *first = fixture_dump(f->cat, "SELECT min(id) || '|' || max(id) FROM hold");
    g_autofree char *expected =
        g_strdup_printf("%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT, next - 1, next);
    g_assert_cmpstr(first, ==, expected);
    g_autofree char *now = fixture_dump(f->cat, HOLDS);
    g_assert_true(g_str_has_prefix(now, holds));
}

/* A journal whose mode is another user's to set: it is read and written all the same, and told. */
static void test_other_owner(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root can make a file of another owner");
        return;
    }
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *from = home_journal(f), *to = home_journal(other), *text = read_journal(from);
    g_autofree char *footage = g_path_get_dirname(to);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    g_assert_cmpint(chmod(to, 0666) + chmod(footage, 0755) + chmod(other->home, 0755), ==, 0);
    g_assert_cmpint(seteuid(65534), ==, 0);
    bool ok = idx_hold_journal_sync(other->cat, &done, &error);
    g_assert_cmpint(seteuid(0), ==, 0);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_assert_cmpint(done.learnt, ==, 3);
    g_assert_cmpint(done.written, ==, 1);
    g_assert_nonnull(strstr(done.failed->str, "cannot set the mode"));
}

/* One that may not be written is read all the same: what it holds is held, and what it lacks is told. */
static void test_read_only(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root can make a file that its user may not write");
        return;
    }
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0}, again = {0};
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *from = home_journal(f), *to = home_journal(other), *text = read_journal(from);
    g_autofree char *footage = g_path_get_dirname(to);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    g_assert_cmpint(chmod(to, 0444) + chmod(footage, 0755) + chmod(other->home, 0755), ==, 0);
    g_assert_cmpint(seteuid(65534), ==, 0);
    bool ok = idx_hold_journal_sync(other->cat, &done, &error);
    g_assert_cmpint(seteuid(0), ==, 0);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_assert_cmpint(done.learnt, ==, 3);
    g_assert_cmpint(done.written, ==, 1); // it lacks nothing
    g_assert_nonnull(strstr(done.failed->str, "can be read, and not be written: Permission"));
    g_assert_cmpint(seteuid(65534), ==, 0);
    g_free(fixture_dump(other->cat, "INSERT INTO hold_record (seq, line) VALUES (1000000, '{}')"));
    ok = idx_hold_journal_sync(other->cat, &again, &error);
    g_assert_cmpint(seteuid(0), ==, 0);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_assert_cmpint(again.written, ==, 0);
    g_assert_null(strstr(again.failed->str, ";")); // told once
    g_autofree char *now = read_journal(to);
    g_assert_cmpstr(now, ==, text);
}

static void collect(const IdxFinding *finding, void *data)
{
    if (finding->kind == IDX_FINDING_HOLDS)
        g_string_append_printf(data, "%s\n", finding->words);
}

static void expect_verified(Fixture *f, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) told = g_string_new(NULL);
    IdxVerifySums sums = {0};
    IdxVerify how = {.now_us = AT(86400 * 40), .found = collect, .data = told};
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_test_message("%s", told->str);
    if (words)
        g_assert_nonnull(strstr(told->str, words));
    else
        g_assert_cmpstr(told->str, ==, "");
}

/* What contradicts is not guessed at. */
static void test_contradiction(void)
{
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    g_autofree char *from = home_journal(f), *to = home_journal(other);
    g_free(
        fixture_dump(other->cat, "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'hold_record'"));
    g_free(fixture_dump(f->cat, "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'hold_record'"));
    hold_hall_subject(f, "ticket", "A012");
    hold_hall_subject(other, "ticket", "A012");
    g_autofree char *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    bool same = idx_hold_journal_sync(other->cat, &done, &error);
    g_assert_false(same); // ids of the two homes differ
    fixture_expect(error, MJ_ERROR_CONFLICT, "record 6");
    expect_verified(other, "of 3 records of holds, from 6 on, what the catalogue does not");
}

static void test_every_volume(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *root = fixture_temp_dir(), *path = journal_path(root), *home = home_journal(f);
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO volume (path, state, since_us) VALUES ('%s', 'unknown', 0)", root);
    g_free(fixture_dump(f->cat, sql));
    g_autofree char *mark = g_build_filename(root, ".mingjing-volume", NULL);
    g_assert_true(g_file_set_contents(mark, "", 0, NULL));
    hold_hall_subject(f, "ticket", "A012"); // the new one gets all of it
    g_autofree char *one = read_journal(home), *two = read_journal(path);
    g_assert_cmpstr(one, ==, two);
    struct stat st;
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0640);
    /* one that is gone is left out, and catches up */
    g_free(fixture_dump(f->cat, "UPDATE volume SET state = 'missing' WHERE id > 1"));
    IdxHoldRequest r = hold_hall_request();
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
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest r = hold_hall_request();
    r.kind = "ticket";
    r.key = "A012";
    g_free(fixture_dump(f->cat, "UPDATE volume SET state = 'stalled'"));
    g_assert_true(idx_hold_add(f->cat, &r, AT(300), &answer, &error));
    g_assert_no_error(error);
    g_assert_cmpint(answer.journals, ==, 0);
    g_assert_cmpint(answer.journals_of, ==, 1);
    g_assert_cmpint(answer.journals_waiting, ==, 0);
    g_assert_nonnull(strstr(answer.journals_failed, "stalled"));
    hold_hall_expect(f, "c1:-30-160 c2:-30-160");
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
    IdxHoldRequest r = hold_hall_request();
    r.kind = "ticket";
    r.key = "A012";
    g_assert_cmpint(open(path, O_WRONLY | O_CREAT, 0600), ==, -1); // truly
    g_assert_true(idx_hold_add(f->cat, &r, AT(300), &answer, &error));
    g_assert_cmpint(answer.journals, ==, 0);
    g_assert_cmpint(answer.journals_waiting, ==, 1);
    g_assert_cmpstr(answer.journals_failed, ==, NULL);
    hold_hall_expect(f, "c1:-30-160 c2:-30-160");
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
    g_autoptr(Fixture) f = hold_hall_new();
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
    g_autoptr(Fixture) fresh = hold_hall_new();
    g_autofree char *there = home_journal(fresh);
    g_assert_true(g_file_set_contents(there, text, -1, NULL));
    bring_together(fresh, 3);
    hold_hall_expect(fresh, "c1:-30-160 c2:-30-160");
}

/* Whoever may read a journal can keep it locked, and neither unholds nor stops anything by that. */
static void test_locked(void)
{
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    hold_hall_subject(other, "ticket", "A012");
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

/* Torn and changed lines are skipped; what follows a torn one is read. */
static void test_damage(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autofree char *path = home_journal(f);
    hold_hall_subject(f, "ticket", "A012");
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
        bool all_there = size == strlen(whole) - 1; // but for the last newline
        g_assert_cmpint((int)some->len, <, all_there ? 4 : 3);
        g_assert_cmpint(damaged, <=, all_there ? 0 : 1);
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

/* What is damaged is told until it stands there again; what nobody has is lost. */
static void test_told(void)
{
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0}, again = {0}, lost = {0};
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *path = home_journal(f), *there = home_journal(other);
    g_autofree char *text = read_journal(path), *bad = g_strdup(text);
    expect_verified(f, NULL);
    strstr(strchr(bad, '\n'), "\"from\"")[9] ^= 1; // of the first stretch
    g_assert_true(g_file_set_contents(path, bad, -1, NULL));
    expect_verified(f, "line 2 of ");
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    g_assert_cmpuint(done.damage->len, ==, 1);
    g_assert_nonnull(strstr(done.failed->str, "the catalogue has its record"));
    g_assert_true(idx_hold_journal_sync(f->cat, &again, &error));
    g_assert_cmpuint(again.damage->len, ==, 0); // it stands there again
    expect_verified(f, NULL);
    g_assert_true(g_file_set_contents(path, "", -1, NULL));
    expect_verified(f, "lacks 3 of the 3 records");
    g_assert_cmpint(unlink(path), ==, 0);
    expect_verified(f, "lacks 3 of the 3 records");
    g_assert_true(g_file_set_contents(path, "\x01\xff\x00nothing\n", 11, NULL));
    expect_verified(f, "line 1 of ");
    g_assert_true(g_file_set_contents(there, bad, -1, NULL)); // of a lost catalogue
    g_assert_true(idx_hold_journal_sync(other->cat, &lost, &error));
    g_assert_cmpuint(lost.damage->len, ==, 1);
    const IdxHoldDamage *damage = lost.damage->pdata[0];
    g_assert_true(damage->lost);
    g_assert_cmpstr(damage->camera, ==, "c1");
    g_assert_nonnull(strstr(lost.failed->str, "it names camera c1"));
    expect_verified(other, "what it kept is not known");
}

static char *failure_of_sync(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    return g_strdup(done.failed->str);
}

/* More than is read is told by its size, and no journal is made so large that it would not be read again. */
static void test_too_large(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autofree char *path = home_journal(f);
    hold_hall_subject(f, "ticket", "A012");
    g_assert_cmpint(truncate(path, IDX_HOLD_JOURNAL_MAX + 1), ==, 0);
    g_autofree char *read = failure_of_sync(f);
    g_assert_nonnull(strstr(read, "268435457 bytes is more than the 268435456 that are read"));
    expect_verified(f, "it: a journal of holds of 268435457 bytes");
    g_assert_cmpint(truncate(path, 0) + truncate(path, IDX_HOLD_JOURNAL_MAX), ==, 0); // no record
    g_autofree char *written = failure_of_sync(f);
    g_assert_nonnull(strstr(written, "is more than the 268435456 that are read"));
    struct stat st;
    g_assert_true(stat(path, &st) == 0 && st.st_size == IDX_HOLD_JOURNAL_MAX);
    g_assert_cmpint(unlink(path), ==, 0);
    bring_together(f, 0);
}

/* Stretches whose hold cannot be read are kept all the same. */
static void test_lost_hold(void)
{
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *from = home_journal(f), *to = home_journal(other), *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, strchr(text, '\n') + 1, -1, NULL));
    bring_together(other, 2);
    hold_hall_expect(other, "c1:-30-160 c2:-30-160");
    g_autofree char *reason = fixture_dump(other->cat, "SELECT reason FROM hold");
    g_assert_cmpstr(reason, ==, "the record of this hold is damaged");
    g_assert_true(g_file_set_contents(to, text, -1, NULL)); // another disk has it
    bring_together(other, 1);
    g_autofree char *real = fixture_dump(other->cat, "SELECT case_no FROM hold");
    g_assert_cmpstr(real, ==, "2026-7");
}

static void put_record(Fixture *f, IdxHoldRecord *r)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_begin(f->cat, &error));
    g_assert_true(idx_hold_journal_put(f->cat, r, &error));
    g_assert_true(idx_commit(f->cat, &error));
}

/* Of a ticket as an earlier version spelt it. */
static void put_spelt(Fixture *f, const char *key)
{
    g_autofree char *hall = fixture_dump(f->cat, "SELECT code FROM hall LIMIT 1");
    g_autofree char *next =
        fixture_dump(f->cat, "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'hold'");
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_HOLD,
                       .id = g_ascii_strtoll(next, NULL, 10),
                       .at_us = AT(200),
                       .kind = (char *)"ticket",
                       .hall = hall,
                       .key = (char *)(uintptr_t)key,
                       .day = DAY,
                       .owner = (char *)"1023",
                       .reason = (char *)"complaint",
                       .case_no = (char *)"7",
                       .by = (char *)"1023"};
    put_record(f, &r);
}

static void relink_tickets(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = fixture_dump(f->cat, "SELECT id FROM subject WHERE kind = 'ticket'");
    g_assert_true(idx_story_relink(f->cat, g_ascii_strtoll(id, NULL, 10), AT(300), &error));
}

/* How a hold's subject is spelt now stands in the journals: a catalogue made from them holds the same one. */
static void test_spelling(void)
{
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    g_autoptr(GError) error = NULL;
    put_spelt(f, "Ａ０１２");
    g_free(fixture_dump(f->cat, "UPDATE subject SET key = 'Ａ０１２' WHERE kind = 'ticket'"));
    relink_tickets(f);
    relink_tickets(f); // and is told once
    g_autofree char *key = fixture_dump(f->cat, "SELECT key FROM hold");
    g_autofree char *told = fixture_dump(
        f->cat, "SELECT line ->> '$.key' FROM hold_record WHERE line ->> '$.do' = 'name'");
    g_assert_cmpstr(key, ==, "A012");
    g_assert_cmpstr(told, ==, "A012");
    g_autofree char *from = home_journal(f), *to = home_journal(other), *text = read_journal(from);
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    bring_together(other, 2);
    g_autofree char *same = fixture_dump(other->cat, "SELECT key FROM hold");
    g_assert_cmpstr(same, ==, "A012");
    g_assert_true(idx_hold_refresh(other->cat, AT(400), &error));
    hold_hall_expect(other, "c1:-30-160 c2:-30-160");
}

/* What only the row says, since an earlier version changed it there, gets its record. */
static void test_spelling_late(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    put_spelt(f, "Ａ０１２");
    g_free(fixture_dump(f->cat, "UPDATE hold SET key = 'A012'"));
    for (int i = 0; i < 2; i++)
        g_assert_true(idx_hold_refresh(f->cat, AT(400), &error));
    g_autofree char *path = home_journal(f), *text = read_journal(path);
    g_assert_nonnull(strstr(text, "\"do\":\"name\""));
    g_autofree char *told = fixture_dump(
        f->cat, "SELECT line ->> '$.key' FROM hold_record WHERE line ->> '$.do' = 'name'");
    g_assert_cmpstr(told, ==, "A012");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hold/journal/lost-catalogue", test_lost_catalogue);
    g_test_add_func("/hold/journal/older-catalogue", test_older_catalogue);
    g_test_add_func("/hold/journal/contradiction", test_contradiction);
    g_test_add_func("/hold/journal/every-volume", test_every_volume);
    g_test_add_func("/hold/journal/none", test_no_journal);
    g_test_add_func("/hold/journal/other-user", test_other_user);
    g_test_add_func("/hold/journal/other-owner", test_other_owner);
    g_test_add_func("/hold/journal/read-only", test_read_only);
    g_test_add_func("/hold/journal/locked", test_locked);
    g_test_add_func("/hold/journal/damage", test_damage);
    g_test_add_func("/hold/journal/told", test_told);
    g_test_add_func("/hold/journal/too-large", test_too_large);
    g_test_add_func("/hold/journal/lost-hold", test_lost_hold);
    g_test_add_func("/hold/journal/spelling", test_spelling);
    g_test_add_func("/hold/journal/spelling-late", test_spelling_late);
    return g_test_run();
}
