// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/fragment.h"

#include "index/base/error.h"

/* Appends @n fragments of seeded random sizes; ends[i] = bytes of stored form behind the i-th. */
static GArray *make(GByteArray *stored, int n, GArray *ends)
{
    GArray *made = g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    for (int i = 0; i < n; i++) {
        IdxFragment f = {.length = (int64_t)g_test_rand_int_range(0, 1 << 30),
                         .duration_us = g_test_rand_int_range(0, 2000000),
                         .key = g_test_rand_bit()};
        idx_fragment_append(stored, &f);
        g_array_append_val(made, f);
        g_array_append_val(ends, stored->len);
    }
    return made;
}

static void check(const GArray *made, const GArray *read, int64_t init_bytes, int64_t start_us)
{
    for (guint i = 0; i < read->len; i++) {
        const IdxFragment *a = &g_array_index(made, IdxFragment, i);
        const IdxFragment *b = &g_array_index(read, IdxFragment, i);
        g_assert_cmpint(b->offset, ==, init_bytes);
        g_assert_cmpint(b->start_us, ==, start_us);
        g_assert_cmpint(b->length, ==, a->length);
        g_assert_cmpint(b->duration_us, ==, a->duration_us);
        g_assert_true(b->key == a->key);
        init_bytes += a->length;
        start_us += a->duration_us;
    }
}

static void test_round_trip(void)
{
    for (int round = 0; round < 50; round++) {
        g_autoptr(GByteArray) stored = g_byte_array_new();
        g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(guint));
        g_autoptr(GArray) made = make(stored, g_test_rand_int_range(0, 80), ends);
        g_autoptr(GArray) read = idx_fragment_decode(stored->data, stored->len, 1234, 77, NULL);
        g_assert_cmpint(read->len, ==, made->len);
        check(made, read, 1234, 77);
    }
}

static void test_extremes(void)
{
    static const int64_t SIZES[] = {0, 1, 63, 64, 8191, 8192, (INT64_C(1) << 55) - 1};
    for (size_t i = 0; i < G_N_ELEMENTS(SIZES); i++) {
        IdxFragment f = {.length = SIZES[i], .duration_us = SIZES[i], .key = i & 1};
        g_autoptr(GByteArray) stored = g_byte_array_new();
        idx_fragment_append(stored, &f);
        g_autoptr(GArray) read = idx_fragment_decode(stored->data, stored->len, 0, 0, NULL);
        g_assert_nonnull(read);
        g_assert_cmpint(g_array_index(read, IdxFragment, 0).length, ==, SIZES[i]);
        g_assert_cmpint(g_array_index(read, IdxFragment, 0).duration_us, ==, SIZES[i]);
    }
}

/* Cut anywhere: whole fragments if the cut is between two, else damage that is noticed. */
static void test_truncated(void)
{
    g_autoptr(GByteArray) stored = g_byte_array_new();
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GArray) made = make(stored, 40, ends);
    guint whole = 0;
    for (guint size = 0; size < stored->len; size++) {
        g_autoptr(GError) error = NULL;
        g_autofree uint8_t *copy = g_memdup2(stored->data, size); // so that ASan sees its end
        if (size == g_array_index(ends, guint, whole))
            whole++;
        bool between = size == 0 || (whole && size == g_array_index(ends, guint, whole - 1));
        g_autoptr(GArray) read = idx_fragment_decode(copy, size, 10, 20, &error);
        if (between) {
            g_assert_cmpint(read->len, ==, whole);
            check(made, read, 10, 20);
        } else {
            g_assert_null(read);
            g_assert_error(error, MJ_ERROR, MJ_ERROR_CORRUPT);
        }
    }
    g_assert_cmpint(whole, ==, 39);
}

static void test_damaged(void)
{
    g_autoptr(GArray) none = idx_fragment_decode(NULL, 0, 9, 9, NULL); // as SQLite gives no bytes
    g_assert_cmpint(none->len, ==, 0);
    static const uint8_t ENDLESS[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0x01, 0x01};
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_fragment_decode(ENDLESS, sizeof ENDLESS, 0, 0, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_CORRUPT);
    g_autoptr(GByteArray) sum = g_byte_array_new(); // each one is fine, together they overflow
    IdxFragment f = {.length = (INT64_C(1) << 55) - 1, .duration_us = (INT64_C(1) << 56) - 1};
    for (int i = 0; i < 300; i++)
        idx_fragment_append(sum, &f);
    g_assert_null(idx_fragment_decode(sum->data, sum->len, 0, 0, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fragment/round-trip", test_round_trip);
    g_test_add_func("/fragment/extremes", test_extremes);
    g_test_add_func("/fragment/truncated", test_truncated);
    g_test_add_func("/fragment/damaged", test_damaged);
    return g_test_run();
}
