// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-transcode: H.264 of what browsers do not play, for the live wall. A process of its own: what
 * decodes pictures of strangers, and may use the graphics card, has nothing to do with the recorder or
 * the catalogue. It keeps nothing. */
#include <errno.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/transcode/codecs.h"
#include "capture/transcode/session.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/base/notify.h"
#include "index/base/options.h"
#include "index/link/link.h"

#define CLIENTS_MAX 128
#define SOCKET_MODE 0660

typedef struct Options {
    char *home;
    int64_t most;
    bool help, version;
} Options;

static const MjOption OPTIONS[] = {
    {"home", MJ_OPTION_STRING, offsetof(Options, home), .text = MJ_HOME_DEFAULT, .value = "DIR",
     .help = "where everything is kept"},
    {"at-once", MJ_OPTION_INT, offsetof(Options, most), .number = CAP_TRANSCODE_DEFAULT, .min = 1,
     .max = CAP_TRANSCODE_MOST, .value = "N", .help = "streams that are converted at most"},
    {"help", MJ_OPTION_FLAG, offsetof(Options, help), .help = "this text"},
    {"version", MJ_OPTION_FLAG, offsetof(Options, version), .help = "print the version"},
    {0}};

typedef struct Client {
    CapTranscoder *transcoder;
    int fd;
} Client;

static int n_clients; // atomic

static void *serve(void *data)
{
    g_autofree Client *client = data;
    cap_transcode_serve(client->transcoder, client->fd);
    g_atomic_int_add(&n_clients, -1);
    return NULL;
}

static void accept_one(CapTranscoder *transcoder, int listen_fd)
{
    pthread_t thread;
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    Client *client = g_new(Client, 1);
    *client = (Client){transcoder, fd};
    bool room = g_atomic_int_add(&n_clients, 1) < CLIENTS_MAX;
    if (room && pthread_create(&thread, NULL, serve, client) == 0) {
        pthread_detach(thread);
        return;
    }
    g_atomic_int_add(&n_clients, -1);
    close(fd);
    g_free(client);
}

static bool listen_on(const char *path, int *ret_fd, GError **error)
{
    struct sockaddr_un address;
    int folder = -1;
    g_autoptr(IdxLink) other = idx_link_open(path, IDX_LINK_QUICK_US, NULL);
    if (other)
        return mj_error_set(error, MJ_ERROR_EXISTS, "another mingjing-transcode listens on %s",
                            path);
    g_unlink(path); // of one that was killed
    if (!idx_link_address(path, &address, &folder, error))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    int err = errno;
    if (folder >= 0)
        close(folder);
    if (!bound || chmod(path, SOCKET_MODE) != 0 || listen(fd, 16) != 0)
        return mj_error_errno(error, bound ? errno : err, "cannot listen on %s", path);
    *ret_fd = fd;
    return true;
}

/* Until a signal ends it; conversions end with the process. */
static void accept_all(CapTranscoder *transcoder, int listen_fd, int signal_fd)
{
    struct pollfd fds[2] = {{.fd = listen_fd, .events = POLLIN},
                            {.fd = signal_fd, .events = POLLIN}};
    while (!fds[1].revents) {
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
            return;
        if (fds[0].revents)
            accept_one(transcoder, listen_fd);
    }
}

static bool run(const Options *options, int signal_fd, GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (!gst_init_check(NULL, NULL, &failed))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "GStreamer does not start: %s",
                            failed ? failed->message : "no reason given");
    const char *decoder = cap_transcode_decoder("hevc"), *encoder = cap_transcode_encoder();
    if (!decoder || !encoder)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "GStreamer has no %s here; install a plug-in that has one",
                            decoder ? "encoder of H.264" : "decoder of H.265");
    mj_log_info(NULL, "converting with %s (%s) and %s (%s), %d at once", decoder,
                cap_transcode_is_hardware(decoder) ? "hardware" : "software", encoder,
                cap_transcode_is_hardware(encoder) ? "hardware" : "software", (int)options->most);
    g_autofree char *path = mj_home_run(options->home, IDX_LINK_TRANSCODE);
    int fd = -1;
    if (!listen_on(path, &fd, error))
        return false;
    CapTranscoder transcoder = {.home = options->home, .most = (int)options->most};
    mj_notify("READY=1");
    accept_all(&transcoder, fd, signal_fd);
    mj_notify("STOPPING=1");
    g_unlink(path);
    return true;
}

/* Before there is a thread, so that all of them have it. */
static int take_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    umask(0007);
    mj_log_init();
    int signal_fd = take_signals();
    Options options = {0};
    g_autoptr(GPtrArray) rest = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    bool ok = mj_options_parse(OPTIONS, &options, argc, argv, rest, &error);
    if (ok && rest->len > 0) {
        ok = mj_error_set(&error, MJ_ERROR_USAGE, "what is '%s'?", (char *)rest->pdata[0]);
    } else if (ok && options.help) {
        g_autofree char *table = mj_options_help(OPTIONS);
        printf("mingjing-transcode converts H.265 for browsers that do not play it.\n\n%s", table);
    } else if (ok && options.version) {
        puts("mingjing-transcode " MJ_VERSION);
    } else if (ok) {
        ok = run(&options, signal_fd, &error);
    }
    if (!ok)
        fprintf(stderr, "mingjing-transcode: %s\n", error->message);
    mj_options_clear(OPTIONS, &options);
    fflush(stdout);
    _exit(ok ? 0 : mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1); // conversions may still run
}
