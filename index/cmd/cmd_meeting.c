// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/meet/book.h"
#include "index/meet/hang_up.h"
#include "index/meet/meet.h"

#include <stdio.h>
#include <string.h>

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

/* "2001,2002" or "-": one word, as the other columns are. Caller frees. */
static char *officials_of(const json_t *json)
{
    GString *text = g_string_new(NULL);
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(json, "officials"), i, one)
        g_string_append_printf(text, "%s%s", i > 0 ? "," : "", json_string_value(one));
    return g_string_free(text->len > 0 ? text : g_string_append_c(text, '-'), FALSE);
}

static void print_meet(CmdContext *ctx, const json_t *json)
{
    g_autofree char *planned = cmd_time_of(ctx, json_object_get(json, "slot_start"));
    g_autofree char *opened = cmd_time_of(ctx, json_object_get(json, "opened"));
    g_autofree char *officials = officials_of(json);
    printf("%-18s %-9s %.16s  %s %s %s %s", cmd_text_of(json, "session"),
           cmd_text_of(json, "state"), *opened == '-' ? planned : opened,
           cmd_text_of(json, "place"), cmd_text_of(json, "dept"), officials,
           cmd_text_of(json, "topic"));
    size_t i = 0;
    json_t *leg = NULL;
    json_array_foreach(json_object_get(json, "legs"), i, leg)
        printf("  %s%s", cmd_text_of(leg, "leg"),
               json_is_null(json_object_get(leg, "consented")) ? " (no consent yet)" : "");
    const json_t *rated = json_object_get(json, "satisfaction");
    if (json_is_integer(rated))
        printf("  rated %" JSON_INTEGER_FORMAT " of 5", json_integer_value(rated));
    printf("\n");
}

static bool read_day(CmdContext *ctx, IdxBookFilter *filter, GError **error)
{
    GTimeZone *zone = idx_catalogue_timezone(ctx->cat);
    int day = 0;
    return !ctx->options.day || (mj_day_parse(ctx->options.day, zone, ctx->now_us, &day, error) &&
                                 mj_day_range(day, zone, &filter->from_us, &filter->to_us, error));
}

bool cmd_meeting_list(CmdContext *ctx, GError **error)
{
    IdxBookFilter filter = {.session = cmd_arg(ctx, 0),
                            .dept = ctx->options.dept,
                            .node = ctx->options.node,
                            .cursor = ctx->options.after};
    json_t *list =
        read_day(ctx, &filter, error) ? idx_book_list_json(ctx->cat, &filter, error) : NULL;
    if (!list)
        return false;
    if (ctx->options.json)
        return cmd_print_json(list), true;
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(list, "sessions"), i, one) print_meet(ctx, one);
    if (json_is_string(json_object_get(list, "next")))
        printf("and more: --after %s\n", cmd_text_of(list, "next"));
    json_decref(list);
    return true;
}

bool cmd_meeting_end(CmdContext *ctx, GError **error)
{
    const char *session = cmd_arg(ctx, 0);
    if (!idx_meet_end(ctx->cat, session, ctx->options.reason, ctx->now_us, error))
        return false;
    idx_meet_hang_up(ctx->cat, ctx->options.home, session, NULL);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "ended", session));
    else
        printf("%s is over; its join links count for nothing any more\n", session);
    return true;
}
