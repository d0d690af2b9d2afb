// SPDX-License-Identifier: GPL-3.0-or-later
/* The web page's files, read into memory once at start.
 *
 * A request is looked up by name in that table and never reaches the file system, so no path can
 * climb out. A new build of the page needs a restart. Links and hidden files are left out. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define API_PAGE_MAX_FILES 4096
#define API_PAGE_MAX_BYTES (64 * 1024 * 1024) // of all files

typedef struct ApiPage ApiPage;

typedef struct ApiPageFile {
    GBytes *bytes;
    const char *type; // static
    char *etag;
    bool forever; // its name holds a hash of its content
} ApiPageFile;

/* MJ_ERROR_NOT_FOUND if @dir has no index.html. */
ApiPage *api_page_load(const char *dir, GError **error);
void api_page_free(ApiPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiPage, api_page_free)

/* The page of @dir; if that is NULL, of the build tree the program lies in, or the installed one.
 * Without one of those *ret_page is NULL and the log says so: the API works without a page. */
bool api_page_find_dir(const char *dir, ApiPage **ret_page, GError **error);

/* The file for a path without its first '/', decoded. Addresses within the page ("find/A012") are
 * answered by index.html; names of files that do not exist give NULL. Valid as long as @page. */
const ApiPageFile *api_page_find(const ApiPage *page, const char *path);
