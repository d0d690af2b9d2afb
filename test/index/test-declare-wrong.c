// SPDX-License-Identifier: GPL-3.0-or-later
/* What is wrong with a hall's file, all of it at once; and what is only strange. */
#include "index/declare/declare.h"
#include "index/retention/retention.h"
#include "test/index/fixture.h"

#include <string.h>

static const char ALL[] =
    "SELECT 'hall', code, name FROM hall UNION ALL SELECT 'place', code, name FROM place"
    " UNION ALL SELECT 'camera', code, name FROM camera";

/* All that is wrong of its own, whichever part finds it, by line; nothing that only follows from it. */
static void test_all_wrong(void)
{
    static const char TEXT[] =
        "halls:\n"
        "  H01:\n" // 2: timezone
        "    timezone: Mars/Base\n"
        "    places:\n"
        "      W07:\n"
        "        coverage:\n"
        "          - w07\n"
        "          - w08\n"
        "          - w99\n"                             // 9: no such camera
        "          - {camera: w07, form: 2026-01-01}\n" // 10
        "      W08: {coverge: []}\n"                    // 11
        "cameras:\n"
        "  w07: {main: rtsp://192.0.2.7/1, user: u, password_file: none}\n" // 13
        "  w08: {mian: rtsp://192.0.2.8/1, user: u, pasword: x}\n"          // 14, twice
        "  w09: {main: http://192.0.2.9/1}\n"                               // 15
        "links:\n"
        "  visit: {befor: 1s}\n" // 17
        "retention:\n"
        "  any: {ticket: {mn: 3d}}\n"; // 19: and min is not told to be missing
    static const char *const LINES[] = {
        "line 2: \"Mars/Base\" is not a time zone", "line 9: no camera w99",
        "line 10: coverage of place W07: \"form\"", "line 11: place W08: \"coverge\"",
        "line 13: camera w07: password_file: ",     "line 14: camera w08: \"mian\"",
        "line 14: camera w08: \"pasword\"",         "line 15: ",
        "line 17: link visit: \"befor\"",           "line 19: retention of any ticket: \"mn\""};
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *before = fixture_dump(f->cat, ALL);
    g_autoptr(IdxDeclaration) declaration = idx_declare_read(TEXT, strlen(TEXT), &error);
    g_assert_no_error(error);
    IdxDeclareHow how = {.folder = f->home, .now_us = AT(0)};
    g_assert_null(idx_declare_apply(f->cat, declaration, &how, &error));
    g_auto(GStrv) told = g_strsplit(error->message, "\n", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(LINES) && told[i]; i++)
        if (!g_str_has_prefix(told[i], LINES[i]))
            g_error("not %s: %s", LINES[i], error->message);
    g_assert_cmpint(g_strv_length(told), ==, G_N_ELEMENTS(LINES));
    g_autofree char *after = fixture_dump(f->cat, ALL);
    g_assert_cmpstr(after, ==, before);
}

/* Cameras whose section cannot be read may be there: nobody is told that they are missing. */
static void test_lost_section(void)
{
    static const char TEXT[] = "camera:\n  w07: {main: rtsp://192.0.2.7/1}\n"
                               "halls: {H01: {places: {W07: {coverage: [w07]}}}}\n";
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxDeclaration) declaration = idx_declare_read(TEXT, strlen(TEXT), &error);
    IdxDeclareHow how = {.folder = f->home, .now_us = AT(0)};
    g_assert_null(idx_declare_apply(f->cat, declaration, &how, &error));
    g_assert_true(g_str_has_prefix(error->message, "line 1: "));
    g_assert_null(strchr(error->message, '\n'));
}

/* A place that no camera covers is as good as any other, and told. */
static void test_unseen_place(void)
{
    static const char TEXT[] = "halls:\n  H01:\n    places:\n      W07: {coverage: [a]}\n"
                               "      W08: {coverage: []}\n      W09:\n";
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    fixture_camera(f, "a", T0);
    g_autoptr(IdxDeclaration) declaration = idx_declare_parse(TEXT, strlen(TEXT), &error);
    for (int dry = 1; dry >= 0; dry--) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        IdxDeclareHow how = {
            .folder = f->home, .now_us = AT(0), .dry_run = dry, .warnings = warnings};
        g_autoptr(GPtrArray) changes = idx_declare_apply(f->cat, declaration, &how, &error);
        g_assert_no_error(error);
        g_assert_cmpint(warnings->len, ==, 2);
        g_assert_true(g_str_has_prefix(warnings->pdata[0], "line 5: place W08: no camera covers"));
        g_assert_true(g_str_has_prefix(warnings->pdata[1], "line 6: place W09: no camera covers"));
    }
}

/* Below what the law asks for, on trial too, and also if it stood there before. */
static void test_below_law(void)
{
    static const char TEXT[] = "retention:\n"
                               "  any:\n"
                               "    footage: {min: 10d, max: 60d}\n"
                               "    ticket: {min: 10d, max: 60d}\n";
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxDeclaration) said = idx_declare_parse(TEXT, strlen(TEXT), &error);
        g_assert_no_error(error);
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        IdxDeclareHow how = {
            .folder = f->home, .now_us = AT(0), .dry_run = i == 0, .warnings = warnings};
        g_autoptr(GPtrArray) changes = idx_declare_apply(f->cat, said, &how, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(warnings->len, ==, 1);
        g_assert_cmpstr(warnings->pdata[0], ==,
                        "line 3: any footage: 10 days are less than " IDX_RETENTION_LAW);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/declare/all-wrong", test_all_wrong);
    g_test_add_func("/declare/lost-section", test_lost_section);
    g_test_add_func("/declare/unseen-place", test_unseen_place);
    g_test_add_func("/declare/below-law", test_below_law);
    return g_test_run();
}
