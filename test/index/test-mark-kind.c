// SPDX-License-Identifier: GPL-3.0-or-later
/* Kinds of marks: in which order, what may be, what a mark keeps of its kind; and the hall's file that declares them. */
#include "index/mark/kind.h"

#include "index/declare/declare.h"
#include "index/mark/mark.h"
#include "test/index/fixture.h"

#include <string.h>

static const char KINDS[] =
    "SELECT code, rank, level, ended_us IS NOT NULL FROM mark_kind ORDER BY rank";
static const char CODES[] = "SELECT group_concat(code, ' ') FROM (SELECT code FROM mark_kind"
                            " ORDER BY rank)";

static void set(Fixture *f, const IdxMarkKindChange *change)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_mark_kind_set(f->cat, change, AT(0), &error));
    g_assert_no_error(error);
}

static void expect(Fixture *f, const char *sql, const char *rows)
{
    g_autofree char *got = fixture_dump(f->cat, sql);
    g_assert_cmpstr(got, ==, rows);
}

static void test_order(void)
{
    g_autoptr(Fixture) f = fixture_new();
    expect(f, CODES, "absent attitude phone dispute other");
    set(f, &(IdxMarkKindChange){.code = "smoking", .zh = "吸烟", .en = "smoking"});
    expect(f, CODES, "absent attitude phone dispute other smoking");
    set(f, &(IdxMarkKindChange){.code = "smoking", .rank = 2});
    expect(f, CODES, "absent smoking attitude phone dispute other");
    set(f, &(IdxMarkKindChange){.code = "absent", .rank = 99});
    expect(f, CODES, "smoking attitude phone dispute other absent");
    set(f, &(IdxMarkKindChange){.code = "other", .rank = 1, .level = "red", .end = true});
    expect(f, KINDS,
           "other|1|red|1\nsmoking|2|warning|0\nattitude|3|warning|0\nphone|4|warning|0\n"
           "dispute|5|warning|0\nabsent|6|warning|0");
    set(f, &(IdxMarkKindChange){.code = "other", .offer = true});
    set(f, &(IdxMarkKindChange){.code = "other", .offer = true, .rank = 1, .level = "red"});
    expect(f, "SELECT count(*) FROM audit WHERE what = 'mark_kind.set'", "5"); // not what is so
    expect(f,
           "SELECT detail ->> '$.from.ended', detail ->> '$.to.ended', object FROM audit"
           " ORDER BY seq DESC LIMIT 1",
           "1|0|other");
}

static void test_wrong(void)
{
    static const struct {
        IdxMarkKindChange change;
        const char *words;
    } TABLE[] = {
        {{.code = "", .zh = "a", .en = "a"}, "code"},
        {{.code = "Ab", .zh = "a", .en = "a"}, "Ab,code"},
        {{.code = "1b", .zh = "a", .en = "a"}, "1b,code"},
        {{.code = "a b", .zh = "a", .en = "a"}, "a b,code"},
        {{.code = "new", .zh = "a"}, "new,zh and en"},
        {{.code = "new", .en = "a"}, "new,zh and en"},
        {{.code = "absent", .zh = ""}, "zh,characters"},
        {{.code = "absent", .en = " a"}, "en,blanks"},
        {{.code = "absent", .en = "a\nb"}, "en,control"},
        {{.code = "absent",
          .zh = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三"},
         "zh,32"},
        {{.code = "absent", .level = "green"}, "level,green,yellow"},
    };
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *before = fixture_dump(f->cat, "SELECT * FROM mark_kind");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idx_mark_kind_set(f->cat, &TABLE[i].change, AT(0), &error));
        fixture_expect(error, MJ_ERROR_INVALID, TABLE[i].words);
    }
    expect(f, "SELECT * FROM mark_kind", before);
    for (int i = 5; i < IDX_MARK_KINDS_MAX; i++) {
        g_autofree char *code = g_strdup_printf("k%d", i);
        set(f, &(IdxMarkKindChange){.code = code, .zh = "类", .en = "kind"});
    }
    g_autoptr(GError) error = NULL;
    IdxMarkKindChange one = {.code = "more", .zh = "类", .en = "kind"};
    g_assert_false(idx_mark_kind_set(f->cat, &one, AT(0), &error));
    fixture_expect(error, MJ_ERROR_INVALID, "60 kinds");
}

