// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/purge_why.h"
#include "index/listing.h"
#include "index/purge/disposition.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

typedef struct Told {
    CmdContext *ctx;
    json_t *list; // NULL: for people
    json_t *kept;
} Told;

static void add_decision(Told *told, const IdxDecision *d)
{
    IdxCatalogue *cat = told->ctx->cat;
    json_array_append_new(
        told->list,
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:s, s:o, s:o}", "do",
                  d->goes ? "delete" : "keep", "camera", d->camera, "stream", d->stream, "because",
                  idx_verdict_name(d->verdict), "from", idx_listing_time(cat, d->from_us), "to",
                  idx_listing_time(cat, d->to_us), "segments", (json_int_t)d->segments, "bytes",
                  (json_int_t)d->bytes, "rule", d->rule, "hold",
                  d->hold_id ? json_integer(d->hold_id) : json_null(), "until",
                  d->goes ? json_null() : idx_listing_time(cat, d->until_us)));
}

static void print_decision(const Told *told, const IdxDecision *d)
{
    g_autofree char *from = cmd_time(told->ctx, d->from_us);
    g_autofree char *to = cmd_time(told->ctx, d->to_us);
    printf(
        "%s  %s/%s  %s - %s  %" PRId64 " segments, %" PRId64 " MB: ", d->goes ? "delete" : "keep  ",
        d->camera, d->stream, from, to, d->segments, d->bytes / 1000000);
    if (d->goes) {
        g_autofree char *words = idx_disposition_words(d->rule);
        printf("%s\n", words);
    } else if (d->hold_id) {
        printf("held (hold %" PRId64 ")\n", d->hold_id);
    } else if (d->verdict == IDX_VERDICT_HELD) {
        printf("may be held: the record of a hold is lost\n");
    } else {
        g_autofree char *until =
            d->until_us == INT64_MAX ? g_strdup("for ever") : cmd_time(told->ctx, d->until_us);
        printf("rule %s keeps it, until %s\n", d->rule, until);
    }
}

static void decided(const IdxDecision *decision, void *data)
{
    Told *told = data;
    if (told->list)
        add_decision(told, decision);
    else
        print_decision(told, decision);
}

static void kept(const IdxKept *kept, void *data)
{
    Told *told = data;
    if (told->list)
        json_array_append_new(told->kept, idx_purge_kept_json(told->ctx->cat, kept));
    else
        cmd_kept_print(told->ctx, kept);
}

static void linking(int64_t events_left, void *data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr,
                "\rlinking anew, before anything is deleted: %" PRId64 " events left \033[K",
                events_left);
}

void cmd_print_unlinked(bool unlinked)
{
    if (unlinked)
        puts("note: after a change of clocks or of coverage events wait to be linked anew. A purge "
             "links them first, and what\nis found only then stays: more may be held or within its "
             "minimum than is said here (`mingjing link` does it now)");
}

static json_t *volumes_json(const IdxPurgeSums *sums)
{
    json_t *list = json_array();
    for (guint i = 0; i < sums->volumes->len; i++) {
        const IdxPurgeVolume *v = sums->volumes->pdata[i];
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I, s:s?}", "path", v->path, "need_bytes",
                            (json_int_t)v->need_bytes, "freed_bytes", (json_int_t)v->freed_bytes,
                            "short_bytes", (json_int_t)v->short_bytes, "failed", v->failed));
    }
    return list;
}

/* @refused: a purge would be by its clock, as it stands. */
static void print_sums(const CmdContext *ctx, const IdxPurgeSums *sums, bool refused)
{
    if (sums->refused) { // of footage nothing is known
        printf("nothing would be deleted: %s\n", sums->refused);
        cmd_print_unlinked(sums->unlinked);
        return;
    }
    printf("%" PRId64 " segments, %" PRId64 " MB %s\n", sums->segments, sums->bytes / 1000000,
           refused                ? "would be deleted with --after-pause; without it, none"
           : ctx->options.dry_run ? "would be deleted"
                                  : "deleted");
    if (sums->more)
        printf("the time is over: %" PRId64 " segments, %" PRId64
               " MB that are due are left, and the next run goes on there\n",
               sums->left_segments, sums->left_bytes / 1000000);
    cmd_print_unlinked(sums->unlinked);
    if (sums->finished)
        printf("%" PRId64 " batches that an earlier run had begun %s finished\n", sums->finished,
               ctx->options.dry_run ? "would be" : "were");
    if (sums->learnt)
        printf("%d records of holds %s from the journals: the catalogue %s not have them\n",
               sums->learnt, ctx->options.dry_run ? "would come" : "came",
               ctx->options.dry_run ? "does" : "did");
}

