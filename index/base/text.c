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

/* Plain ASCII is what nearly all are. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (text[i] & 0x80)
            return false;
    return length == 0 || (!g_ascii_isspace(text[0]) && !g_ascii_isspace(text[length - 1]));
}

char *mj_identifier(const char *text)
{
    char *clean = is_plain(text) ? NULL : g_utf8_normalize(text, -1, G_NORMALIZE_NFKC);
    return clean ? g_strstrip(clean) : g_strdup(text);
}

bool mj_identifier_differs(const char *text)
{
    if (is_plain(text))
        return false;
    g_autofree char *clean = mj_identifier(text);
    return strcmp(clean, text) != 0;
}

bool mj_text_tells(const char *text)
{
    return text[0] != '\0' && (!g_ascii_isprint(text[0]) || text[1] != '\0');
}