static bool add(Fixture *f, const char *kind, int64_t *ret_id, GError **error)
{
    g_autoptr(GBytes) jpeg = g_bytes_new_static("\xff\xd8picture", 9);
    IdxMarkRequest r = {.camera = "C1", .at_us = AT(150), .kind = kind, .by = "wang", .jpeg = jpeg};
    return idx_mark_add(f->cat, &r, AT(1000), ret_id, error);
}

static const char *word(const json_t *mark, const char *lang)
{
    return json_string_value(json_object_get(json_object_get(mark, "kind_words"), lang));
}

/* A mark is as it was made, whatever becomes of its kind. */
static void test_kept(void)
{
    int64_t id = 0, later = 0;
    g_autoptr(GError) error = NULL, unknown = NULL, ended = NULL;
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "C1", T0);
    fixture_place(f, "W1", "C1");
    g_assert_false(add(f, "smoking", &id, &unknown));
    fixture_expect(unknown, MJ_ERROR_INVALID, "kind,smoking,absent,attitude,phone,dispute,other");
    set(f, &(IdxMarkKindChange){
               .code = "smoking", .zh = "吸烟", .en = "smoking", .level = "red", .rank = 1});
    g_assert_true(add(f, "smoking", &id, &error));
    set(f, &(IdxMarkKindChange){
               .code = "smoking", .zh = "抽烟", .en = "smokes", .level = "yellow", .end = true});
    g_assert_false(add(f, "smoking", &later, &ended));
    fixture_expect(ended, MJ_ERROR_INVALID, "smoking has ended,absent");
    g_assert_null(strstr(strstr(ended->message, "now: "), "smoking"));
    g_autoptr(json_t) mark = idx_mark_json(f->cat, id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(word(mark, "zh"), ==, "吸烟");
    g_assert_cmpstr(word(mark, "en"), ==, "smoking");
    expect(f,
           "SELECT body ->> '$.data.level', body ->> '$.data.rule_code',"
           " body ->> '$.data.monitor_point', body ->> '$.data.monitor_point_en' FROM event",
           "red|smoking|吸烟|smoking");
    set(f, &(IdxMarkKindChange){.code = "smoking", .offer = true});
    g_assert_true(add(f, "smoking", &later, &error));
    g_autoptr(json_t) second = idx_mark_json(f->cat, later, &error);
    g_assert_cmpstr(word(second, "zh"), ==, "抽烟");
}

// ── declared ──

static GPtrArray *apply(Fixture *f, const char *text, bool prune, bool dry_run, GError **error)
{
    g_autoptr(IdxDeclaration) declaration = idx_declare_read(text, strlen(text), error);
    IdxDeclareHow how = {.folder = f->home, .prune = prune, .dry_run = dry_run, .now_us = AT(0)};
    return declaration ? idx_declare_apply(f->cat, declaration, &how, error) : NULL;
}

static void expect_words(Fixture *f, const char *text, bool prune, bool dry_run, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) changes = apply(f, text, prune, dry_run, &error);
    g_assert_no_error(error);
    g_autofree char *got = idx_declare_words(changes);
    g_assert_cmpstr(got, ==, words);
}

static const char MARKS[] = "marks:\n"
                            "  smoking: {zh: 吸烟, en: smoking, level: yellow}\n"
                            "  absent: {zh: 空岗, en: absent from post}\n"
                            "  phone: {zh: 玩手机, en: on the phone, ended: true}\n";
