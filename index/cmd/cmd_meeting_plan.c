// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/meet/book.h"
#include "index/meet/meet.h"
#include "index/meet/promise.h"
#include "index/meet/slot.h"

#include <inttypes.h>
#include <stdio.h>

#define AHEAD_US (60 * MJ_DAY_US)

static bool read_slot(const CmdContext *ctx, guint n, int64_t *ret_id, GError **error)
{
    guint64 id = 0;
    if (!g_ascii_string_to_unsigned(cmd_arg(ctx, n), 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "a slot is a number: see meeting slot list");
    *ret_id = (int64_t)id;
    return true;
}

static void print_slot(CmdContext *ctx, const json_t *json)
{
    g_autofree char *start = cmd_time_of(ctx, json_object_get(json, "start"));
    g_autofree char *end = cmd_time_of(ctx, json_object_get(json, "end"));
    printf("%" JSON_INTEGER_FORMAT "  %.16s - %.5s  %-9s %s  %s %s %s\n",
           json_integer_value(json_object_get(json, "id")), start, end + 11,
           cmd_text_of(json, "state"), cmd_text_of(json, "place"), cmd_text_of(json, "dept"),
           cmd_text_of(json, "official"), cmd_text_of(json, "session"));
}

bool cmd_slot_add(CmdContext *ctx, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    g_autofree char *link = NULL;
    g_autoptr(json_t) topics = json_array();
    for (guint i = 2; cmd_arg(ctx, i); i++)
        json_array_append_new(topics, json_string(cmd_arg(ctx, i)));
    if (!cmd_parse_time(ctx, "--from", ctx->options.from, 0, &from_us, error) ||
        !cmd_parse_time(ctx, "--to", ctx->options.to, 0, &to_us, error))
        return false;
    IdxSlotRequest ask = {
        cmd_arg(ctx, 0), ctx->options.owner, cmd_arg(ctx, 1), topics, from_us, to_us};
    g_autoptr(IdxSlot) slot = idx_slot_add(ctx->cat, &ask, ctx->now_us, &link, error);
    if (!slot)
        return false;
    json_t *json = idx_slot_json(slot, ctx->now_us, idx_catalogue_timezone(ctx->cat));
    json_object_set_new(json, "link", json_string(link));
    if (ctx->options.json)
        return cmd_print_json(json), true;
    print_slot(ctx, json);
    printf("a citizen books it at #/book/%" PRId64 "?token=%s (shown this once)\n", slot->id, link);
    json_decref(json);
    return true;
}

bool cmd_slot_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) slots = idx_slot_list(ctx->cat, ctx->now_us - MJ_DAY_US,
                                               ctx->now_us + AHEAD_US, ctx->options.dept, error);
    if (!slots)
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < slots->len; i++) {
        json_t *json =
            idx_slot_json(slots->pdata[i], ctx->now_us, idx_catalogue_timezone(ctx->cat));
        if (!ctx->options.json)
            print_slot(ctx, json);
        json_array_append_new(list, json);
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:o}", "slots", list));
    else
        json_decref(list);
    return true;
}

bool cmd_slot_withdraw(CmdContext *ctx, GError **error)
{
    int64_t id = 0;
    if (!read_slot(ctx, 0, &id, error) || !idx_slot_withdraw(ctx->cat, id, ctx->now_us, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:I}", "withdrawn", (json_int_t)id));
    else
        printf("slot %" PRId64 " is withdrawn\n", id);
    return true;
}

/* --- sessions ---------------------------------------------------------------------------------- */

static bool print_session(CmdContext *ctx, const char *session, const GPtrArray *tokens,
                          GError **error)
{
    json_t *json = idx_book_json(ctx->cat, session, error);
    if (!json)
        return false;
    if (!ctx->options.json)
        printf("%s  %s  at %s\n", session, cmd_text_of(json, "state"), cmd_text_of(json, "place"));
    for (guint i = 0; tokens && i < tokens->len; i++) {
        json_t *leg = json_array_get(json_object_get(json, "legs"), i);
        json_object_set_new(leg, "token", json_string(tokens->pdata[i]));
        if (!ctx->options.json)
            printf("%s joins at #/join/%s/%s?token=%s (shown this once)\n",
                   cmd_text_of(leg, "role"), session, cmd_text_of(leg, "leg"),
                   (const char *)tokens->pdata[i]);
    }
    if (ctx->options.json)
        cmd_print_json(json_incref(json));
    json_decref(json);
    return true;
}

bool cmd_meeting_book(CmdContext *ctx, GError **error)
{
    g_autofree char *session = NULL;
    IdxBookRequest ask = {.topic = cmd_arg(ctx, 1),
                          .citizen_ref = ctx->options.ref,
                          .ticket_no = ctx->options.ticket,
                          .approval_id = ctx->options.approval,
                          .node_code = ctx->options.node};
    if (!read_slot(ctx, 0, &ask.slot_id, error))
        return false;
    g_autoptr(GPtrArray) tokens = idx_book(ctx->cat, &ask, ctx->now_us, &session, error);
    return tokens && print_session(ctx, session, tokens, error);
}

bool cmd_meeting_cancel(CmdContext *ctx, GError **error)
{
    const char *session = cmd_arg(ctx, 0);
    return idx_book_cancel(ctx->cat, session, ctx->options.reason, ctx->now_us, error) &&
           print_session(ctx, session, NULL, error);
}

bool cmd_meeting_move(CmdContext *ctx, GError **error)
{
    int64_t slot = 0;
    const char *session = cmd_arg(ctx, 0);
    return read_slot(ctx, 1, &slot, error) &&
           idx_book_move(ctx->cat, session, slot, ctx->now_us, error) &&
           print_session(ctx, session, NULL, error);
}

/* --- promises ---------------------------------------------------------------------------------- */

static void print_promises(const json_t *list)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(list, "promises"), i, one)
        printf("%s  %s  %-7s %s  %s  %s: %s\n", cmd_text_of(one, "promise_id"),
               cmd_text_of(one, "due"), cmd_text_of(one, "state"), cmd_text_of(one, "session"),
               cmd_text_of(one, "dept"), cmd_text_of(one, "owner"), cmd_text_of(one, "text"));
    if (json_is_string(json_object_get(list, "next")))
        printf("and more: --after %s\n", cmd_text_of(list, "next"));
}

bool cmd_promise_list(CmdContext *ctx, GError **error)
{
    IdxPromiseFilter filter = {.dept = ctx->options.dept,
                               .state = ctx->options.state,
                               .cursor = ctx->options.after,
                               .limit = ctx->options.csv ? IDX_PROMISE_TABLE_MAX : 0};
    g_autoptr(json_t) list = idx_promise_list_json(ctx->cat, &filter, ctx->now_us, error);
    if (!list || !cmd_audit(ctx, &(IdxAudit){.what = "promise.list"}, error))
        return false;
    g_autofree char *csv = ctx->options.csv ? idx_promise_csv(list) : NULL;
    if (csv)
        fputs(csv, stdout);
    else if (ctx->options.json)
        cmd_print_json(json_incref(list));
    else
        print_promises(list);
    return true;
}

bool cmd_promise_done(CmdContext *ctx, GError **error)
{
    const char *code = cmd_arg(ctx, 0);
    IdxPromiseProof proof = {
        .text = cmd_arg(ctx, 1), .sha256 = ctx->options.sha256, .by = ctx->who};
    if (!idx_promise_done(ctx->cat, code, &proof, ctx->now_us, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(idx_promise_json(ctx->cat, code, ctx->now_us, NULL));
    else
        printf("promise %s is done\n", code);
    return true;
}
