// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/event/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIECE (256 * 1024)
#define SAY_EVERY_US MJ_SECOND_US

static void print_refused(const IdxEventBatch *batch)
{
    int64_t told = 0;
    for (guint i = 0; i < batch->results->len; i++) {
        const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, i);
        if (r->status != IDX_EVENT_REFUSED)
            continue;
        told++;
        fprintf(stderr, "mingjing: event %" PRId64 " (%s) refused: %s\n", r->index + 1,
                r->id ? r->id : "without id", r->message);
    }
    if (told < batch->refused)
        fprintf(stderr, "mingjing: %" PRId64 " more events refused\n", batch->refused - told);
}

void cmd_show_warned(const int64_t *warned_of)
{
    for (IdxWarned kind = 0; kind < IDX_WARNED_KINDS; kind++)
        if (warned_of[kind] > 0)
            fprintf(stderr, "mingjing: %" PRId64 " events %s\n", warned_of[kind],
                    idx_warned_words(kind));
}

/* Each warning once: a day at a window that nobody knows says the same of every ticket. */
static void print_warnings(const IdxEventBatch *batch)
{
    g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < batch->results->len; i++) {
        const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, i);
        if (r->warning && g_hash_table_add(said, r->warning))
            fprintf(stderr, "mingjing: event %" PRId64 " (%s) accepted, but %s\n", r->index + 1,
                    r->id, r->warning);
    }
    cmd_show_warned(batch->warned_of);
}

/* On a terminal, once a second. */
static void say_progress(const IdxEventBatch *batch, int64_t *said_us)
{
    int64_t now_us = g_get_monotonic_time();
    if (now_us - *said_us < SAY_EVERY_US || !isatty(STDERR_FILENO))
        return;
    *said_us = now_us;
    fprintf(stderr, "\r%" PRId64 " accepted, %" PRId64 " known already, %" PRId64 " refused ",
            batch->accepted, batch->duplicates, batch->refused);
}

static bool add_all(CmdContext *ctx, int fd, const char *path, IdxIngest *in, GError **error)
{
    g_autofree char *piece = g_malloc(PIECE);
    int64_t said_us = g_get_monotonic_time();
    for (ssize_t n = 1; n > 0;) {
        n = read(fd, piece, PIECE);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return mj_error_errno(error, errno, "cannot read %s", path);
        else if (!idx_ingest_feed(in, ctx->cat, piece, (size_t)n, n == 0,
                                  mj_clock_utc_us(mj_clock_system()), error))
            return false;
        say_progress(idx_ingest_batch(in), &said_us);
    }
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    return true;
}

static bool add_file(CmdContext *ctx, const char *path, IdxIngest *in, GError **error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot open %s", path);
    bool ok = add_all(ctx, fd, is_stdin ? "standard input" : path, in, error);
    if (!is_stdin)
        close(fd);
    return ok;
}

static bool tell(CmdContext *ctx, const IdxEventBatch *batch, GError **error)
{
    g_autoptr(json_t) detail =
        json_pack("{s:I, s:I, s:I}", "accepted", (json_int_t)batch->accepted, "duplicates",
                  (json_int_t)batch->duplicates, "refused", (json_int_t)batch->refused);
    return cmd_audit(ctx,
                     &(IdxAudit){.what = "event.add",
                                 .object_kind = "file",
                                 .object = cmd_arg(ctx, 0),
                                 .detail = detail},
                     error);
}

bool cmd_event_add(CmdContext *ctx, GError **error)
{
    g_autoptr(IdxIngest) in = idx_ingest_new(IDX_EVENT_FORM_ANY);
    const IdxEventBatch *batch = idx_ingest_batch(in);
    if (!add_file(ctx, cmd_arg(ctx, 0), in, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(idx_event_batch_json(batch));
    else
        printf("%" PRId64 " accepted, %" PRId64 " known already, %" PRId64 " refused\n",
               batch->accepted, batch->duplicates, batch->refused);
    print_refused(batch);
    print_warnings(batch);
    if (!tell(ctx, batch, error))
        return false;
    return batch->refused == 0 ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "%" PRId64 " of %" PRId64 " events refused; the others are kept",
                        batch->refused, batch->accepted + batch->duplicates + batch->refused);
}
