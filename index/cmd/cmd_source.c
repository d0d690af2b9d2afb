// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/event/source.h"
#include "index/link/place_link.h"
#include "index/link/relink.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_source(const IdxSource *s)
{
    printf("%-32s ", s->name);
    if (s->clock.how == IDX_SOURCE_UNKNOWN)
        printf("%-28s", "clock not known");
    else
        printf("clock %+.1f s ± %.1f s (%s)  ", (double)s->clock.offset_us / 1e6,
               (double)s->clock.uncertainty_us / 1e6, idx_source_how_name(s->clock.how));
    if (s->is_live)
        printf("  events come after %.1f s", (double)s->delay_us / 1e6);
    putchar('\n');
    g_autofree char *remark = idx_source_remark(s);
    if (remark)
        printf("  note: %s\n", remark);
}

bool cmd_source_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) list = idx_source_list(ctx->cat, ctx->now_us, error);
    if (!list)
        return false;
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++) {
        json_array_append_new(array, idx_source_json(ctx->cat, list->pdata[i]));
        if (!ctx->options.json)
            print_source(list->pdata[i]);
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:o}", "sources", array));
    else
        json_decref(array);
    return true;
}

/* "+12s", "-3m", "250ms", "1.5h". */
static bool parse_duration(const char *option, const char *text, int64_t *ret_us, GError **error)
{
    static const struct {
        const char *unit;
        double us;
    } UNITS[] = {{"ms", 1e3}, {"s", 1e6}, {"m", 6e7}, {"h", 3.6e9}};
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    for (size_t i = 0; end != text && isfinite(number) && i < G_N_ELEMENTS(UNITS); i++) {
        if (strcmp(end, UNITS[i].unit) != 0 || fabs(number * UNITS[i].us) > 1e15)
            continue;
        *ret_us = (int64_t)(number * UNITS[i].us + (number < 0 ? -0.5 : 0.5));
        return true;
    }
    return mj_error_set(error, MJ_ERROR_USAGE, "--%s: \"%s\" is not like +12s, -3m or 250ms",
                        option, text);
}

static void say_left(int64_t events_left, void *data)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rlinking anew: %" PRId64 " events left \033[K", events_left);
}

/* What may be interrupted at any time goes on with the next upload of events, or with `mingjing link`. */
static bool link_pending(CmdContext *ctx, int64_t *ret_events, GError **error)
{
    int64_t places = 0, events = 0;
    bool ok = idx_place_link_run(ctx->cat, ctx->now_us, NULL, NULL, &places, error) &&
              idx_relink_run(ctx->cat, ctx->now_us, say_left, NULL, &events, error);
    *ret_events = places + events;
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    return ok;
}

bool cmd_source_clock(CmdContext *ctx, GError **error)
{
    int64_t offset_us = 0, uncertainty_us = 0, from_us = 0, events = 0;
    const char *offset = ctx->options.offset;
    if (!offset)
        return mj_error_set(error, MJ_ERROR_USAGE, "source clock needs --offset, as +12s or auto");
    bool automatic = strcmp(offset, "auto") == 0;
    if ((!automatic && !parse_duration("offset", offset, &offset_us, error)) ||
        !parse_duration("uncertainty", ctx->options.uncertainty, &uncertainty_us, error) ||
        !cmd_parse_time(ctx, "from", ctx->options.from, INT64_MIN, &from_us, error))
        return false;
    if (!idx_source_set(ctx->cat, cmd_arg(ctx, 0), from_us, automatic ? NULL : &offset_us,
                        automatic ? 0 : uncertainty_us, ctx->now_us, error) ||
        !link_pending(ctx, &events, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(
            json_pack("{s:s, s:I}", "source", cmd_arg(ctx, 0), "events", (json_int_t)events));
    else
        printf("%s: %" PRId64 " events linked anew\n", cmd_arg(ctx, 0), events);
    return true;
}

bool cmd_link(CmdContext *ctx, GError **error)
{
    int64_t events = 0;
    if ((ctx->options.rebuild &&
         !idx_relink_queue(ctx->cat, NULL, INT64_MIN, INT64_MAX, ctx->now_us, error)) ||
        !link_pending(ctx, &events, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:I}", "events", (json_int_t)events));
    else
        printf("%" PRId64 " events linked anew\n", events);
    return true;
}
