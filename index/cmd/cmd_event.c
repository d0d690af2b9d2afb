// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/event.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define INPUT_MAX (64 * 1024 * 1024)

static GString *read_all(const char *path, GError **error)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!in) {
        mj_error_errno(error, errno, "cannot open %s", path);
        return NULL;
    }
    GString *text = g_string_new(NULL);
    char buffer[65536];
    size_t n = 0;
    while (text->len <= INPUT_MAX && (n = fread(buffer, 1, sizeof buffer, in)) > 0)
        g_string_append_len(text, buffer, (gssize)n);
    bool failed = ferror(in) || text->len > INPUT_MAX;
    if (in != stdin)
        fclose(in);
    if (!failed)
        return text;
    mj_error_set(error, MJ_ERROR_INVALID, "%s cannot be read, or is larger than 64 MiB: split it",
                 path);
    g_string_free(text, TRUE);
    return NULL;
}

static void print_refused(const IdxEventBatch *batch)
{
    for (guint i = 0; i < batch->results->len; i++) {
        const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, i);
        if (r->status == IDX_EVENT_REFUSED)
            fprintf(stderr, "mingjing: event %u (%s) refused: %s\n", i + 1,
                    r->id ? r->id : "without id", r->message);
    }
}

bool cmd_event_add(CmdContext *ctx, GError **error)
{
    g_autoptr(GString) text = read_all(cmd_arg(ctx, 0), error);
    g_autoptr(IdxEventBatch) batch =
        text ? idx_event_add_text(ctx->cat, text->str, text->len, IDX_EVENT_FORM_ANY, ctx->now_us,
                                  error)
             : NULL;
    if (!batch)
        return false;
    if (ctx->options.json)
        cmd_print_json(idx_event_batch_json(batch));
    else
        printf("%d accepted, %d known already, %d refused\n", batch->accepted, batch->duplicates,
               batch->refused);
    print_refused(batch);
    return batch->refused == 0 ||
           mj_error_set(error, MJ_ERROR_INVALID, "%d of %u events refused; the others are kept",
                        batch->refused, batch->results->len);
}