/* What somebody must see to makes the command fail, so that a timer's unit does. */
static bool complain(const IdxPurgeSums *sums, GError **error)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < sums->volumes->len; i++) {
        const IdxPurgeVolume *v = sums->volumes->pdata[i];
        if (v->failed)
            g_string_append_printf(words, "volume %s was left out: %s; ", v->path, v->failed);
        if (v->short_bytes > 0)
            g_string_append_printf(words,
                                   "volume %s is short of %" PRId64 " MB, and all footage in it is "
                                   "held or within its minimum: recording there will stop; ",
                                   v->path, (v->short_bytes + 999999) / 1000000);
    }
    if (sums->below_minimum)
        g_string_append_printf(words,
                               "%" PRId64 " segments went below their minimum, as the policy of a "
                               "full volume says; ",
                               sums->below_minimum);
    if (sums->journal_failed)
        g_string_append_printf(words, "not every journal of holds: %s; ", sums->journal_failed);
    if (words->len == 0)
        return true;
    g_string_truncate(words, words->len - 2);
    return mj_error_set(error, MJ_ERROR_FAILED, "%s", words->str);
}

/* Whether by the clock a purge does not go ahead. A dry run does, and says so: *ret_refused. */
static bool check_clock(const CmdContext *ctx, GError **ret_refused, GError **error)
{
    GError *local = NULL;
    if (ctx->options.after_pause || idx_purge_check_clock(ctx->cat, ctx->now_us, &local))
        return true;
    bool said = ctx->options.dry_run && mj_error_is(local, MJ_ERROR_CONFLICT);
    g_propagate_error(said ? ret_refused : error, local);
    return said;
}

static void print_answer(const CmdContext *ctx, const IdxPurgeSums *sums, const GError *refused,
                         const Told *told)
{
    const char *why = sums->refused ? sums->refused : refused ? refused->message : NULL;
    if (!told->list) {
        print_sums(ctx, sums, refused != NULL);
        return;
    }
    cmd_print_json(
        json_pack("{s:I, s:b, s:s?, s:b, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:o, s:O, s:O}", "run",
                  (json_int_t)sums->run_id, "dry_run", (int)ctx->options.dry_run, "refused", why,
                  "complete", (int)!sums->unlinked, "segments", (json_int_t)sums->segments, "bytes",
                  (json_int_t)sums->bytes, "below_minimum", (json_int_t)sums->below_minimum,
                  "finished", (json_int_t)sums->finished, "more", (int)sums->more, "left_segments",
                  (json_int_t)sums->left_segments, "left_bytes", (json_int_t)sums->left_bytes,
                  "volumes", volumes_json(sums), "decisions", told->list, "kept", told->kept));
}

bool cmd_purge(CmdContext *ctx, GError **error)
{
    g_autoptr(json_t) list = ctx->options.json ? json_array() : NULL;
    g_autoptr(json_t) stays = json_array();
    g_auto(IdxPurgeSums) sums = {0};
    Told told = {ctx, list, stays};
    IdxPurge how = {.now_us = ctx->now_us,
                    .dry_run = ctx->options.dry_run,
                    .headroom_bytes = -1,
                    .longest_us = ctx->options.seconds * MJ_SECOND_US,
                    .decided = decided,
                    .kept = ctx->options.dry_run ? kept : NULL,
                    .linking = linking,
                    .data = &told};
    g_autoptr(GError) refused = NULL;
    if (ctx->options.camera && !ctx->options.dry_run)
        return mj_error_set(error, MJ_ERROR_USAGE, "--camera explains: with --dry-run alone");
    if (ctx->options.camera)
        return cmd_purge_why(ctx, error);
    if (!check_clock(ctx, &refused, error) || !idx_purge(ctx->cat, &how, &sums, error))
        return false;
    print_answer(ctx, &sums, refused, &told);
    if (refused || sums.refused)
        return mj_error_set(error, MJ_ERROR_CONFLICT, "a purge would be refused: %s",
                            refused ? refused->message : sums.refused);
    return complain(&sums, error);
}
