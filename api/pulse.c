// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/pulse.h"

#include "index/base/error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

struct ApiPulse {
    struct sockaddr_storage address;
    socklen_t length;
    int fd; // -1: no request is on its way
    guint source;
    bool felt;
};

static const char REQUEST[] = "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static void hang_up(ApiPulse *pulse)
{
    if (pulse->source)
        g_source_remove(pulse->source);
    if (pulse->fd >= 0)
        close(pulse->fd);
    pulse->source = 0;
    pulse->fd = -1;
}

/* Who listens on all addresses is called by the loopback's. */
static GSocketAddress *reachable(GSocketAddress *address)
{
    GInetAddress *host = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address));
    if (!g_inet_address_get_is_any(host))
        return g_object_ref(address);
    g_autoptr(GInetAddress) own = g_inet_address_new_loopback(g_inet_address_get_family(host));
    return g_inet_socket_address_new(
        own, g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address)));
}

ApiPulse *api_pulse_new(const char *authority, GError **error)
{
    g_autoptr(GSocketConnectable) place = g_network_address_parse(authority, 0, error);
    if (place == NULL)
        return NULL;
    GNetworkAddress *network = G_NETWORK_ADDRESS(place);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string(
        g_network_address_get_hostname(network), g_network_address_get_port(network));
    g_autoptr(GSocketAddress) own = address != NULL ? reachable(address) : NULL;
    g_autoptr(ApiPulse) pulse = g_new0(ApiPulse, 1);
    pulse->fd = -1;
    pulse->length = own != NULL ? (socklen_t)g_socket_address_get_native_size(own) : 0;
    if (own == NULL ||
        !g_socket_address_to_native(own, &pulse->address, sizeof pulse->address, NULL)) {
        mj_error_set(error, MJ_ERROR_INVALID, "cannot call %s", authority);
        return NULL;
    }
    return g_steal_pointer(&pulse);
}

void api_pulse_free(ApiPulse *pulse)
{
    if (pulse == NULL)
        return;
    hang_up(pulse);
    g_free(pulse);
}

/* A connection that was closed or reset was taken by somebody too. */
static gboolean on_answer(gint fd, GIOCondition condition, gpointer data)
{
    ApiPulse *pulse = data;
    char byte;
    pulse->felt |= recv(fd, &byte, 1, MSG_DONTWAIT) >= 0 || errno == ECONNRESET;
    pulse->source = 0; // removed by what is returned
    hang_up(pulse);
    return G_SOURCE_REMOVE;
}

static gboolean on_connected(gint fd, GIOCondition condition, gpointer data)
{
    ApiPulse *pulse = data;
    ssize_t size = sizeof REQUEST - 1;
    bool sent = send(fd, REQUEST, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) == size;
    pulse->source = 0;
    if (sent)
        pulse->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_answer, pulse);
    else
        hang_up(pulse);
    return G_SOURCE_REMOVE;
}

bool api_pulse_ask(ApiPulse *pulse)
{
    if (pulse->fd >= 0)
        return true;
    int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    pulse->fd = socket(pulse->address.ss_family, kind, 0);
    if (pulse->fd < 0)
        return false;
    int code = connect(pulse->fd, (struct sockaddr *)&pulse->address, pulse->length);
    if (code != 0 && errno != EINPROGRESS) {
        hang_up(pulse);
        return false;
    }
    pulse->source = g_unix_fd_add(pulse->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_connected, pulse);
    return true;
}

bool api_pulse_felt(ApiPulse *pulse)
{
    bool felt = pulse->felt;
    pulse->felt = false;
    return felt;
}
