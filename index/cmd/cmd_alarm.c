// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/watch.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/lease.h"
#include "index/mark/mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIMIT 50

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "-";
}

static bool limit_of(const CmdContext *ctx, int most, int *ret, GError **error)
{
    int64_t limit = ctx->options.limit < 0 ? LIMIT : ctx->options.limit;
    *ret = (int)limit;
    return (limit >= 1 && limit <= most) ||
           mj_error_set(error, MJ_ERROR_USAGE, "--limit: 1 to %d", most);
}

// ── alarms ──

static void print_alarm(CmdContext *ctx, const json_t *alarm)
{
    g_autofree char *since = cmd_time_of(ctx, json_object_get(alarm, "since"));
    g_autofree char *until = cmd_time_of(ctx, json_object_get(alarm, "until"));
    bool quiet = json_is_string(json_object_get(alarm, "quiet"));
    int64_t times = json_integer_value(json_object_get(alarm, "times"));
    printf("%" JSON_INTEGER_FORMAT "  %-6s  %-9s  %s\n  since %s",
           json_integer_value(json_object_get(alarm, "id")), text_of(alarm, "severity"),
           text_of(alarm, "kind"), text_of(alarm, "detail"), since);
    if (strcmp(until, "-") != 0)
        printf(", until %s", until);
    else if (quiet)
        printf(", quiet now");
    if (times > 1)
        printf(", %" PRId64 " times", times);
    if (json_is_string(json_object_get(alarm, "acknowledged_by"))) {
        const char *note = json_string_value(json_object_get(alarm, "note"));
        printf(", %s has it%s%s", text_of(alarm, "acknowledged_by"), note ? ": " : "",
               note ? note : "");
    }
    putchar('\n');
}

/* Where nobody evaluates, this does: twice, since what is to be an alarm holds for a moment first. */
static bool look(CmdContext *ctx, GError **error)
{
    bool watched = false;
    if (!idx_lease_held(ctx->cat, IDX_ALARM_LEASE, ctx->now_us, &watched, error))
        return false;
    if (watched)
        return true;
    g_autoptr(IdxAlarmWatch) watch = idx_alarm_watch_new();
    fprintf(stderr, "mingjing: mingjing-api is not running, so nobody looks for alarms; looking "
                    "once\n");
    return idx_alarm_watch_look(watch, ctx->cat, ctx->now_us, NULL, error) &&
           idx_alarm_watch_look(watch, ctx->cat, ctx->now_us + IDX_ALARM_AFTER_US, NULL, error) &&
           idx_alarm_watch_leave(watch, ctx->cat, error);
}

bool cmd_alarm_list(CmdContext *ctx, GError **error)
{
    int limit = 0;
    if (!limit_of(ctx, IDX_ALARM_LIMIT_MAX, &limit, error) || !look(ctx, error))
        return false;
    g_autoptr(json_t) list = idx_alarm_list_json(ctx->cat, ctx->options.all, ctx->options.after,
                                                 limit, ctx->now_us, error);
    size_t i = 0;
    const json_t *alarm = NULL;
    if (!list || !cmd_audit(ctx, &(IdxAudit){.what = "alarm.list"}, error))
        return false;
    if (ctx->options.json) {
        cmd_print_json(json_incref(list));
        return true;
    }
    json_array_foreach(json_object_get(list, "alarms"), i, alarm) print_alarm(ctx, alarm);
    if (json_is_string(json_object_get(list, "next")))
        printf("and more: --after %s\n", text_of(list, "next"));
    return true;
}

bool cmd_alarm_ack(CmdContext *ctx, GError **error)
{
    guint64 id = 0;
    if (!g_ascii_string_to_unsigned(cmd_arg(ctx, 0), 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "\"%s\" is not the number of an alarm",
                            cmd_arg(ctx, 0));
    if (!idx_alarm_acknowledge(ctx->cat, (int64_t)id, ctx->who, ctx->options.note, ctx->now_us,
                               error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:I, s:s}", "acknowledged", (json_int_t)id, "by", ctx->who));
    else
        printf("%s has alarm %" PRIu64 "\n", ctx->who, (uint64_t)id);
    return true;
}

// ── marks ──

/* What the hall called its kind then, in both languages where they differ; the code of what was marked before kinds had
 * words. Caller frees. */
static char *kind_words(const json_t *mark)
{
    const json_t *words = json_object_get(mark, "kind_words");
    const char *zh = json_string_value(json_object_get(words, "zh"));
    const char *en = json_string_value(json_object_get(words, "en"));
    if (zh && en && strcmp(zh, en) != 0)
        return g_strdup_printf("%s / %s", zh, en);
    return g_strdup(zh ? zh : en ? en : text_of(mark, "kind"));
}

static void print_mark(CmdContext *ctx, const json_t *mark)
{
    g_autofree char *at = cmd_time_of(ctx, json_object_get(mark, "at"));
    g_autofree char *kind = kind_words(mark);
    const json_t *subject = json_object_get(mark, "subject");
    printf("%" JSON_INTEGER_FORMAT "  %s  %s  %s  %s",
           json_integer_value(json_object_get(mark, "id")), at, kind,
           text_of(json_object_get(mark, "camera"), "id"), text_of(mark, "place"));
    if (json_is_object(subject))
        printf("  %s %s", text_of(subject, "kind"), text_of(subject, "key"));
    printf("  by %s%s%s\n", text_of(mark, "by"),
           json_is_string(json_object_get(mark, "words")) ? ": " : "",
           json_is_string(json_object_get(mark, "words")) ? text_of(mark, "words") : "");
}

bool cmd_mark_list(CmdContext *ctx, GError **error)
{
    int limit = 0;
    if (!limit_of(ctx, IDX_MARK_LIMIT_MAX, &limit, error))
        return false;
    g_autoptr(json_t) list = idx_mark_list_json(ctx->cat, NULL, ctx->options.after, limit, error);
    size_t i = 0;
    const json_t *mark = NULL;
    if (!list || !cmd_audit(ctx, &(IdxAudit){.what = "mark.list"}, error))
        return false;
    if (ctx->options.json) {
        cmd_print_json(json_incref(list));
        return true;
    }
    json_array_foreach(json_object_get(list, "marks"), i, mark) print_mark(ctx, mark);
    if (json_is_string(json_object_get(list, "next")))
        printf("and more: --after %s\n", text_of(list, "next"));
    return true;
}
