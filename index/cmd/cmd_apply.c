// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/declare/declare.h"
#include "index/declare/yaml_tree.h"
#include "index/link/place_link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WARNINGS_MAX 20 // printed

/* All of @path ("-" is standard input), which may be a little more than is allowed. */
static char *read_file(const char *path, gsize *ret_size, GError **error)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file) {
        mj_error_errno(error, errno, "cannot open %s", path);
        return NULL;
    }
    g_autofree char *text = g_malloc(IDX_YAML_MAX_BYTES + 2);
    size_t size = fread(text, 1, IDX_YAML_MAX_BYTES + 1, file);
    bool failed = ferror(file) != 0;
    int code = errno;
    if (file != stdin)
        fclose(file);
    if (failed) {
        mj_error_errno(error, code, "cannot read %s", path);
        return NULL;
    }
    text[size] = '\0';
    *ret_size = size;
    return g_steal_pointer(&text);
}

static void show_linking(int64_t events, void *data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rlinking anew: %" PRId64 " events ", events);
}

/* Those who have the catalogue open took the hall's name and time zone when they opened it. */
static bool changes_hall(const GPtrArray *changes)
{
    for (guint i = 0; i < changes->len; i++) {
        const IdxChange *change = changes->pdata[i];
        if (strcmp(change->what, "hall") == 0 && change->kind == IDX_CHANGE_SET)
            return true;
    }
    return false;
}

static void print_words(CmdContext *ctx, const GPtrArray *changes, json_t *json)
{
    g_autofree char *words = idx_declare_words(changes);
    int made = 0, kept = (int)json_integer_value(json_object_get(json, "kept"));
    static const char *const KINDS[] = {"added", "changed", "removed"};
    fputs(words, stdout);
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        int count = (int)json_integer_value(json_object_get(json, KINDS[i]));
        made += count;
        printf("%s%d %s%s", i ? ", " : "", count, ctx->options.dry_run ? "to be " : "", KINDS[i]);
    }
    printf("%s%s\n", made ? "" : ": nothing to change",
           ctx->options.dry_run ? " (dry run: nothing was changed)" : "");
    if (kept > 0)
        printf("%d not in the file: --prune takes away cameras, places and coverage like that\n",
               kept);
    if (changes_hall(changes) && !ctx->options.dry_run)
        puts("restart mingjing-api and mingjing-capture for the hall's name and time zone");
}

static void print_warnings(const GPtrArray *warnings)
{
    for (guint i = 0; i < warnings->len && i < WARNINGS_MAX; i++)
        fprintf(stderr, "mingjing: warning: %s\n", (const char *)warnings->pdata[i]);
    if (warnings->len > WARNINGS_MAX)
        fprintf(stderr, "mingjing: and %u more such places\n", warnings->len - WARNINGS_MAX);
}

static bool print_state(CmdContext *ctx, GError **error)
{
    g_autofree char *text = idx_declare_print(ctx->cat, error);
    if (text && ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "file", text));
    else if (text)
        fputs(text, stdout);
    return text != NULL;
}

static GPtrArray *apply(CmdContext *ctx, const char *path, GPtrArray *warnings, GError **error)
{
    gsize size = 0;
    g_autofree char *text = read_file(path, &size, error);
    g_autoptr(IdxDeclaration) declaration = text ? idx_declare_read(text, size, error) : NULL;
    if (text)
        explicit_bzero(text, size); // there may be passwords in it
    g_autofree char *folder =
        strcmp(path, "-") == 0 ? g_get_current_dir() : g_path_get_dirname(path);
    IdxDeclareHow how = {.folder = folder,
                         .prune = ctx->options.prune,
                         .dry_run = ctx->options.dry_run,
                         .now_us = ctx->now_us,
                         .warnings = warnings};
    GPtrArray *changes = declaration ? idx_declare_apply(ctx->cat, declaration, &how, error) : NULL;
    if (!changes && text)
        g_prefix_error(error, "%s: nothing was changed:\n", path);
    return changes;
}

bool cmd_apply(CmdContext *ctx, GError **error)
{
    const char *path = cmd_arg(ctx, 0);
    if (ctx->options.print == (path != NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "give a file to apply, or --print");
    if (ctx->options.print)
        return print_state(ctx, error);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) changes = apply(ctx, path, warnings, error);
    if (!changes)
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < warnings->len; i++)
        json_array_append_new(list, json_string(warnings->pdata[i]));
    g_autoptr(json_t) json = idx_declare_json(changes);
    json_object_set_new(json, "applied", json_boolean(!ctx->options.dry_run));
    json_object_set_new(json, "warnings", list);
    if (ctx->options.json)
        cmd_print_json(json_incref(json));
    else
        print_words(ctx, changes, json);
    print_warnings(warnings);
    return ctx->options.dry_run ||
           idx_place_link_run(ctx->cat, ctx->now_us, show_linking, NULL, NULL, error);
}
