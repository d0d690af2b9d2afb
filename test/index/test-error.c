// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/fixture.h"

#include <errno.h>

static void test_names(void)
{
    static const char *const NAMES[] = {"failed",   "usage",       "invalid", "not-found", "exists",
                                        "conflict", "ambiguous",   "busy",    "denied",    "io",
                                        "corrupt",  "unsupported", "timeout", "cancelled"};
    for (int code = 0; code <= MJ_ERROR_CANCELLED; code++)
        g_assert_cmpstr(mj_error_name(code), ==, NAMES[code]);
    g_assert_cmpstr(mj_error_name(-1), ==, "failed");
    g_assert_cmpstr(mj_error_name(9999), ==, "failed");
}

static void test_errno(void)
{
    static const struct {
        int err;
        MjError code;
    } TABLE[] = {{ENOENT, MJ_ERROR_NOT_FOUND}, {EEXIST, MJ_ERROR_EXISTS},
                 {EACCES, MJ_ERROR_DENIED},    {EINVAL, MJ_ERROR_INVALID},
                 {EAGAIN, MJ_ERROR_BUSY},      {ETIMEDOUT, MJ_ERROR_TIMEOUT},
                 {ENOSPC, MJ_ERROR_IO},        {EIO, MJ_ERROR_IO}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(mj_error_errno(&error, TABLE[i].err, "cannot open %s", "x"));
        fixture_expect(error, TABLE[i].code, "cannot open x: ");
        g_assert_true(mj_error_is(error, TABLE[i].code));
    }
    g_assert_false(mj_error_is(NULL, MJ_ERROR_IO));
    g_assert_false(mj_error_errno(NULL, EIO, "nobody asks"));
}

/* A message becomes JSON: it must be UTF-8 whatever went into it, also where a width cut it. */
static void test_utf8(void)
{
    g_autoptr(GError) cut = NULL, raw = NULL;
    mj_error_set(&cut, MJ_ERROR_NOT_FOUND, "no place %.4s", "窗口");
    fixture_expect(cut, MJ_ERROR_NOT_FOUND, "no place 窗");
    mj_error_errno(&raw, ENOENT, "cannot open %s", "\xff\xfe");
    fixture_expect(raw, MJ_ERROR_NOT_FOUND, "cannot open ");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/names", test_names);
    g_test_add_func("/error/errno", test_errno);
    g_test_add_func("/error/utf8", test_utf8);
    return g_test_run();
}
