// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/backup.h"
#include "index/base/home.h"
#include "index/cmd/command.h"
#include "index/system.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_OF_SERVICES "/var/backups/mingjing" // tmpfiles.d/mingjing.conf makes it

char *cmd_backup_folder(const char *home)
{
    return g_str_equal(home, MJ_HOME_DEFAULT) ? g_strdup(FOLDER_OF_SERVICES)
                                              : g_build_filename(home, "backups", NULL);
}

static void progress(int64_t done, int64_t all, void *data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%" PRId64 " %% copied%s", all > 0 ? done * 100 / all : 100,
                done == all ? "; looking through it\n" : "");
}

static void print(const IdxBackupSums *sums)
{
    printf("%s\n", sums->path);
    printf("  %.1f MB, checked: %" PRId64 " cameras, %" PRId64 " segments, %" PRId64 " events\n",
           (double)sums->bytes / 1e6, sums->cameras, sums->segments, sums->events);
    printf("  copies there now: %" PRId64 "; older ones removed: %" PRId64 "\n", sums->kept,
           sums->removed);
    printf("  not in it: footage, and the key of the cameras' passwords (keep one copy of "
           "keys/camera.key elsewhere)\n");
}

/* For the page of states. The copy is there whether that can be noted or not. */
static void note(const CmdContext *ctx, const IdxBackupSums *sums)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(ctx->options.home, IDX_WRITE, &error);
    if (!cat || !idx_system_note_backup(cat, ctx->now_us, sums->bytes, &error))
        fprintf(stderr, "mingjing: warning: the copy was made and could not be noted: %s\n",
                error->message);
}

bool cmd_backup(CmdContext *ctx, GError **error)
{
    g_autofree char *usual = cmd_backup_folder(ctx->options.home);
    const char *folder = cmd_arg(ctx, 0);
    IdxBackup how = {.keep = ctx->options.keep, .now_us = ctx->now_us, .progress = progress};
    g_auto(IdxBackupSums) sums = {0};
    if (!idx_backup(ctx->cat, folder ? folder : usual, &how, &sums, error))
        return false;
    note(ctx, &sums);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "path", sums.path, "bytes",
                                 (json_int_t)sums.bytes, "cameras", (json_int_t)sums.cameras,
                                 "segments", (json_int_t)sums.segments, "events",
                                 (json_int_t)sums.events, "kept", (json_int_t)sums.kept, "removed",
                                 (json_int_t)sums.removed));
    else
        print(&sums);
    return true;
}
