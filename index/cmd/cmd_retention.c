// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/purge_why.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static bool answer(CmdContext *ctx, json_t *json, void (*print)(CmdContext *, const json_t *))
{
    if (!json)
        return false;
    if (ctx->options.json) {
        cmd_print_json(json);
        return true;
    }
    print(ctx, json);
    json_decref(json);
    return true;
}

static void print_rules(CmdContext *ctx, const json_t *rules)
{
    size_t i = 0;
    const json_t *rule = NULL;
    json_array_foreach(json_object_get(rules, "rules"), i, rule)
    {
        int64_t max = number_of(rule, "max_days");
        printf("%-8s %-10s at least %5" PRId64 " days, ", cmd_text_of(rule, "kind"),
               cmd_text_of(rule, "purpose"), number_of(rule, "min_days"));
        if (max)
            printf("gone after %" PRId64 "\n", max);
        else
            puts("never by age");
    }
}

bool cmd_retention_rules(CmdContext *ctx, GError **error)
{
    return answer(ctx, idx_retention_rules_json(ctx->cat, error), print_rules);
}

static bool parse_max(const char *text, int64_t *ret, GError **error)
{
    guint64 days = 0;
    *ret = 0;
    if (!text)
        return mj_error_set(error, MJ_ERROR_USAGE, "say --max-days N or --max-days none");
    if (strcmp(text, "none") == 0)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, 1, IDX_RETENTION_DAYS_MAX, &days, NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "--max-days %s: a number of days, or none",
                            text);
    *ret = (int64_t)days;
    return true;
}

bool cmd_retention_set(CmdContext *ctx, GError **error)
{
    int64_t max = 0, min = ctx->options.min_days;
    const char *kind = cmd_arg(ctx, 0), *purpose = cmd_arg(ctx, 1);
    if (min == 0)
        return mj_error_set(error, MJ_ERROR_USAGE, "say --min-days N");
    if (!parse_max(ctx->options.max_days, &max, error) ||
        !idx_rule_set(ctx->cat, kind, purpose, min, max, error))
        return false;
    bool law = idx_rule_below_law(purpose, min);
    if (law)
        fputs("mingjing: warning: less than " IDX_RETENTION_LAW "\n", stderr);
    if (ctx->options.json)
        cmd_print_json(
            json_pack("{s:s, s:s, s:b}", "kind", kind, "purpose", purpose, "below_law", (int)law));
    else
        printf("rule %s/%s is set; the next purge goes by it\n", kind, purpose);
    return true;
}