#define SAID                                                                                       \
    "+ mark smoking\n"                                                                             \
    "    zh             吸烟\n"                                                                  \
    "    en             smoking\n"                                                                 \
    "    level          yellow\n"                                                                  \
    "    order          1\n"                                                                       \
    "~ mark absent\n"                                                                              \
    "    zh             离岗 → 空岗\n"                                                       \
    "    order          1 → 2\n"                                                                 \
    "~ mark phone\n"                                                                               \
    "    ended          true\n"
#define KEPT                                                                                       \
    "! mark attitude  (not in the file; stays)\n"                                                  \
    "    zh             态度\n"                                                                  \
    "! mark dispute  (not in the file; stays)\n"                                                   \
    "    zh             纠纷\n"                                                                  \
    "! mark other  (not in the file; stays)\n"                                                     \
    "    zh             其他\n"

static void test_declared(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) other = fixture_new();
    expect_words(f, "links:\n  visit: {before: 30s}\n", true, false, ""); // nothing is said of them
    expect_words(f, MARKS, false, true, SAID KEPT);
    expect(f, CODES, "absent attitude phone dispute other"); // that was a dry run
    expect_words(f, MARKS, false, false, SAID KEPT);
    expect(f, KINDS,
           "smoking|1|yellow|0\nabsent|2|warning|0\nphone|3|warning|1\nattitude|4|warning|0\n"
           "dispute|5|warning|0\nother|6|warning|0");
    expect_words(f, MARKS, false, false, KEPT);
    expect_words(
        f, MARKS, true, false,
        "- mark attitude\n    zh             态度\n- mark dispute\n    zh             纠纷\n"
        "- mark other\n    zh             其他\n");
    expect_words(f, MARKS, true, false, "");
    g_autofree char *text = idx_declare_print(f->cat, NULL);
    expect_words(f, text, true, false, "");
    g_autofree char *kinds = fixture_dump(f->cat, KINDS);
    g_autoptr(GPtrArray) copied = apply(other, text, true, false, NULL);
    expect(other, KINDS, kinds);
}

/* All that is wrong by line, and then nothing is changed. */
static void test_declared_wrong(void)
{
    static const char TEXT[] = "marks:\n"
                               "  smoking: {zh: 吸烟, en: smoking}\n"
                               "  Loud: {zh: 喧哗, en: noise}\n"                  // 3
                               "  noise: {zh: 喧哗}\n"                            // 4
                               "  absent: {zh: 离岗, en: gone, lvel: red}\n"      // 5
                               "  phone: {zh: 手机, en: phone, level: loud}\n"    // 6
                               "  other: {zh: 其他, en: other, ended: ja}\n"      // 7
                               "  queue: [a]\n"                                   // 8
                               "  dispute: {zh: 纠纷, en: dispute, level: {}}\n"; // 9
    static const char *const LINES[] = {
        "line 3: mark Loud: \"Loud\" is no code", "line 4: mark noise: en is missing",
        "line 5: mark absent: \"lvel\"",          "line 6: mark phone: level: \"loud\"",
        "line 7: mark other: ended: \"ja\"",      "line 8: mark queue should be a mapping",
        "line 9: mark dispute: level should be"};
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *before = fixture_dump(f->cat, "SELECT * FROM mark_kind");
    g_assert_null(apply(f, TEXT, true, false, &error));
    g_auto(GStrv) told = g_strsplit(error->message, "\n", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(LINES) && told[i]; i++)
        if (!g_str_has_prefix(told[i], LINES[i]))
            g_error("not %s: %s", LINES[i], error->message);
    g_assert_cmpint(g_strv_length(told), ==, G_N_ELEMENTS(LINES));
    expect(f, "SELECT * FROM mark_kind", before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mark-kind/order", test_order);
    g_test_add_func("/mark-kind/wrong", test_wrong);
    g_test_add_func("/mark-kind/kept", test_kept);
    g_test_add_func("/mark-kind/declared", test_declared);
    g_test_add_func("/mark-kind/declared-wrong", test_declared_wrong);
    return g_test_run();
}
