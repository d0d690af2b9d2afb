// SPDX-License-Identifier: GPL-3.0-or-later
/* What commands show where several things are called what was asked for. */
#include "index/base/error.h"
#include "index/cmd/command.h"

#include <stdio.h>

const char *cmd_which(const json_t *subject)
{
    return json_string_value(json_object_get(subject, "ticket_id"))
               ? cmd_text_of(subject, "ticket_id")
               : cmd_text_of(subject, "source");
}

void cmd_print_named(const json_t *subject, const char *before, const char *after)
{
    size_t i = 0;
    const json_t *id = NULL;
    if (!json_is_false(json_object_get(subject, "spoken")) ||
        json_is_true(json_object_get(subject, "superseded")))
        return;
    printf("%s", before);
    json_array_foreach(json_object_get(subject, "named_by"), i, id)
        printf("%s%s", i ? ", " : "named by approval ", json_string_value(id));
    printf("%sno queue ever spoke of it%s", i ? ": " : "", after);
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
    printf("--hall %-10s ", cmd_text_of(c, "hall"));
    print_which(c);
    printf("%s %s  %s  %s  %s", cmd_text_of(c, "kind"), cmd_text_of(c, "key"),
           cmd_text_of(c, "day"), from, cmd_text_of(c, "title"));
    print_places(c);
    cmd_print_named(c, "  (", ")");
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
            printf("--hall %-10s place %s  %s\n", cmd_text_of(c, "hall"), cmd_text_of(c, "code"),
                   cmd_text_of(c, "name"));
        else
            print_subject(ctx, c);
    }
}
