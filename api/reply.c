// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/reply.h"

#include "index/base/error.h"

#include <string.h>

#define STREAM_PIECE (32 * 1024) // bytes that a stream is asked for at a time
#define READ_PIECE (256 * 1024)  // the same of what lies on a disk

static const struct {
    const char *name, *value;
} SECURITY_HEADERS[] = {
    {"Content-Security-Policy",
     "default-src 'self'; media-src 'self' blob:; img-src 'self' data: blob:; "
     "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
     "frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"}, // browsers before frame-ancestors
};

/* Over TLS alone: RFC 6797 section 7.2. Half a year, this host alone. */
static const char HSTS[] = "max-age=15768000";

static const struct {
    int status;
    const char *code;
} PROBLEMS[] = {
    [API_PROBLEM_REASON] = {403, "reason"},   [API_PROBLEM_PASSWORD] = {403, "password"},
    [API_PROBLEM_RESTART] = {422, "restart"}, [API_PROBLEM_CODING] = {409, "coding"},
    [API_PROBLEM_OVER] = {401, "over"},       [API_PROBLEM_TAKEN] = {409, "taken"},
    [API_PROBLEM_SECOND] = {401, "second"},
};

G_DEFINE_QUARK(api - problem, api_problem)

bool api_problem_set(GError **error, ApiProblem which, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, API_PROBLEM, (int)which, words);
    return false;
}

void api_reply_header(ApiRequest *request, const char *name, const char *value)
{
    if (MHD_add_response_header(request->reply, name, value) != MHD_YES)
        mj_log_warning(&request->log, "the header %s could not be added to the reply", name);
}

static void take(ApiRequest *request, int status, struct MHD_Response *reply, const char *type,
                 const char *cache)
{
    g_assert(request->reply == NULL &&
             reply != NULL); // one reply a request; MHD fails on memory only
    request->reply = reply;
    request->status = status;
    for (size_t i = 0; i < G_N_ELEMENTS(SECURITY_HEADERS); i++)
        api_reply_header(request, SECURITY_HEADERS[i].name, SECURITY_HEADERS[i].value);
    if (request->context->secure)
        api_reply_header(request, "Strict-Transport-Security", HSTS);
    api_reply_header(request, "Cache-Control", cache);
    api_reply_header(request, "Mingjing-Request", request->id);
    if (type != NULL)
        api_reply_header(request, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

static void unref_bytes(void *bytes)
{
    g_bytes_unref(bytes);
}

void api_reply_bytes(ApiRequest *request, int status, GBytes *bytes, const char *type,
                     const char *cache, const char *etag)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    struct MHD_Response *reply = MHD_create_response_from_buffer_with_free_callback_cls(
        size, (void *)(uintptr_t)data, unref_bytes, g_bytes_ref(bytes));
    take(request, status, reply, type, cache);
    if (etag != NULL)
        api_reply_header(request, MHD_HTTP_HEADER_ETAG, etag);
}

/* Takes @text. */
static void reply_typed(ApiRequest *request, int status, char *text, const char *type)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    api_reply_bytes(request, status, bytes, type, API_CACHE_NONE, NULL);
}

static void reply_dump(ApiRequest *request, int status, const json_t *json, const char *type)
{
    reply_typed(request, status, mj_json_dump(json), type);
}

void api_reply_text(ApiRequest *request, int status, char *json)
{
    reply_typed(request, status, json, "application/json");
}

void api_reply_json(ApiRequest *request, int status, const json_t *json)
{
    reply_dump(request, status, json, "application/json");
}

void api_reply_empty(ApiRequest *request, int status)
{
    struct MHD_Response *reply = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    take(request, status, reply, NULL, API_CACHE_NONE);
}

void api_reply_discard(ApiRequest *request)
{
    g_clear_pointer(&request->reply, MHD_destroy_response);
    g_clear_pointer(&request->problem, g_free);
    request->status = 0;
}

void api_reply_stream(ApiRequest *request, int status, MHD_ContentReaderCallback read, void *cls,
                      void (*free)(void *cls), const char *type)
{
    struct MHD_Response *reply =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE, read, cls, free);
    take(request, status, reply, type, API_CACHE_NONE);
}

void api_reply_read(ApiRequest *request, int status, int64_t length, MHD_ContentReaderCallback read,
                    void *cls, void (*free)(void *cls), const char *type, const char *etag)
{
    struct MHD_Response *reply =
        MHD_create_response_from_callback((uint64_t)length, READ_PIECE, read, cls, free);
    take(request, status, reply, type, API_CACHE_NONE);
    if (etag != NULL)
        api_reply_header(request, MHD_HTTP_HEADER_ETAG, etag);
}

void api_reply_upgrade(ApiRequest *request, MHD_UpgradeHandler handler)
{
    take(request, MHD_HTTP_SWITCHING_PROTOCOLS, MHD_create_response_for_upgrade(handler, NULL),
         NULL, API_CACHE_NONE);
}

