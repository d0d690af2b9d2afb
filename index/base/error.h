// SPDX-License-Identifier: GPL-3.0-or-later
/* The one error domain of the project.
 *
 * Every function that can fail takes a trailing `GError **error` and returns bool (or a pointer,
 * NULL on failure). Codes of libav, SQLite, GStreamer and errno are turned into one of these where
 * they enter our code and nowhere else. The message says what failed, which camera, ticket or file,
 * and the cause; each level may prefix it (g_prefix_error), none re-words it. Messages never carry
 * a password: pass every URL through mj_redact() (index/base/redact.h) first. Messages are always
 * valid UTF-8, since they become JSON: what is not (a file name, a text cut by "%.64s") is replaced
 * by U+FFFD. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MJ_ERROR (mj_error_quark())
GQuark mj_error_quark(void);

typedef enum {
    MJ_ERROR_FAILED,      // none of the others
    MJ_ERROR_USAGE,       // the command line is wrong; exit code 2
    MJ_ERROR_INVALID,     // input that does not say what it must; HTTP 400 / 422
    MJ_ERROR_NOT_FOUND,   // no such camera, ticket, file …; HTTP 404
    MJ_ERROR_EXISTS,      // it is there already; HTTP 409
    MJ_ERROR_CONFLICT,    // contradicts what is stored; HTTP 409
    MJ_ERROR_AMBIGUOUS,   // several are called so, and it is not said which; HTTP 409
    MJ_ERROR_BUSY,        // somebody else has it; trying again may work; HTTP 503
    MJ_ERROR_DENIED,      // wrong or missing credentials, or not permitted; HTTP 401 / 403
    MJ_ERROR_IO,          // disk or network; HTTP 500
    MJ_ERROR_CORRUPT,     // stored data that cannot be; HTTP 500
    MJ_ERROR_UNSUPPORTED, // understood, but we cannot do it (a codec, a newer catalogue)
    MJ_ERROR_TIMEOUT,     // no answer in time
    MJ_ERROR_CANCELLED,   // asked to stop
} MjError;

/* "invalid", "not-found" …: the code as machines read it in JSON answers. Static string. */
const char *mj_error_name(int code);

/* True if @error is of this domain with @code. @error may be NULL. */
bool mj_error_is(const GError *error, MjError code);

/* Sets @error from errno value @err: "<message>: No space left on device". Always returns false, so
 * that callers may `return mj_error_errno(...)`. */
bool mj_error_errno(GError **error, int err, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* g_set_error in our domain; always returns false. */
bool mj_error_set(GError **error, MjError code, const char *format, ...) G_GNUC_PRINTF(3, 4);
