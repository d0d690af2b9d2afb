// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/options.h"

#include "index/base/error.h"

#include <string.h>

typedef struct Target {
    char *home, *name;
    GPtrArray *cameras;
    int64_t port;
    bool json;
} Target;

static const MjOption TABLE[] = {
    {"home", MJ_OPTION_STRING, offsetof(Target, home), .text = "/var/x", .value = "DIR",
     .help = "where"},
    {"name", MJ_OPTION_STRING, offsetof(Target, name), .value = "NAME", .help = "who"},
    {"camera", MJ_OPTION_STRINGS, offsetof(Target, cameras), .value = "ID", .help = "which"},
    {"port", MJ_OPTION_INT, offsetof(Target, port), .min = -1, .max = 65535, .number = 8787,
     .value = "N", .help = "port"},
    {"json", MJ_OPTION_FLAG, offsetof(Target, json), .help = "for programs"},
    {0}};

/* @line: words apart by blanks; "~" stands for an empty word. */
static bool parse(const char *line, Target *target, GPtrArray *args, GError **error)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    for (size_t i = 0; argv[i]; i++)
        if (strcmp(argv[i], "~") == 0)
            argv[i][0] = '\0';
    return mj_options_parse(TABLE, target, (int)g_strv_length(argv), argv, args, error);
}

static void test_defaults(void)
{
    Target t = {0};
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(parse("prog", &t, args, NULL));
    g_assert_cmpstr(t.home, ==, "/var/x");
    g_assert_null(t.name);
    g_assert_cmpint(t.cameras->len, ==, 0);
    g_assert_cmpint(t.port, ==, 8787);
    g_assert_false(t.json);
    g_assert_cmpint(args->len, ==, 0);
    mj_options_clear(TABLE, &t);
    g_assert_null(t.home);
    g_assert_null(t.cameras);
}

static void test_all_forms(void)
{
    Target t = {0};
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(
        parse("prog one --home=/a --name=b=c two --camera W1 --camera=W2 --port -1 --json "
              "--home /b - -x -- --json three",
              &t, args, NULL));
    g_assert_cmpstr(t.home, ==, "/b");
    g_assert_cmpstr(t.name, ==, "b=c");
    g_assert_cmpint(t.cameras->len, ==, 2);
    g_assert_cmpstr(t.cameras->pdata[1], ==, "W2");
    g_assert_cmpint(t.port, ==, -1);
    g_assert_true(t.json);
    static const char *const ARGS[] = {"one", "two", "-", "-x", "--json", "three"};
    g_assert_cmpint(args->len, ==, G_N_ELEMENTS(ARGS));
    for (size_t i = 0; i < G_N_ELEMENTS(ARGS); i++)
        g_assert_cmpstr(args->pdata[i], ==, ARGS[i]);
    mj_options_clear(TABLE, &t);
}

static void test_refusals(void)
{
    static const struct {
        const char *line, *word;
    } BAD[] = {
        {"prog --colour", "--colour"},
        {"prog --hom", "--hom"},
        {"prog --home", "--home"},
        {"prog --json=yes", "--json"},
        {"prog --port x", "--port"},
        {"prog --port 1x", "--port"},
        {"prog --port ~", "--port"},
        {"prog --port=", "--port"},
        {"prog --port 65536", "65535"},
        {"prog --port -2", "-1"},
        {"prog --port 1.5", "1.5"},
        {"prog --port 99999999999999999999", "--port"},
        {"prog --=x", "--"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        Target t = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
        g_assert_false(parse(BAD[i].line, &t, args, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, BAD[i].word));
        mj_options_clear(TABLE, &t);
    }
}

static void test_help(void)
{
    g_autofree char *help = mj_options_help(TABLE);
    for (const MjOption *o = TABLE; o->type != MJ_OPTION_END; o++) {
        g_assert_nonnull(strstr(help, o->name));
        g_assert_nonnull(strstr(help, o->help));
    }
    g_assert_nonnull(strstr(help, "(default /var/x)"));
    g_assert_nonnull(strstr(help, "(default 8787)"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/options/defaults", test_defaults);
    g_test_add_func("/options/all-forms", test_all_forms);
    g_test_add_func("/options/refusals", test_refusals);
    g_test_add_func("/options/help", test_help);
    return g_test_run();
}
