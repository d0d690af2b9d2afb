// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/auth.h"
#include "api/endpoint/endpoint.h"
#include "api/live/live.h"
#include "api/reply.h"
#include "index/base/error.h"

#include <string.h>

#define WEBSOCKET_VERSION "13"
#define WEBSOCKET_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455 section 1.3
#define KEY_BYTES 16

/* A header that is a list of words, such as Connection and Upgrade. */
static bool has_word(const char *header, const char *word)
{
    g_auto(GStrv) words = g_strsplit(header != NULL ? header : "", ",", 16);
    for (int i = 0; words[i] != NULL; i++)
        if (g_ascii_strcasecmp(g_strstrip(words[i]), word) == 0)
            return true;
    return false;
}

static bool is_key(const char *key)
{
    gsize size = 0;
    g_autofree guchar *bytes = key != NULL ? g_base64_decode(key, &size) : NULL;
    return bytes != NULL && size == KEY_BYTES && strlen(key) == 24;
}

static char *accept_of(const char *key)
{
    guint8 digest[20];
    gsize size = sizeof digest;
    g_autoptr(GChecksum) sha1 = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sha1, (const guchar *)key, -1);
    g_checksum_update(sha1, (const guchar *)WEBSOCKET_GUID, -1);
    g_checksum_get_digest(sha1, digest, &size);
    return g_base64_encode(digest, size);
}

/* No WebSocket, or one of another version: what there is here. */
static bool refuse(ApiRequest *request)
{
    api_reply_problem(request, MHD_HTTP_UPGRADE_REQUIRED, "invalid",
                      "this address speaks WebSocket, version " WEBSOCKET_VERSION);
    api_reply_header(request, MHD_HTTP_HEADER_UPGRADE, "websocket");
    api_reply_header(request, MHD_HTTP_HEADER_SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION);
    return true;
}

static void on_upgrade(void *cls, struct MHD_Connection *connection, void *con_cls,
                       const char *extra, size_t extra_size, MHD_socket fd,
                       struct MHD_UpgradeResponseHandle *urh)
{
    ApiRequest *request = con_cls;
    api_live_enter(request->context->live, g_steal_pointer(&request->stream), fd, extra, extra_size,
                   urh);
}

static void free_guest(void *guest)
{
    api_guest_unref(guest);
}

bool api_get_live(ApiRequest *request, GError **error)
{
    const ApiHeaders *headers = &request->headers;
    // a page of another site could open it with the browser's cookie, and read what comes
    if (!api_auth_same_origin(request, error))
        return false;
    if (!has_word(headers->upgrade, "websocket") || !is_key(headers->websocket_key) ||
        g_strcmp0(headers->websocket_version, WEBSOCKET_VERSION) != 0 ||
        !g_str_equal(request->method, "GET"))
        return refuse(request);
    if (request->context->live == NULL)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "there are no live pictures here");
    g_autoptr(ApiGuest) guest = api_guest_new(request);
    if (!api_live_reserve(request->context->live, guest, error))
        return false;
    g_autofree char *accept = accept_of(headers->websocket_key);
    request->stream = g_steal_pointer(&guest);
    request->stream_free = free_guest;
    api_reply_upgrade(request, on_upgrade);
    api_reply_header(request, MHD_HTTP_HEADER_UPGRADE, "websocket");
    api_reply_header(request, MHD_HTTP_HEADER_SEC_WEBSOCKET_ACCEPT, accept);
    return true;
}
