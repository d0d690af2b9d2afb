// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/dossier.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "-";
}

static void print_events(CmdContext *ctx, const json_t *dossier)
{
    size_t i = 0;
    const json_t *event = NULL;
    json_array_foreach(json_object_get(dossier, "events"), i, event)
    {
        g_autofree char *time = cmd_time_of(ctx, json_object_get(event, "time"));
        const char *note = json_is_true(json_object_get(event, "superseded"))
                               ? "  (corrected later)"
                           : json_is_true(json_object_get(event, "cancelled")) ? "  (cancels)"
                                                                               : "";
        printf("  %s  %-26s %-8s%s\n", time, text_of(event, "type"), text_of(event, "place"), note);
    }
}

static void print_parts(CmdContext *ctx, const json_t *span)
{
    size_t i = 0;
    const json_t *part = NULL;
    json_array_foreach(json_object_get(span, "segments"), i, part)
        printf("      %s\n", text_of(part, "path"));
    json_array_foreach(json_object_get(span, "gaps"), i, part)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(part, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(part, "to"));
        printf("      missing %s - %s: %s\n", from, to, text_of(part, "reason"));
    }
    json_array_foreach(json_object_get(span, "damage"), i, part)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(part, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(part, "to"));
        printf("      damaged %s - %s: packets of %s were lost\n", from, to,
               text_of(part, "track"));
    }
    json_array_foreach(json_object_get(span, "notes"), i, part)
    {
        g_autofree char *at = cmd_time_of(ctx, json_object_get(part, "at"));
        printf("      noted %s: %s\n", at, text_of(part, "detail"));
    }
}

static void print_cameras(CmdContext *ctx, const json_t *answer)
{
    size_t i = 0, j = 0;
    const json_t *camera = NULL, *span = NULL;
    json_array_foreach(json_object_get(answer, "cameras"), i, camera)
    {
        printf("  %s (%s)  coverage %.1f %%\n", text_of(camera, "camera"), text_of(camera, "name"),
               100.0 * json_number_value(json_object_get(camera, "coverage")));
        json_array_foreach(json_object_get(camera, "spans"), j, span)
        {
            g_autofree char *from = cmd_time_of(ctx, json_object_get(span, "from"));
            g_autofree char *to = cmd_time_of(ctx, json_object_get(span, "to"));
            printf("    %s - %s at %s\n", from, to, text_of(span, "place"));
            print_parts(ctx, span);
        }
    }
}

/* The subject as it is called, however it was typed. */
static bool tell(CmdContext *ctx, const json_t *dossier, const IdxAudit *asked, GError **error)
{
    IdxAudit row = *asked;
    const json_t *subject = json_object_get(dossier, "subject");
    const char *day = json_string_value(json_object_get(subject, "day"));
    row.what = "find";
    row.object = cmd_arg(ctx, 0);
    if (subject) {
        row.object_kind = text_of(subject, "kind");
        row.object = text_of(subject, "key");
    }
    if (day && !mj_day_parse(day, idx_catalogue_timezone(ctx->cat), ctx->now_us, &row.day, error))
        return false;
    return cmd_audit(ctx, &row, error);
}

/* Takes @dossier, NULL if there is none. Nothing is shown before the audit log has its row. */
static bool answer(CmdContext *ctx, json_t *dossier, const IdxAudit *asked, GError **error)
{
    if (!dossier)
        return false;
    if (!tell(ctx, dossier, asked, error)) {
        json_decref(dossier);
        return false;
    }
    if (ctx->options.json) {
        cmd_print_json(dossier);
        return true;
    }
    const json_t *subject = json_object_get(dossier, "subject");
    if (subject)
        printf("%s %s  %s  %s\n", text_of(subject, "kind"), text_of(subject, "key"),
               text_of(subject, "day"), text_of(subject, "title"));
    print_events(ctx, dossier);
    print_cameras(ctx, dossier);
    json_decref(dossier);
    return true;
}

bool cmd_find_ticket(CmdContext *ctx, GError **error)
{
    int day = IDX_DAY_LATEST;
    if (ctx->options.day &&
        !mj_day_parse(ctx->options.day, idx_catalogue_timezone(ctx->cat), ctx->now_us, &day, error))
        return false;
    return answer(ctx, idx_dossier_ticket(ctx->cat, cmd_arg(ctx, 0), day, ctx->now_us, error),
                  &(IdxAudit){0}, error);
}

bool cmd_find_approval(CmdContext *ctx, GError **error)
{
    return answer(ctx, idx_dossier_approval(ctx->cat, cmd_arg(ctx, 0), ctx->now_us, error),
                  &(IdxAudit){0}, error);
}

bool cmd_find_session(CmdContext *ctx, GError **error)
{
    return answer(ctx, idx_dossier_session(ctx->cat, cmd_arg(ctx, 0), ctx->now_us, error),
                  &(IdxAudit){0}, error);
}

bool cmd_find_place(CmdContext *ctx, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    if (!ctx->options.from || !ctx->options.to)
        return mj_error_set(error, MJ_ERROR_USAGE, "find place needs --from and --to");
    if (!cmd_parse_time(ctx, "from", ctx->options.from, 0, &from_us, error) ||
        !cmd_parse_time(ctx, "to", ctx->options.to, 0, &to_us, error))
        return false;
    return answer(ctx,
                  idx_dossier_place(ctx->cat, cmd_arg(ctx, 0), from_us, to_us, ctx->now_us, error),
                  &(IdxAudit){.object_kind = "place", .from_us = from_us, .to_us = to_us}, error);
}
