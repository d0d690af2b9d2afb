// SPDX-License-Identifier: GPL-3.0-or-later
/* Whose job is next. Jobs are written as "a1": the first of owner a. */
#include "api/fair.h"

#include <stdint.h>
#include <string.h>

static void push(ApiFair *fair, const char *jobs)
{
    g_auto(GStrv) words = g_strsplit(jobs, " ", -1);
    for (size_t i = 0; words[i] != NULL; i++) {
        char owner[2] = {words[i][0], '\0'};
        api_fair_push(fair, owner, (void *)(uintptr_t)g_intern_string(words[i]));
    }
}

static void expect(ApiFair *fair, int n, const char *jobs)
{
    g_autoptr(GString) got = g_string_new(NULL);
    for (int i = 0; i < n; i++)
        g_string_append_printf(got, "%s%s", i > 0 ? " " : "", (const char *)api_fair_pop(fair));
    g_assert_cmpstr(got->str, ==, jobs);
}

static void test_rounds(void)
{
    g_autoptr(ApiFair) fair = api_fair_new();
    g_assert_null(api_fair_pop(fair));
    push(fair, "a1 a2 a3 a4 b1 b2 c1");
    expect(fair, 7, "a1 b1 c1 a2 b2 a3 a4");
    g_assert_null(api_fair_pop(fair));
    push(fair, "a1 a2 b1"); // what was before does not matter
    expect(fair, 3, "a1 b1 a2");
}

/* Who comes later waits for one of each, not for all. */
static void test_later(void)
{
    g_autoptr(ApiFair) fair = api_fair_new();
    push(fair, "a1 a2 a3 a4");
    expect(fair, 2, "a1 a2");
    push(fair, "b1 b2");
    expect(fair, 4, "b1 a3 b2 a4");
    push(fair, "a1 a2");
    expect(fair, 1, "a1");
    push(fair, "a3 b1"); // nobody goes before himself
    expect(fair, 3, "b1 a2 a3");
}

static void test_remove(void)
{
    g_autoptr(ApiFair) fair = api_fair_new();
    push(fair, "a1 a2 b1");
    g_assert_true(api_fair_remove(fair, g_intern_string("a1")));
    g_assert_false(api_fair_remove(fair, g_intern_string("a1")));
    expect(fair, 2, "b1 a2");
    push(fair, "a1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fair/rounds", test_rounds);
    g_test_add_func("/fair/later", test_later);
    g_test_add_func("/fair/remove", test_remove);
    return g_test_run();
}
