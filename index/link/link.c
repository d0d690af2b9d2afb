// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "index/base/error.h"
#include "index/base/home.h"

#define READ_BYTES 65536
#define ASK_US INT64_C(2000000) // a recorder answers within milliseconds; a disk may be slow

struct IdxLink {
    int fd;
    IdxWireReader *reader;
};

char *idx_link_path(const char *home, int shard)
{
    g_autofree char *name = g_strdup_printf("capture-%d.sock", shard);
    return mj_home_run(home, name);
}

bool idx_link_address(const char *path, void *ret_sockaddr_un, int *ret_folder_fd, GError **error)
{
    struct sockaddr_un *address = ret_sockaddr_un;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    *ret_folder_fd = -1;
    if (g_strlcpy(address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path)
        return true;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot open %s", folder);
    g_snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", fd, name);
    *ret_folder_fd = fd;
    return true;
}

static int64_t deadline(int64_t timeout_us)
{
    return g_get_monotonic_time() + MAX(timeout_us, 0);
}

/* True when the socket is ready for @events. */
static bool wait_for(const IdxLink *link, short events, int64_t until_us, GError **error)
{
    for (;;) {
        int64_t left_us = until_us - g_get_monotonic_time();
        struct pollfd poll_fd = {.fd = link->fd, .events = events};
        int ready = poll(&poll_fd, 1, (int)CLAMP((left_us + 999) / 1000, 0, 3600000));
        if (ready > 0)
            return true;
        if (ready == 0)
            return mj_error_set(error, MJ_ERROR_TIMEOUT, "the recorder does not answer");
        if (errno != EINTR)
            return mj_error_errno(error, errno, "cannot wait for the recorder");
    }
}

static bool receive(IdxLink *link, int64_t until_us, GError **error)
{
    uint8_t bytes[READ_BYTES];
    for (;;) {
        ssize_t got = recv(link->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got > 0) {
            idx_wire_reader_add(link->reader, bytes, (size_t)got);
            return true;
        }
        if (got == 0)
            return mj_error_set(error, MJ_ERROR_IO, "the recorder ended the connection");
        if (errno != EAGAIN && errno != EINTR)
            return mj_error_errno(error, errno, "cannot read from the recorder");
        if (errno == EAGAIN && !wait_for(link, POLLIN, until_us, error))
            return false;
    }
}

bool idx_link_next(IdxLink *link, int64_t timeout_us, IdxWireFrame *ret, GError **error)
{
    int64_t until_us = deadline(timeout_us);
    for (;;) {
        IdxWireGot got = idx_wire_reader_next(link->reader, ret, error);
        if (got == IDX_WIRE_FRAME)
            return true;
        if (got == IDX_WIRE_BAD || !receive(link, until_us, error))
            return false;
    }
}

static bool send_all(IdxLink *link, const GByteArray *bytes, int64_t until_us, GError **error)
{
    for (size_t at = 0; at < bytes->len;) {
        ssize_t sent =
            send(link->fd, bytes->data + at, bytes->len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            at += (size_t)sent;
        else if (errno != EAGAIN && errno != EINTR)
            return mj_error_errno(error, errno, "cannot write to the recorder");
        else if (errno == EAGAIN && !wait_for(link, POLLOUT, until_us, error))
            return false;
    }
    return true;
}

bool idx_link_request(IdxLink *link, uint16_t channel, json_t *request, int64_t timeout_us,
                      GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    idx_wire_put_json(bytes, IDX_WIRE_REQUEST, channel, request);
    return send_all(link, bytes, deadline(timeout_us), error);
}

static bool connect_to(IdxLink *link, const char *path, GError **error)
{
    struct sockaddr_un address;
    int folder = -1;
    if (!idx_link_address(path, &address, &folder, error))
        return false;
    link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int done = link->fd < 0 ? -1 : connect(link->fd, (struct sockaddr *)&address, sizeof address);
    int err = errno;
    if (folder >= 0)
        close(folder);
    if (done == 0)
        return true;
    if (err == ENOENT || err == ECONNREFUSED)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no recorder listens on %s", path);
    if (err == EAGAIN)
        return mj_error_set(error, MJ_ERROR_BUSY, "the recorder at %s is too busy", path);
    return mj_error_errno(error, err, "cannot connect to %s", path);
}

static bool greet(IdxLink *link, int64_t until_us, GError **error)
{
    g_autoptr(GByteArray) hello = g_byte_array_new();
    idx_wire_put_json(hello, IDX_WIRE_HELLO, 0, json_pack("{s:i}", "version", IDX_WIRE_VERSION));
    IdxWireFrame frame;
    send_all(link, hello, until_us, NULL); // a recorder that hangs up says why before
    if (!idx_link_next(link, until_us - g_get_monotonic_time(), &frame, error))
        return false;
    if (frame.type == IDX_WIRE_ERROR)
        return idx_wire_get_error(&frame, error);
    g_autoptr(json_t) json = idx_wire_get_json(&frame, error);
    if (!json)
        return false;
    if (frame.type != IDX_WIRE_HELLO ||
        json_integer_value(json_object_get(json, "version")) != IDX_WIRE_VERSION)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "the recorder speaks another version of the protocol");
    return true;
}

IdxLink *idx_link_open(const char *path, int64_t timeout_us, GError **error)
{
    g_autoptr(IdxLink) link = g_new0(IdxLink, 1);
    link->fd = -1;
    link->reader = idx_wire_reader_new(IDX_WIRE_BODY_MAX);
    if (!connect_to(link, path, error) || !greet(link, deadline(timeout_us), error))
        return NULL;
    return g_steal_pointer(&link);
}

void idx_link_free(IdxLink *link)
{
    if (!link)
        return;
    if (link->fd >= 0)
        close(link->fd);
    idx_wire_reader_free(link->reader);
    g_free(link);
}

int idx_link_fd(const IdxLink *link)
{
    return link->fd;
}

/* Appends to @streams what the recorder behind @path says. */
static void ask_streams(const char *path, int64_t until_us, json_t *streams)
{
    g_autoptr(IdxLink) link = idx_link_open(path, until_us - g_get_monotonic_time(), NULL);
    if (!link || !idx_link_request(link, 1, json_pack("{s:s}", "do", "streams"),
                                   until_us - g_get_monotonic_time(), NULL))
        return;
    IdxWireFrame frame;
    if (!idx_link_next(link, until_us - g_get_monotonic_time(), &frame, NULL) ||
        frame.type != IDX_WIRE_ANSWER)
        return;
    g_autoptr(json_t) answer = idx_wire_get_json(&frame, NULL);
    json_t *theirs = json_object_get(answer, "streams");
    if (json_is_array(theirs))
        json_array_extend(streams, theirs);
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sockets of recorders, also of dead ones. Element type char *. */
static GPtrArray *sockets_of(const char *home)
{
    g_autofree char *run = mj_home_run(home, "");
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(run, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));)
        if (g_str_has_prefix(name, "capture-") && g_str_has_suffix(name, ".sock"))
            g_ptr_array_add(names, g_build_filename(run, name, NULL));
    g_ptr_array_sort(names, by_text);
    return names;
}

