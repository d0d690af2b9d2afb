// SPDX-License-Identifier: GPL-3.0-or-later
#define _XOPEN_SOURCE 700 // nftw
#include "test/tree.h"

#include <ftw.h>
#include <glib.h>
#include <stdio.h>

#define DESCRIPTORS 16

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void tree_remove(const char *path)
{
    g_autofree char *name = g_path_get_basename(path), *parent = g_path_get_dirname(path);
    if (!g_str_has_prefix(name, "mingjing-") || !g_str_equal(parent, g_get_tmp_dir()))
        g_error("%s is no folder of a test", path);
    nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
