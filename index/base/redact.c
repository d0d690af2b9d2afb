// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/redact.h"

#include <string.h>

/* The authority part of the URL whose "://" is at @sep, up to '/', '?', '#', a blank or a quote. */
static size_t authority_length(const char *authority)
{
    return strcspn(authority, "/?# \t\r\n\"'<>");
}

/* Whether what stands where the port should be is none: the beginning of a password, then. */
static bool has_bad_port(const char *authority, size_t length)
{
    const char *colon = memrchr(authority, ':', length);
    if (!colon || authority[0] == '[')
        return false;
    for (const char *p = colon + 1; p < authority + length; p++)
        if (!g_ascii_isdigit(*p))
            return true;
    return false;
}

/* Where the host begins: behind the last '@' of the authority, since careless people leave '@'
 * unescaped in passwords; and if they left '/', '?' or '#', the authority seems to end inside the
 * password. NULL if there are no credentials. */
static const char *after_credentials(const char *authority)
{
    size_t length = authority_length(authority);
    const char *at = memrchr(authority, '@', length);
    if (!at && has_bad_port(authority, length))
        at = memrchr(authority, '@', strcspn(authority, " \t\r\n\"'<>"));
    return at ? at + 1 : NULL;
}

char *mj_redact(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *p = text;
    for (const char *sep = strstr(p, "://"); sep; sep = strstr(p, "://")) {
        const char *authority = sep + 3;
        const char *host = after_credentials(authority);
        g_string_append_len(out, p, authority - p);
        if (host)
            g_string_append(out, "***@");
        p = host ? host : authority;
    }
    g_string_append(out, p);
    return g_string_free(out, FALSE);
}

void mj_url_split(const char *url, char **ret_public, char **ret_credentials)
{
    const char *sep = strstr(url, "://");
    const char *host = sep ? after_credentials(sep + 3) : NULL;
    if (!host) {
        *ret_public = g_strdup(url);
        *ret_credentials = NULL;
        return;
    }
    g_autofree char *head = g_strndup(url, (gsize)(sep + 3 - url));
    *ret_public = g_strconcat(head, host, NULL);
    *ret_credentials = g_strndup(sep + 3, (gsize)(host - 1 - (sep + 3)));
}

char *mj_url_join(const char *public_url, const char *credentials)
{
    const char *sep = strstr(public_url, "://");
    if (!credentials || !sep)
        return g_strdup(public_url);
    g_autofree char *head = g_strndup(public_url, (gsize)(sep + 3 - public_url));
    return g_strconcat(head, credentials, "@", sep + 3, NULL);
}
