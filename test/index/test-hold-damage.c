// SPDX-License-Identifier: GPL-3.0-or-later
/* Damaged lines of journals of holds: which record each is of, what of it can be believed, and that none hides another. */
#include "index/hold/damage.h"
#include "index/segment/volume.h"
#include "index/verify.h"
#include "test/index/hold_hall.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LEAD 17 // digits and a blank

static char *signed_line(const char *record)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, record, -1);
    return g_strdup_printf("%.16s %s\n", digest, record);
}

static char *hold_line(int64_t seq, const char *key)
{
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_HOLD,
                       .seq = seq,
                       .id = seq,
                       .at_us = T0,
                       .kind = (char *)"ticket",
                       .hall = (char *)"H01",
                       .key = (char *)(uintptr_t)key,
                       .day = 20261122,
                       .owner = (char *)"1023",
                       .reason = (char *)"投诉",
                       .case_no = (char *)"7",
                       .by = (char *)"1023"};
    g_autofree char *record = idx_hold_journal_line(&r);
    return signed_line(record);
}

static char *span_line(int64_t seq, const char *camera)
{
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_SPAN,
                       .seq = seq,
                       .id = 1,
                       .at_us = T0,
                       .camera = (char *)(uintptr_t)camera,
                       .from_us = T0,
                       .to_us = T0 + MJ_SECOND_US};
    g_autofree char *record = idx_hold_journal_line(&r);
    return signed_line(record);
}

static char *release_line(int64_t seq, int64_t id)
{
    IdxHoldRecord r = {.what = IDX_HOLD_RECORD_RELEASE,
                       .seq = seq,
                       .id = id,
                       .at_us = T0,
                       .by = (char *)"2001",
                       .reason = (char *)"case closed, 已结案"};
    g_autofree char *record = idx_hold_journal_line(&r);
    return signed_line(record);
}

static GPtrArray *find(const GString *text, const char *path, GPtrArray *damage)
{
    int bad = 0;
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(text->str, text->len, &bad);
    if (!damage)
        damage = g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_damage_free);
    idx_hold_damage_find(path, text->str, text->len, records, damage);
    return damage;
}

/* @bad, of @size bytes, then the lines of @rest. How many are damaged. */
static guint count(const char *bad, size_t size, const char *rest)
{
    g_autoptr(GString) text = g_string_new_len(bad, (gssize)size);
    g_string_append_printf(text, "\n%s", rest);
    g_autoptr(GPtrArray) damage = find(text, "J", NULL);
    if (damage->len > 0)
        g_assert_cmpint(((const IdxHoldDamage *)damage->pdata[0])->line, ==, 1);
    return damage->len;
}

/* A torn line is of the record that stands behind it, and of no other, wherever it is torn. */
static void test_torn(void)
{
    g_autofree char *one = hold_line(1, "A012"), *two = span_line(2, "c1");
    g_autofree char *both = g_strconcat(one, two, NULL), *other = hold_line(3, "A013");
    g_assert_cmpint(one[0], !=, other[0]); // else what is torn behind the first digit is alike
    for (size_t size = 1; size < strlen(one) - 1; size++)
        g_assert_cmpuint(count(one, size, both), ==, 0);
    for (size_t size = 1; size < strlen(other) - 1; size++)
        g_assert_cmpuint(count(other, size, both), ==, 1);
    for (size_t size = 8; size < strlen(two) - 1; size++) // the next line is another one
        g_assert_cmpuint(count(two, size, both), ==, 0);
}

/* Nothing is appended behind it yet. */
static void test_last(void)
{
    g_autofree char *one = hold_line(1, "A012"), *other = hold_line(3, "A013");
    for (size_t size = 1; size < strlen(other); size++) {
        g_autoptr(GString) text = g_string_new(one);
        g_string_append_len(text, other, (gssize)size);
        g_autoptr(GPtrArray) damage = find(text, "J", NULL);
        int bad = 0;
        g_autoptr(GPtrArray) records = idx_hold_journal_parse(text->str, text->len, &bad);
        bool whole = size == strlen(other) - 1; // but for its newline
        g_assert_cmpuint(records->len, ==, whole ? 2 : 1);
        g_assert_cmpuint(damage->len, ==, whole ? 0 : 1);
        if (!whole)
            g_assert_cmpint(((const IdxHoldDamage *)damage->pdata[0])->line, ==, 2);
    }
}

