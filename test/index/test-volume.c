// SPDX-License-Identifier: GPL-3.0-or-later
/* Volumes in the catalogue, and where footage is looked for. */
#include "index/segment/volume.h"

#include "index/base/error.h"
#include "index/base/home.h"
#include "test/index/fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static char *make_folder(const Fixture *f, const char *name)
{
    g_autofree char *home = realpath(idx_catalogue_home(f->cat), NULL);
    char *path = g_build_filename(home, name, NULL);
    g_assert_cmpint(g_mkdir(path, 0750), ==, 0);
    return path;
}

static GPtrArray *list(const Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = idx_volume_list(f->cat, &error);
    g_assert_no_error(error);
    return all;
}

static void test_first(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GPtrArray) all = list(f);
    g_assert_cmpuint(all->len, ==, 1);
    const IdxVolume *volume = all->pdata[0];
    g_autofree char *footage = mj_home_footage(idx_catalogue_home(f->cat));
    g_assert_cmpint(volume->id, ==, IDX_VOLUME_HOME);
    g_assert_cmpstr(volume->path, ==, footage);
    g_assert_cmpstr(volume->state, ==, IDX_VOLUME_UNKNOWN);
    g_assert_true(idx_volume_check(volume->id, volume->path, NULL)); // needs no mark
    g_autofree char *file = idx_volume_file(f->cat, 0, "c/main/x.mp4", NULL);
    g_autofree char *expected =
        mj_home_footage_file(idx_catalogue_home(f->cat), "c/main/x.mp4", NULL);
    g_assert_cmpstr(file, ==, expected);
}

static void test_add(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = make_folder(f, "disk2");
    g_assert_false(idx_volume_check(2, folder, NULL));
    g_assert_true(idx_volume_add(f->cat, folder, -1, 0, T0, &error));
    g_assert_true(idx_volume_check(2, folder, NULL));
    g_assert_true(idx_volume_add(f->cat, folder, 5000, 70000, T0 + 1, &error)); // other limits
    g_autoptr(GPtrArray) all = list(f);
    g_assert_cmpuint(all->len, ==, 2);
    const IdxVolume *volume = all->pdata[1];
    g_assert_cmpstr(volume->path, ==, folder);
    g_assert_true(volume->has_reserve);
    g_assert_cmpint(idx_volume_reserve(volume, INT64_C(1) << 50), ==, 5000);
    g_assert_cmpint(volume->max_bytes, ==, 70000);
    const IdxVolume *first = all->pdata[0];
    g_assert_cmpint(idx_volume_reserve(first, 1000), ==, IDX_VOLUME_RESERVE_BYTES);
    g_assert_cmpint(idx_volume_reserve(first, INT64_C(100) << 40), ==, INT64_C(2) << 40);
    g_autofree char *file = idx_volume_file(f->cat, volume->id, "c/x.mp4", &error);
    g_autofree char *expected = g_build_filename(folder, "c/x.mp4", NULL);
    g_assert_cmpstr(file, ==, expected);
    g_assert_null(idx_volume_file(f->cat, volume->id, "../x.mp4", &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CORRUPT));
    g_clear_error(&error);
    g_assert_null(idx_volume_file(f->cat, 77, "x.mp4", &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CORRUPT));
}

/* One limit is changed, and the other one stays until it is lifted. */
static void test_limits_stay(void)
{
    static const struct {
        int64_t reserve, max; // said
        bool has_reserve;     // then
        int64_t reserve_bytes, max_bytes;
    } TABLE[] = {
        {IDX_VOLUME_STAYS, IDX_VOLUME_STAYS, false, 0, 0},
        {IDX_VOLUME_STAYS, 70000, false, 0, 70000},
        {5000, IDX_VOLUME_STAYS, true, 5000, 70000},
        {IDX_VOLUME_STAYS, IDX_VOLUME_STAYS, true, 5000, 70000},
        {IDX_VOLUME_STAYS, 0, true, 5000, 0},
        {-1, 9, false, 0, 9},
    };
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = make_folder(f, "disk2");
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_assert_true(idx_volume_add(f->cat, folder, TABLE[i].reserve, TABLE[i].max, T0, &error));
        g_autoptr(IdxVolume) volume = idx_volume_get(f->cat, folder, &error);
        g_assert_cmpint(volume->has_reserve, ==, TABLE[i].has_reserve);
        g_assert_cmpint(volume->reserve_bytes, ==, TABLE[i].reserve_bytes);
        g_assert_cmpint(volume->max_bytes, ==, TABLE[i].max_bytes);
    }
}

static void test_refusals(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(idx_volume_add(f->cat, "disk", -1, 0, T0, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    g_clear_error(&error);
    g_assert_false(idx_volume_add(f->cat, "/nonexistent/disk", -1, 0, T0, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_false(idx_volume_remove(f->cat, "/nonexistent/disk", T0, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_NOT_FOUND));
    g_clear_error(&error);
    g_autofree char *own = mj_home_footage(idx_catalogue_home(f->cat));
    g_assert_false(idx_volume_remove(f->cat, own, T0, &error)); // where else?
    g_assert_true(mj_error_is(error, MJ_ERROR_CONFLICT));
}

static void test_remove(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = make_folder(f, "disk2");
    g_autofree char *own = mj_home_footage(idx_catalogue_home(f->cat));
    g_assert_true(idx_volume_add(f->cat, folder, -1, 0, T0, &error));
    g_assert_true(idx_volume_remove(f->cat, own, T0, &error));
    g_autoptr(GPtrArray) all = list(f);
    g_assert_cmpint(((IdxVolume *)all->pdata[0])->removed_us, ==, T0);
    g_assert_cmpint(((IdxVolume *)all->pdata[1])->removed_us, ==, 0);
    g_assert_false(idx_volume_remove(f->cat, folder, T0, &error)); // now the last one
    g_clear_error(&error);
    g_autofree char *real = realpath(own, NULL);
    g_assert_true(idx_volume_add(f->cat, real, -1, 0, T0, &error)); // back again, under its id
    g_autoptr(GPtrArray) again = list(f);
    g_assert_cmpuint(again->len, ==, 2);
    g_assert_cmpint(((IdxVolume *)again->pdata[0])->removed_us, ==, 0);
}

static void test_state(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_volume_set_state(f->cat, 1, IDX_VOLUME_FAILING, "no", T0, &error));
    g_assert_true(idx_volume_set_state(f->cat, 1, IDX_VOLUME_FAILING, "no", T0 + 5, &error));
    g_autoptr(GPtrArray) all = list(f);
    const IdxVolume *volume = all->pdata[0];
    g_assert_cmpstr(volume->state, ==, IDX_VOLUME_FAILING);
    g_assert_cmpstr(volume->detail, ==, "no");
    g_assert_cmpint(volume->since_us, ==, T0);
    g_assert_false(idx_volume_set_state(f->cat, 1, "sleepy", NULL, T0, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/volume/first", test_first);
    g_test_add_func("/volume/add", test_add);
    g_test_add_func("/volume/limits-stay", test_limits_stay);
    g_test_add_func("/volume/refusals", test_refusals);
    g_test_add_func("/volume/remove", test_remove);
    g_test_add_func("/volume/state", test_state);
    return g_test_run();
}
