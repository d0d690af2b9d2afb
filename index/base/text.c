// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/text.h"

#include "index/base/error.h"

#include <string.h>

static bool is_clean(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return false;
    return true;
}

bool mj_text_check(const char *what, const char *text, GError **error)
{
    size_t length = strlen(text);
    bool blank = text[strspn(text, " ")] == '\0';
    return (!blank && length <= MJ_TEXT_MAX && g_utf8_validate(text, -1, NULL) && is_clean(text)) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "%s has 1 to %d bytes of UTF-8, not blanks alone, and without "
                        "control characters",
                        what, MJ_TEXT_MAX);
}
