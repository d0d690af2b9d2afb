// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/request.h"

#include "api/audit_entry.h"
#include "index/account/reason.h"
#include "index/base/error.h"

#include <stdatomic.h>
#include <string.h>

ApiRequest *api_request_new(ApiContext *context, const char *uri)
{
    static atomic_uint_fast64_t counter; // tells requests apart in the log; means nothing else
    ApiRequest *request = g_new0(ApiRequest, 1);
    request->context = context;
    g_snprintf(request->id, sizeof request->id, "%08x-%06" G_GINT64_MODIFIER "x",
               (unsigned)(mj_clock_utc_us(context->clock) / MJ_SECOND_US),
               (guint64)atomic_fetch_add(&counter, 1) & 0xffffff);
    request->log.tag = request->id;
    request->now_us = mj_clock_utc_us(context->clock);
    request->started_mono_us = mj_clock_mono_us(context->clock);
    request->too_long = strlen(uri) > API_URI_MAX;
    api_target_parse(uri, &request->target, &request->broken);
    return request;
}

void api_identity_clear(ApiIdentity *identity)
{
    g_free(identity->name);
    g_free(identity->role);
    g_free(identity->scope);
    *identity = (ApiIdentity){0};
}

ApiIdentity api_identity_copy(const ApiIdentity *identity)
{
    ApiIdentity copy = *identity;
    copy.name = g_strdup(identity->name);
    copy.role = g_strdup(identity->role);
    copy.scope = g_strdup(identity->scope);
    return copy;
}

static void headers_clear(ApiHeaders *headers)
{
    g_free(headers->accept);
    g_free(headers->authorization);
    g_free(headers->content_type);
    g_free(headers->cookie);
    g_free(headers->host);
    g_free(headers->if_none_match);
    g_free(headers->if_range);
    g_free(headers->origin);
    g_free(headers->range);
    g_free(headers->upgrade);
    g_free(headers->websocket_key);
    g_free(headers->websocket_version);
    g_free(headers->fetch_site);
    g_free(headers->reason);
    g_free(headers->case_no);
    g_free(headers->asked);
    g_free(headers->page);
    g_free(headers->takes);
}

void api_request_free(ApiRequest *request)
{
    if (request == NULL)
        return;
    if (request->reply != NULL)
        MHD_destroy_response(request->reply);
    headers_clear(&request->headers);
    if (request->note != NULL)
        api_note_clear(request->note);
    g_free(request->note);
    idx_reason_free(request->reason);
    g_free(request->address);
    g_free(request->problem);
    api_identity_clear(&request->identity);
    g_clear_pointer(&request->body, g_byte_array_unref);
    if (request->stream != NULL)
        request->stream_free(request->stream);
    g_clear_error(&request->broken);
    api_target_clear(&request->target);
    g_free(request->method);
    g_free(request);
}

const char *api_request_query(const ApiRequest *request, const char *name)
{
    return api_target_query(&request->target, name);
}

/* A '+' that was not percent-encoded arrives as a space: "…T09:31:05 08:00". */
static void mend_offset(char *text)
{
    size_t length = strlen(text);
    if (length > 6 && text[length - 6] == ' ' && text[length - 3] == ':' &&
        memchr(text, 'T', length) != NULL)
        text[length - 6] = '+';
}

bool api_request_time(const ApiRequest *request, const char *name, int64_t *ret_us, GError **error)
{
    const char *value = api_request_query(request, name);
    if (value == NULL || *value == '\0') {
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "the parameter '%s' is missing: a time such as "
                            "2026-11-22T09:31:05.120000+08:00",
                            name);
    }
    g_autofree char *text = g_strdup(value);
    mend_offset(text);
    if (!mj_time_parse(text, idx_catalogue_timezone(request->cat), request->now_us, ret_us,
                       error)) {
        g_prefix_error(error, "%s: ", name);
        return false;
    }
    return true;
}

bool api_request_int(const ApiRequest *request, const char *name, int64_t min, int64_t max,
                     int64_t fallback, int64_t *ret_value, GError **error)
{
    const char *value = api_request_query(request, name);
    if (value == NULL) {
        *ret_value = fallback;
        return true;
    }
    if (!g_ascii_string_to_signed(value, 10, min, max, ret_value, NULL)) {
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "%s: not a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                            name, min, max);
    }
    return true;
}

const char *api_cookie_name(const ApiContext *context)
{
    return context->secure ? "__Host-mingjing" : "mingjing";
}

char *api_cookie_set(const ApiContext *context, const char *value)
{
    return g_strdup_printf("%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", api_cookie_name(context),
                           value != NULL ? value : "", value != NULL ? "" : "; Max-Age=0",
                           context->secure ? "; Secure" : "");
}

char *api_request_cookie(const ApiRequest *request)
{
    g_autofree char *name = g_strconcat(api_cookie_name(request->context), "=", NULL);
    if (request->headers.cookie == NULL)
        return NULL;
    g_auto(GStrv) pairs = g_strsplit(request->headers.cookie, ";", 64);
    for (char **pair = pairs; *pair != NULL; pair++) {
        const char *text = g_strstrip(*pair);
        if (g_str_has_prefix(text, name))
            return g_strdup(text + strlen(name));
    }
    return NULL;
}

const char *api_request_bearer(const ApiRequest *request)
{
    const char *header = request->headers.authorization;
    if (header == NULL || g_ascii_strncasecmp(header, "Bearer ", 7) != 0)
        return NULL;
    header += 7;
    return header + strspn(header, " ");
}

bool api_media_type_is(const char *content_type, const char *type)
{
    if (content_type == NULL)
        return false;
    size_t length = strcspn(content_type, "; \t");
    return strlen(type) == length && g_ascii_strncasecmp(content_type, type, length) == 0;
}
