// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/command.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/hall.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

const char *cmd_new_hall(const CmdOptions *o)
{
    return o->hall ? o->hall : "H01";
}

const char *cmd_new_hall_name(const CmdOptions *o)
{
    return o->hall_name ? o->hall_name : cmd_new_hall(o);
}

const char *cmd_arg(const CmdContext *ctx, guint n)
{
    return n < ctx->args->len ? ctx->args->pdata[n] : NULL;
}

void cmd_print_json(json_t *json)
{
    g_autofree char *text = mj_json_dump(json);
    json_decref(json);
    puts(text);
}

const char *cmd_text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "-";
}

static GTimeZone *zone_of_hall(const CmdContext *ctx, const char *code)
{
    int64_t id = 0;
    return code && idx_hall_find(ctx->cat, code, &id, NULL) ? idx_hall_zone(ctx->cat, id, NULL)
                                                            : NULL;
}

GTimeZone *cmd_zone(const CmdContext *ctx)
{
    GTimeZone *own = ctx->zone ? ctx->zone : zone_of_hall(ctx, ctx->options.hall);
    return own ? own : idx_catalogue_timezone(ctx->cat);
}

void cmd_speak_of(CmdContext *ctx, const char *code)
{
    ctx->zone = zone_of_hall(ctx, code);
}

/* Clocks that show the same all the time have the same name, or are told apart once too often. */
static bool is_elsewhere(const CmdContext *ctx)
{
    return strcmp(g_time_zone_get_identifier(cmd_zone(ctx)),
                  g_time_zone_get_identifier(idx_catalogue_timezone(ctx->cat))) != 0;
}

char *cmd_time(const CmdContext *ctx, int64_t us)
{
    g_autofree char *text = mj_time_format(us, cmd_zone(ctx));
    text[10] = ' ';
    g_autofree char *time = g_strndup(text, strlen("2026-11-22 09:31:05.120"));
    const char *offset = text + strlen("2026-11-22 09:31:05.120456");
    return is_elsewhere(ctx) ? g_strconcat(time, " ", offset, NULL) : g_steal_pointer(&time);
}

char *cmd_time_of(const CmdContext *ctx, const json_t *text)
{
    int64_t us = 0;
    const char *value = json_string_value(text);
    return value && mj_time_parse_rfc3339(value, &us, NULL) ? cmd_time(ctx, us) : g_strdup("-");
}

bool cmd_parse_time(const CmdContext *ctx, const char *option, const char *text, int64_t fallback,
                    int64_t *ret_us, GError **error)
{
    *ret_us = fallback;
    if (!text || mj_time_parse(text, cmd_zone(ctx), ctx->now_us, ret_us, error))
        return true;
    g_prefix_error(error, "--%s: ", option);
    return false;
}

static char *read_line(GError **error)
{
    g_autofree char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, stdin);
    if (length <= 0) {
        mj_error_set(error, MJ_ERROR_USAGE, "nothing came on standard input");
        return NULL;
    }
    return g_strdup(g_strchomp(line));
}

char *cmd_read_secret(const char *prompt, GError **error)
{
    struct termios old;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &old) < 0)
        return read_line(error);
    struct termios quiet = old;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s: ", prompt);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    char *line = read_line(error);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
    return line;
}
