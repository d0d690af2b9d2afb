// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/webhook.h"
#include "index/base/redact.h"
#include "index/cmd/command.h"
#include "index/listing.h"

#include <inttypes.h>
#include <stdio.h>

bool cmd_webhook_add(CmdContext *ctx, GError **error)
{
    const char *url = cmd_arg(ctx, 0);
    g_autofree char *secret =
        idx_webhook_add(ctx->cat, url, ctx->options.kinds, ctx->options.plain, ctx->now_us, error);
    if (!secret)
        return false;
    g_autofree char *shown = mj_redact(url);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:s}", "url", shown, "secret", secret));
    else
        printf("%s is told of alarms. Its secret, shown this once:\n%s\n", shown, secret);
    return true;
}

static json_t *webhook_json(IdxCatalogue *cat, const IdxWebhook *w)
{
    return json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:s?}", "url", w->url, "kinds",
                     w->kinds, "created", idx_listing_time(cat, w->created_us), "delivered",
                     (json_int_t)w->delivered, "waiting", (json_int_t)w->waiting, "dropped",
                     (json_int_t)w->dropped, "tries", (json_int_t)w->tries, "failed",
                     idx_listing_time(cat, w->failed_us), "failure", w->failure);
}

static void print_webhook(CmdContext *ctx, const IdxWebhook *w)
{
    printf("%s  %s\n  %" PRId64 " delivered, %" PRId64 " waiting, %" PRId64 " given up\n", w->url,
           *w->kinds ? w->kinds : "all kinds", w->delivered, w->waiting, w->dropped);
    if (w->failed_us) {
        g_autofree char *failed = cmd_time(ctx, w->failed_us);
        printf("  last failure %s: %s%s\n", failed, w->failure,
               w->tries ? "; it is tried again" : "; since then it works");
    }
}

bool cmd_webhook_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) webhooks = idx_webhook_list(ctx->cat, error);
    if (!webhooks)
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < webhooks->len; i++) {
        json_array_append_new(list, webhook_json(ctx->cat, webhooks->pdata[i]));
        if (!ctx->options.json)
            print_webhook(ctx, webhooks->pdata[i]);
    }
    json_t *answer = json_pack("{s:o}", "webhooks", list);
    if (ctx->options.json)
        cmd_print_json(answer);
    else
        json_decref(answer);
    return true;
}

bool cmd_webhook_remove(CmdContext *ctx, GError **error)
{
    if (!idx_webhook_remove(ctx->cat, cmd_arg(ctx, 0), error))
        return false;
    g_autofree char *shown = mj_redact(cmd_arg(ctx, 0));
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "removed", shown));
    else
        printf("%s is told of nothing any more\n", shown);
    return true;
}