void api_reply_file(ApiRequest *request, int status, int fd, int64_t first, int64_t length,
                    const char *type, const char *cache, const char *etag)
{
    struct MHD_Response *reply =
        MHD_create_response_from_fd_at_offset64((uint64_t)length, fd, (uint64_t)first);
    take(request, status, reply, type, cache);
    if (etag != NULL)
        api_reply_header(request, MHD_HTTP_HEADER_ETAG, etag);
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } TITLES[] = {
        {400, "The request is not right"},
        {401, "Not signed in"},
        {403, "Not permitted"},
        {404, "Not found"},
        {405, "Not for this address"},
        {409, "Contradicts what is stored"},
        {413, "Too large"},
        {414, "The address is too long"},
        {415, "Not a content type for this address"},
        {416, "Not within the file"},
        {422, "Not done here"},
        {426, "Another protocol is spoken here"},
        {429, "Too many tries"},
        {431, "A header is too long"},
        {501, "Not supported"},
        {503, "Busy"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TITLES); i++)
        if (TITLES[i].status == status)
            return TITLES[i].title;
    return "Something failed";
}

static void reply_problem(ApiRequest *request, int status, const char *code, json_t *more,
                          const char *detail)
{
    g_autofree char *valid = g_utf8_make_valid(detail, -1);
    g_autofree char *type = g_strconcat("urn:mingjing:problem:", code, NULL);
    g_autoptr(json_t) json =
        json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title", title_of(status), "status",
                  status, "detail", valid, "code", code);
    if (more != NULL)
        json_object_update(json, more);
    g_free(request->problem);
    request->problem = g_strdup(valid);
    reply_dump(request, status, json, "application/problem+json");
    if (status == MHD_HTTP_UNAUTHORIZED)
        api_reply_header(request, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"mingjing\"");
    else if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        api_reply_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
}

void api_reply_problem(ApiRequest *request, int status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *detail = g_strdup_vprintf(format, args);
    va_end(args);
    reply_problem(request, status, code, NULL, detail);
}

void api_reply_several(ApiRequest *request, const GError *why, json_t *candidates)
{
    g_autoptr(json_t) more = json_pack("{s:O}", "candidates", candidates);
    reply_problem(request, MHD_HTTP_CONFLICT, mj_error_name(why->code), more, why->message);
}

void api_reply_none(ApiRequest *request, const GError *why, json_t *feed)
{
    g_autoptr(json_t) more = json_pack("{s:O}", "feed", feed);
    reply_problem(request, MHD_HTTP_NOT_FOUND, mj_error_name(why->code), more, why->message);
}

void api_reply_wait(ApiRequest *request, int64_t seconds, const char *words)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, seconds);
    api_reply_problem(request, MHD_HTTP_TOO_MANY_REQUESTS, "too-many", "%s", words);
    api_reply_header(request, MHD_HTTP_HEADER_RETRY_AFTER, text);
}

int api_error_status(const GError *error, bool signed_in)
{
    if (error->domain == API_PROBLEM)
        return PROBLEMS[error->code].status;
    if (error->domain != MJ_ERROR)
        return MHD_HTTP_INTERNAL_SERVER_ERROR;
    switch ((MjError)error->code) {
    case MJ_ERROR_INVALID:
    case MJ_ERROR_USAGE:
        return MHD_HTTP_BAD_REQUEST;
    case MJ_ERROR_NOT_FOUND:
        return MHD_HTTP_NOT_FOUND;
    case MJ_ERROR_EXISTS:
    case MJ_ERROR_CONFLICT:
    case MJ_ERROR_AMBIGUOUS:
        return MHD_HTTP_CONFLICT;
    case MJ_ERROR_BUSY:
    case MJ_ERROR_CANCELLED:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    case MJ_ERROR_DENIED:
        return signed_in ? MHD_HTTP_FORBIDDEN : MHD_HTTP_UNAUTHORIZED;
    case MJ_ERROR_UNSUPPORTED:
        return MHD_HTTP_NOT_IMPLEMENTED;
    case MJ_ERROR_FAILED:
    case MJ_ERROR_IO:
    case MJ_ERROR_CORRUPT:
    case MJ_ERROR_TIMEOUT:
        return MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

const char *api_error_code(const GError *error)
{
    if (error->domain == API_PROBLEM)
        return PROBLEMS[error->code].code;
    if (error->domain != MJ_ERROR || mj_error_is(error, MJ_ERROR_CANCELLED))
        return error->domain == MJ_ERROR ? "busy" : "failed";
    return mj_error_is(error, MJ_ERROR_USAGE) ? "invalid" : mj_error_name(error->code);
}

void api_reply_error(ApiRequest *request, const GError *error)
{
    int status = api_error_status(error, request->identity.kind != API_NOBODY);
    if (status != MHD_HTTP_INTERNAL_SERVER_ERROR) {
        g_autoptr(json_t) over = request->over ? json_pack("{s:s}", "over", request->over) : NULL;
        reply_problem(request, status, api_error_code(error), over, error->message);
        return;
    }
    mj_log_warning(&request->log, "%s %s failed: %s", request->method,
                   request->route != NULL ? request->route->pattern : "?", error->message);
    api_reply_problem(request, status, api_error_code(error),
                      "the recorder could not do this; its log says why under request %s",
                      request->id);
}

void api_reply_untold(ApiRequest *request)
{
    api_reply_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
                      "the audit log cannot be written now, and nothing is shown without it");
}
