// SPDX-License-Identifier: GPL-3.0-or-later
/* What commands show where several things are called what was asked for. */
#include "index/base/error.h"
#include "index/cmd/command.h"

#include <stdio.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "-";
}

const char *cmd_which(const json_t *subject)
{
    return json_string_value(json_object_get(subject, "ticket_id")) ? text_of(subject, "ticket_id")
                                                                    : text_of(subject, "source");
}

/* "--ticket-id X" or "--source S", where the hall does not tell. */
static void print_which(const json_t *c)
{
    if (json_is_true(json_object_get(c, "shared")))
        printf(json_is_string(json_object_get(c, "ticket_id")) ? "--ticket-id '%s' "
                                                               : "--source '%s' ",
               cmd_which(c));
}

static void print_places(const json_t *c)
{
    size_t i = 0;
    const json_t *place = NULL;
    json_array_foreach(json_object_get(c, "places"), i, place)
        printf("%s%s", i ? "," : "  ", json_string_value(place));
}

static void print_subject(CmdContext *ctx, const json_t *c)
{
    g_autofree char *from = cmd_time_of(ctx, json_object_get(c, "from"));
    printf("--hall %-10s ", text_of(c, "hall"));
    print_which(c);
    printf("%s %s  %s  %s  %s", text_of(c, "kind"), text_of(c, "key"), text_of(c, "day"), from,
           text_of(c, "title"));
    print_places(c);
    putchar('\n');
}

void cmd_show_candidates(CmdContext *ctx, json_t *candidates)
{
    size_t i = 0;
    const json_t *c = NULL;
    g_autoptr(json_t) list = candidates;
    if (list && ctx->options.json) {
        cmd_print_json(
            json_pack("{s:s, s:O}", "code", mj_error_name(MJ_ERROR_AMBIGUOUS), "candidates", list));
        return;
    }
    json_array_foreach(list, i, c)
    {
        if (json_object_get(c, "code")) // of a place
            printf("--hall %-10s place %s  %s\n", text_of(c, "hall"), text_of(c, "code"),
                   text_of(c, "name"));
        else
            print_subject(ctx, c);
    }
}
