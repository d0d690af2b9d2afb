// SPDX-License-Identifier: GPL-3.0-or-later
/* What is changed of an account that there is, and how long logins last. */
#include "index/account/login.h"
#include "index/account/scope.h"
#include "index/account/second.h"
#include "index/account/user.h"
#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/cmd/command.h"
#include "index/segment/seal.h"
#include "index/tls_cert.h"

#include <inttypes.h>
#include <stdio.h>

static bool say(const CmdContext *ctx, const char *what)
{
    const char *name = cmd_arg(ctx, 0);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "user", name));
    else
        printf("user %s %s\n", name, what);
    return true;
}

bool cmd_user_role(CmdContext *ctx, GError **error)
{
    return idx_user_set_role(ctx->cat, cmd_arg(ctx, 0), cmd_arg(ctx, 1), error) &&
           say(ctx, "has another role");
}

bool cmd_user_scope(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    for (guint i = 1; i < ctx->args->len; i++)
        g_ptr_array_add(places, ctx->args->pdata[i]);
    bool all = places->len == 0;
    g_ptr_array_add(places, NULL);
    return idx_scope_put(ctx->cat, cmd_arg(ctx, 0), (const char *const *)places->pdata, error) &&
           say(ctx, all ? "sees everything" : "sees these places alone");
}

bool cmd_user_second(CmdContext *ctx, GError **error)
{
    return idx_second_reset(ctx->cat, cmd_arg(ctx, 0), error) && say(ctx, "has no second factor");
}

bool cmd_user_logout(CmdContext *ctx, GError **error)
{
    g_autoptr(IdxUser) user = idx_user_get(ctx->cat, cmd_arg(ctx, 0), error); // or there is none
    return user && idx_logout_everywhere(ctx->cat, user->name, error) && say(ctx, "signed out");
}

bool cmd_session_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GArray) rules = idx_login_rules(ctx->cat, error);
    if (!rules)
        return false;
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; i < rules->len; i++) {
        const IdxLoginRule *rule = &g_array_index(rules, IdxLoginRule, i);
        int64_t idle = rule->idle_us / MJ_MINUTE_US, longest = rule->longest_us / MJ_MINUTE_US;
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:I}", "role", rule->role, "idle_minutes",
                                        (json_int_t)idle, "longest_minutes", (json_int_t)longest));
        if (!ctx->options.json)
            printf("%-14s %5" PRId64 " min without a request, %5" PRId64 " min in any case\n",
                   rule->role, idle, longest);
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:O}", "rules", list));
    return true;
}

bool cmd_session_set(CmdContext *ctx, GError **error)
{
    IdxLoginRule rule = {.idle_us = ctx->options.idle * MJ_MINUTE_US,
                         .longest_us = ctx->options.longest * MJ_MINUTE_US};
    g_strlcpy(rule.role, cmd_arg(ctx, 0), sizeof rule.role);
    return idx_login_rule_set(ctx->cat, &rule, error) && cmd_session_list(ctx, error);
}

bool cmd_keys(CmdContext *ctx, GError **error)
{
    bool made = false;
    const char *home = ctx->options.home;
    if (!mj_home_create(home, error) || !idx_seal_create_factor_key(home, error) ||
        !idx_tls_cert_create(home, &made, error))
        return false;
    g_autofree char *cert = mj_home_web(home, IDX_TLS_CERT);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:b}", "certificate", cert, "made", (int)made));
    else
        printf("%s %s\n", cert, made ? "was made" : "is there");
    return true;
}
