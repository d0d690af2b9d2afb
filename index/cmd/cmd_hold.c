// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/find/dossier.h"
#include "index/hold/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void print_spans(CmdContext *ctx, const json_t *list, bool gone)
{
    size_t i = 0;
    const json_t *span = NULL;
    json_array_foreach(list, i, span)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(span, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(span, "to"));
        printf("  %s %s - %s", cmd_text_of(span, "camera"), from, to);
        if (gone)
            printf("  WAS DELETED: %s", cmd_text_of(span, "detail"));
        putchar('\n');
    }
}

/* What a hold on cameras has none of. */
static void print_subject(const json_t *subject)
{
    if (!json_is_object(subject))
        return;
    printf(" %s", cmd_text_of(subject, "key"));
    if (json_is_string(json_object_get(subject, "day")))
        printf(" of %s", cmd_text_of(subject, "day"));
    printf(" in hall %s", cmd_text_of(subject, "hall"));
    if (json_object_get(subject, "ticket_id"))
        printf(", ticket_id %s alone", cmd_text_of(subject, "ticket_id"));
    if (json_object_get(subject, "source"))
        printf(", that of %s alone", cmd_text_of(subject, "source"));
}

static void print_hold(CmdContext *ctx, const json_t *hold)
{
    const json_t *subject = json_object_get(hold, "subject");
    cmd_speak_of(ctx, json_string_value(json_object_get(subject, "hall")));
    g_autofree char *made = cmd_time_of(ctx, json_object_get(hold, "made"));
    printf("hold %" PRId64 "  %s", number_of(hold, "id"), cmd_text_of(hold, "kind"));
    print_subject(subject);
    printf("\n  case %s: %s\n  owner %s, put by %s at %s, review %s%s\n", cmd_text_of(hold, "case"),
           cmd_text_of(hold, "reason"), cmd_text_of(hold, "owner"), cmd_text_of(hold, "by"), made,
           cmd_text_of(hold, "review"),
           json_is_true(json_object_get(hold, "review_due")) ? " IS DUE" : "");
    if (json_is_string(json_object_get(hold, "released"))) {
        g_autofree char *released = cmd_time_of(ctx, json_object_get(hold, "released"));
        printf("  released by %s at %s: %s\n", cmd_text_of(hold, "released_by"), released,
               cmd_text_of(hold, "released_reason"));
    }
    print_spans(ctx, json_object_get(hold, "spans"), false);
}

/* Of a number that was given out more than once: which are held. */
static void print_tickets(const json_t *list)
{
    size_t i = 0;
    const json_t *ticket = NULL;
    if (json_array_size(list) > 0)
        printf("  %zu ticket%s:\n", json_array_size(list), json_array_size(list) == 1 ? "" : "s");
    json_array_foreach(list, i, ticket)
        printf("    source %s, ticket_id %s\n", cmd_text_of(ticket, "source"),
               cmd_text_of(ticket, "ticket_id"));
}

static void print_answer(CmdContext *ctx, const json_t *json, const IdxHoldAnswer *added)
{
    print_hold(ctx, json_object_get(json, "hold"));
    print_tickets(json_object_get(json, "tickets"));
    print_spans(ctx, json_object_get(json, "gone"), true);
    printf("%" PRId64 " segments kept, %" PRId64 " MB; journal written in %d of %d volumes%s\n",
           added->segments, added->bytes / 1000000, added->journals, added->journals_of,
           added->journals_waiting > 0 ? "; the recorder writes the others" : "");
    if (json_is_string(json_object_get(json, "warning")))
        printf("WARNING: %s\n", cmd_text_of(json, "warning"));
}

/* One that only the catalogue knows makes the command fail, so that somebody looks at the disks. */
static bool answer(CmdContext *ctx, const IdxHoldAnswer *added, GError **error)
{
    g_autoptr(json_t) json = idx_hold_answer_json(ctx->cat, added, ctx->now_us);
    if (ctx->options.json)
        cmd_print_json(json_incref(json));
    else
        print_answer(ctx, json, added);
    return added->journals + added->journals_waiting > 0 ||
           mj_error_set(error, MJ_ERROR_IO,
                        "hold %" PRId64 " is in force, but no journal of holds could be written, "
                        "which will be tried again: %s",
                        added->hold->id, added->journals_failed);
}

