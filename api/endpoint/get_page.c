// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"

#include <string.h>

/* The path as the page's table names files: parts joined by '/', without a last empty one. */
static char *file_path(const ApiTarget *target)
{
    g_autoptr(GString) path = g_string_new(NULL);
    for (int i = 0; i < target->n_parts; i++)
        g_string_append_printf(path, "%s%s", i > 0 ? "/" : "", target->parts[i]);
    return g_string_free(g_steal_pointer(&path), FALSE);
}

bool api_get_page(ApiRequest *request, GError **error)
{
    if (request->context->page == NULL) {
        api_reply_problem(request, MHD_HTTP_NOT_FOUND, "not-found",
                          "the web page is not installed; the API is below /api/v1");
        return true;
    }
    g_autofree char *path = file_path(&request->target);
    const ApiPageFile *file = api_page_find(request->context->page, path);
    if (file == NULL) {
        api_reply_problem(request, MHD_HTTP_NOT_FOUND, "not-found", "there is no such file");
        return true;
    }
    const char *cache = file->forever ? "public, max-age=31536000, immutable" : API_CACHE_CHECK;
    const char *known = request->headers.if_none_match;
    if (known != NULL && strstr(known, file->etag) != NULL) {
        g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
        api_reply_bytes(request, MHD_HTTP_NOT_MODIFIED, nothing, file->type, cache, file->etag);
        return true;
    }
    api_reply_bytes(request, MHD_HTTP_OK, file->bytes, file->type, cache, file->etag);
    return true;
}