/* Any byte of a line may be any other, also one that no text has. */
static void test_bytes(void)
{
    static const char BYTES[] = {'\xff', '\0', '\x80', 'x'};
    g_autofree char *one = hold_line(1, "A012"), *two = span_line(2, "c1");
    g_autofree char *both = g_strconcat(one, two, NULL);
    size_t size = strlen(one) - 1;
    for (size_t at = 0; at < size; at++)
        for (size_t i = 0; i < sizeof BYTES; i++) {
            g_autofree char *bad = g_strdup(one);
            bad[at] = one[at] == BYTES[i] ? '!' : BYTES[i];
            g_assert_cmpuint(count(bad, size, both), ==, 0); // it stands there again
            g_assert_cmpuint(count(bad, size, two), ==, 1);  // or does not
        }
}

typedef struct Said {
    IdxHoldRecordKind what;
    int64_t id;
    bool of_cameras;
    const char *camera;
} Said;

static void expect_said(const char *bad, size_t size, Said said)
{
    g_autoptr(GString) text = g_string_new_len(bad, (gssize)size);
    g_string_append_c(text, '\n');
    g_autoptr(GPtrArray) damage = find(text, "J", NULL);
    g_assert_cmpuint(damage->len, ==, 1);
    IdxHoldDamage *d = damage->pdata[0];
    g_assert_cmpint(d->what, ==, said.what);
    g_assert_cmpint(d->id, ==, said.id);
    g_assert_cmpint(d->of_cameras, ==, said.of_cameras);
    g_assert_cmpstr(d->camera, ==, said.camera);
    d->lost = true;
    g_assert_cmpint(idx_hold_damage_is_doubt(d), ==,
                    said.what != IDX_HOLD_RECORD_RELEASE && !said.of_cameras);
    g_autofree char *words = idx_hold_damage_words(d);
    g_assert_true(g_utf8_validate(words, -1, NULL));
}

/* The byte behind the first @mark is another one. */
static char *spoil(const char *line, const char *mark, char byte)
{
    char *bad = g_strdup(line);
    char *at = strstr(bad, mark);
    g_assert_nonnull(at);
    at[strlen(mark)] = byte;
    return bad;
}

static void test_said(void)
{
    g_autofree char *release = release_line(5, 77), *span = span_line(6, "c1");
    g_autofree char *hold = hold_line(7, "A012");
    g_autofree char *reason = spoil(release, "case ", '\xff');
    g_autofree char *at = spoil(span, "\"from\":\"", '\x01');
    g_autofree char *key = spoil(hold, "\"key\":\"", 'B');
    expect_said(reason, strlen(reason) - 1, (Said){IDX_HOLD_RECORD_RELEASE, 77, false, NULL});
    expect_said(at, strlen(at) - 1, (Said){IDX_HOLD_RECORD_SPAN, 1, false, "c1"});
    expect_said(key, strlen(key) - 1, (Said){IDX_HOLD_RECORD_HOLD, 7, false, NULL});
    size_t word = (size_t)(strstr(release, "\"release\"") - release); // torn before and behind it
    expect_said(release, word, (Said){IDX_HOLD_RECORD_OTHER, 0, false, NULL});
    expect_said(release, word + 9, (Said){IDX_HOLD_RECORD_RELEASE, 0, false, NULL});
    size_t id = (size_t)(strstr(release, "\"id\":") - release) + 6; // of two digits, one
    expect_said(release, id, (Said){IDX_HOLD_RECORD_RELEASE, 0, false, NULL});
}

/* What may be the begin of one record and the end of another is not believed. */
static void test_merged(void)
{
    g_autofree char *release = release_line(5, 77), *span = span_line(6, "c1");
    Said nothing = {IDX_HOLD_RECORD_OTHER, 0, false, NULL};
    g_autoptr(GString) all = g_string_new(release);
    all->str[all->len - 1] = '!'; // the newline
    g_string_append_len(all, span, (gssize)strlen(span) - 1);
    expect_said(all->str, all->len, nothing);
    memset(strstr(all->str, "已结案"), '\0', 60); // a block of nothing over the seam
    expect_said(all->str, all->len, nothing);
    g_autofree char *two = spoil(release, "case ", '\x02'), *both = spoil(two, "\"by\":\"", '\x02');
    expect_said(both, strlen(both) - 1, nothing);
}

/* A line that is as long as nobody would write it is of no record, and not kept. */
static void test_long(void)
{
    g_autofree char *one = hold_line(1, "A012");
    g_autoptr(GString) text = g_string_new(one);
    text->str[text->len - 1] = ' ';
    for (int i = 0; i < 100000; i++)
        g_string_append(text, "long ");
    g_string_append_c(text, '\n');
    g_string_append(text, one);
    g_autoptr(GPtrArray) damage = find(text, "J", NULL);
    g_assert_cmpuint(damage->len, ==, 1);
    const IdxHoldDamage *d = damage->pdata[0];
    g_assert_cmpuint(g_bytes_get_size(d->bytes), ==, IDX_HOLD_LINE_MAX + 1);
    g_assert_cmpint(d->what, ==, IDX_HOLD_RECORD_OTHER);
}

