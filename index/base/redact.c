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

/* Names under which cameras take a password in the path or query: "?user=a&password=b",
 * "/user=a_password=b_channel=1.sdp". */
static const char *const SECRET_KEYS[] = {
    "user", "username", "usr",   "login", "account", "password", "passwd", "pass", "pwd",
    "psw",  "pw",       "token", "auth",  "key",     "apikey",   "secret", "sign", "signature"};

static bool is_secret_key(const char *key, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(SECRET_KEYS); i++)
        if (strlen(SECRET_KEYS[i]) == length &&
            g_ascii_strncasecmp(SECRET_KEYS[i], key, length) == 0)
            return true;
    return false;
}

/* Behind the host: where the value of the first secret begins; from there on nothing is shown up to
 * *ret_end, the end of the URL or its fragment. NULL if there is none. */
static const char *secret_tail(const char *host, const char **ret_end)
{
    const char *end = host + strcspn(host, " \t\r\n\"'<>#");
    const char *key = host;
    for (const char *p = host; p < end; p++) {
        if (*p == '=' && is_secret_key(key, (size_t)(p - key))) {
            *ret_end = end;
            return p + 1;
        }
        if (strchr("?&/_;=", *p))
            key = p + 1;
    }
    return NULL;
}

char *mj_redact(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *p = text, *end = NULL;
    for (const char *sep = strstr(p, "://"); sep; sep = strstr(p, "://")) {
        const char *authority = sep + 3;
        const char *host = after_credentials(authority);
        const char *tail = secret_tail(host ? host : authority, &end);
        g_string_append_len(out, p, authority - p);
        if (host)
            g_string_append(out, "***@");
        p = host ? host : authority;
        if (tail) {
            g_string_append_len(out, p, tail - p);
            g_string_append(out, "***");
            p = end;
        }
    }
    g_string_append(out, p);
    return g_string_free(out, FALSE);
}

void mj_url_split(const char *url, char **ret_public, char **ret_credentials)
{
    const char *sep = strstr(url, "://"), *end = NULL;
    const char *authority = sep ? sep + 3 : url;
    const char *host = sep ? after_credentials(authority) : NULL;
    const char *rest = host ? host : authority;
    const char *tail = sep ? secret_tail(rest, &end) : NULL;
    g_autofree char *user =
        host ? g_strndup(authority, (gsize)(host - 1 - authority)) : g_strdup("");
    g_autofree char *cut = tail ? g_strndup(tail, (gsize)(end - tail)) : NULL;
    GString *shown = g_string_new_len(url, authority - url);
    if (tail)
        g_string_append_printf(shown, "%.*s***%s", (int)(tail - rest), rest, end);
    else
        g_string_append(shown, rest);
    *ret_public = g_string_free(shown, FALSE);
    if (cut)
        *ret_credentials = g_strconcat(host ? user : "\n", "\n", cut, NULL);
    else
        *ret_credentials = host ? g_strdup(user) : NULL;
}

char *mj_url_join(const char *public_url, const char *credentials)
{
    const char *sep = strstr(public_url, "://");
    if (!credentials || !sep)
        return g_strdup(public_url);
    size_t user_length = strcspn(credentials, "\n");
    const char *cut = credentials[user_length] ? credentials + user_length + 1 : NULL;
    bool has_user = !cut || *cut != '\n';
    if (cut && *cut == '\n')
        cut++;
    const char *rest = sep + 3, *end = NULL;
    const char *stars = cut ? secret_tail(rest, &end) : NULL; // where it was cut
    int shown = (int)(stars ? stars - rest : (ptrdiff_t)strlen(rest));
    return g_strdup_printf("%.*s%.*s%s%.*s%s%s", (int)(rest - public_url), public_url,
                           (int)user_length, credentials, has_user ? "@" : "", shown, rest,
                           stars ? cut : "", stars ? end : "");
}
