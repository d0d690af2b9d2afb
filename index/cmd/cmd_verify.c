// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static void found(const IdxFinding *finding, void *data)
{
    json_t *list = data;
    g_autofree char *path = g_utf8_make_valid(finding->path, -1); // a stray file may have any name
    if (list)
        json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s}", "kind",
                                              idx_finding_name(finding->kind), "segment",
                                              (json_int_t)finding->segment_id, "path", path,
                                              "detail", finding->words));
    else
        printf("%-10s  %s: %s\n", idx_finding_name(finding->kind), path, finding->words);
}

static void looking(int done, int all, const char *table, void *data)
{
    (void)data;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rthe catalogue itself: %d of %d tables, at %s \033[K", done, all, table);
}

static void progress(int64_t done, int64_t all, int64_t bytes, void *data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%" PRId64 " of %" PRId64 " segments, %" PRId64 " MB read \033[K", done,
                all, bytes / 1000000);
}

static void print_sums(const IdxVerifySums *sums)
{
    printf("%" PRId64 " segments, %" PRId64 " files, %" PRId64 " MB: %" PRId64 " findings\n",
           sums->segments, sums->files, sums->bytes / 1000000, sums->findings);
    if (sums->young)
        printf("left out: %" PRId64 " files of the last %d seconds that the catalogue does not "
               "know yet, since a recorder is at work; another look will tell\n",
               sums->young, IDX_VERIFY_YOUNG_S);
}

bool cmd_verify(CmdContext *ctx, GError **error)
{
    g_autoptr(json_t) list = ctx->options.json ? json_array() : NULL;
    IdxVerify how = {.deep = ctx->options.deep,
                     .bytes_per_s = ctx->options.rate * 1000000,
                     .now_us = ctx->now_us,
                     .found = found,
                     .progress = progress,
                     .looking = looking,
                     .data = list};
    IdxVerifySums sums = {0};
    if (!idx_verify(ctx->cat, &how, &sums, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:I, s:I, s:I, s:I, s:O}", "segments", (json_int_t)sums.segments,
                                 "files", (json_int_t)sums.files, "young", (json_int_t)sums.young,
                                 "bytes", (json_int_t)sums.bytes, "findings", list));
    else
        print_sums(&sums);
    return sums.findings == 0 ||
           mj_error_set(error, MJ_ERROR_CORRUPT, "%" PRId64 " findings: catalogue and disk differ",
                        sums.findings);
}