json_t *idx_link_streams(const char *home, int64_t timeout_us)
{
    int64_t until_us = deadline(timeout_us);
    json_t *streams = json_array();
    g_autoptr(GPtrArray) names = sockets_of(home);
    for (guint i = 0; i < names->len; i++)
        ask_streams(g_ptr_array_index(names, i), until_us, streams);
    return streams;
}

IdxLink *idx_link_any(const char *home, int64_t timeout_us, GError **error)
{
    int64_t until_us = deadline(timeout_us);
    g_autoptr(GPtrArray) names = sockets_of(home);
    for (guint i = 0; i < names->len; i++) {
        IdxLink *link = idx_link_open(names->pdata[i], until_us - g_get_monotonic_time(), NULL);
        if (link)
            return link;
    }
    mj_error_set(error, MJ_ERROR_NOT_FOUND,
                 "no recorder runs (mingjing-capture), and only a recorder can do that");
    return NULL;
}

/* --- what recorders do for others --- */

/* The answer to one request. Takes @request. NULL with @error. */
static json_t *ask(const char *home, json_t *request, GError **error)
{
    g_autoptr(json_t) own = request;
    g_autoptr(IdxLink) link = idx_link_any(home, ASK_US, error);
    IdxWireFrame frame;
    if (!link || !idx_link_request(link, 1, json_incref(own), ASK_US, error) ||
        !idx_link_next(link, ASK_US, &frame, error))
        return NULL;
    if (frame.type == IDX_WIRE_ERROR) {
        idx_wire_get_error(&frame, error);
        return NULL;
    }
    return idx_wire_get_json(&frame, error);
}

GBytes *idx_link_seal(const char *home, const char *context, const char *secret, GError **error)
{
    g_autoptr(json_t) answer =
        ask(home, json_pack("{s:s, s:s, s:s}", "do", "seal", "context", context, "secret", secret),
            error);
    const char *text = json_string_value(json_object_get(answer, "sealed"));
    gsize size = 0;
    guchar *bytes = text ? g_base64_decode(text, &size) : NULL;
    if (answer && !bytes)
        mj_error_set(error, MJ_ERROR_FAILED, "the recorder sealed nothing");
    return bytes ? g_bytes_new_take(bytes, size) : NULL;
}

bool idx_link_mark(const char *home, const char *path, GError **error)
{
    g_autoptr(json_t) answer =
        ask(home, json_pack("{s:s, s:s}", "do", "mark", "path", path), error);
    return answer != NULL;
}
