// SPDX-License-Identifier: GPL-3.0-or-later
/* The notice as the hall's file declares it: a version comes, words under a version that is known do not change, and
 * those that parties agreed to stay. */
#include "index/declare/declare.h"
#include "index/meet/notice.h"
#include "test/index/fixture.h"

#include <string.h>

#define ALL "SELECT version, zh, en FROM meeting_notice ORDER BY made_us"

static void expect(Fixture *f, const char *rows)
{
    g_autofree char *got = fixture_dump(f->cat, ALL);
    g_assert_cmpstr(got, ==, rows);
}

static GPtrArray *apply(Fixture *f, const char *text, bool dry_run, GError **error)
{
    g_autoptr(IdxDeclaration) declaration = idx_declare_read(text, strlen(text), error);
    IdxDeclareHow how = {.folder = f->home, .prune = true, .dry_run = dry_run, .now_us = AT(0)};
    return declaration ? idx_declare_apply(f->cat, declaration, &how, error) : NULL;
}

static void expect_words(Fixture *f, const char *text, bool dry_run, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) changes = apply(f, text, dry_run, &error);
    g_assert_no_error(error);
    g_autofree char *got = idx_declare_words(changes);
    g_assert_cmpstr(got, ==, words);
}

static void refused(Fixture *f, const char *text, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(apply(f, text, false, &error));
    if (!error || !strstr(error->message, words))
        g_error("not \"%s\": %s", words, error ? error->message : "no error");
}

static const char FIRST[] = "notice:\n"
                            "  version: \"2027-1\"\n"
                            "  zh: |\n"
                            "    全程录像。\n"
                            "    由本大厅保存。\n"
                            "  en: It is recorded.\n";
static const char SECOND[] = "notice: {version: 2027-2, zh: 全程录音录像。}\n";
#define ADDED                                                                                      \
    "+ notice 2027-1\n"                                                                            \
    "    version        2027-1\n"                                                                  \
    "    zh             全程录像。 由本大厅保存。\n"                                   \
    "    en             It is recorded.\n"

static void test_declared(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) other = fixture_new();
    g_autofree char *bare = idx_declare_print(f->cat, NULL);
    g_assert_null(strstr(bare, "notice")); // there is none: nothing is declared
    expect_words(f, FIRST, true, ADDED);
    expect(f, "");
    expect_words(f, FIRST, false, ADDED);
    expect_words(f, FIRST, false, "");
    expect_words(f, "links:\n  visit: {before: 30s}\n", false,
                 ""); // a file that does not speak of it
    expect_words(f, SECOND, false,
                 "~ notice 2027-2\n"
                 "    version        2027-1 → 2027-2\n"
                 "    zh             全程录像。 由本大厅保存。 → 全程录音录像。\n"
                 "    en             It is recorded. → –\n");
    expect(f, "2027-1|全程录像。\n由本大厅保存。|It is recorded.\n2027-2|全程录音录像。|-");
    g_autofree char *text = idx_declare_print(f->cat, NULL);
    expect_words(f, text, false, "");
    g_autoptr(GPtrArray) copied = apply(other, text, false, NULL);
    expect(other, "2027-2|全程录音录像。|-"); // and printed paragraphs come back whole:
    expect_words(other, "notice: {version: v3, zh: \"一\\n二\"}\n", false,
                 "~ notice v3\n    version        2027-2 → v3\n    zh             "
                 "全程录音录像。 → 一 二\n");
    g_autofree char *again = idx_declare_print(other->cat, NULL);
    expect_words(other, again, false, "");
}

static void test_wrong(void)
{
    g_autoptr(Fixture) f = fixture_new();
    expect_words(f, FIRST, false, ADDED);
    g_autoptr(GPtrArray) next = apply(f, SECOND, false, NULL);
    g_autofree char *before = fixture_dump(f->cat, ALL);
    refused(f, "notice: {version: 2027-2, zh: 别的话}\n", "line 1: version 2027-2 of the notice");
    refused(f, FIRST, "line 1: version 2027-1 of the notice was followed by 2027-2");
    refused(f, "\nnotice: 全程录像\n", "line 2: notice should be a mapping");
    refused(f, "notice: {version: v 3, zh: 话}\n", "line 1: notice: the version of a notice");
    refused(f, "notice:\n  version: v3\n  text: 话\n", "line 3: notice: \"text\" is none of");
    refused(f, "notice: {version: " IDX_NOTICE_OF_PAGE ", zh: 别的话}\n",
            "line 1: notice: version " IDX_NOTICE_OF_PAGE
            " is of the words that the page comes with");
    refused(f, "notice: {version: v3}\n", "line 1: notice: zh is missing");
    refused(f, "notice: {zh: 话}\n", "line 1: notice: version is missing");
    refused(f, "notice:\n  version: v3\n  zh:\n", "line 3: notice: zh is empty");
    refused(f, "notice:\n  version: v3\n  zh: [a]\n", "line 3: notice: zh should be a text");
    refused(f, "notice: {version: v3, zh: \"a\\x1b[2J\"}\n", "control characters");
    expect(f, before);
}

/* What is reserved here is what the page says. */
static void test_page(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("MINGJING_SOURCE"), "ui/src/meeting/notice.ts", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "NOTICE_VERSION = '" IDX_NOTICE_OF_PAGE "'"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notice/declared", test_declared);
    g_test_add_func("/notice/wrong", test_wrong);
    g_test_add_func("/notice/page", test_page);
    return g_test_run();
}
