// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/find/search.h"
#include "index/finding.h"

#include <stdio.h>

static void print_gaps(CmdContext *ctx, const json_t *item)
{
    size_t i = 0;
    const json_t *gap = NULL;
    json_array_foreach(json_object_get(item, "gaps"), i, gap)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(gap, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(gap, "to"));
        printf("    %s at %s missing %s - %s: %s\n", cmd_text_of(gap, "camera"),
               cmd_text_of(gap, "place"), from, to, cmd_text_of(gap, "reason"));
    }
}

static void print_places(const json_t *item)
{
    size_t i = 0;
    const json_t *place = NULL;
    json_array_foreach(json_object_get(item, "places"), i, place)
        printf("%s%s", i ? "," : " ", json_string_value(place));
}

static void print_item(CmdContext *ctx, const json_t *item)
{
    const json_t *coverage = json_object_get(item, "coverage");
    g_autofree char *from = cmd_time_of(ctx, json_object_get(item, "from"));
    g_autofree char *to = cmd_time_of(ctx, json_object_get(item, "to"));
    printf("%s - %s  %s %s  %s", from, to, cmd_text_of(item, "kind"), cmd_text_of(item, "key"),
           cmd_text_of(item, "hall"));
    if (json_is_true(json_object_get(item, "shared")))
        printf(" (%s)", cmd_which(item));
    print_places(item);
    if (json_is_number(coverage))
        printf("  coverage %.1f %%", 100.0 * json_number_value(coverage));
    if (json_is_true(json_object_get(item, "superseded")))
        printf("  CORRECTED OR CANCELLED");
    cmd_print_named(item, "  (", ")");
    int holds = (int)json_integer_value(json_object_get(item, "holds"));
    if (holds > 0)
        printf("  HELD (%d)", holds);
    printf("  %s\n", cmd_text_of(item, "title"));
    print_gaps(ctx, item);
}

static void print_items(CmdContext *ctx, const json_t *items)
{
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(items, i, item) print_item(ctx, item);
}

static void say_incomplete(const json_t *answer)
{
    if (json_is_false(json_object_get(answer, "complete")))
        puts("(not all there is, or not as it will be: what an earlier version stored, or what a "
             "changed "
             "clock or map concerns, is still being read; `mingjing link` finishes that)");
}

static bool read_limit(const CmdContext *ctx, int *ret, GError **error)
{
    int64_t limit = ctx->options.limit < 0 ? IDX_FIND_LIMIT : ctx->options.limit;
    *ret = (int)limit;
    return (limit >= 1 && limit <= IDX_FIND_LIMIT_MAX) ||
           mj_error_set(error, MJ_ERROR_USAGE, "--limit: 1 to %d", IDX_FIND_LIMIT_MAX);
}

/* --day, or --from and --to, each of which may be missing. */
static bool read_range(CmdContext *ctx, IdxFind *find, GError **error)
{
    const CmdOptions *o = &ctx->options;
    int day = 0;
    if (o->day && (o->from || o->to))
        return mj_error_set(error, MJ_ERROR_USAGE, "--day, or --from and --to, not both");
    if (o->day) {
        GTimeZone *zone = idx_catalogue_timezone(ctx->cat);
        return mj_day_parse(o->day, zone, ctx->now_us, &day, error) &&
               mj_day_range(day, zone, &find->from_us, &find->to_us, error);
    }
    return cmd_parse_time(ctx, "from", o->from, INT64_MIN, &find->from_us, error) &&
           cmd_parse_time(ctx, "to", o->to, INT64_MAX, &find->to_us, error);
}

static void show(CmdContext *ctx, const json_t *found)
{
    print_items(ctx, json_object_get(found, "items"));
    say_incomplete(found);
    if (json_is_string(json_object_get(found, "next")))
        printf("(there are more: --after %s)\n", cmd_text_of(found, "next"));
}

/* Several halls have it: they are shown, and none is chosen. */
static void show_candidates(CmdContext *ctx, const IdxFind *find)
{
    size_t i = 0;
    const json_t *c = NULL;
    g_autoptr(json_t) list = idx_find_candidates(ctx->cat, find->by, find->value, NULL);
    if (ctx->options.json && list) {
        cmd_print_json(
            json_pack("{s:s, s:O}", "code", mj_error_name(MJ_ERROR_AMBIGUOUS), "candidates", list));
        return;
    }
    json_array_foreach(list, i, c)
    {
        g_autofree char *last = cmd_time_of(ctx, json_object_get(c, "last"));
        printf("--hall %-10s %s, last %s\n", cmd_text_of(c, "hall"), cmd_text_of(c, "value"), last);
    }
}

static bool find_by(CmdContext *ctx, IdxFacetKind by, GError **error)
{
    g_autoptr(GError) local = NULL;
    IdxFind find = {.by = by,
                    .value = cmd_arg(ctx, 0),
                    .hall = ctx->options.hall,
                    .cursor = ctx->options.after,
                    .now_us = ctx->now_us};
    if (!read_range(ctx, &find, error) || !read_limit(ctx, &find.limit, error))
        return false;
    g_autoptr(json_t) found = idx_find(ctx->cat, &find, &local);
    IdxAudit row = {.what = "find",
                    .object_kind = idx_facet_name(by),
                    .object = find.value,
                    .from_us = ctx->options.from || ctx->options.day ? find.from_us : 0,
                    .to_us = ctx->options.to || ctx->options.day ? find.to_us : 0};
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS) && cmd_audit(ctx, &row, NULL))
        show_candidates(ctx, &find);
    if (!found) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (!cmd_audit(ctx, &row, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_incref(found));
    else
        show(ctx, found);
    return true;
}

