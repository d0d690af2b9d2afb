// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/url.h"

#include <string.h>

#include "index/base/error.h"

#define SCHEME "rtsp://"

static char *decode(const char *text, size_t size)
{
    g_autofree char *part = g_strndup(text, size);
    char *decoded = g_uri_unescape_string(part, NULL);
    return decoded ? decoded : g_steal_pointer(&part); // a lone "%" is meant as it stands
}

static void take_credentials(const char *text, size_t size, CapRtspUrl *ret)
{
    const char *colon = memchr(text, ':', size);
    size_t user = colon ? (size_t)(colon - text) : size;
    ret->user = decode(text, user);
    ret->password = colon ? decode(colon + 1, size - user - 1) : g_strdup("");
}

static bool take_port(const char *text, size_t size, CapRtspUrl *ret)
{
    g_autofree char *digits = g_strndup(text, size);
    guint64 port = 0;
    if (!g_ascii_string_to_unsigned(digits, 10, 1, UINT16_MAX, &port, NULL))
        return false;
    ret->port = (uint16_t)port;
    return true;
}

static bool take_host(const char *text, size_t size, CapRtspUrl *ret)
{
    ret->port = CAP_RTSP_PORT;
    const char *end = text + size, *host = text, *host_end, *rest;
    if (size && *text == '[') {
        host = text + 1;
        host_end = memchr(text, ']', size);
        rest = host_end ? host_end + 1 : NULL;
    } else {
        const char *colon = memchr(text, ':', size);
        rest = host_end = colon ? colon : end;
    }
    if (!host_end || host_end == host || memchr(host, '\0', (size_t)(host_end - host)))
        return false;
    ret->host = g_strndup(host, (size_t)(host_end - host));
    return rest == end || (*rest == ':' && take_port(rest + 1, (size_t)(end - rest - 1), ret));
}

/* Any of what ends a line or, with ' ' as @least, a word. */
static bool has_below(const char *text, unsigned char least)
{
    for (; text && *text; text++)
        if ((unsigned char)*text <= least || *text == 0x7f)
            return true;
    return false;
}

bool cap_rtsp_url_parse(const char *url, CapRtspUrl *ret, GError **error)
{
    g_auto(CapRtspUrl) made = {0};
    const char *authority = url + strlen(SCHEME);
    if (g_ascii_strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "no address of rtsp://");
    size_t size = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', size);
    const char *place = at ? at + 1 : authority;
    if (at)
        take_credentials(authority, (size_t)(at - authority), &made);
    if (!take_host(place, size - (size_t)(place - authority), &made) || has_below(place, ' ') ||
        has_below(made.user, 0x1f))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "the address has no host, a wrong port or a blank in it");
    made.uri = g_strconcat(SCHEME, place, NULL);
    made.uri[strcspn(made.uri, "#")] = '\0';
    *ret = made;
    made = (CapRtspUrl){0};
    return true;
}

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

void cap_rtsp_url_clear(CapRtspUrl *url)
{
    g_free(url->host);
    wipe(url->uri); // may hold a password in its query
    wipe(url->user);
    wipe(url->password);
    *url = (CapRtspUrl){0};
}

char *cap_rtsp_url_join(const char *base, const char *control)
{
    if (!control || !*control || g_str_equal(control, "*"))
        return g_strdup(base);
    g_autofree char *scheme = g_uri_parse_scheme(control);
    if (scheme && g_str_has_prefix(control + strlen(scheme), "://"))
        return g_strdup(control);
    size_t size = strlen(base);
    while (size && base[size - 1] == '/')
        size--;
    while (*control == '/')
        control++;
    return g_strdup_printf("%.*s/%s", (int)size, base, control);
}
