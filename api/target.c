// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/target.h"

#include "index/base/error.h"

#include <string.h>

/* Decodes in place; what comes out is never longer. */
static bool decode(char *text, bool plus_is_space, GError **error)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        unsigned char byte = (unsigned char)*from;
        if (byte == '%') {
            int high = g_ascii_xdigit_value(from[1]);
            int low = high < 0 ? -1 : g_ascii_xdigit_value(from[2]);
            if (low < 0) {
                return mj_error_set(error, MJ_ERROR_INVALID,
                                    "the address has a '%%' without two hexadecimal digits");
            }
            byte = (unsigned char)(high << 4 | low);
            from += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        if (byte < 0x20 || byte == 0x7f)
            return mj_error_set(error, MJ_ERROR_INVALID, "the address has a control character");
        *to++ = (char)byte;
    }
    *to = '\0';
    return g_utf8_validate(text, -1, NULL) ||
           mj_error_set(error, MJ_ERROR_INVALID, "the address is not UTF-8");
}

static bool parse_path(ApiTarget *target, char *path, GError **error)
{
    if (*path != '/')
        return mj_error_set(error, MJ_ERROR_INVALID, "the path does not begin with '/'");
    for (char *part = path + 1; part != NULL;) {
        char *next = strchr(part, '/');
        if (next != NULL)
            *next++ = '\0';
        if (target->n_parts == API_PARTS_MAX) {
            return mj_error_set(error, MJ_ERROR_INVALID, "the path has more than %d parts",
                                API_PARTS_MAX);
        }
        if (!decode(part, false, error))
            return false;
        target->parts[target->n_parts++] = part;
        part = next;
    }
    return true;
}

static bool parse_query(ApiTarget *target, char *query, GError **error)
{
    for (char *pair = query; pair != NULL;) {
        char *next = strchr(pair, '&');
        if (next != NULL)
            *next++ = '\0';
        char *value = strchr(pair, '=');
        if (value != NULL)
            *value++ = '\0';
        else
            value = pair + strlen(pair);
        if (*pair != '\0') {
            if (target->n_query == API_QUERY_MAX) {
                return mj_error_set(error, MJ_ERROR_INVALID,
                                    "the query has more than %d parameters", API_QUERY_MAX);
            }
            if (!decode(pair, true, error) || !decode(value, true, error))
                return false;
            target->query[target->n_query++] = (ApiQuery){pair, value};
        }
        pair = next;
    }
    return true;
}

/* Where the path begins: absolute form is what a proxy may send (RFC 9112 section 3.2.2). */
static const char *skip_authority(const char *uri)
{
    size_t scheme = g_ascii_strncasecmp(uri, "http://", 7) == 0    ? 7
                    : g_ascii_strncasecmp(uri, "https://", 8) == 0 ? 8
                                                                   : 0;
    if (scheme == 0)
        return uri;
    const char *path = strchr(uri + scheme, '/');
    return path != NULL ? path : "/";
}

bool api_target_parse(const char *uri, ApiTarget *ret_target, GError **error)
{
    if (strlen(uri) > API_URI_MAX) {
        return mj_error_set(error, MJ_ERROR_INVALID, "the address is longer than %d bytes",
                            API_URI_MAX);
    }
    ApiTarget target = {.text = g_strdup(skip_authority(uri))};
    target.text[strcspn(target.text, "#")] = '\0';
    char *query = strchr(target.text, '?');
    if (query != NULL)
        *query++ = '\0';
    if (!parse_path(&target, target.text, error) || !parse_query(&target, query, error)) {
        api_target_clear(&target);
        return false;
    }
    *ret_target = target;
    return true;
}

void api_target_clear(ApiTarget *target)
{
    g_free(target->text);
    *target = (ApiTarget){0};
}

const char *api_target_twice(const ApiTarget *target)
{
    for (int i = 0; i < target->n_query; i++)
        for (int j = 0; j < i; j++)
            if (g_str_equal(target->query[i].name, target->query[j].name))
                return target->query[i].name;
    return NULL;
}

const char *api_target_query(const ApiTarget *target, const char *name)
{
    for (int i = 0; i < target->n_query; i++)
        if (g_str_equal(target->query[i].name, name))
            return target->query[i].value;
    return NULL;
}