bool cmd_find_visits(CmdContext *ctx, GError **error)
{
    return find_by(ctx, IDX_FACET_PLACE, error);
}

bool cmd_find_staff(CmdContext *ctx, GError **error)
{
    return find_by(ctx, IDX_FACET_STAFF, error);
}

bool cmd_find_business(CmdContext *ctx, GError **error)
{
    return find_by(ctx, IDX_FACET_BUSINESS, error);
}

bool cmd_find_matter(CmdContext *ctx, GError **error)
{
    return find_by(ctx, IDX_FACET_MATTER, error);
}

static void print_names(const json_t *list, const char *what, const char *code, const char *more)
{
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(list, i, item)
        printf("%s %s  %s\n", what, cmd_text_of(item, code), cmd_text_of(item, more));
}

static void print_places_found(const json_t *list)
{
    size_t i = 0;
    const json_t *place = NULL;
    json_array_foreach(list, i, place)
        printf("place %s  %s  %s\n", cmd_text_of(place, "code"), cmd_text_of(place, "hall"),
               cmd_text_of(place, "name"));
}

static void print_marks(CmdContext *ctx, const json_t *list)
{
    size_t i = 0;
    const json_t *mark = NULL;
    json_array_foreach(list, i, mark)
    {
        const json_t *subject = json_object_get(mark, "subject");
        g_autofree char *at = cmd_time_of(ctx, json_object_get(mark, "at"));
        printf("mark %s  %s  %s", at, cmd_text_of(json_object_get(mark, "camera"), "id"),
               cmd_text_of(mark, "kind"));
        if (json_is_object(subject))
            printf("  %s %s", cmd_text_of(subject, "kind"), cmd_text_of(subject, "key"));
        printf("  %s\n",
               json_is_string(json_object_get(mark, "words")) ? cmd_text_of(mark, "words") : "");
    }
}

static void print_holds(CmdContext *ctx, const json_t *list)
{
    size_t i = 0;
    const json_t *hold = NULL;
    json_array_foreach(list, i, hold)
    {
        const json_t *subject = json_object_get(hold, "subject");
        g_autofree char *made = cmd_time_of(ctx, json_object_get(hold, "made"));
        printf("hold %" JSON_INTEGER_FORMAT "  case %s  %s%s",
               json_integer_value(json_object_get(hold, "id")), cmd_text_of(hold, "case"), made,
               json_is_null(json_object_get(hold, "released")) ? "" : "  RELEASED");
        if (json_is_object(subject))
            printf("  %s %s", cmd_text_of(subject, "kind"), cmd_text_of(subject, "key"));
        printf("  %s\n", cmd_text_of(hold, "reason"));
    }
}

static void show_search(CmdContext *ctx, const json_t *found)
{
    print_items(ctx, json_object_get(found, "results"));
    print_places_found(json_object_get(found, "places"));
    print_names(json_object_get(found, "cameras"), "camera", "id", "name");
    print_names(json_object_get(found, "staff"), "staff", "value", "hall");
    print_names(json_object_get(found, "business"), "business", "value", "hall");
    print_names(json_object_get(found, "matters"), "matter", "value", "hall");
    print_marks(ctx, json_object_get(found, "marks"));
    print_holds(ctx, json_object_get(found, "holds"));
    say_incomplete(found);
    if (json_is_string(json_object_get(found, "next")))
        printf("(there are more: --after %s)\n", cmd_text_of(found, "next"));
}

static bool is_empty(const json_t *found)
{
    static const char *const GROUPS[] = {"results",  "places",  "cameras", "staff",
                                         "business", "matters", "marks",   "holds"};
    size_t n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(GROUPS); i++)
        n += json_array_size(json_object_get(found, GROUPS[i]));
    return n == 0;
}

bool cmd_search(CmdContext *ctx, GError **error)
{
    int day = 0, limit = 0;
    const char *q = cmd_arg(ctx, 0);
    if (!*q || !g_utf8_validate(q, -1, NULL))
        return mj_error_set(error, MJ_ERROR_USAGE,
                            "search wants the beginning of something, or a part of a name");
    if (!read_limit(ctx, &limit, error) ||
        (ctx->options.day && !mj_day_parse(ctx->options.day, idx_catalogue_timezone(ctx->cat),
                                           ctx->now_us, &day, error)))
        return false;
    g_autoptr(json_t) found =
        idx_search(ctx->cat, q, day, ctx->options.after, limit, ctx->now_us, error);
    if (!found ||
        !cmd_audit(ctx, &(IdxAudit){.what = "find", .object_kind = "search", .object = q}, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_incref(found));
    else
        show_search(ctx, found);
    return !is_empty(found) || mj_error_set(error, MJ_ERROR_NOT_FOUND,
                                            "nothing begins with \"%.64s\"%s%s, or is called so", q,
                                            day ? " on " : "", day ? ctx->options.day : "");
}