/* One journal of which nothing can be read, and another one with one line. */
static void test_share(void)
{
    g_autoptr(GString) worst = g_string_new(NULL), other = g_string_new("torn\n");
    for (int i = 0; i < IDX_HOLD_DAMAGE_MAX + 500; i++)
        g_string_append_printf(worst, "%d is no record\n", i);
    g_autoptr(GPtrArray) damage = find(worst, "/one/.mingjing-holds", NULL);
    find(other, "/two/.mingjing-holds", damage);
    g_assert_cmpuint(damage->len, ==, IDX_HOLD_DAMAGE_MAX + 2);
    const IdxHoldDamage *rest = damage->pdata[IDX_HOLD_DAMAGE_MAX];
    g_assert_cmpint(rest->more, ==, 500);
    g_assert_cmpint(rest->line, ==, IDX_HOLD_DAMAGE_MAX + 1);
    g_autoptr(GPtrArray) words = idx_hold_damage_summary(damage);
    g_assert_cmpuint(words->len, <, 20);
    g_autofree char *more = g_strdup_printf("and %d more", IDX_HOLD_DAMAGE_MAX + 490);
    g_assert_nonnull(strstr(words->pdata[words->len - 2], more));
    g_assert_nonnull(strstr(words->pdata[words->len - 1], "line 1 of /two/.mingjing-holds"));
}

static char *home_journal(const Fixture *f)
{
    return g_build_filename(f->home, "footage", IDX_HOLD_JOURNAL, NULL);
}

/* What the catalogue has is not lost, whatever became of its line. */
static void test_judged(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0}, again = {0};
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *path = home_journal(f), *text = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    text[strcspn(text, "\n") - 2] = '\xff'; // of the first line; of the second nearly all
    memset(strchr(text, '\n') + 1 + LEAD, '\0', 40);
    g_assert_true(g_file_set_contents(path, text, (gssize)size, NULL));
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    g_assert_cmpuint(done.damage->len, ==, 2);
    for (guint i = 0; i < 2; i++)
        g_assert_false(((const IdxHoldDamage *)done.damage->pdata[i])->lost);
    g_assert_true(idx_hold_journal_sync(f->cat, &again, &error));
    g_assert_cmpuint(again.damage->len, ==, 0);
}

/* A release that is lost: of a hold that is in force, and of one that another record releases. */
static void test_released(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) live = {0}, over = {0};
    int64_t id = hold_hall_subject(f, "ticket", "A012");
    g_autofree char *path = home_journal(f), *text = NULL;
    g_autofree char *release = release_line(900, id), *bad = spoil(release, "case ", '?');
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *all = g_strconcat(text, bad, NULL);
    g_assert_true(g_file_set_contents(path, all, -1, NULL));
    g_assert_true(idx_hold_journal_sync(f->cat, &live, &error));
    g_autofree char *again = g_strdup_printf("mingjing hold release %" G_GINT64_FORMAT, id);
    g_assert_nonnull(strstr(live.failed->str, again));
    hold_hall_expect(f, "c1:-30-160 c2:-30-160");
    g_assert_true(idx_hold_release(f->cat, id, "2001", "once more", AT(500), &error));
    g_assert_true(idx_hold_journal_sync(f->cat, &over, &error));
    g_assert_nonnull(strstr(over.failed->str, "nothing hangs on it"));
    g_assert_null(strstr(over.failed->str, again));
}

/* All bytes of lines @first to @last are gone, newlines too, but for the first @left. */
static void wipe(const char *path, int first, int last, size_t left)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    char *from = text;
    for (int i = 1; i < first; i++)
        from = strchr(from, '\n') + 1;
    char *to = from;
    for (int i = first; i <= last; i++)
        to = strchr(to, '\n') + 1;
    memset(from + left, '\0', (size_t)(to - from) - left);
    g_assert_true(g_file_set_contents(path, text, (gssize)size, NULL));
}

static void expect_doubts(Fixture *f, guint damaged, int doubts)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldSync) done = {0};
    int n = 0;
    g_assert_true(idx_hold_journal_sync(f->cat, &done, &error));
    for (guint i = 0; i < done.damage->len; i++)
        n += idx_hold_damage_is_doubt(done.damage->pdata[i]);
    g_test_message("%s", done.failed->str);
    g_assert_cmpuint(done.damage->len, ==, damaged);
    g_assert_cmpint(n, ==, doubts);
}

