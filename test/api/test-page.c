// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/page.h"
#include "index/base/error.h"

#include <glib/gstdio.h>
#include <unistd.h>

static char *dir; // of the page; files in it are named by put()

static void put(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_load(void)
{
    g_autoptr(GError) error = NULL;
    dir = g_dir_make_tmp("mingjing-page-XXXXXX", &error);
    g_assert_no_error(error);
    g_assert_null(api_page_load(dir, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_NOT_FOUND)); // no index.html
    put("index.html", "<!doctype html>");
    put("assets/app-1.js", "x");
    put(".hidden.txt", "secret");
    g_autofree char *link = g_build_filename(dir, "link.txt", NULL);
    g_assert_cmpint(symlink("/etc/hostname", link), ==, 0);
    g_autoptr(GError) second = NULL;
    g_autoptr(ApiPage) page = api_page_load(dir, &second);
    g_assert_no_error(second);
    const ApiPageFile *index = api_page_find(page, "index.html");
    g_assert_nonnull(index);
    g_assert_false(index->forever);
    g_assert_cmpstr(index->type, ==, "text/html; charset=utf-8");
    g_assert_true(api_page_find(page, "") == index);
    g_assert_true(api_page_find(page, "find/2026-11-22/A012") == index);
    g_assert_true(api_page_find(page, "approval/SP.2026.1") == index);
    const ApiPageFile *script = api_page_find(page, "assets/app-1.js");
    g_assert_nonnull(script);
    g_assert_true(script->forever);
    g_assert_cmpstr(script->type, ==, "text/javascript; charset=utf-8");
    static const char *const none[] = {"assets/", "assets/app-2.js", "assets/x",
                                       "old.js",  ".hidden.txt",     "link.txt"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_null(api_page_find(page, none[i]));
    g_assert_true(api_page_find(page, "../../etc/passwd") == index); // a name like any other
}

static void clean(void)
{
    static const char *const names[] = {"index.html", "assets/app-1.js", ".hidden.txt",
                                        "link.txt",   "assets",          ""};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);
        g_remove(path);
    }
    g_free(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/page/load", test_load);
    int result = g_test_run();
    clean();
    return result;
}
