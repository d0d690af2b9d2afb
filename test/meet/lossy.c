// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/lossy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_BYTES 2048
#define STOP_MS 50 // between looks whether to stop

typedef struct Late { // on its way
    int64_t due_us;
    bool from_party;
    size_t size;
    uint8_t bytes[DATAGRAM_BYTES];
} Late;

struct Lossy {
    double loss;
    int64_t delay_us;
    GQueue late;             // Late *, the thread's
    int to_party, to_server; // sockets
    struct sockaddr_in party, server;
    GThread *thread;
    GRand *rand;   // the thread's; the same every time
    gint stopping; // atomic
    /* under lock */
    GMutex lock;
    int again_type; // payload type of rtx; -1 = none
    int64_t dark_until_us, deaf_until_us;
    LossySeen seen;
};

static int open_socket(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&any, sizeof any), ==, 0);
    return fd;
}

/* SRTP, and of it RTP (RFC 5761 4, RFC 7983): STUN and DTLS, without which there is nothing, pass. */
static bool is_media(const uint8_t *bytes, ssize_t size, bool *ret_rtp)
{
    *ret_rtp = size > 12 && (bytes[1] < 192 || bytes[1] > 223);
    return size > 12 && bytes[0] >= 128 && bytes[0] < 192;
}

static bool passes(Lossy *lossy, bool from_party, const uint8_t *bytes, ssize_t size)
{
    bool rtp = false;
    bool media = is_media(bytes, size, &rtp);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lossy->lock);
    int64_t mono_us = g_get_monotonic_time();
    bool dark = mono_us < lossy->dark_until_us;
    bool deaf = media && !rtp && !from_party && mono_us < lossy->deaf_until_us;
    bool drop = dark || deaf || (media && g_rand_double(lossy->rand) < lossy->loss);
    if (media && rtp) {
        lossy->seen.packets++;
        lossy->seen.dropped += drop;
        lossy->seen.again += (bytes[1] & 0x7f) == lossy->again_type;
    }
    return !drop;
}

static void put_through(Lossy *lossy, bool from_party, const uint8_t *bytes, size_t size)
{
    const struct sockaddr_in *to = from_party ? &lossy->server : &lossy->party;
    if (to->sin_port != 0)
        sendto(from_party ? lossy->to_server : lossy->to_party, bytes, size, 0,
               (const struct sockaddr *)to, sizeof *to);
}

