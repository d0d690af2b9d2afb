// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/account/token.h"
#include "index/account/user.h"
#include "index/cmd/command.h"
#include "index/listing.h"

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

/* To be changed at the first sign-in. */
static bool is_given(const CmdContext *ctx)
{
    return !ctx->options.password_stdin && !ctx->options.lasting;
}

bool cmd_user_add(CmdContext *ctx, GError **error)
{
    g_autofree char *password = get_password(ctx, error);
    bool (*add)(IdxCatalogue *, const char *, const char *, const char *, int64_t, GError **) =
        is_given(ctx) ? idx_user_add_given : idx_user_add;
    return password &&
           add(ctx->cat, cmd_arg(ctx, 0), ctx->options.role, password, ctx->now_us, error) &&
           say(ctx, "added", password);
}

bool cmd_user_passwd(CmdContext *ctx, GError **error)
{
    g_autofree char *password = get_password(ctx, error);
    bool (*set)(IdxCatalogue *, const char *, const char *, GError **) =
        is_given(ctx) ? idx_user_give_password : idx_user_set_password;
    return password && set(ctx->cat, cmd_arg(ctx, 0), password, error) &&
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

static bool list_user(const CmdContext *ctx, const IdxUser *user, json_t *array, GError **error)
{
    g_autoptr(GPtrArray) places = idx_scope_of(ctx->cat, user->name, error);
    json_t *list = user->limited ? json_array() : json_null();
    g_autoptr(GString) words = g_string_new(user->limited ? " sees" : NULL);
    for (guint i = 0; places && user->limited && i < places->len; i++) {
        json_array_append_new(list, json_string(places->pdata[i]));
        g_string_append_printf(words, " %s", (const char *)places->pdata[i]);
    }
    json_array_append_new(array, json_pack("{s:s, s:s, s:b, s:b, s:b, s:o}", "name", user->name,
                                           "role", user->role, "disabled", (int)user->disabled,
                                           "must_change", (int)user->must_change, "second",
                                           (int)user->second, "places", list));
    if (places && !ctx->options.json)
        printf("%-20s %-14s%s%s%s%s\n", user->name, user->role, user->disabled ? "disabled" : "",
               user->must_change ? " password given" : "", user->second ? " second factor" : "",
               words->str);
    return places != NULL;
}

bool cmd_user_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) users = idx_user_list(ctx->cat, error);
    if (!users)
        return false;
    json_t *array = json_array();
    for (guint i = 0; i < users->len; i++) {
        const IdxUser *user = users->pdata[i];
        if (!list_user(ctx, user, array, error)) {
            json_decref(array);
            return false;
        }
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
    int64_t expires_us = 0;
    if (!cmd_parse_time(ctx, "expires", ctx->options.expires, 0, &expires_us, error))
        return false;
    g_autofree char *token =
        idx_token_add_until(ctx->cat, name, scope, expires_us, ctx->now_us, error);
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
    g_autofree char *used = token->used_us ? cmd_time(ctx, token->used_us) : g_strdup("never");
    g_autofree char *ends = token->expires_us ? cmd_time(ctx, token->expires_us) : NULL;
    printf("%-20s %-8s made %s  used %s%s%s%s%s\n", token->name, token->scope, created, used,
           ends ? "  ends " : "", ends ? ends : "", revoked ? "  revoked " : "",
           revoked ? revoked : "");
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
        json_array_append_new(array,
                              json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "name", t->name, "scope",
                                        t->scope, "created", mj_json_time(t->created_us, zone),
                                        "revoked", idx_listing_time(ctx->cat, t->revoked_us),
                                        "used", idx_listing_time(ctx->cat, t->used_us), "expires",
                                        idx_listing_time(ctx->cat, t->expires_us)));
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
