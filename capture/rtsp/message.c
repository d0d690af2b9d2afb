// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/message.h"

#include <string.h>

#define VERSION "RTSP/1."

static const char *const METHODS[] = {"OPTIONS ",       "DESCRIBE ",      "ANNOUNCE ", "SETUP ",
                                      "PLAY ",          "PAUSE ",         "TEARDOWN ", "REDIRECT ",
                                      "GET_PARAMETER ", "SET_PARAMETER ", "RECORD "};

static size_t skip_blank_lines(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && (data[at] == '\r' || data[at] == '\n'))
        at++;
    return at;
}

static bool agrees(const uint8_t *data, size_t size, const char *word)
{
    return memcmp(data, word, MIN(size, strlen(word))) == 0;
}

bool cap_rtsp_message_begins(const uint8_t *data, size_t size)
{
    size_t blank = skip_blank_lines(data, size);
    data += blank;
    size -= blank;
    bool known = agrees(data, size, VERSION);
    for (size_t i = 0; i < G_N_ELEMENTS(METHODS); i++)
        known |= agrees(data, size, METHODS[i]);
    return known;
}

/* Bytes of the head with the empty line that ends it; 0 = it does not end in @data. *ret_text is
 * false if there is something that text has not. */
static size_t head_size(const char *data, size_t size, bool *ret_text)
{
    *ret_text = true;
    size_t line = 0; // bytes of the present line
    for (size_t i = 0; i < size; i++) {
        char c = data[i];
        if (c == '\n') {
            if (line == 0)
                return i + 1;
            line = 0;
        } else if (c == '\r') { // only before the end of a line
            *ret_text = *ret_text && (i + 1 == size || data[i + 1] == '\n' || data[i + 1] == '\r');
        } else {
            line++;
            *ret_text = *ret_text && (c == '\t' || (unsigned char)c >= ' ');
        }
    }
    return 0;
}

static bool parse_answer(char *line, CapRtspMessage *ret)
{
    char *status = strchr(line, ' ');
    if (!status)
        return false;
    char *end = NULL;
    guint64 number = g_ascii_strtoull(status + 1, &end, 10);
    if (number < 100 || number > 999 || (*end && *end != ' '))
        return false;
    ret->status = (int)number;
    ret->reason = g_utf8_make_valid(g_strstrip(end), -1);
    return true;
}

static bool parse_request(char *line, CapRtspMessage *ret)
{
    char *uri = strchr(line, ' '), *version = strrchr(line, ' ');
    if (!uri || version == uri || !g_str_has_prefix(version + 1, VERSION))
        return false;
    ret->method = g_strndup(line, (size_t)(uri - line));
    ret->uri = g_strstrip(g_strndup(uri + 1, (size_t)(version - uri - 1)));
    return true;
}

/* False if there are too many. */
static bool parse_header(char *line, CapRtspMessage *ret)
{
    GPtrArray *headers = ret->headers;
    if ((*line == ' ' || *line == '\t') && headers->len) { // goes on with the one before
        char *before = headers->pdata[headers->len - 1];
        headers->pdata[headers->len - 1] = g_strconcat(before, " ", g_strstrip(line), NULL);
        g_free(before);
        return true;
    }
    char *colon = strchr(line, ':');
    if (!colon)
        return true; // not a header: nothing is lost by leaving it out
    *colon = '\0';
    g_ptr_array_add(headers, g_strdup(g_strstrip(line)));
    g_ptr_array_add(headers, g_strdup(g_strstrip(colon + 1)));
    return headers->len <= 2 * CAP_RTSP_HEADERS_MAX;
}

static bool parse_head(const char *data, size_t size, CapRtspMessage *ret)
{
    g_autofree char *head = g_strndup(data, size);
    g_auto(GStrv) lines = g_strsplit(head, "\n", -1);
    if (!lines[0])
        return false;
    g_strchomp(lines[0]);
    bool answer = g_str_has_prefix(lines[0], VERSION);
    if (!(answer ? parse_answer(lines[0], ret) : parse_request(lines[0], ret)))
        return false;
    for (char **line = lines + 1; *line; line++)
        if (**line && !parse_header(*line, ret))
            return false;
    return true;
}

static bool body_size(const CapRtspMessage *message, size_t *ret)
{
    const char *text = cap_rtsp_message_header(message, "Content-Length", 0);
    guint64 size = 0;
    if (text && *text && // "" is what a camera says that has none
        !g_ascii_string_to_unsigned(text, 10, 0, CAP_RTSP_BODY_MAX_BYTES, &size, NULL))
        return false;
    *ret = (size_t)size;
    return true;
}

static CapRtspParse parse(const uint8_t *data, size_t size, CapRtspMessage *ret, size_t *ret_used)
{
    if (!cap_rtsp_message_begins(data, size))
        return CAP_RTSP_BAD;
    size_t blank = skip_blank_lines(data, size), body = 0;
    if (blank > CAP_RTSP_HEAD_MAX_BYTES)
        return CAP_RTSP_BAD;
    const char *text = (const char *)data + blank;
    bool is_text;
    size_t head = head_size(text, MIN(size - blank, CAP_RTSP_HEAD_MAX_BYTES), &is_text);
    if (!is_text || (head == 0 && size - blank >= CAP_RTSP_HEAD_MAX_BYTES))
        return CAP_RTSP_BAD;
    if (head == 0)
        return CAP_RTSP_PARTIAL;
    if (!parse_head(text, head, ret) || !body_size(ret, &body))
        return CAP_RTSP_BAD;
    if (size - blank - head < body)
        return CAP_RTSP_PARTIAL;
    ret->body = g_strndup(text + head, body);
    ret->body_size = body;
    *ret_used = blank + head + body;
    return CAP_RTSP_WHOLE;
}

CapRtspParse cap_rtsp_message_parse(const uint8_t *data, size_t size, CapRtspMessage *ret,
                                    size_t *ret_used)
{
    g_auto(CapRtspMessage) made = {.headers = g_ptr_array_new_with_free_func(g_free)};
    CapRtspParse parsed = parse(data, size, &made, ret_used);
    if (parsed == CAP_RTSP_WHOLE) {
        *ret = made;
        made = (CapRtspMessage){0};
    }
    return parsed;
}

void cap_rtsp_message_clear(CapRtspMessage *message)
{
    g_free(message->reason);
    g_free(message->method);
    g_free(message->uri);
    g_free(message->body);
    if (message->headers)
        g_ptr_array_unref(message->headers);
    *message = (CapRtspMessage){0};
}

const char *cap_rtsp_message_header(const CapRtspMessage *message, const char *name, unsigned nth)
{
    for (guint i = 0; message->headers && i + 1 < message->headers->len; i += 2)
        if (g_ascii_strcasecmp(message->headers->pdata[i], name) == 0 && nth-- == 0)
            return message->headers->pdata[i + 1];
    return NULL;
}

char *cap_rtsp_header_parameter(const char *header, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(header, ";", -1);
    size_t size = strlen(key);
    for (char **part = parts; *part; part++) {
        char *text = g_strstrip(*part);
        if (g_ascii_strncasecmp(text, key, size) != 0)
            continue;
        char *value = g_strchug(text + size);
        if (*value != '=')
            continue;
        value = g_strchug(value + 1);
        size_t length = strlen(value);
        if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
            return g_strndup(value + 1, length - 2);
        return g_strdup(value);
    }
    return NULL;
}
