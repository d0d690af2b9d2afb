// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/meet/notice.h"

#include <stdio.h>

/* Without the blank lines at its end, which editors leave. Caller frees. */
static char *read_words(const char *path, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &wrong)) {
        mj_error_set(error, MJ_ERROR_IO, "cannot read the notice: %s", wrong->message);
        return NULL;
    }
    return g_strchomp(g_steal_pointer(&text));
}

bool cmd_notice_set(CmdContext *ctx, GError **error)
{
    g_autofree char *zh = read_words(cmd_arg(ctx, 1), error);
    g_autofree char *en = zh && cmd_arg(ctx, 2) ? read_words(cmd_arg(ctx, 2), error) : NULL;
    IdxNotice notice = {.version = cmd_arg(ctx, 0), .zh = zh, .en = en};
    if (!zh || (cmd_arg(ctx, 2) && !en) || !idx_notice_set(ctx->cat, &notice, ctx->now_us, error))
        return false;
    json_t *json = NULL;
    if (ctx->options.json)
        return idx_notice_json(ctx->cat, notice.version, &json, error) &&
               (cmd_print_json(json), true);
    printf("parties are shown version %s from now on; those before stay as they were agreed to\n",
           notice.version);
    return true;
}

bool cmd_notice_list(CmdContext *ctx, GError **error)
{
    json_t *list = idx_notice_list_json(ctx->cat, error);
    if (!list)
        return false;
    if (ctx->options.json)
        return cmd_print_json(list), true;
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(list, "notices"), i, one)
    {
        g_autofree char *since = cmd_time_of(ctx, json_object_get(one, "since"));
        printf("%s %s since %s  SHA-256 %s\n", i == 0 ? "*" : " ", cmd_text_of(one, "version"),
               since, cmd_text_of(one, "sha256"));
    }
    if (i == 0)
        puts("none; parties are shown the words that the page comes with");
    json_decref(list);
    return true;
}
