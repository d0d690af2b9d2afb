// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/log.h"

#include "index/base/redact.h"

#include <string.h>
#include <unistd.h>

/* Set once by mj_log_init before any thread starts; read-only after. */
static struct {
    MjLogLevel max_level;
    bool journal; // standard error goes to the journal: prefix "<N>" instead of a word
} settings = {.max_level = MJ_LOG_INFO};

static const struct {
    MjLogLevel level;
    const char *name;
} LEVELS[] = {{MJ_LOG_ERROR, "error"},
              {MJ_LOG_WARNING, "warning"},
              {MJ_LOG_INFO, "info"},
              {MJ_LOG_DEBUG, "debug"}};

void mj_log_init(void)
{
    settings.journal = g_getenv("JOURNAL_STREAM") != NULL;
    const char *wanted = g_getenv("MINGJING_LOG");
    for (size_t i = 0; wanted && i < G_N_ELEMENTS(LEVELS); i++)
        if (strcmp(wanted, LEVELS[i].name) == 0)
            settings.max_level = LEVELS[i].level;
}

static const char *level_name(MjLogLevel level)
{
    for (size_t i = 0; i < G_N_ELEMENTS(LEVELS); i++)
        if (LEVELS[i].level == level)
            return LEVELS[i].name;
    return "log";
}

void mj_log(const MjLog *log, MjLogLevel level, const char *format, ...)
{
    if (level > settings.max_level)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *clean = mj_redact(message);
    g_strdelimit(clean, "\r\n", ' ');
    const char *tag = log && log->tag ? log->tag : NULL;
    g_autofree char *line = NULL;
    if (settings.journal)
        line = g_strdup_printf("<%d>%s%s%s\n", (int)level, tag ? tag : "", tag ? ": " : "", clean);
    else
        line = g_strdup_printf("%s: %s%s%s\n", level_name(level), tag ? tag : "", tag ? ": " : "",
                               clean);
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return; // nowhere left to say so
}