bool cmd_retention_remove(CmdContext *ctx, GError **error)
{
    const char *kind = cmd_arg(ctx, 0), *purpose = cmd_arg(ctx, 1);
    if (!idx_rule_remove(ctx->cat, kind, purpose, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:s}", "kind", kind, "purpose", purpose));
    else
        printf("rule %s/%s is gone; the other ones decide\n", kind, purpose);
    return true;
}

bool cmd_retention_policy(CmdContext *ctx, GError **error)
{
    const char *path = cmd_arg(ctx, 0), *policy = cmd_arg(ctx, 1);
    if (!idx_retention_set_policy(ctx->cat, path, policy, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s, s:s}", "volume", path, "when_full", policy));
    else
        printf("volume %s, when full: %s\n", path,
               strcmp(policy, IDX_RETENTION_KEEP) == 0
                   ? "the minimum is kept, and recording there stops"
                   : "the oldest goes that nobody holds, also below its minimum");
    return true;
}

static double real_of(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

/* "30 s", "5.0 h", "5.0 days". Caller frees. */
static char *span_of(double seconds)
{
    return seconds < 7200     ? g_strdup_printf("%.0f s", seconds)
           : seconds < 172800 ? g_strdup_printf("%.1f h", seconds / 3600)
                              : g_strdup_printf("%.1f days", seconds / 86400);
}

static void print_gaps(const json_t *camera)
{
    size_t i = 0;
    const json_t *one = NULL;
    int64_t count = number_of(camera, "gaps");
    if (count)
        printf("  %" PRId64 " gap%s:", count, count > 1 ? "s" : "");
    json_array_foreach(json_object_get(camera, "reasons"), i, one)
    {
        g_autofree char *span = span_of(real_of(one, "missing_s"));
        printf("%s %s %" PRId64 " (%s)", i ? "," : "", cmd_text_of(one, "reason"),
               number_of(one, "count"), span);
    }
    if (count)
        putchar('\n');
}

/* Why not all of the promised days were due. */
static void print_due(CmdContext *ctx, const json_t *camera)
{
    const json_t *oldest = json_object_get(camera, "oldest");
    g_autofree char *since = cmd_time_of(ctx, oldest);
    double due = real_of(camera, "due_days");
    if (json_is_true(json_object_get(camera, "removed")))
        puts("  taken away: nothing more of it was due");
    else if (due == 0)
        puts("  nothing of it was to be recorded");
    else if (json_is_null(json_object_get(camera, "deleted_until")) && json_is_string(oldest) &&
             due < real_of(camera, "promised_days"))
        printf("  nothing deleted yet: recording since %s\n", since);
}

/* Where days achieved do not tell all. */
static void print_why(CmdContext *ctx, const json_t *camera)
{
    const json_t *oldest = json_object_get(camera, "oldest"),
                 *deleted = json_object_get(camera, "deleted_until");
    g_autofree char *until = cmd_time_of(ctx, deleted);
    print_due(ctx, camera);
    if (json_is_null(deleted) && json_is_null(oldest))
        puts("  nothing recorded yet");
    if (json_is_string(deleted) && json_is_null(oldest))
        printf("  nothing left: the last of it, recorded until %s, was kept %.1f days\n", until,
               real_of(camera, "kept_days"));
}

static void print_camera(CmdContext *ctx, const json_t *camera)
{
    g_autofree char *oldest = cmd_time_of(ctx, json_object_get(camera, "oldest"));
    g_autofree char *missing = span_of(real_of(camera, "missing_s"));
    printf("%-16s %-5s oldest %-23s  there %.1f of %" PRId64 " days%s  missing %s  held %" PRId64
           " MB\n",
           cmd_text_of(camera, "camera"), cmd_text_of(camera, "stream"), oldest,
           real_of(camera, "achieved_days"), number_of(camera, "promised_days"),
           json_is_true(json_object_get(camera, "met")) ? "" : " NOT MET: deleted too early",
           missing, number_of(camera, "held_bytes") / 1000000);
    print_why(ctx, camera);
    print_gaps(camera);
}

/* When the volume is full, or why that is not said. */
static void print_forecast(CmdContext *ctx, const json_t *o)
{
    g_autofree char *day = cmd_time_of(ctx, json_object_get(o, "short"));
    int64_t day_bytes = number_of(o, "day_bytes");
    if (json_is_string(json_object_get(o, "short")))
        printf("  %sfull at %s, with nothing left that may go: %s\n",
               json_is_true(json_object_get(o, "warning")) ? "WARNING: " : "", day,
               strcmp(cmd_text_of(o, "cause"), IDX_OUTLOOK_HELD) == 0
                   ? "it is held"
                   : "the minimum asks for more disk");
    else if (day_bytes == 0)
        printf("  no forecast yet: less than an hour was recorded here in the last %d days\n",
               (int)(IDX_SURVEY_RECENT_US / MJ_DAY_US));
    else
        printf("  forecast: not full within %d days; room for %.0f days of recording if nothing "
               "were deleted\n",
               IDX_SURVEY_DAYS, (double)number_of(o, "room_bytes") / (double)day_bytes);
}

static void print_volume(CmdContext *ctx, const json_t *volume, const char *report_at)
{
    const json_t *o = json_object_get(volume, "outlook");
    printf("%s  %s, when full: %s\n", cmd_text_of(volume, "path"), cmd_text_of(volume, "state"),
           cmd_text_of(volume, "when_full"));
    if (!json_is_object(o)) {
        puts("  no forecast yet: no purge has looked at it, and its disk does not answer");
        return;
    }
    printf("  footage %" PRId64 " MB: held %" PRId64 ", within its minimum %" PRId64
           ", may go %" PRId64 "; room %" PRId64 " MB; %" PRId64 " MB a day\n",
           number_of(o, "used_bytes") / 1000000, number_of(o, "held_bytes") / 1000000,
           number_of(o, "bound_bytes") / 1000000, number_of(o, "spare_bytes") / 1000000,
           number_of(o, "room_bytes") / 1000000, number_of(o, "day_bytes") / 1000000);
    print_forecast(ctx, o);
    g_autofree char *at = cmd_time_of(ctx, json_object_get(o, "at"));
    if (g_strcmp0(cmd_text_of(o, "at"), report_at) != 0)
        printf("  as of %s, when a purge looked at it\n", at);
}

static void print_sessions(CmdContext *ctx, const json_t *legs)
{
    g_autofree char *oldest = cmd_time_of(ctx, json_object_get(legs, "oldest"));
    if (number_of(legs, "legs") == 0)
        return;
    printf("sessions: %" PRId64 " legs      oldest %-23s  promised %" PRId64
           " days%s  missing %.0f s  "
           "held %" PRId64 " MB\n",
           number_of(legs, "legs"), oldest, number_of(legs, "promised_days"),
           number_of(legs, "missed") ? "  NOT MET" : "",
           json_number_value(json_object_get(legs, "missing_s")),
           number_of(legs, "held_bytes") / 1000000);
}

static void print_report(CmdContext *ctx, const json_t *report)
{
    size_t i = 0;
    const json_t *item = NULL;
    cmd_print_unlinked(json_is_false(json_object_get(report, "complete")));
    json_array_foreach(json_object_get(report, "cameras"), i, item) print_camera(ctx, item);
    print_sessions(ctx, json_object_get(report, "sessions"));
    json_array_foreach(json_object_get(report, "volumes"), i, item)
        print_volume(ctx, item, cmd_text_of(report, "at"));
}

bool cmd_retention_report(CmdContext *ctx, GError **error)
{
    return answer(ctx, idx_retention_report(ctx->cat, ctx->now_us, error), print_report);
}
