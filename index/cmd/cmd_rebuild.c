// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/backup.h"
#include "index/base/error.h"
#include "index/cmd/audited.h"
#include "index/cmd/command.h"
#include "index/hold/hold.h"
#include "index/rebuild/rebuild.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NO_COPY "none"

static void left(const IdxLeft *one, void *data)
{
    json_t *list = data;
    g_autofree char *full = g_build_filename(one->volume, one->path, NULL);
    g_autofree char *path = g_utf8_make_valid(full, -1); // a stray file may have any name
    g_autofree char *words = g_utf8_make_valid(one->words, -1);
    if (list)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "kind", idx_left_name(one->kind),
                                              "path", path, "detail", words));
    else
        printf("%-9s  %s: %s\n", idx_left_name(one->kind), path, words);
}

static void progress(int64_t files, int64_t bytes, const char *where, void *data)
{
    (void)data;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%" PRId64 " files, %" PRId64 " MB read, at %s ", files, bytes / 1000000,
                where);
}

/* --- the answer ------------------------------------------------------------------------------- */

static json_t *volumes_json(const IdxRebuildSums *sums)
{
    json_t *list = json_array();
    for (guint i = 0; i < sums->volumes->len; i++) {
        const IdxRebuildVolume *volume = sums->volumes->pdata[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:s?}", "path", volume->path, "searched",
                                        volume->obstacle == NULL, "obstacle", volume->obstacle));
    }
    return list;
}

static json_t *holds_json(const GArray *holds)
{
    json_t *list = json_array();
    for (guint i = 0; i < holds->len; i++)
        json_array_append_new(list, json_integer(g_array_index(holds, int64_t, i)));
    return list;
}

static json_t *answer_json(const CmdContext *ctx, const IdxRestored *home,
                           const IdxRebuildSums *sums, json_t *list)
{
    json_t *json =
        json_pack("{s:b, s:s, s:s?, s:s?, s:o, s:o, s:o, s:i, s:b, s:O}", "dry_run",
                  ctx->options.dry_run, "catalogue", idx_restore_name(home->kind), "damage",
                  home->damage, "set_aside", home->aside, "volumes", volumes_json(sums), "holds",
                  holds_json(sums->holds), "doubts", holds_json(sums->doubts), "damaged",
                  sums->damaged, "disputed", (int)sums->disputed, "left", list);
    json_t *counts =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:s?}", "files",
                  (json_int_t)sums->files, "known", (json_int_t)sums->known, "segments",
                  (json_int_t)sums->segments, "bytes", (json_int_t)sums->bytes, "closed",
                  (json_int_t)sums->closed, "cut", (json_int_t)sums->cut, "gaps",
                  (json_int_t)sums->gaps, "cameras", (json_int_t)sums->cameras, "gone",
                  (json_int_t)sums->gone, "moved", (json_int_t)sums->moved, "holds_learnt",
                  sums->learnt, "journal_failed", sums->journal_failed);
    json_object_update(json, counts);
    json_decref(counts);
    return json;
}

static void print_catalogue(const CmdContext *ctx, const IdxRestored *home)
{
    if (home->aside)
        printf("catalogue: damaged: %s\n  it is kept as %s\n", home->damage, home->aside);
    if (home->kind == IDX_RESTORE_SOUND)
        printf("catalogue: sound; what it does not know is added\n");
    else if (home->kind == IDX_RESTORE_COPIED)
        printf("catalogue: %s is in its place\n",
               ctx->options.copy ? ctx->options.copy : "a copy, put back by an earlier run,");
    else
        printf("catalogue: a new one, of hall %s\n", cmd_new_hall(&ctx->options));
}

static void print_sums(const CmdContext *ctx, const IdxRebuildSums *s)
{
    for (guint i = 0; i < s->volumes->len; i++) {
        const IdxRebuildVolume *volume = s->volumes->pdata[i];
        printf("%s %s%s%s\n", volume->obstacle ? "not searched:" : "searched:", volume->path,
               volume->obstacle ? ": " : "", volume->obstacle ? volume->obstacle : "");
    }
    printf("%s%" PRId64 " files, %" PRId64 " known already; added: %" PRId64 " segments, %" PRId64
           " MB, %" PRId64 " cameras, %" PRId64 " gaps\n",
           ctx->options.dry_run ? "would be so: " : "", s->files, s->known, s->segments,
           s->bytes / 1000000, s->cameras, s->gaps);
    if (s->closed || s->cut)
        printf("%" PRId64 " that were left open are closed; %" PRId64 " torn ends were cut off\n",
               s->closed, s->cut);
    if (s->moved)
        printf("%" PRId64
               " were found in another volume than the copy says: their rows say so now\n",
               s->moved);
    if (s->gone)
        printf("%" PRId64
               " segments of the copy have no file any more, as a purge since would have "
               "it: recorded as deleted\n",
               s->gone);
    if (s->left)
        printf("%" PRId64 " are listed above and stay as they are\n", s->left);
    if (s->learnt)
        printf("%d records of holds came from the journals beside the footage\n", s->learnt);
    if (s->journal_failed)
        printf("journals of holds: %s\n", s->journal_failed);
}

