// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/event/feed.h"
#include "index/find/dossier.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
        printf("  %s  %-26s %-8s%s\n", time, cmd_text_of(event, "type"),
               cmd_text_of(event, "place"), note);
    }
}

/* By how much a span's times may be wrong, as far as anybody knows. */
static char *doubt_of(const json_t *dossier, const json_t *span)
{
    size_t i = 0;
    const json_t *source = NULL;
    bool unknown = false;
    double ms = json_number_value(json_object_get(span, "uncertainty_ms"));
    json_array_foreach(json_object_get(dossier, "sources"), i, source) unknown =
        unknown || strcmp(cmd_text_of(source, "clock"), "unknown") == 0;
    return unknown && ms <= 0 ? g_strdup("clock not measured")
                              : g_strdup_printf("± %.3f s", ms / 1000.0);
}

/* By how much the clocks that the events' times are of were off; the spans below are by the hall's own. */
static void print_clocks(const json_t *dossier)
{
    size_t i = 0;
    const json_t *source = NULL;
    json_array_foreach(json_object_get(dossier, "sources"), i, source)
    {
        if (strcmp(cmd_text_of(source, "clock"), "unknown") == 0)
            printf("  clock of %s: not known\n", cmd_text_of(source, "source"));
        else
            printf("  clock of %s: %+.3f s ± %.3f s (%s)\n", cmd_text_of(source, "source"),
                   json_number_value(json_object_get(source, "offset_ms")) / 1000.0,
                   json_number_value(json_object_get(source, "uncertainty_ms")) / 1000.0,
                   cmd_text_of(source, "clock"));
    }
}

static void print_also(const json_t *dossier)
{
    size_t i = 0;
    const json_t *other = NULL;
    json_array_foreach(json_object_get(dossier, "also"), i, other)
    {
        const char *day = json_string_value(json_object_get(other, "day"));
        printf("%s %s%s%s in %s", i ? "," : "  also:", cmd_text_of(other, "kind"), day ? " " : "",
               day ? day : "", cmd_text_of(other, "hall"));
        if (json_is_true(json_object_get(other, "shared")))
            printf(" (%s)", cmd_which(other));
    }
    if (i)
        puts(json_is_true(json_object_get(dossier, "also_more")) ? " …" : "");
}

/* What the cameras below cannot tell. */
static void print_unseen(CmdContext *ctx, const json_t *dossier)
{
    size_t i = 0;
    const json_t *gap = NULL;
    json_array_foreach(json_object_get(dossier, "gaps"), i, gap)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(gap, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(gap, "to"));
        if (json_is_null(json_object_get(gap, "camera")))
            printf("  missing %s - %s at %s: no camera looked there\n", from, to,
                   cmd_text_of(gap, "place"));
    }
}

/* Whether part of what @camera is asked for is still to come. */
static bool is_unfinished(const json_t *camera)
{
    size_t i = 0;
    const json_t *span = NULL;
    json_array_foreach(json_object_get(camera, "spans"), i, span)
    {
        int64_t until_us = 0, to_us = INT64_MAX;
        const char *to = json_string_value(json_object_get(span, "to")); // null: it goes on
        if ((!to || mj_time_parse_rfc3339(to, &to_us, NULL)) &&
            mj_time_parse_rfc3339(cmd_text_of(span, "until"), &until_us, NULL) && until_us < to_us)
            return true;
    }
    return false;
}

static bool any_unfinished(const json_t *dossier)
{
    size_t i = 0;
    const json_t *camera = NULL;
    json_array_foreach(json_object_get(dossier, "cameras"), i, camera)
    {
        if (is_unfinished(camera))
            return true;
    }
    return false;
}

static void print_incomplete(const json_t *answer)
{
    if (json_is_false(json_object_get(answer, "complete")))
        puts("note: after a change of clocks or of coverage events wait to be linked anew: what is "
             "held, and lists, "
             "may be\nof before that; `mingjing link` finishes it");
}

static void print_coverage(const json_t *dossier)
{
    const json_t *coverage = json_object_get(dossier, "coverage");
    if (json_is_number(coverage))
        printf("  coverage %.1f %%%s\n", 100.0 * json_number_value(coverage),
               any_unfinished(dossier) ? " so far" : "");
}