/* Fills what all holds have. */
static bool fill(CmdContext *ctx, IdxHoldRequest *r, GError **error)
{
    const CmdOptions *o = &ctx->options;
    if (!o->reason || !o->case_no)
        return mj_error_set(error, MJ_ERROR_USAGE, "a hold needs --reason and --case: %s missing",
                            o->reason    ? "--case is"
                            : o->case_no ? "--reason is"
                                         : "both are");
    r->reason = o->reason;
    r->case_no = o->case_no;
    r->by = ctx->who;
    r->owner = o->owner ? o->owner : ctx->who;
    return !o->review || mj_day_parse(o->review, cmd_zone(ctx), ctx->now_us, &r->review_day, error);
}

/* Several are called so: all of them are shown, behind the row that says it, and none is held. */
static void show_candidates(CmdContext *ctx, const IdxHoldRequest *r, const GError *why)
{
    IdxName name = idx_hold_name(r);
    IdxAudit row = {.what = "hold.add",
                    .object_kind = r->kind,
                    .object = r->key,
                    .day = r->day,
                    .result = IDX_AUDIT_FAILED,
                    .words = why->message};
    if (cmd_audit(ctx, &row, NULL))
        cmd_show_candidates(ctx, idx_dossier_candidates(ctx->cat, &name, ctx->now_us, NULL));
}

static bool add(CmdContext *ctx, IdxHoldRequest *r, GError **error)
{
    GError *local = NULL;
    g_auto(IdxHoldAnswer) added = {0};
    if (!fill(ctx, r, error))
        return false;
    if (idx_hold_add(ctx->cat, r, ctx->now_us, &added, &local))
        return answer(ctx, &added, error);
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS))
        show_candidates(ctx, r, local);
    g_propagate_error(error, local);
    return false;
}

bool cmd_hold_ticket(CmdContext *ctx, GError **error)
{
    IdxHoldRequest r = {.kind = "ticket",
                        .key = cmd_arg(ctx, 0),
                        .hall = ctx->options.hall,
                        .ticket_id = ctx->options.ticket_id,
                        .source = ctx->options.source,
                        .all = ctx->options.all};
    if (ctx->options.day &&
        !mj_day_parse(ctx->options.day, cmd_zone(ctx), ctx->now_us, &r.day, error))
        return false;
    return add(ctx, &r, error);
}

bool cmd_hold_approval(CmdContext *ctx, GError **error)
{
    return add(
        ctx,
        &(IdxHoldRequest){.kind = "approval", .key = cmd_arg(ctx, 0), .hall = ctx->options.hall},
        error);
}

bool cmd_hold_session(CmdContext *ctx, GError **error)
{
    return add(
        ctx,
        &(IdxHoldRequest){.kind = "session", .key = cmd_arg(ctx, 0), .hall = ctx->options.hall},
        error);
}

bool cmd_hold_camera(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    g_auto(GStrv) cameras = g_strsplit(cmd_arg(ctx, 0), ",", -1);
    IdxHoldRequest r = {.cameras = (const char *const *)cameras};
    if (!o->from || !o->to)
        return mj_error_set(error, MJ_ERROR_USAGE, "hold add camera needs --from and --to");
    return cmd_parse_time(ctx, "from", o->from, 0, &r.from_us, error) &&
           cmd_parse_time(ctx, "to", o->to, 0, &r.to_us, error) && add(ctx, &r, error);
}

bool cmd_hold_list(CmdContext *ctx, GError **error)
{
    g_autoptr(json_t) list = idx_hold_list_json(ctx->cat, ctx->options.all, ctx->now_us, error);
    size_t i = 0;
    const json_t *hold = NULL;
    if (!list)
        return false;
    if (ctx->options.json)
        cmd_print_json(json_incref(list));
    else
        json_array_foreach(json_object_get(list, "holds"), i, hold) print_hold(ctx, hold);
    return true;
}

bool cmd_hold_release(CmdContext *ctx, GError **error)
{
    guint64 id = 0;
    if (!g_ascii_string_to_unsigned(cmd_arg(ctx, 0), 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "\"%s\" is not the number of a hold",
                            cmd_arg(ctx, 0));
    if (!ctx->options.reason)
        return mj_error_set(error, MJ_ERROR_USAGE, "hold release needs --reason");
    if (!idx_hold_release(ctx->cat, (int64_t)id, ctx->who, ctx->options.reason, ctx->now_us, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:I}", "released", (json_int_t)id));
    else
        printf("hold %" PRIu64 " is released; what else keeps its footage keeps it\n", id);
    return true;
}
