// SPDX-License-Identifier: GPL-3.0-or-later
/* Many players at once, as cheap as can be: what they get is counted and thrown away in the kernel.
 *
 *   serve-load PORT CONNECTIONS SECONDS LIST
 *
 * LIST has a line "PATH FIRST LAST [HEADER]" for each part (a byte range, both ends in it) that a player may ask
 * for, and with which header.
 * Each connection is kept and asks for one part after another, from its own place in the list on. The answer
 * is a line of JSON: {"bytes": …, "parts": …, "wrong": …, "p50_ms": …, "p99_ms": …, "seconds": …}; wrong:
 * answers that were not the part that was asked for. Bytes count from the first answer's end of each. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_MAX 4096
#define PIECE (1 << 20)

typedef struct Part {
    const char *path, *header; // the latter with its line's end
    int64_t first, last;
} Part;

typedef struct Player {
    int fd;
    guint at; // of the list
    char head[HEAD_MAX + 1];
    size_t head_size;
    int64_t left; // of the body; -1: the head is being read
    int64_t asked_us;
} Player;

typedef struct Load {
    struct sockaddr_in address;
    GArray *parts; // Part
    GArray *times; // double, ms
    Player *players;
    int n, epoll;
    int64_t bytes, answers, wrong;
} Load;

static void die(const char *what)
{
    fprintf(stderr, "serve-load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_list(Load *load, const char *file)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(file, &text, NULL, NULL))
        die(file);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", 4);
        guint n = g_strv_length(words);
        if (n < 3)
            continue;
        Part part = {g_strdup(words[0]), n > 3 ? g_strconcat(words[3], "\r\n", NULL) : "",
                     atoll(words[1]), atoll(words[2])};
        g_array_append_val(load->parts, part);
    }
}

static void ask(Load *load, Player *player)
{
    const Part *part = &g_array_index(load->parts, Part, player->at++ % load->parts->len);
    g_autofree char *text =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=%" G_GINT64_FORMAT
                        "-%" G_GINT64_FORMAT "\r\n%s\r\n",
                        part->path, part->first, part->last, part->header);
    player->left = -1;
    player->head_size = 0;
    player->asked_us = g_get_monotonic_time();
    if (write(player->fd, text, strlen(text)) != (ssize_t)strlen(text))
        die("asking"); // a request always fits
}

static void open_player(Load *load, Player *player)
{
    int one = 1;
    player->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (player->fd < 0 ||
        connect(player->fd, (struct sockaddr *)&load->address, sizeof load->address) != 0)
        die("connecting");
    setsockopt(player->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(player->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = player};
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, player->fd, &event) != 0)
        die("epoll");
    ask(load, player);
}

static int64_t wanted_of(const Load *load, const Player *player)
{
    const Part *part = &g_array_index(load->parts, Part, (player->at - 1) % load->parts->len);
    return part->last - part->first + 1;
}

/* What stands behind the head in the buffer belongs to the body. */
static void take_head(Load *load, Player *player)
{
    char *end = strstr(player->head, "\r\n\r\n");
    if (!end)
        return;
    const char *length = strcasestr(player->head, "\r\ncontent-length:");
    int64_t size = length ? atoll(length + strlen("\r\ncontent-length:")) : 0;
    bool good = strncmp(player->head, "HTTP/1.1 206", 12) == 0 && size == wanted_of(load, player);
    load->wrong += !good;
    player->left = size - (int64_t)(player->head_size - (size_t)(end + 4 - player->head));
    load->bytes += size - player->left;
}

static void finish(Load *load, Player *player)
{
    double ms = (double)(g_get_monotonic_time() - player->asked_us) / 1000.0;
    g_array_append_val(load->times, ms);
    load->answers++;
    ask(load, player);
}

static ssize_t receive(Player *player)
{
    if (player->left < 0)
        return recv(player->fd, player->head + player->head_size, HEAD_MAX - player->head_size, 0);
    return recv(player->fd, NULL, (size_t)MIN(player->left, PIECE),
                MSG_TRUNC); // thrown away unread
}

/* False: it was closed, and is opened anew. */
static bool go_on(Load *load, Player *player)
{
    ssize_t n = receive(player);
    if (n < 0 && errno == EAGAIN)
        return true;
    if (n <= 0)
        return false;
    if (player->left < 0) {
        player->head_size += (size_t)n;
        player->head[player->head_size] = '\0';
        take_head(load, player);
        if (player->left < 0 && player->head_size == HEAD_MAX)
            return false;
    } else {
        player->left -= n;
        load->bytes += n;
    }
    if (player->left == 0)
        finish(load, player);
    return true;
}

static void run(Load *load, double seconds)
{
    struct epoll_event events[256];
    int64_t until_us = g_get_monotonic_time() + (int64_t)(seconds * 1e6);
    while (g_get_monotonic_time() < until_us) {
        int n = epoll_wait(load->epoll, events, G_N_ELEMENTS(events), 50);
        for (int i = 0; i < n; i++) {
            Player *player = events[i].data.ptr;
            if (go_on(load, player))
                continue;
            load->wrong++;
            close(player->fd);
            open_player(load, player);
        }
    }
}

static int by_size(gconstpointer a, gconstpointer b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double percentile(const GArray *sorted, double p)
{
    return sorted->len ? g_array_index(sorted, double, (guint)(p * (sorted->len - 1))) : 0;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("serve-load PORT CONNECTIONS SECONDS LIST\n", stderr);
        return 2;
    }
    Load load = {.n = atoi(argv[2])};
    load.address.sin_family = AF_INET;
    load.address.sin_port = htons((uint16_t)atoi(argv[1]));
    load.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    load.parts = g_array_new(FALSE, FALSE, sizeof(Part));
    load.times = g_array_new(FALSE, FALSE, sizeof(double));
    load.players = g_new0(Player, (gsize)load.n);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    read_list(&load, argv[4]);
    if (load.parts->len == 0)
        die("nothing to ask for");
    for (int i = 0; i < load.n; i++) {
        load.players[i].at = (guint)i * 7919u % load.parts->len; // apart from each other
        open_player(&load, &load.players[i]);
    }
    int64_t begun_us = g_get_monotonic_time();
    run(&load, atof(argv[3]));
    double took = (double)(g_get_monotonic_time() - begun_us) / 1e6;
    g_array_sort(load.times, by_size);
    printf("{\"bytes\": %" G_GINT64_FORMAT ", \"parts\": %" G_GINT64_FORMAT
           ", \"wrong\": %" G_GINT64_FORMAT
           ", \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"seconds\": %.3f}\n",
           load.bytes, load.answers, load.wrong, percentile(load.times, 0.5),
           percentile(load.times, 0.99), took);
    return 0;
}