static void print_parts(CmdContext *ctx, const json_t *span)
{
    size_t i = 0;
    const json_t *part = NULL;
    json_array_foreach(json_object_get(span, "segments"), i, part)
        printf("      %s\n", cmd_text_of(part, "path"));
    json_array_foreach(json_object_get(span, "gaps"), i, part)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(part, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(part, "to"));
        printf("      missing %s - %s: %s\n", from, to, cmd_text_of(part, "reason"));
    }
    json_array_foreach(json_object_get(span, "damage"), i, part)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(part, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(part, "to"));
        printf("      damaged %s - %s: packets of %s were lost\n", from, to,
               cmd_text_of(part, "track"));
    }
    json_array_foreach(json_object_get(span, "notes"), i, part)
    {
        g_autofree char *at = cmd_time_of(ctx, json_object_get(part, "at"));
        printf("      noted %s: %s\n", at, cmd_text_of(part, "detail"));
    }
}

static void print_cameras(CmdContext *ctx, const json_t *answer)
{
    size_t i = 0, j = 0;
    const json_t *camera = NULL, *span = NULL;
    json_array_foreach(json_object_get(answer, "cameras"), i, camera)
    {
        const json_t *coverage = json_object_get(camera, "coverage");
        printf("  %s (%s)  ", cmd_text_of(camera, "camera"), cmd_text_of(camera, "name"));
        if (json_is_number(coverage))
            printf("coverage %.1f %%%s\n", 100.0 * json_number_value(coverage),
                   is_unfinished(camera) ? " so far" : "");
        else
            puts("nothing to be covered yet");
        json_array_foreach(json_object_get(camera, "spans"), j, span)
        {
            g_autofree char *from = cmd_time_of(ctx, json_object_get(span, "from"));
            g_autofree char *to = cmd_time_of(ctx, json_object_get(span, "to"));
            g_autofree char *doubt = doubt_of(answer, span);
            printf("    %s - %s at %s  (%s, confidence %.2f, %s)\n", from, to,
                   cmd_text_of(span, "place"), cmd_text_of(span, "method"),
                   json_number_value(json_object_get(span, "confidence")), doubt);
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
        row.object_kind = cmd_text_of(subject, "kind");
        row.object = cmd_text_of(subject, "key");
    }
    if (day && !mj_day_parse(day, cmd_zone(ctx), ctx->now_us, &row.day, error))
        return false;
    g_autoptr(json_t) detail = idx_dossier_told(subject);
    row.detail = detail;
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
    cmd_speak_of(ctx, json_string_value(json_object_get(json_object_get(dossier, "hall"), "code")));
    if (subject)
        printf("%s %s  %s  %s", cmd_text_of(subject, "kind"), cmd_text_of(subject, "key"),
               cmd_text_of(subject, "day"), cmd_text_of(subject, "title"));
    if (json_is_true(json_object_get(subject, "shared")))
        printf("  (%s)", cmd_which(subject));
    if (subject)
        putchar('\n');
    cmd_print_named(subject, "  ", ": the number may be wrong\n");
    print_incomplete(dossier);
    print_also(dossier);
    print_events(ctx, dossier);
    print_clocks(dossier);
    print_coverage(dossier);
    print_cameras(ctx, dossier);
    print_unseen(ctx, dossier);
    json_decref(dossier);
    return true;
}

static void print_feed_source(CmdContext *ctx, const json_t *source)
{
    const json_t *last = json_object_get(source, "last"),
                 *late = json_object_get(source, "late_ms");
    g_autofree char *time = json_is_null(last) ? g_strdup("is not known") : NULL;
    g_autofree char *at = time ? NULL : cmd_time_of(ctx, last);
    printf("  when %s last spoke: %s", cmd_text_of(source, "source"), time ? time : at);
    if (json_is_number(late))
        printf(" (everything of it comes %.0f min late)", json_number_value(late) / 60e3);
    putchar('\n');
}

static void print_told(const json_t *feed)
{
    const json_t *told = json_object_get(feed, "told");
    int64_t n = json_integer_value(told);
    if (json_is_integer(told) && n == 0)
        printf("  of %s no queue told of any ticket: it may not have been heard\n",
               cmd_text_of(feed, "day"));
    else if (json_is_integer(told))
        printf("  of %s they told of %" PRId64 "%s tickets\n", cmd_text_of(feed, "day"), n,
               n >= IDX_FEED_TOLD_MAX ? " and more" : "");
}

/* Whether it is the number that is wrong, or whoever should have told of it that is not heard. */
static void show_feed(CmdContext *ctx, const IdxName *name)
{
    size_t i = 0;
    const json_t *source = NULL;
    g_autoptr(json_t) feed = idx_feed_json(ctx->cat, name, ctx->now_us, NULL);
    if (feed && ctx->options.json)
        cmd_print_json(
            json_pack("{s:s, s:O}", "code", mj_error_name(MJ_ERROR_NOT_FOUND), "feed", feed));
    if (!feed || ctx->options.json)
        return;
    json_array_foreach(json_object_get(feed, "sources"), i, source) print_feed_source(ctx, source);
    if (i == 0)
        printf("  no source has ever told of a %s here\n", name->kind);
    print_told(feed);
    int64_t refused = json_integer_value(json_object_get(feed, "refused"));
    g_autofree char *last = cmd_time_of(ctx, json_object_get(feed, "refused_last"));
    if (refused > 0)
        printf("  %" PRId64
               " events were refused then, the last of them at %s; see: mingjing audit "
               "list --what event.add\n",
               refused, last);
}

static bool find_named(CmdContext *ctx, IdxName name, GError **error)
{
    GError *local = NULL;
    name.key = cmd_arg(ctx, 0);
    if (!name.key || strspn(name.key, " \t") == strlen(name.key))
        return mj_error_set(error, MJ_ERROR_USAGE, "find %s: which one? its number is empty",
                            name.kind);
    name.hall = ctx->options.hall;
    name.ticket_id = ctx->options.ticket_id;
    name.source = ctx->options.source;
    json_t *dossier = idx_dossier(ctx->cat, &name, ctx->now_us, &local);
    if (dossier)
        return answer(ctx, dossier, &(IdxAudit){0}, error);
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS) && cmd_audit(ctx,
                                                            &(IdxAudit){.what = "find",
                                                                        .object_kind = name.kind,
                                                                        .object = name.key,
                                                                        .day = name.day},
                                                            NULL))
        cmd_show_candidates(ctx, idx_dossier_candidates(ctx->cat, &name, ctx->now_us, NULL));
    else if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        show_feed(ctx, &name);
    g_propagate_error(error, local);
    return false;
}

