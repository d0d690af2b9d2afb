// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/rtsp/pipe.h"

#include <string.h>

#define WAIT_S 20
#define REQUEST_MAX 65536

GByteArray *bytes_hex(const char *digits)
{
    GByteArray *bytes = g_byte_array_new();
    for (int high = -1; *digits; digits++) {
        int digit = g_ascii_xdigit_value(*digits);
        if (digit < 0)
            continue;
        if (high >= 0) {
            uint8_t byte = (uint8_t)(high << 4 | digit);
            g_byte_array_append(bytes, &byte, 1);
            digit = -1;
        }
        high = digit;
    }
    return bytes;
}

static void add_number(GByteArray *bytes, uint64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        uint8_t byte = (uint8_t)(value >> 8 * i);
        g_byte_array_append(bytes, &byte, 1);
    }
}

static void add_framing(GByteArray *bytes, uint8_t channel, size_t size)
{
    add_number(bytes, '$', 1);
    add_number(bytes, channel, 1);
    add_number(bytes, size, 2);
}

void bytes_add_rtp(GByteArray *bytes, const Packet *packet, const char *payload)
{
    g_autoptr(GByteArray) data = bytes_hex(payload);
    add_framing(bytes, packet->channel, 12 + data->len);
    add_number(bytes, 0x80, 1);
    add_number(bytes, packet->payload_type | (packet->marker ? 0x80u : 0), 1);
    add_number(bytes, packet->sequence, 2);
    add_number(bytes, packet->time, 4);
    add_number(bytes, packet->ssrc, 4);
    g_byte_array_append(bytes, data->data, data->len);
}

void bytes_add_report(GByteArray *bytes, uint8_t channel, uint32_t ssrc, uint32_t time,
                      int64_t utc_us)
{
    add_framing(bytes, channel, 28);
    add_number(bytes, 0x80c80006, 4);
    add_number(bytes, ssrc, 4);
    add_number(bytes, (uint64_t)(utc_us / G_USEC_PER_SEC + INT64_C(2208988800)), 4);
    add_number(bytes, (uint64_t)((utc_us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC, 4);
    add_number(bytes, time, 4);
    add_number(bytes, 0, 8);
}

void bytes_add_bye(GByteArray *bytes, uint8_t channel, uint32_t ssrc)
{
    add_framing(bytes, channel, 8);
    add_number(bytes, 0x81cb0001, 4);
    add_number(bytes, ssrc, 4);
}

struct Script {
    const Step *steps;
    GSocketListener *listener;
    int port;
    GThread *thread;
};

/* One request with its headers; NULL if the client hung up. */
static char *read_request(GSocketConnection *connection)
{
    GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    g_autoptr(GString) text = g_string_new(NULL);
    char c;
    while (!g_str_has_suffix(text->str, "\r\n\r\n")) {
        g_assert_cmpuint(text->len, <, REQUEST_MAX);
        if (g_input_stream_read(in, &c, 1, NULL, NULL) != 1)
            return NULL;
        g_string_append_c(text, c);
    }
    return g_strdup(text->str);
}

static void check_request(const Step *step, const char *request)
{
    for (size_t i = 0; i < G_N_ELEMENTS(step->expects) && step->expects[i]; i++)
        if (!strstr(request, step->expects[i]))
            g_error("expected %s in %s", step->expects[i], request);
    if (step->lacks && strstr(request, step->lacks))
        g_error("not expected %s in %s", step->lacks, request);
}

static void answer(const Script *script, const Step *step, const char *request,
                   GSocketConnection *connection)
{
    const char *said = request ? strstr(request, "CSeq: ") : NULL;
    g_autofree char *cseq = said ? g_strndup(said + 6, strcspn(said + 6, "\r")) : g_strdup("0");
    g_autofree char *port = g_strdup_printf("%d", script->port);
    g_autoptr(GString) text = g_string_new(step->answer);
    g_string_replace(text, "@C", cseq, 0);
    g_string_replace(text, "@P", port, 0);
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    g_autoptr(GError) error = NULL;
    g_output_stream_write_all(out, text->str, text->len, NULL, NULL, &error);
    g_assert_no_error(error);
}

static GSocketConnection *accept_one(const Script *script)
{
    g_autoptr(GError) error = NULL;
    GSocketConnection *connection = g_socket_listener_accept(script->listener, NULL, NULL, &error);
    g_assert_no_error(error);
    g_socket_set_timeout(g_socket_connection_get_socket(connection), WAIT_S);
    return connection;
}

static void *run(void *data)
{
    const Script *script = data;
    GSocketConnection *connection = NULL;
    g_autofree char *request = NULL;
    bool asked = true;
    for (const Step *step = script->steps; step->answer || step->expects[0]; step++) {
        if (!connection)
            connection = accept_one(script);
        if (asked) {
            g_free(request);
            request = read_request(connection);
            if (!request)
                g_error("hung up where %s was expected", step->expects[0]);
            check_request(step, request);
        }
        if (step->answer)
            answer(script, step, request, connection);
        asked = !step->says_more;
        if (!step->answer || step->hangs_up)
            g_clear_object(&connection);
    }
    g_clear_object(&connection);
    return NULL;
}

Script *script_start(const Step *steps)
{
    Script *script = g_new0(Script, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) effective = NULL;
    script->steps = steps;
    script->listener = g_socket_listener_new();
    g_socket_listener_add_address(script->listener, any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
    g_assert_no_error(error);
    script->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
    script->thread = g_thread_new("camera", run, script);
    return script;
}

int script_port(const Script *script)
{
    return script->port;
}

char *script_url(const Script *script, const char *credentials)
{
    return g_strdup_printf("rtsp://%s127.0.0.1:%d/s", credentials, script->port);
}

void script_end(Script *script)
{
    g_thread_join(script->thread);
    g_socket_listener_close(script->listener);
    g_object_unref(script->listener);
    g_free(script);
}
