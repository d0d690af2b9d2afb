// SPDX-License-Identifier: GPL-3.0-or-later
/* Command-line options from one table per program: name, type, range, default and help stand in one
 * place; parsing, `--help` and error messages come from it.
 *
 *   static const MjOption OPTIONS[] = {
 *       {"home", MJ_OPTION_STRING, offsetof(Options, home), .text = MJ_HOME_DEFAULT, .value =
 * "DIR", .help = "…"},
 *       {"port", MJ_OPTION_INT, offsetof(Options, port), .min = 0, .max = 65535, .number = 8787,
 * …}, {0}};
 *
 * Written `--name VALUE` or `--name=VALUE`; flags take no value; `--` ends the options. Everything
 * else is a positional argument, in any order with the options. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    MJ_OPTION_END,
    MJ_OPTION_STRING,  // char *, newly allocated; default .text (may be NULL)
    MJ_OPTION_STRINGS, // GPtrArray * of char *, always made; may be given several times
    MJ_OPTION_INT,     // int64_t within [min, max]; default .number: below min = it must be said
    MJ_OPTION_FLAG,    // bool
} MjOptionType;

typedef struct MjOption {
    const char *name;
    MjOptionType type;
    size_t offset; // of the field in the struct that mj_options_parse fills
    const char *text;
    int64_t number, min, max;
    const char *value; // how help names the value: "DIR"
    const char *help;
} MjOption;

/* Fills the struct at @target (zeroed by the caller) with defaults, then with @argv[1..].
 * Positional arguments are appended to @positional (element type char *, owned). MJ_ERROR_USAGE
 * with a sentence that names the option when something is wrong. On failure the struct holds what
 * was read so far and is still to be cleared. */
bool mj_options_parse(const MjOption *table, void *target, int argc, char **argv,
                      GPtrArray *positional, GError **error);

/* Frees what mj_options_parse allocated in @target. */
void mj_options_clear(const MjOption *table, void *target);

/* The table as help text: one line an option. Caller frees. */
char *mj_options_help(const MjOption *table);
