// SPDX-License-Identifier: GPL-3.0-or-later
/* However the bytes are cut, the same events come out. */
#include "index/event/split.h"

#include "index/base/error.h"
#include "test/index/fixture.h"

#include <string.h>

/* Values and refusals as one text: {"a":1} → `{"a":1} `, a refusal → `(…) `, a failure → `!…`. */
static char *split(IdxEventForm form, const char *text, size_t size, size_t step)
{
    g_autoptr(IdxSplit) s = idx_split_new(form);
    g_autoptr(GError) error = NULL;
    GString *out = g_string_new(NULL);
    for (size_t at = 0; at <= size && !error; at += step) {
        bool last = at + step > size;
        IdxPiece piece = {0};
        idx_split_add(s, text + at, last ? size - at : step);
        IdxSplitGot got = IDX_SPLIT_MORE;
        while ((got = idx_split_next(s, last, &piece, &error)) > IDX_SPLIT_MORE) {
            g_autoptr(json_t) value = got == IDX_SPLIT_VALUE ? piece.value : NULL;
            g_autofree char *refused = got == IDX_SPLIT_REFUSED ? piece.refused : NULL;
            char *dump = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
            if (dump)
                g_string_append_printf(out, "%.40s ", dump);
            else
                g_string_append_printf(out, "(%s) ", refused);
            free(dump);
            piece = (IdxPiece){0};
        }
    }
    if (error)
        g_string_append_printf(out, "!%s", error->message);
    return g_string_free(out, FALSE);
}

#define ANY IDX_EVENT_FORM_ANY
#define ONE IDX_EVENT_FORM_ONE
#define BATCH IDX_EVENT_FORM_BATCH
#define LINES IDX_EVENT_FORM_NDJSON

/* Begins with @out. */
static const struct {
    IdxEventForm form;
    const char *text, *out;
} TABLE[] = {
    {ANY, "{\"a\":1}", "{\"a\":1} "},
    {ANY, "\xef\xbb\xbf {\"a\":1} \n", "{\"a\":1} "},
    {ANY, "{\n \"a\":\n 1\n}\n", "{\"a\":1} "},
    {ANY, "{\n\"a\":1\n}\n{\n\"b\":[\"}\"]\n}\n", "{\"a\":1} {\"b\":[\"}\"]} "},
    {ANY, "{\"a\":1}\n{\"b\":\n\n{\"c\":3}", "{\"a\":1} (line 2: not JSON: "},
    {ANY, "{\"a\":\n{\"b\":2}\n{\"c\":3}\n", "(line 1: not JSON: "}, // the first line is cut off
    {ANY, "{\"a\":1}{\"b\":2}", "{\"a\":1} !line 1: not JSON: something stands"},
    {ANY, "{\"a\":1}{\"b\":2}\n", "{\"a\":1} !line 1: not JSON: something stands"},
    {ANY, "[{\"a\":\"\\\"]\"}, 7 ,null,\n[1]]", "{\"a\":\"\\\"]\"} 7 null [1] "},
    {ANY, "[ ]", ""},
    {ANY, "[]\n ", ""},
    {ANY, "[] x", "!line 1: not JSON: something stands behind"},
    {ANY, "[1,2", "1 2 !line 1: not JSON: the array has no end"},
    {ANY, "[1 2]", "1 !line 1: not JSON: \",\" or \"]\" expected"},
    {ANY, "[1,]", "1 !line 1: not JSON"},
    {ANY, "[{\"a\":1},\n{]", "{\"a\":1} !line 2: not JSON"},
    {ANY, "[{\"a\":1}", "{\"a\":1} !line 1: not JSON"},
    {ANY, "[{\"a\":1", "!line 1: not JSON: it ends in the middle"},
    {ANY, "nul", "!line 1: not JSON"},
    {ANY, " \n", "!line 2: not JSON: there is nothing"},
    {ONE, "{\"a\":1}", "{\"a\":1} "},
    {ONE, "{\"a\":1}\n{\"b\":2}", "{\"a\":1} !line 2: not JSON: something stands behind"},
    {ONE, "[{\"a\":1}]", "!line 1: one event expected"},
    {BATCH, "{\"a\":1}", "!line 1: a batch must be a JSON array"},
    {BATCH, "[{\"a\":1}]", "{\"a\":1} "},
    {LINES, "", ""},
    {LINES, "\r\n \n{\"a\":1}\r\n{\"b\":2}", "{\"a\":1} {\"b\":2} "},
    {LINES, "{\"a\":1}\nx\n{\"b\":2}\n", "{\"a\":1} (line 2: not JSON: "},
    {LINES, "7\n", "(line 1: not JSON: "},
};

static void test_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        const char *text = TABLE[i].text;
        g_autofree char *whole = split(TABLE[i].form, text, strlen(text), strlen(text) + 1);
        bool open = strchr(TABLE[i].out, '!') || strchr(TABLE[i].out, '(');
        if (open ? !g_str_has_prefix(whole, TABLE[i].out) : strcmp(whole, TABLE[i].out) != 0)
            g_error("%s gives %s instead of %s", text, whole, TABLE[i].out);
        for (size_t step = 1; step <= strlen(text); step++) {
            g_autofree char *cut = split(TABLE[i].form, text, strlen(text), step);
            g_assert_cmpstr(cut, ==, whole);
        }
    }
}

/* One that is too long is refused alone, and never held. */
static void test_long(void)
{
    g_autofree char *fill = g_strnfill(3 * IDX_SPLIT_VALUE_MAX, 'x');
    g_autofree char *lines = g_strdup_printf("{\"a\":1}\n{\"x\":\"%s\"}\n{\"b\":2}\n", fill);
    g_autofree char *array = g_strdup_printf("[{\"a\":1},\n{\"x\":\"%s\"},{\"b\":2}]", fill);
    static const char OUT[] =
        "{\"a\":1} (line 2: an event that takes more than 256 KiB) {\"b\":2} ";
    for (size_t step = 10000; step < 100000; step += 30000) {
        g_autofree char *one = split(LINES, lines, strlen(lines), step);
        g_autofree char *two = split(BATCH, array, strlen(array), step);
        g_autofree char *any = split(ANY, lines, strlen(lines), step);
        g_assert_cmpstr(one, ==, OUT);
        g_assert_cmpstr(two, ==, OUT);
        g_assert_cmpstr(any, ==, OUT);
    }
    g_autofree char *endless = split(ANY, fill, strlen(fill), 5000);
    g_assert_true(g_str_has_prefix(endless, "!line 1: not JSON"));
    fill[0] = '{';
    g_autofree char *object = split(ANY, fill, strlen(fill), 5000);
    g_assert_true(g_str_has_prefix(object, "!line 1: an event that does not end"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/event-split/table", test_table);
    g_test_add_func("/event-split/long", test_long);
    return g_test_run();
}
