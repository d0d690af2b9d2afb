// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/command.h"
#include "index/token.h"
#include "index/user.h"

#include <stdio.h>

static char *get_password(CmdContext *ctx, GError **error)
{
    return ctx->options.password_stdin ? cmd_read_secret("password", error)
                                       : idx_password_random(error);
}

static bool say(CmdContext *ctx, const char *what, const char *password)
{
    const char *shown = ctx->options.password_stdin ? NULL : password;
    const char *name = cmd_arg(ctx, 0);
    if (ctx->options.json)
        cmd_print_json(shown ? json_pack("{s:s, s:s}", "user", name, "password", shown)
                             : json_pack("{s:s}", "user", name));
    else if (shown)
        printf("user %s %s\n  password  %s   (shown only now)\n", name, what, shown);
    else
        printf("user %s %s\n", name, what);
    return true;
}

bool cmd_user_add(CmdContext *ctx, GError **error)
{
    g_autofree char *password = get_password(ctx, error);
    return password &&
           idx_user_add(ctx->cat, cmd_arg(ctx, 0), ctx->options.role, password, ctx->now_us,
                        error) &&
           say(ctx, "added", password);
}

bool cmd_user_passwd(CmdContext *ctx, GError **error)
{
    g_autofree char *password = get_password(ctx, error);
    return password && idx_user_set_password(ctx->cat, cmd_arg(ctx, 0), password, error) &&
           say(ctx, "has a new password", password);
}

bool cmd_user_disable(CmdContext *ctx, GError **error)
{
    return idx_user_set_disabled(ctx->cat, cmd_arg(ctx, 0), true, ctx->now_us, error) &&
           say(ctx, "disabled", NULL);
}

bool cmd_user_enable(CmdContext *ctx, GError **error)
{
    return idx_user_set_disabled(ctx->cat, cmd_arg(ctx, 0), false, ctx->now_us, error) &&
           say(ctx, "enabled", NULL);
}

bool cmd_user_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) users = idx_user_list(ctx->cat, error);
    if (!users)
        return false;
    json_t *array = json_array();
    for (guint i = 0; i < users->len; i++) {
        const IdxUser *user = users->pdata[i];
        json_array_append_new(array, json_pack("{s:s, s:s, s:b}", "name", user->name, "role",
                                               user->role, "disabled", (int)user->disabled));
        if (!ctx->options.json)
            printf("%-20s %-14s%s\n", user->name, user->role, user->disabled ? "disabled" : "");
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:o}", "users", array));
    else
        json_decref(array);
    return true;
}

bool cmd_token_add(CmdContext *ctx, GError **error)
{
    const char *name = cmd_arg(ctx, 0), *scope = ctx->options.scope;
    g_autofree char *token = idx_token_add(ctx->cat, name, scope, ctx->now_us, error);
    if (!token)
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:s, s:s}", "name", name, "scope", scope, "token", token));
    else
        printf("token %s (%s)\n  %s   (shown only now)\n", name, scope, token);
    return true;
}

static void print_token(const CmdContext *ctx, const IdxToken *token)
{
    g_autofree char *created = cmd_time(ctx, token->created_us);
    g_autofree char *revoked = token->revoked_us ? cmd_time(ctx, token->revoked_us) : NULL;
    printf("%-20s %-8s made %s%s%s\n", token->name, token->scope, created,
           revoked ? "  revoked " : "", revoked ? revoked : "");
}

bool cmd_token_list(CmdContext *ctx, GError **error)
{
    GTimeZone *zone = idx_catalogue_timezone(ctx->cat);
    g_autoptr(GArray) tokens = idx_token_list(ctx->cat, error);
    if (!tokens)
        return false;
    g_autoptr(json_t) array = json_array();
    for (guint i = 0; i < tokens->len; i++) {
        const IdxToken *t = &g_array_index(tokens, IdxToken, i);
        json_t *revoked = t->revoked_us ? mj_json_time(t->revoked_us, zone) : json_null();
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:o, s:o}", "name", t->name, "scope", t->scope, "created",
                             mj_json_time(t->created_us, zone), "revoked", revoked));
        if (!ctx->options.json)
            print_token(ctx, t);
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:O}", "tokens", array));
    return true;
}

bool cmd_token_revoke(CmdContext *ctx, GError **error)
{
    if (!idx_token_revoke(ctx->cat, cmd_arg(ctx, 0), ctx->now_us, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "name", cmd_arg(ctx, 0)));
    else
        printf("token %s revoked\n", cmd_arg(ctx, 0));
    return true;
}
