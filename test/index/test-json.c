// SPDX-License-Identifier: GPL-3.0-or-later
/* JSON is written down as jansson would. */
#include "index/base/json.h"
#include "index/base/json_put.h"

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

/* As jansson makes it of the same value. */
static void test_put(void)
{
    static const char *const TEXTS[] = {"", "\"q\"\\", "窗口\t7", "\x01\x7f", "a/b"};
    GTimeZone *zone = g_time_zone_new_identifier("+08:00");
    MjHour hour = {.zone = zone};
    for (int i = 0; i < 3000; i++) {
        const char *text = TEXTS[g_test_rand_int_range(0, (int)G_N_ELEMENTS(TEXTS))];
        double real = g_test_rand_int() & 1 ? g_test_rand_double_range(-1e18, 1e18)
                                            : (double)g_test_rand_int_range(-100000, 100000);
        real /= g_test_rand_int() & 1 ? 1000 : 1;
        int64_t whole = (int64_t)g_test_rand_int() * g_test_rand_int();
        bool truth = (g_test_rand_int() & 1) != 0;
        g_autoptr(json_t) json =
            json_pack("{s:s, s:n, s:[f, I, b], s:{}, s:o}", "text", text, "null", "list", real,
                      (json_int_t)whole, truth, "empty", "time", mj_json_time(whole / 1000, zone));
        g_autoptr(GString) out = g_string_new(NULL), list = g_string_new(NULL);
        mj_put_open(out, NULL, '{');
        mj_put_text(out, "text", text);
        mj_put_text(out, "null", NULL);
        mj_put_real(list, NULL, real);
        mj_put_integer(list, NULL, whole);
        mj_put_bool(list, NULL, truth);
        mj_put_all(out, "list", '[', list);
        mj_put_json(out, "empty", json_object_get(json, "empty"));
        mj_put_time(out, "time", whole / 1000, &hour);
        mj_put_close(out, '}');
        char *theirs = json_dumps(json, JSON_COMPACT);
        g_assert_cmpstr(out->str, ==, theirs);
        free(theirs);
    }
    g_time_zone_unref(zone);
}

/* Invalid bytes cannot make an answer that nobody reads. */
static void test_put_bytes(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mj_put_text(out, NULL, "a\xff");
    mj_put_text(out, NULL, "b");
    g_assert_cmpstr(out->str, ==, "\"a\xef\xbf\xbd\",\"b\"");
}

static void test_member(void)
{
    static const char JSON[] =
        "{\"a\":\"},\\\"data\\\":\\\\\",\"b\":[1,{\"data\":0}],\"data\":{\"x\":[]},"
        "\"last\":-1.5}";
    static const struct {
        const char *name, *text;
    } TABLE[] = {{"a", "\"},\\\"data\\\":\\\\\""},
                 {"b", "[1,{\"data\":0}]"},
                 {"data", "{\"x\":[]}"},
                 {"last", "-1.5"}};
    size_t size = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        const char *text = mj_json_member(JSON, TABLE[i].name, &size);
        g_assert_cmpmem(text, size, TABLE[i].text, strlen(TABLE[i].text));
    }
    g_assert_null(mj_json_member(JSON, "x", &size));
    g_assert_null(mj_json_member("{}", "x", &size));
    g_assert_null(mj_json_member("[1]", "x", &size));
    for (size_t cut = 0; cut < sizeof JSON;
         cut++) { // in memory of that size: nothing behind it is read
        g_autofree char *part = g_strndup(JSON, cut);
        mj_json_member(part, "none", &size);
        const char *text = mj_json_member(part, "data", &size);
        g_assert_true(!text || text + size <= part + cut);
    }
}

static void test_members_random(void)
{
    for (int i = 0; i < 3000; i++) {
        g_autoptr(json_t) object = json_object();
        for (int n = g_test_rand_int_range(0, 6); n > 0; n--) {
            g_autofree char *key = g_strdup_printf("k%d", g_test_rand_int_range(0, 9));
            json_object_set_new(object, key, random_value(1));
        }
        char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
        for (int k = 0; k < 10; k++) {
            size_t size = 0;
            g_autofree char *key = g_strdup_printf("k%d", k);
            const char *found = mj_json_member(text, key, &size);
            char *theirs = json_dumps(json_object_get(object, key),
                                      JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
            g_autofree char *ours = found ? g_strndup(found, size) : NULL;
            g_assert_cmpstr(ours, ==, theirs);
            free(theirs);
        }
        free(text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/put", test_put);
    g_test_add_func("/json/put-bytes", test_put_bytes);
    g_test_add_func("/json/member", test_member);
    g_test_add_func("/json/members-random", test_members_random);
    g_test_add_func("/json/text", test_text);
    g_test_add_func("/json/numbers", test_numbers);
    g_test_add_func("/json/random", test_random);
    return g_test_run();
}
