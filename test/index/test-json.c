// SPDX-License-Identifier: GPL-3.0-or-later
/* JSON is written down as jansson would. */
#include "index/base/json.h"

#include <stdlib.h>
#include <string.h>

static void check(const json_t *json)
{
    g_autofree char *own = mj_json_dump(json);
    char *theirs = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    g_assert_cmpstr(own, ==, theirs);
    free(theirs);
}

static void test_text(void)
{
    for (int c = 0; c < 0x80; c++) {
        char text[] = {'a', (char)c, 'b', (char)c, '\0'};
        g_autoptr(json_t) json = json_stringn(text, 4);
        check(json);
    }
    static const char *const TEXTS[] = {
        "", "\"", "\\", "不动产登记", "a/b\x7f", "\xf0\x9f\x8e\xab", "\n\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autoptr(json_t) json = json_pack("{s:s, s:[s, n]}", TEXTS[i], TEXTS[i], "b", TEXTS[i]);
        check(json);
    }
}

static void test_numbers(void)
{
    static const double REALS[] = {0,    -0.0, 1,     0.1,     1.0 / 3,
                                   1e15, 1e17, 1e300, -2.5e-9, 123456.789};
    static const json_int_t WHOLES[] = {0, -1, INT64_MAX, INT64_MIN, 1795311000000000};
    for (size_t i = 0; i < G_N_ELEMENTS(REALS); i++) {
        g_autoptr(json_t) json = json_real(REALS[i]);
        check(json);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(WHOLES); i++) {
        g_autoptr(json_t) json = json_integer(WHOLES[i]);
        check(json);
    }
}

static json_t *random_value(int depth)
{
    static const char *const TEXTS[] = {"", "ticket_no", "\"quoted\"", "窗口\t7", "\x01"};
    int kind = g_test_rand_int_range(0, depth > 5 ? 6 : 9);
    if (kind < 2)
        return json_string(TEXTS[g_test_rand_int_range(0, (int)G_N_ELEMENTS(TEXTS))]);
    if (kind < 6)
        return kind == 2   ? json_real(g_test_rand_double_range(-1e6, 1e6))
               : kind == 3 ? json_integer(g_test_rand_int())
               : kind == 4 ? json_boolean(g_test_rand_int() & 1)
                           : json_null();
    json_t *json = kind == 6 ? json_array() : json_object();
    for (int n = g_test_rand_int_range(0, 6); n > 0; n--) {
        g_autofree char *key = g_strdup_printf("k%d\\", g_test_rand_int_range(0, 9));
        if (kind == 6)
            json_array_append_new(json, random_value(depth + 1));
        else
            json_object_set_new(json, key, random_value(depth + 1));
    }
    return json;
}

static void test_random(void)
{
    for (int i = 0; i < 3000; i++) {
        g_autoptr(json_t) json = random_value(0);
        check(json);
    }
    g_assert_null(mj_json_dump(NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/text", test_text);
    g_test_add_func("/json/numbers", test_numbers);
    g_test_add_func("/json/random", test_random);
    return g_test_run();
}