bool cmd_find_ticket(CmdContext *ctx, GError **error)
{
    int day = IDX_DAY_LATEST;
    if (ctx->options.day &&
        !mj_day_parse(ctx->options.day, cmd_zone(ctx), ctx->now_us, &day, error))
        return false;
    return find_named(ctx, (IdxName){.kind = "ticket", .day = day}, error);
}

bool cmd_find_approval(CmdContext *ctx, GError **error)
{
    return find_named(ctx, (IdxName){.kind = "approval"}, error);
}

bool cmd_find_session(CmdContext *ctx, GError **error)
{
    return find_named(ctx, (IdxName){.kind = "session"}, error);
}

static bool find_place(CmdContext *ctx, int64_t from_us, int64_t to_us, GError **error)
{
    GError *local = NULL;
    const char *place = cmd_arg(ctx, 0);
    json_t *found =
        idx_dossier_place(ctx->cat, place, ctx->options.hall, from_us, to_us, ctx->now_us, &local);
    if (found)
        return answer(ctx, found,
                      &(IdxAudit){.object_kind = "place", .from_us = from_us, .to_us = to_us},
                      error);
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS))
        cmd_show_candidates(ctx, idx_dossier_places(ctx->cat, place, NULL, NULL));
    g_propagate_error(error, local);
    return false;
}

bool cmd_find_place(CmdContext *ctx, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    if (!ctx->options.from || !ctx->options.to)
        return mj_error_set(error, MJ_ERROR_USAGE, "find place needs --from and --to");
    return cmd_parse_time(ctx, "from", ctx->options.from, 0, &from_us, error) &&
           cmd_parse_time(ctx, "to", ctx->options.to, 0, &to_us, error) &&
           find_place(ctx, from_us, to_us, error);
}
