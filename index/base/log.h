// SPDX-License-Identifier: GPL-3.0-or-later
/* The log: lines on standard error, which systemd takes into the journal with their priority.
 *
 * Library functions return errors and do not log; the top of each thread or request logs once. A
 * log object carries the camera or request it speaks for, so that no call site repeats it. Every
 * line passes mj_redact(). Functions may be called from any thread; a line is written whole.
 *
 * Levels: error = somebody must act; warning = something went wrong and the line says what is done
 * instead; info = what an administrator would want in a quiet day's log; debug = for us. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum { MJ_LOG_ERROR = 3, MJ_LOG_WARNING = 4, MJ_LOG_INFO = 6, MJ_LOG_DEBUG = 7 } MjLogLevel;

typedef struct MjLog {
    const char *tag; // printed before each line, e.g. "W07-face/main"; not owned, may be NULL
} MjLog;

/* Lines above @level are dropped. Default info, or MINGJING_LOG=debug|info|warning|error. */
void mj_log_init(void);

void mj_log(const MjLog *log, MjLogLevel level, const char *format, ...) G_GNUC_PRINTF(3, 4);

#define mj_log_error(log, ...) mj_log(log, MJ_LOG_ERROR, __VA_ARGS__)
#define mj_log_warning(log, ...) mj_log(log, MJ_LOG_WARNING, __VA_ARGS__)
#define mj_log_info(log, ...) mj_log(log, MJ_LOG_INFO, __VA_ARGS__)
#define mj_log_debug(log, ...) mj_log(log, MJ_LOG_DEBUG, __VA_ARGS__)
