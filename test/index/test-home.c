// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/home.h"

#include "test/index/fixture.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_create(void)
{
    g_autofree char *root = fixture_temp_dir();
    g_autofree char *home = g_build_filename(root, "deep", "home", NULL);
    g_autofree char *keys = g_build_filename(home, "keys", NULL);
    g_autofree char *mine = g_build_filename(home, "footage", "mine", NULL);
    g_autoptr(GError) error = NULL;
    mj_home_create(home, &error);
    g_assert_no_error(error);
    struct stat st;
    g_assert_cmpint(stat(keys, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0700);
    g_assert_true(g_file_set_contents(mine, "x", 1, NULL));
    mj_home_create(home, &error);
    g_assert_no_error(error);
    g_assert_true(fixture_file_contains(mine, "x"));
    tree_remove(root);
}

static void test_in_the_way(void)
{
    g_autofree char *root = fixture_temp_dir();
    g_autofree char *file = g_build_filename(root, "file", NULL);
    g_autofree char *home = g_build_filename(file, "home", NULL);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(mj_home_create(home, &error));
    fixture_expect(error, MJ_ERROR_IO, home);
    tree_remove(root);
}

static void test_denied(void)
{
    g_autofree char *root = fixture_temp_dir();
    g_autofree char *home = g_build_filename(root, "home", NULL);
    g_autoptr(GError) error = NULL;
    bool as_root = geteuid() == 0; // whom no mode stops
    g_assert_cmpint(chmod(root, 0500), ==, 0);
    g_assert_true(!as_root || seteuid(65534) == 0);
    g_assert_false(mj_home_create(home, &error));
    g_assert_true(!as_root || seteuid(0) == 0);
    g_assert_nonnull(strstr(error->message, "as root, or in a folder of your own: --home DIR"));
    g_assert_nonnull(strstr(error->message, home));
    tree_remove(root);
}

static void test_footage_file(void)
{
    static const char *const BAD[] = {
        "",   "/etc/passwd", "../catalogue.db", "a/../../x", "a//b", "a/", "./a", "a/.",
        "..", "a/.."};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = mj_home_footage_file("/h", BAD[i], &error);
        g_assert_null(path);
        g_assert_error(error, MJ_ERROR, MJ_ERROR_CORRUPT);
    }
    g_autofree char *path = mj_home_footage_file("/h", "W07/main/20261122/013000.120Z.mp4", NULL);
    g_assert_cmpstr(path, ==, "/h/footage/W07/main/20261122/013000.120Z.mp4");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/home/create", test_create);
    g_test_add_func("/home/in-the-way", test_in_the_way);
    g_test_add_func("/home/denied", test_denied);
    g_test_add_func("/home/footage-file", test_footage_file);
    return g_test_run();
}