/* A sector in the midst of a journal, of which no line can be told: all numbers between are known, or one is not. */
static void test_sector(void)
{
    g_autoptr(Fixture) f = hold_hall_new(), other = hold_hall_new();
    for (int i = 0; i < 3; i++)
        hold_hall_subject(f, "ticket", "A012"); // three records each
    g_autofree char *path = home_journal(f), *there = home_journal(other), *text = NULL;
    gsize size = 0;
    wipe(path, 3, 6, 0);
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    expect_doubts(f, 1, 0);
    expect_doubts(f, 1, 0); // with what it lacked behind it
    g_assert_true(g_file_set_contents(there, text, (gssize)size, NULL)); // of a lost catalogue
    expect_doubts(other, 1, 1);
}

/* The begin of a journal: a home's first number is known. */
static void test_sector_first(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    for (int i = 0; i < 2; i++)
        hold_hall_subject(f, "ticket", "A012");
    g_autofree char *path = home_journal(f);
    wipe(path, 1, 2, 0);
    expect_doubts(f, 1, 0);
}

/* The end of one, behind which nothing tells how far it went: what is known has as many bytes, and begins as it does;
 * else it may have been more than is known. */
static void test_sector_last(void)
{
    for (int told = 1; told >= 0; told--) {
        g_autoptr(Fixture) f = hold_hall_new();
        for (int i = 0; i < 2; i++)
            hold_hall_subject(f, "ticket", "A012");
        g_autofree char *path = home_journal(f);
        wipe(path, 4, 6, told ? 20 : 0);
        expect_doubts(f, 1, !told);
        expect_doubts(f, 1, !told); // what was lacking stands behind it now
    }
}

/* The same, and another volume's journal is whole. */
static void test_sector_elsewhere(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *root = g_build_filename(f->home, "disk2", NULL);
    g_assert_cmpint(g_mkdir(root, 0750), ==, 0);
    g_assert_true(idx_volume_add(f->cat, root, -1, 0, AT(0), &error));
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *path = home_journal(f),
                    *second = g_build_filename(root, IDX_HOLD_JOURNAL, NULL);
    wipe(path, 1, 3, 0); // all of it
    expect_doubts(f, 1, 0);
    expect_doubts(f, 1, 0);
    wipe(second, 2, 3, 0); // nobody is whole now
    expect_doubts(f, 2, 2);
}

static void collect(const IdxFinding *finding, void *data)
{
    if (finding->kind == IDX_FINDING_HOLDS)
        g_string_append_printf(data, "%s\n", finding->words);
}

/* What somebody is writing is not damaged; what nobody is, is. */
static void test_writing(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    hold_hall_subject(f, "ticket", "A012");
    g_autofree char *path = home_journal(f), *line = span_line(800, "c1");
    int fd = open(path, O_WRONLY | O_APPEND);
    g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
    g_assert_cmpint((int)write(fd, line, 30), ==, 30);
    for (int locked = 1; locked >= 0; locked--) {
        g_autoptr(GString) told = g_string_new(NULL);
        IdxVerifySums sums = {0};
        IdxVerify how = {.now_us = AT(86400 * 40), .found = collect, .data = told};
        g_assert_true(idx_verify(f->cat, &how, &sums, &error));
        g_assert_no_error(error);
        g_assert_cmpint(strstr(told->str, "line 4 of ") != NULL, ==, !locked);
        g_assert_cmpint(sums.findings, ==, !locked);
        g_assert_cmpint(flock(fd, LOCK_UN), ==, 0);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hold/damage/torn", test_torn);
    g_test_add_func("/hold/damage/last", test_last);
    g_test_add_func("/hold/damage/bytes", test_bytes);
    g_test_add_func("/hold/damage/said", test_said);
    g_test_add_func("/hold/damage/merged", test_merged);
    g_test_add_func("/hold/damage/long", test_long);
    g_test_add_func("/hold/damage/share", test_share);
    g_test_add_func("/hold/damage/judged", test_judged);
    g_test_add_func("/hold/damage/released", test_released);
    g_test_add_func("/hold/damage/sector", test_sector);
    g_test_add_func("/hold/damage/sector-first", test_sector_first);
    g_test_add_func("/hold/damage/sector-last", test_sector_last);
    g_test_add_func("/hold/damage/sector-elsewhere", test_sector_elsewhere);
    g_test_add_func("/hold/damage/writing", test_writing);
    return g_test_run();
}
