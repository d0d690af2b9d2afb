// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/page.h"

#include "index/base/error.h"
#include "index/base/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 8

struct ApiPage {
    GHashTable *files; // path → ApiPageFile *
    size_t bytes;
};

static const struct {
    const char *suffix, *type;
} TYPES[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (g_str_has_suffix(path, TYPES[i].suffix))
            return TYPES[i].type;
    return NULL;
}

static void file_free(void *data)
{
    ApiPageFile *file = data;
    g_bytes_unref(file->bytes);
    g_free(file->etag);
    g_free(file);
}

static GBytes *read_whole(int fd, size_t size, const char *path, GError **error)
{
    g_autofree uint8_t *data = g_malloc(size + 1);
    size_t have = 0;
    while (have < size) {
        ssize_t n = read(fd, data + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            mj_error_errno(error, n < 0 ? errno : EIO, "reading %s", path);
            return NULL;
        }
        have += (size_t)n;
    }
    return g_bytes_new_take(g_steal_pointer(&data), size);
}

static bool add_file(ApiPage *page, int fd, size_t size, const char *path, GError **error)
{
    if (g_hash_table_size(page->files) >= API_PAGE_MAX_FILES ||
        size > API_PAGE_MAX_BYTES - page->bytes) {
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "the web page has more than %d files or %d bytes", API_PAGE_MAX_FILES,
                            API_PAGE_MAX_BYTES);
    }
    g_autoptr(GBytes) bytes = read_whole(fd, size, path, error);
    if (bytes == NULL)
        return false;
    g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    ApiPageFile *file = g_new0(ApiPageFile, 1);
    file->bytes = g_steal_pointer(&bytes);
    const char *type = type_of(path);
    file->type = type != NULL ? type : "application/octet-stream";
    file->etag = g_strdup_printf("\"%.32s\"", hash);
    file->forever = g_str_has_prefix(path, "assets/"); // where Vite puts what it names by hash
    page->bytes += size;
    g_hash_table_insert(page->files, g_strdup(path), file);
    return true;
}

static bool add_dir(ApiPage *page, int fd, const char *prefix, int depth, GError **error);

/* Takes regular files and directories alone: O_NOFOLLOW refuses links, the rest is skipped. */
static bool add_entry(ApiPage *page, int dir_fd, const char *prefix, const char *name, int depth,
                      GError **error)
{
    g_autofree char *path = g_strconcat(prefix, name, NULL);
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ELOOP ? true : mj_error_errno(error, errno, "opening %s", path);
    struct stat about;
    bool ok = true;
    if (fstat(fd, &about) != 0) {
        ok = mj_error_errno(error, errno, "looking at %s", path);
    } else if (S_ISDIR(about.st_mode) && depth < MAX_DEPTH) {
        g_autofree char *below = g_strconcat(path, "/", NULL);
        return add_dir(page, fd, below, depth + 1, error); // closes fd
    } else if (S_ISREG(about.st_mode)) {
        ok = add_file(page, fd, (size_t)about.st_size, path, error);
    }
    close(fd);
    return ok;
}

static bool add_dir(ApiPage *page, int fd, const char *prefix, int depth, GError **error)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int err = errno;
        close(fd);
        return mj_error_errno(error, err, "reading the folder %s", prefix);
    }
    bool ok = true;
    for (struct dirent *entry = readdir(dir); ok && entry != NULL; entry = readdir(dir)) {
        ok = entry->d_name[0] == '.' ||
             add_entry(page, dirfd(dir), prefix, entry->d_name, depth, error);
    }
    closedir(dir);
    return ok;
}

ApiPage *api_page_load(const char *dir, GError **error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        mj_error_errno(error, errno, "opening the web page's folder %s", dir);
        return NULL;
    }
    ApiPage *page = g_new0(ApiPage, 1);
    page->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
    if (!add_dir(page, fd, "", 0, error)) {
        api_page_free(page);
        return NULL;
    }
    if (!g_hash_table_contains(page->files, "index.html")) {
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "%s has no index.html: the web page is not built",
                     dir);
        api_page_free(page);
        return NULL;
    }
    return page;
}

/* From the program's folder: a build's page, and that of what was installed and moved as a whole. */
static const char *const BESIDE[] = {"../ui/dist", "../share/mingjing/ui"};

static char *folder_of_program(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    return program != NULL ? g_path_get_dirname(program) : NULL;
}

/* Where the page is; NULL if it is nowhere. Caller frees. */
static char *find_place(void)
{
    g_autofree char *folder = folder_of_program();
    for (size_t i = 0; i <= G_N_ELEMENTS(BESIDE); i++) {
        if (i < G_N_ELEMENTS(BESIDE) && folder == NULL)
            continue;
        g_autofree char *place = i < G_N_ELEMENTS(BESIDE)
                                     ? g_build_filename(folder, BESIDE[i], NULL)
                                     : g_strdup(MJ_UI_DIR);
        g_autofree char *index = g_build_filename(place, "index.html", NULL);
        if (g_file_test(index, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&place);
    }
    return NULL;
}

bool api_page_find_dir(const char *dir, ApiPage **ret_page, GError **error)
{
    g_autofree char *found = dir != NULL ? g_strdup(dir) : find_place();
    if (found != NULL) {
        *ret_page = api_page_load(found, error);
        return *ret_page != NULL;
    }
    mj_log_warning(NULL, "there is no web page in " MJ_UI_DIR "; answering /api only (--ui DIR)");
    *ret_page = NULL;
    return true;
}

void api_page_free(ApiPage *page)
{
    if (page != NULL) {
        g_hash_table_destroy(page->files);
        g_free(page);
    }
}

const ApiPageFile *api_page_find(const ApiPage *page, const char *path)
{
    const ApiPageFile *file = g_hash_table_lookup(page->files, path);
    if (file != NULL)
        return file;
    // a missing picture or script must not be answered by a page
    bool names_file = g_str_has_prefix(path, "assets/") || type_of(path) != NULL;
    return names_file ? NULL : g_hash_table_lookup(page->files, "index.html");
}