static void print_doubt(const CmdContext *ctx, int64_t id)
{
    g_autoptr(IdxHold) hold = idx_hold_get(ctx->cat, id, NULL);
    const char *last = "";
    int cameras = 0;
    for (guint i = 0; hold && i < hold->spans->len; i++) { // by camera
        const IdxHoldSpan *span = hold->spans->pdata[i];
        cameras += strcmp(span->camera, last) != 0;
        last = span->camera;
    }
    if (!hold)
        return;
    printf("in doubt, and so held: %s\n", hold->reason);
    printf("  hold %" PRId64
           " keeps %s%s of %d cameras; when it is known what that was: mingjing hold "
           "release %" PRId64 " --reason …\n",
           id, hold->key, hold->key[0] ? ", so far footage" : "footage", cameras, id);
}

/* What only people can give back. */
static void print_rest(const CmdContext *ctx, const IdxRestored *home, const IdxRebuildSums *s)
{
    if (s->cameras)
        printf("cameras that were added are not recorded until their address is known: "
               "mingjing camera set ID --url URL --kind KIND\n");
    for (guint i = 0; i < s->holds->len; i++)
        printf("hold %" PRId64
               " keeps their footage from every purge; when events, kinds and rules "
               "are back: mingjing hold release %" PRId64 " --reason …\n",
               g_array_index(s->holds, int64_t, i), g_array_index(s->holds, int64_t, i));
    for (guint i = 0; i < s->doubts->len; i++)
        print_doubt(ctx, g_array_index(s->doubts, int64_t, i));
    if (home->kind == IDX_RESTORE_NEW)
        printf("not in any file, and to be given again: accounts (mingjing user add), tokens, "
               "halls, places, coverage and rules (mingjing apply), events (mingjing event add), "
               "further volumes (mingjing volume add, and this command again)\n");
    if (home->kind == IDX_RESTORE_COPIED)
        printf(
            "events since the copy was made are to be sent again; those that it has do no harm\n");
    if (home->kind != IDX_RESTORE_SOUND)
        printf("mingjing audit verify will say that the audit log is not the one that audit.head "
               "knows; when that is noted, move audit.head away\n");
}

static void answer(const CmdContext *ctx, const IdxRestored *home, const IdxRebuildSums *sums,
                   json_t *list)
{
    if (list) {
        cmd_print_json(answer_json(ctx, home, sums, list));
        return;
    }
    print_catalogue(ctx, home);
    print_sums(ctx, sums);
    if (!ctx->options.dry_run)
        print_rest(ctx, home, sums);
}

/* --- the command ------------------------------------------------------------------------------ */

/* Root is the home's owner by now, and copies are not everybody's. */
static bool check_readable(const char *folder, const CmdOptions *o, GError **error)
{
    return o->copy || access(folder, R_OK | X_OK) == 0 || errno != EACCES ||
           mj_error_set(error, MJ_ERROR_DENIED,
                        "%s may hold copies of the catalogue, and the owner of %s cannot look into "
                        "it: have the newest put where that user can read it and give it with "
                        "--copy FILE, or go without: --copy none",
                        folder, o->home);
}

static bool restore(CmdContext *ctx, IdxRestored *home, GError **error)
{
    const CmdOptions *o = &ctx->options;
    bool none = g_strcmp0(o->copy, NO_COPY) == 0;
    g_autofree char *folder = cmd_backup_folder(o->home);
    if (!check_readable(folder, o, error))
        return false;
    g_autofree char *newest = none ? NULL : idx_backup_newest(folder);
    IdxRestore how = {.home = o->home,
                      .from = none ? NULL : o->copy,
                      .newest = newest,
                      .hall_code = cmd_new_hall(o),
                      .hall_name = cmd_new_hall_name(o),
                      .zone_name = o->timezone,
                      .now_us = ctx->now_us,
                      .dry_run = o->dry_run};
    return idx_restore(&how, home, error);
}

bool cmd_rebuild(CmdContext *ctx, GError **error)
{
    g_autoptr(json_t) list = ctx->options.json ? json_array() : NULL;
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    g_auto(IdxRebuildSums) sums = {0};
    if (!restore(ctx, &home, error))
        return false;
    ctx->cat = home.cat; // the locks go when all is said
    ctx->writes = !ctx->options.dry_run;
    if (ctx->writes)
        cmd_actor_set(ctx, ctx->cat);
    IdxRebuild how = {.volumes = ctx->options.volumes,
                      .by = ctx->who,
                      .bytes_per_s = ctx->options.rate * 1000000,
                      .now_us = ctx->now_us,
                      .dry_run = ctx->options.dry_run,
                      .left = left,
                      .progress = progress,
                      .data = list};
    bool ok = idx_rebuild(&home, ctx->options.home, &how, &sums, error);
    if (ok)
        answer(ctx, &home, &sums, list);
    home.cat = NULL;
    return ok && ((sums.damaged == 0 && sums.unreadable == 0 && !sums.disputed) ||
                  mj_error_set(error, sums.disputed ? MJ_ERROR_CONFLICT : MJ_ERROR_CORRUPT,
                               "the rest is done, but %s", sums.journal_failed));
}
