// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/meet/hang_up.h"
#include "index/meet/meet.h"

#include <stdio.h>
#include <string.h>

#define LIST_MAX 200

typedef struct Legs { // "CODE" or "CODE:ROLE" of each
    GPtrArray *codes, *roles;
} Legs;

static void legs_clear(Legs *legs)
{
    g_ptr_array_unref(legs->codes);
    g_ptr_array_unref(legs->roles);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Legs, legs_clear)

static Legs read_legs(const GPtrArray *args)
{
    Legs legs = {g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free)};
    for (guint i = 2; i < args->len; i++) {
        const char *arg = args->pdata[i], *colon = strchr(arg, ':');
        size_t size = colon ? (size_t)(colon - arg) : strlen(arg);
        g_ptr_array_add(legs.codes, g_strndup(arg, size));
        g_ptr_array_add(legs.roles, g_strdup(colon ? colon + 1 : arg));
    }
    g_ptr_array_add(legs.codes, NULL);
    g_ptr_array_add(legs.roles, NULL);
    return legs;
}

static bool print_added(CmdContext *ctx, const char *session, const GPtrArray *tokens,
                        GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(ctx->cat, session, error);
    if (!meet)
        return false;
    json_t *json = idx_meet_json(meet, idx_catalogue_timezone(ctx->cat));
    for (guint i = 0; i < tokens->len; i++) {
        const IdxMeetLeg *leg = meet->legs->pdata[i];
        json_object_set_new(json_array_get(json_object_get(json, "legs"), i), "token",
                            json_string(tokens->pdata[i]));
        if (!ctx->options.json)
            printf("%s (%s) joins with this token, shown this once:\n%s\n", leg->code, leg->role,
                   (const char *)tokens->pdata[i]);
    }
    if (ctx->options.json)
        cmd_print_json(json);
    else
        json_decref(json);
    return true;
}

bool cmd_meeting_add(CmdContext *ctx, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    if (!cmd_parse_time(ctx, "--from", ctx->options.from, 0, &from_us, error) ||
        !cmd_parse_time(ctx, "--to", ctx->options.to, 0, &to_us, error))
        return false;
    g_auto(Legs) legs = read_legs(ctx->args);
    IdxMeetRequest request = {.session = cmd_arg(ctx, 0),
                              .place = cmd_arg(ctx, 1),
                              .topic = ctx->options.name,
                              .slot_start_us = from_us,
                              .slot_end_us = to_us,
                              .legs = (const char *const *)legs.codes->pdata,
                              .roles = (const char *const *)legs.roles->pdata};
    g_autoptr(GPtrArray) tokens = idx_meet_add(ctx->cat, &request, ctx->now_us, error);
    return tokens && print_added(ctx, request.session, tokens, error);
}

bool cmd_meeting_token(CmdContext *ctx, GError **error)
{
    const char *session = cmd_arg(ctx, 0), *leg = cmd_arg(ctx, 1);
    g_autofree char *token = idx_meet_token(ctx->cat, session, leg, ctx->now_us, error);
    if (!token)
        return false;
    if (ctx->options.json)
        cmd_print_json(
            json_pack("{s:s, s:s, s:s}", "session", session, "leg", leg, "token", token));
    else
        printf("%s of %s joins with this token, shown this once; the one before is void:\n%s\n",
               leg, session, token);
    return true;
}

static void print_meet(CmdContext *ctx, const json_t *json)
{
    g_autofree char *opened = cmd_time_of(ctx, json_object_get(json, "opened"));
    printf("%-12s %-9s %-10s opened %s", cmd_text_of(json, "session"), cmd_text_of(json, "state"),
           cmd_text_of(json, "place"), opened);
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(json_object_get(json, "legs"), i, leg)
        printf("  %s%s", cmd_text_of(leg, "leg"),
               json_is_null(json_object_get(leg, "consented")) ? " (no consent yet)" : "");
    printf("\n");
}

bool cmd_meeting_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) meets = idx_meet_list(ctx->cat, LIST_MAX, error);
    if (!meets)
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < meets->len; i++) {
        json_t *json = idx_meet_json(meets->pdata[i], idx_catalogue_timezone(ctx->cat));
        if (!ctx->options.json)
            print_meet(ctx, json);
        json_array_append_new(list, json);
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:o}", "sessions", list));
    else
        json_decref(list);
    return true;
}

bool cmd_meeting_end(CmdContext *ctx, GError **error)
{
    const char *session = cmd_arg(ctx, 0);
    if (!idx_meet_end(ctx->cat, session, ctx->options.reason, ctx->now_us, error))
        return false;
    idx_meet_hang_up(ctx->cat, ctx->options.home, session);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "ended", session));
    else
        printf("%s is over; its join links count for nothing any more\n", session);
    return true;
}
