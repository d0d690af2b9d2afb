// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/listen.h"

#include "index/base/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 511

/* Splits "host:port" at the last colon; brackets of an IPv6 address are taken off. */
static bool split(const char *address, char **ret_host, char **ret_port, GError **error)
{
    const char *colon = strrchr(address, ':');
    guint64 port = 0;
    if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return mj_error_set(error, MJ_ERROR_USAGE, "--listen %s: write ADDRESS:PORT", address);
    g_autofree char *host = g_strndup(address, (gsize)(colon - address));
    size_t length = strlen(host);
    if (length > 2 && host[0] == '[' && host[length - 1] == ']')
        *ret_host = g_strndup(host + 1, length - 2);
    else
        *ret_host = g_steal_pointer(&host);
    *ret_port = g_strdup(colon + 1);
    return true;
}

static int bind_first(const struct addrinfo *info)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
                    bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)) {
        int err = errno;
        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

static char *authority_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return NULL;
    return g_strdup_printf(strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

int api_listen(const char *address, char **ret_authority, GError **error)
{
    g_autofree char *host = NULL;
    g_autofree char *port = NULL;
    if (!split(address, &host, &port, error))
        return -1;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *info = NULL;
    const char *node = host != NULL && *host != '\0' ? host : NULL; // NULL: all addresses
    int code = getaddrinfo(node, port, &hints, &info);
    if (code != 0 || info == NULL) {
        mj_error_set(error, MJ_ERROR_USAGE, "--listen %s: %s", address, gai_strerror(code));
        return -1;
    }
    int fd = bind_first(info);
    int err = errno;
    freeaddrinfo(info);
    if (fd < 0) {
        mj_error_errno(error, err, "listening on %s", address);
        return -1;
    }
    *ret_authority = authority_of(fd);
    return fd;
}

bool api_listen_is_local(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return false;
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&address;
        return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    }
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&address;
    return address.ss_family == AF_INET && ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}
