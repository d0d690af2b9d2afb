// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/knock.h"

#include <string.h>

#include "capture/rtsp/client.h"
#include "index/base/error.h"

bool cap_knock_can(const char *url)
{
    return g_str_has_prefix(url, "rtsp://") || g_str_has_prefix(url, "rtsps://");
}

static bool explain(const char *address, const GError *failed, GError **error)
{
    if (g_error_matches(failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    if (failed->domain == G_RESOLVER_ERROR)
        return mj_error_set(error, MJ_ERROR_IO,
                            "%s: no computer of this name is known; check the address", address);
    if (g_error_matches(failed, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return mj_error_set(error, MJ_ERROR_IO,
                            "%s refuses the connection; is the camera on, and the port right?",
                            address);
    return mj_error_set(error, MJ_ERROR_IO,
                        "%s cannot be reached (%s); is the camera on, and the network connected?",
                        address, failed->message);
}

static GSocketConnection *call(const char *address, unsigned seconds, GCancellable *cancel,
                               GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_timeout(client, seconds);
    g_socket_client_set_enable_proxy(client, FALSE);
    guint16 port = g_str_has_prefix(address, "rtsps:") ? 322 : 554;
    g_autoptr(GError) failed = NULL;
    GSocketConnection *connection =
        g_socket_client_connect_to_uri(client, address, port, cancel, &failed);
    if (!connection)
        explain(address, failed, error);
    return connection;
}

bool cap_knock(const char *address, unsigned seconds, GCancellable *cancel, GError **error)
{
    g_autoptr(GSocketConnection) connection = call(address, seconds, cancel, error);
    return connection != NULL;
}

static bool judge(const char *address, gssize got, const char *answer, const GError *failed,
                  GError **error)
{
    if (g_error_matches(failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    if (g_error_matches(failed, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return mj_error_set(error, MJ_ERROR_TIMEOUT,
                            "%s takes the connection but does not answer; is it a camera's RTSP "
                            "port?",
                            address);
    if (got >= 5 && memcmp(answer, "RTSP/", 5) == 0)
        return mj_error_set(error, MJ_ERROR_IO,
                            "%s broke off before it gave its stream; is the camera starting?",
                            address);
    return mj_error_set(error, MJ_ERROR_INVALID,
                        "%s answers, but not as an RTSP camera does; check address and port",
                        address);
}

bool cap_knock_ask(const char *address, unsigned seconds, GCancellable *cancel, GError **error)
{
    g_autoptr(GSocketConnection) connection = call(address, seconds, cancel, error);
    if (!connection)
        return false;
    GIOStream *stream = G_IO_STREAM(connection);
    g_autoptr(GError) failed = NULL;
    g_autofree char *question = g_strdup_printf("OPTIONS %s RTSP/1.0\r\nCSeq: 1\r\n\r\n", address);
    char answer[16] = "";
    gssize got = -1;
    if (g_output_stream_write_all(g_io_stream_get_output_stream(stream), question, strlen(question),
                                  NULL, cancel, &failed))
        got = g_input_stream_read(g_io_stream_get_input_stream(stream), answer, sizeof answer,
                                  cancel, &failed);
    return judge(address, got, answer, failed, error);
}

char *cap_knock_look(const char *address, GCancellable *cancel)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapRtspClient) client = cap_rtsp_client_open(address, address, cancel, &error);
    if (mj_error_is(error, MJ_ERROR_CANCELLED))
        return NULL;
    if (!client)
        return g_strdup(error->message);
    GString *kinds = g_string_new(NULL);
    const CapSdp *sdp = cap_rtsp_client_sdp(client);
    for (guint i = 0; i < sdp->media->len; i++) {
        const CapSdpMedia *media = sdp->media->pdata[i];
        g_string_append_printf(kinds, "%d %s ", (int)media->kind,
                               media->encoding ? media->encoding : "?");
    }
    return g_string_free(kinds, FALSE);
}
