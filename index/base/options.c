// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/options.h"

#include "index/base/error.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void *field_of(const MjOption *option, void *target)
{
    return (char *)target + option->offset;
}

static void set_text(char **field, const char *text)
{
    g_free(*field);
    *field = g_strdup(text);
}

static void set_defaults(const MjOption *table, void *target)
{
    for (const MjOption *o = table; o->type != MJ_OPTION_END; o++)
        if (o->type == MJ_OPTION_STRING)
            set_text(field_of(o, target), o->text);
        else if (o->type == MJ_OPTION_STRINGS)
            *(GPtrArray **)field_of(o, target) = g_ptr_array_new_with_free_func(g_free);
        else if (o->type == MJ_OPTION_INT)
            *(int64_t *)field_of(o, target) = o->number;
}

static bool set_int(const MjOption *option, int64_t *field, const char *text, GError **error)
{
    char *end = NULL;
    errno = 0;
    int64_t value = g_ascii_strtoll(text, &end, 10);
    if (errno || end == text || *end != '\0' || value < option->min || value > option->max)
        return mj_error_set(error, MJ_ERROR_USAGE,
                            "--%s takes a whole number from %" PRId64 " to %" PRId64 ", not \"%s\"",
                            option->name, option->min, option->max, text);
    *field = value;
    return true;
}

static const MjOption *find(const MjOption *table, const char *name, size_t length)
{
    for (const MjOption *o = table; o->type != MJ_OPTION_END; o++)
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

static bool set_value(const MjOption *option, void *target, const char *value, GError **error)
{
    void *field = field_of(option, target);
    if (option->type == MJ_OPTION_INT)
        return set_int(option, field, value, error);
    if (option->type == MJ_OPTION_STRINGS)
        g_ptr_array_add(*(GPtrArray **)field, g_strdup(value));
    else
        set_text(field, value);
    return true;
}

/* One "--name[=value]" at argv[*i]; moves *i over a value that stands apart. */
static bool take_option(const MjOption *table, void *target, int argc, char **argv, int *i,
                        GError **error)
{
    const char *name = argv[*i] + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const MjOption *option = find(table, name, length);
    if (!option)
        return mj_error_set(error, MJ_ERROR_USAGE, "unknown option --%.*s", (int)length, name);
    if (option->type == MJ_OPTION_FLAG) {
        if (value)
            return mj_error_set(error, MJ_ERROR_USAGE, "--%s takes no value", option->name);
        *(bool *)field_of(option, target) = true;
        return true;
    }
    if (!value && *i + 1 >= argc)
        return mj_error_set(error, MJ_ERROR_USAGE, "--%s needs a value: --%s %s", option->name,
                            option->name, option->value);
    return set_value(option, target, value ? value : argv[++*i], error);
}

bool mj_options_parse(const MjOption *table, void *target, int argc, char **argv,
                      GPtrArray *positional, GError **error)
{
    set_defaults(table, target);
    bool options_ended = false;
    for (int i = 1; i < argc; i++) {
        bool dashed = g_str_has_prefix(argv[i], "--") && !options_ended;
        if (dashed && argv[i][2] == '\0')
            options_ended = true;
        else if (!dashed)
            g_ptr_array_add(positional, g_strdup(argv[i]));
        else if (!take_option(table, target, argc, argv, &i, error))
            return false;
    }
    return true;
}

void mj_options_clear(const MjOption *table, void *target)
{
    for (const MjOption *o = table; o->type != MJ_OPTION_END; o++)
        if (o->type == MJ_OPTION_STRING)
            g_clear_pointer((char **)field_of(o, target), g_free);
        else if (o->type == MJ_OPTION_STRINGS)
            g_clear_pointer((GPtrArray **)field_of(o, target), g_ptr_array_unref);
}

char *mj_options_help(const MjOption *table)
{
    GString *out = g_string_new(NULL);
    for (const MjOption *o = table; o->type != MJ_OPTION_END; o++) {
        g_autofree char *left =
            g_strdup_printf("--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        g_string_append_printf(out, "  %-24s %s", left, o->help);
        if (o->type == MJ_OPTION_STRING && o->text)
            g_string_append_printf(out, " (default %s)", o->text);
        if (o->type == MJ_OPTION_INT && o->number >= o->min)
            g_string_append_printf(out, " (default %" PRId64 ")", o->number);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
