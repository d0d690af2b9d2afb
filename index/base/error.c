// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"

#include <errno.h>

/* G_DEFINE_QUARK writes a plain variable, from whichever threads come first. */
GQuark mj_error_quark(void)
{
    static gsize quark;
    if (g_once_init_enter(&quark))
        g_once_init_leave(&quark, g_quark_from_static_string("mj-error-quark"));
    return (GQuark)quark;
}

static const char *const NAMES[] = {
    [MJ_ERROR_FAILED] = "failed",       [MJ_ERROR_USAGE] = "usage",
    [MJ_ERROR_INVALID] = "invalid",     [MJ_ERROR_NOT_FOUND] = "not-found",
    [MJ_ERROR_EXISTS] = "exists",       [MJ_ERROR_CONFLICT] = "conflict",
    [MJ_ERROR_AMBIGUOUS] = "ambiguous", [MJ_ERROR_BUSY] = "busy",
    [MJ_ERROR_DENIED] = "denied",       [MJ_ERROR_IO] = "io",
    [MJ_ERROR_CORRUPT] = "corrupt",     [MJ_ERROR_UNSUPPORTED] = "unsupported",
    [MJ_ERROR_TIMEOUT] = "timeout",     [MJ_ERROR_CANCELLED] = "cancelled",
};

const char *mj_error_name(int code)
{
    return code >= 0 && code < (int)G_N_ELEMENTS(NAMES) ? NAMES[code] : "failed";
}

bool mj_error_is(const GError *error, MjError code)
{
    return g_error_matches(error, MJ_ERROR, (int)code);
}

static MjError code_of_errno(int err)
{
    switch (err) {
    case ENOENT:
        return MJ_ERROR_NOT_FOUND;
    case EEXIST:
        return MJ_ERROR_EXISTS;
    case EACCES:
    case EPERM:
        return MJ_ERROR_DENIED;
    case EINVAL:
        return MJ_ERROR_INVALID;
    case EBUSY:
    case EAGAIN:
        return MJ_ERROR_BUSY;
    case ETIMEDOUT:
        return MJ_ERROR_TIMEOUT;
    default:
        return MJ_ERROR_IO;
    }
}

bool mj_error_errno(GError **error, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return mj_error_set(error, code_of_errno(err), "%s: %s", what, g_strerror(err));
}

bool mj_error_set(GError **error, MjError code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    g_set_error_literal(error, MJ_ERROR, (int)code, valid);
    return false;
}
