// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/hall.h"
#include "index/import/importer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WARNINGS_MAX 20 // printed

typedef struct Watch {
    int64_t size_bytes; // 0: nobody knows
    int64_t said_us;
    GPtrArray *warnings; // char *: "line 7: …"
    GHashTable *warned;  // their words, each once
} Watch;

static void watch_clear(Watch *watch)
{
    g_clear_pointer(&watch->warnings, g_ptr_array_unref);
    g_clear_pointer(&watch->warned, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Watch, watch_clear)

/* A day at a window that nobody knows says the same of every row: once is enough. */
static void keep_warning(int64_t line, const char *words, void *data)
{
    Watch *watch = data;
    if (watch->warnings->len < WARNINGS_MAX && g_hash_table_add(watch->warned, g_strdup(words)))
        g_ptr_array_add(watch->warnings,
                        g_strdup_printf("line %" PRId64 " accepted, but %s", line, words));
}

static void print_warnings(const Watch *watch, const int64_t *warned_of)
{
    for (guint i = 0; i < watch->warnings->len; i++)
        fprintf(stderr, "mingjing: %s\n", (const char *)watch->warnings->pdata[i]);
    cmd_show_warned(warned_of);
}

/* On a terminal, once a second. */
static void say_progress(const IdxImportCounts *counts, void *data)
{
    Watch *watch = data;
    int64_t now_us = g_get_monotonic_time();
    if (now_us - watch->said_us < MJ_SECOND_US || !isatty(STDERR_FILENO))
        return;
    watch->said_us = now_us;
    if (watch->size_bytes > 0)
        fprintf(stderr, "\r%3.0f %%  ",
                100.0 * (double)counts->done_bytes / (double)watch->size_bytes);
    else
        fputc('\r', stderr);
    fprintf(stderr, "%" PRId64 " rows, %" PRId64 " refused ", counts->rows, counts->refused_rows);
}

/* Beside the table. What an earlier run left there is to be mended: it stays. */
static char *free_path(const char *path)
{
    bool csv = g_str_has_suffix(path, ".csv"), input = strcmp(path, "-") == 0;
    g_autofree char *stem = g_strdup_printf(
        "%.*s%srefused", input ? 0 : (int)(strlen(path) - (csv ? 4 : 0)), path, input ? "" : ".");
    char *name = g_strconcat(stem, ".csv", NULL);
    for (int i = 2; g_file_test(name, G_FILE_TEST_EXISTS); i++) {
        g_free(name);
        name = g_strdup_printf("%s-%d.csv", stem, i);
    }
    return name;
}

/* Never over a file that is there: it may be the table, or the mapping. */
static char *refused_path(const CmdContext *ctx, const char *path, GError **error)
{
    const char *asked = ctx->options.refused;
    if (!asked)
        return free_path(path);
    if (!g_file_test(asked, G_FILE_TEST_EXISTS))
        return g_strdup(asked);
    mj_error_set(error, MJ_ERROR_EXISTS,
                 "--refused %s: that file is there, and is not written over; nothing was imported",
                 asked);
    return NULL;
}

static void print_counts(const CmdContext *ctx, const IdxImportCounts *c, const char *path)
{
    json_t *refused = c->refused_rows ? json_string(path) : json_null();
    if (ctx->options.json) {
        cmd_print_json(json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "dry_run",
                                 (int)ctx->options.dry_run, "rows", (json_int_t)c->rows,
                                 "refused_rows", (json_int_t)c->refused_rows, "accepted",
                                 (json_int_t)c->accepted, "duplicates", (json_int_t)c->duplicates,
                                 "refused", (json_int_t)c->refused, "warned", (json_int_t)c->warned,
                                 "twice", (json_int_t)c->twice, "refused_file", refused));
        return;
    }
    json_decref(refused);
    printf("%" PRId64 " rows: %" PRId64 " events %s, %" PRId64 " known already, %" PRId64
           " rows refused\n",
           c->rows, c->accepted, ctx->options.dry_run ? "would be taken" : "accepted",
           c->duplicates, c->refused_rows);
    if (c->twice)
        fprintf(stderr,
                "mingjing: %" PRId64
                " rows have a time that came twice, as clocks were set back: the "
                "first was taken; times with an offset, as 2026-11-01T01:30:00-05:00, tell which\n",
                c->twice);
}

static bool tell(CmdContext *ctx, const IdxImportCounts *c, const char *path, GError **error)
{
    g_autoptr(json_t) detail =
        json_pack("{s:b, s:I, s:I, s:I, s:I}", "dry_run", (int)ctx->options.dry_run, "rows",
                  (json_int_t)c->rows, "accepted", (json_int_t)c->accepted, "duplicates",
                  (json_int_t)c->duplicates, "refused_rows", (json_int_t)c->refused_rows);
    return cmd_audit(
        ctx,
        &(IdxAudit){
            .what = "event.import", .object_kind = "file", .object = path, .detail = detail},
        error);
}

static int open_table(const char *path, Watch *watch, GError **error)
{
    struct stat st;
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        mj_error_errno(error, errno, "cannot open %s", path);
    else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        watch->size_bytes = st.st_size;
    return fd;
}

static IdxMapping *load_mapping(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) halls = idx_hall_list(ctx->cat, error);
    g_autoptr(IdxMapping) mapping =
        halls ? idx_mapping_load(ctx->options.mapping, idx_catalogue_timezone(ctx->cat), error)
              : NULL;
    for (guint i = 0; mapping && i < halls->len; i++) {
        const IdxHall *hall = halls->pdata[i];
        GTimeZone *zone = idx_hall_zone(ctx->cat, hall->id, error);
        if (!zone)
            return NULL;
        idx_mapping_add_hall(mapping, hall->code, zone);
    }
    return g_steal_pointer(&mapping);
}

bool cmd_event_import(CmdContext *ctx, GError **error)
{
    const char *path = cmd_arg(ctx, 0);
    if (!ctx->options.mapping)
        return mj_error_set(error, MJ_ERROR_USAGE,
                            "event import needs --mapping FILE: which column means what");
    g_autoptr(IdxMapping) mapping = load_mapping(ctx, error);
    g_auto(Watch) watch = {.said_us = g_get_monotonic_time(),
                           .warnings = g_ptr_array_new_with_free_func(g_free),
                           .warned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_autofree char *refused = mapping ? refused_path(ctx, path, error) : NULL;
    int fd = refused ? open_table(path, &watch, error) : -1;
    if (fd < 0)
        return false;
    IdxImport import = {.cat = ctx->cat,
                        .mapping = mapping,
                        .refused_path = refused,
                        .dry_run = ctx->options.dry_run,
                        .progress = say_progress,
                        .warning = keep_warning,
                        .data = &watch};
    IdxImportCounts counts = {0};
    bool ok = idx_import_run(&import, fd, &counts, error);
    if (fd != STDIN_FILENO)
        close(fd);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (!ok) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    print_counts(ctx, &counts, refused);
    print_warnings(&watch, counts.warned_of);
    if (!tell(ctx, &counts, path, error))
        return false;
    return counts.refused_rows == 0 ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "%" PRId64 " of %" PRId64
                        " rows refused, with their reasons in %s; mend them there and import it",
                        counts.refused_rows, counts.rows, refused);
}
