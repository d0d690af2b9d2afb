// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/stun.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES 20
#define REPLY_BYTES (HEAD_BYTES + 12)
#define COOKIE UINT32_C(0x2112A442)
#define STOP_MS 50 // between looks whether to stop

struct Stun {
    int fd, port;
    uint32_t outside; // 0: it never answers
    GThread *thread;
    gint stopping, asked; // atomic
};

static void put_16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_32(uint8_t *at, uint32_t value)
{
    put_16(at, value >> 16);
    put_16(at + 2, value & 0xffff);
}

/* To whoever has no cookie the address goes as it is: a client of RFC 3489. */
static void write_reply(const Stun *stun, const uint8_t *request, unsigned port,
                        uint8_t out[REPLY_BYTES])
{
    uint8_t cookie[4];
    put_32(cookie, COOKIE);
    bool modern = memcmp(request + 4, cookie, sizeof cookie) == 0;
    memcpy(out, request, HEAD_BYTES); // with its transaction
    put_16(out, 0x0101);
    put_16(out + 2, REPLY_BYTES - HEAD_BYTES);
    put_16(out + HEAD_BYTES, modern ? 0x0020 : 0x0001); // XOR-MAPPED-ADDRESS, MAPPED-ADDRESS
    put_16(out + HEAD_BYTES + 2, 8);
    put_16(out + HEAD_BYTES + 4, 1); // IPv4
    put_16(out + HEAD_BYTES + 6, modern ? port ^ (COOKIE >> 16) : port);
    put_32(out + HEAD_BYTES + 8, modern ? stun->outside ^ COOKIE : stun->outside);
}

static void answer(Stun *stun)
{
    uint8_t request[1500], reply[REPLY_BYTES];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t size = recvfrom(stun->fd, request, sizeof request, MSG_DONTWAIT,
                            (struct sockaddr *)&from, &length);
    if (size < HEAD_BYTES || request[0] != 0 || request[1] != 1) // no binding request
        return;
    g_atomic_int_inc(&stun->asked);
    if (stun->outside == 0)
        return;
    write_reply(stun, request, ntohs(from.sin_port), reply);
    sendto(stun->fd, reply, sizeof reply, 0, (struct sockaddr *)&from, length);
}

static void *run(void *data)
{
    Stun *stun = data;
    struct pollfd wait = {.fd = stun->fd, .events = POLLIN};
    while (!g_atomic_int_get(&stun->stopping))
        if (poll(&wait, 1, STOP_MS) > 0)
            answer(stun);
    return NULL;
}

Stun *stun_new(const char *outside)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    Stun *stun = g_new0(Stun, 1);
    stun->outside = outside ? ntohl(inet_addr(outside)) : 0;
    stun->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(stun->fd, (struct sockaddr *)&at, sizeof at), ==, 0);
    g_assert_cmpint(getsockname(stun->fd, (struct sockaddr *)&at, &length), ==, 0);
    stun->port = ntohs(at.sin_port);
    stun->thread = g_thread_new("stun", run, stun);
    return stun;
}

void stun_free(Stun *stun)
{
    if (!stun)
        return;
    g_atomic_int_set(&stun->stopping, 1);
    g_thread_join(stun->thread);
    close(stun->fd);
    g_free(stun);
}

int stun_port(const Stun *stun)
{
    return stun->port;
}

int stun_asked(Stun *stun)
{
    return g_atomic_int_get(&stun->asked);
}