static void carry(Lossy *lossy, bool from_party)
{
    uint8_t bytes[DATAGRAM_BYTES];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t size = recvfrom(from_party ? lossy->to_party : lossy->to_server, bytes, sizeof bytes,
                            MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    if (size <= 0)
        return;
    if (from_party)
        lossy->party = from;
    if (!passes(lossy, from_party, bytes, size))
        return;
    if (lossy->delay_us == 0) {
        put_through(lossy, from_party, bytes, (size_t)size);
        return;
    }
    Late *late = g_new(Late, 1);
    late->due_us = g_get_monotonic_time() + lossy->delay_us;
    late->from_party = from_party;
    late->size = (size_t)size;
    memcpy(late->bytes, bytes, late->size);
    g_queue_push_tail(&lossy->late, late);
}

/* How long the next of what is on its way still takes; STOP_MS at most. */
static int put_due(Lossy *lossy)
{
    Late *late = NULL;
    while ((late = g_queue_peek_head(&lossy->late))) {
        int64_t left_us = late->due_us - g_get_monotonic_time();
        if (left_us > 0)
            return (int)MIN(left_us / 1000 + 1, STOP_MS);
        put_through(lossy, late->from_party, late->bytes, late->size);
        g_free(g_queue_pop_head(&lossy->late));
    }
    return STOP_MS;
}

static void *run(void *data)
{
    Lossy *lossy = data;
    struct pollfd fds[2] = {{.fd = lossy->to_party, .events = POLLIN},
                            {.fd = lossy->to_server, .events = POLLIN}};
    while (!g_atomic_int_get(&lossy->stopping)) {
        if (poll(fds, 2, put_due(lossy)) < 0 && errno != EINTR)
            break;
        for (int i = 0; i < 2; i++)
            if (fds[i].revents)
                carry(lossy, i == 0);
    }
    return NULL;
}

Lossy *lossy_new(double loss)
{
    Lossy *lossy = g_new0(Lossy, 1);
    lossy->loss = loss;
    lossy->again_type = -1;
    g_queue_init(&lossy->late);
    lossy->rand = g_rand_new_with_seed(7);
    lossy->to_party = open_socket();
    lossy->to_server = open_socket();
    g_mutex_init(&lossy->lock);
    return lossy;
}

void lossy_free(Lossy *lossy)
{
    if (!lossy)
        return;
    g_atomic_int_set(&lossy->stopping, 1);
    if (lossy->thread)
        g_thread_join(lossy->thread);
    close(lossy->to_party);
    close(lossy->to_server);
    g_queue_clear_full(&lossy->late, g_free);
    g_rand_free(lossy->rand);
    g_mutex_clear(&lossy->lock);
    g_free(lossy);
}

static bool is_candidate(const char *line)
{
    return g_str_has_prefix(line, "a=candidate:");
}

char *lossy_offer(const char *offer)
{
    g_auto(GStrv) lines = g_strsplit(offer, "\n", 0);
    g_autoptr(GString) out = g_string_new(NULL);
    for (char **line = lines; *line && **line; line++)
        if (!is_candidate(*line))
            g_string_append_printf(out, "%s\n", *line);
    return g_strdup(out->str);
}

/* "a=candidate:1 1 UDP 2015363327 127.0.0.1 40000 typ host" */
static void put_candidate(Lossy *lossy, const char *line, GString *out)
{
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    g_auto(GStrv) words = g_strsplit(line, " ", 0);
    if (lossy->server.sin_port != 0 || g_strv_length(words) < 8 ||
        g_ascii_strcasecmp(words[2], "udp") != 0)
        return;
    lossy->server = (struct sockaddr_in){.sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)atoi(words[5])),
                                         .sin_addr.s_addr = inet_addr(words[4])};
    g_assert_cmpint(getsockname(lossy->to_party, (struct sockaddr *)&own, &length), ==, 0);
    g_string_append_printf(out, "%s 1 UDP 2015363327 127.0.0.1 %d typ host\r\n", words[0],
                           ntohs(own.sin_port));
}

char *lossy_answer(Lossy *lossy, const char *answer)
{
    g_auto(GStrv) lines = g_strsplit(answer, "\n", 0);
    g_autoptr(GString) out = g_string_new(NULL);
    for (char **line = lines; *line && **line; line++) {
        if (is_candidate(*line)) {
            put_candidate(lossy, *line, out);
            continue;
        }
        if (g_str_has_prefix(*line, "a=rtpmap:") && strstr(*line, " rtx/90000"))
            lossy->again_type = atoi(*line + strlen("a=rtpmap:"));
        g_string_append_printf(out, "%s\n", *line);
    }
    g_assert_cmpint(lossy->server.sin_port, !=, 0);
    lossy->thread = g_thread_new("bad network", run, lossy);
    return g_strdup(out->str);
}

void lossy_delay(Lossy *lossy, int ms)
{
    lossy->delay_us = ms * INT64_C(1000);
}

void lossy_black_out(Lossy *lossy, int ms)
{
    g_mutex_lock(&lossy->lock);
    lossy->dark_until_us = g_get_monotonic_time() + ms * INT64_C(1000);
    g_mutex_unlock(&lossy->lock);
}

void lossy_deafen(Lossy *lossy, int ms)
{
    g_mutex_lock(&lossy->lock);
    lossy->deaf_until_us = g_get_monotonic_time() + ms * INT64_C(1000);
    g_mutex_unlock(&lossy->lock);
}

LossySeen lossy_seen(Lossy *lossy)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lossy->lock);
    return lossy->seen;
}
