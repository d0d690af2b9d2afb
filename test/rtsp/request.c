// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/request.h"

#include <stdlib.h>
#include <string.h>

#define REALM "camera"

static void take_header(RtspRequest *request, const char *name, const char *value, size_t *ret_body)
{
    char **slot = NULL;
    if (g_ascii_strcasecmp(name, "CSeq") == 0)
        request->cseq = atoi(value);
    else if (g_ascii_strcasecmp(name, "Content-Length") == 0)
        *ret_body = strtoul(value, NULL, 10);
    else if (g_ascii_strcasecmp(name, "Session") == 0)
        slot = &request->session;
    else if (g_ascii_strcasecmp(name, "Transport") == 0)
        slot = &request->transport;
    else if (g_ascii_strcasecmp(name, "Authorization") == 0)
        slot = &request->authorization;
    else if (g_ascii_strcasecmp(name, "Range") == 0)
        slot = &request->range;
    if (slot) {
        g_free(*slot);
        *slot = g_strdup(value);
    }
}

static char *path_of(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *slash = strchr(scheme ? scheme + 3 : url, '/');
    return g_strndup(slash ? slash : "/", strcspn(slash ? slash : "/", "?"));
}

static bool parse_head(char *head, RtspRequest *request, size_t *ret_body)
{
    g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
    g_auto(GStrv) words = g_strsplit(lines[0], " ", 3);
    if (g_strv_length(words) != 3 || !g_str_has_prefix(words[2], "RTSP/1."))
        return false;
    request->method = g_strdup(words[0]);
    request->url = g_strdup(words[1]);
    request->path = path_of(words[1]);
    for (char **line = lines + 1; *line && **line; line++) {
        char *colon = strchr(*line, ':');
        if (!colon)
            return false;
        *colon = 0;
        take_header(request, *line, g_strstrip(colon + 1), ret_body);
    }
    return true;
}

RequestParse rtsp_request_parse(const char *data, size_t size, RtspRequest *ret, size_t *ret_used)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return size >= REQUEST_MAX ? REQUEST_BAD : REQUEST_PARTIAL;
    size_t head_size = (size_t)(end - data) + 4, body = 0;
    g_autofree char *head = g_strndup(data, head_size - 2);
    g_auto(RtspRequest) request = {.cseq = -1};
    if (head_size > REQUEST_MAX || !parse_head(head, &request, &body) || body > REQUEST_MAX)
        return REQUEST_BAD;
    if (head_size + body > size)
        return REQUEST_PARTIAL;
    *ret_used = head_size + body;
    *ret = request;
    request = (RtspRequest){0};
    return REQUEST_WHOLE;
}

void rtsp_request_clear(RtspRequest *request)
{
    g_free(request->method);
    g_free(request->url);
    g_free(request->path);
    g_free(request->session);
    g_free(request->transport);
    g_free(request->authorization);
    g_free(request->range);
    *request = (RtspRequest){0};
}

char *rtsp_guard_challenge(const RtspGuard *guard, const char *nonce)
{
    return guard->basic
               ? g_strdup("Basic realm=\"" REALM "\"")
               : g_strdup_printf("Digest realm=\"" REALM "\", nonce=\"%s\", algorithm=MD5", nonce);
}

static char *md5(const char *format, ...) G_GNUC_PRINTF(1, 2);
static char *md5(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return g_compute_checksum_for_string(G_CHECKSUM_MD5, text, -1);
}

/* The value of key="value" or key=value in a list of them. Caller frees; "" if not there. */
static char *field(const char *list, const char *key)
{
    g_autofree char *pattern = g_strdup_printf("(?:^|[ ,])%s=(?:\"([^\"]*)\"|([^\", ]+))", key);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, list, 0, &match))
        return g_strdup("");
    char *quoted = g_match_info_fetch(match, 1);
    if (quoted && *quoted)
        return quoted;
    g_free(quoted);
    char *bare = g_match_info_fetch(match, 2);
    return bare ? bare : g_strdup("");
}

static bool digest_right(const RtspGuard *guard, const RtspRequest *request, const char *nonce)
{
    const char *list = request->authorization + strlen("Digest ");
    g_autofree char *user = field(list, "username"), *realm = field(list, "realm");
    g_autofree char *uri = field(list, "uri"), *said = field(list, "nonce");
    g_autofree char *response = field(list, "response");
    g_autofree char *secret = md5("%s:%s:%s", guard->user, REALM, guard->password);
    g_autofree char *what = md5("%s:%s", request->method, uri);
    g_autofree char *expected = md5("%s:%s:%s", secret, nonce, what);
    return g_str_equal(user, guard->user) && g_str_equal(realm, REALM) &&
           g_str_equal(said, nonce) && g_str_equal(response, expected);
}

bool rtsp_guard_admits(const RtspGuard *guard, const RtspRequest *request, const char *nonce)
{
    const char *said = request->authorization;
    if (!said)
        return false;
    if (!guard->basic)
        return g_str_has_prefix(said, "Digest ") && digest_right(guard, request, nonce);
    g_autofree char *plain = g_strdup_printf("%s:%s", guard->user, guard->password);
    g_autofree char *coded = g_base64_encode((const guchar *)plain, strlen(plain));
    return g_str_has_prefix(said, "Basic ") && g_str_equal(said + strlen("Basic "), coded);
}
