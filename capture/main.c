// SPDX-License-Identifier: GPL-3.0-or-later
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "capture/daemon.h"
#include "capture/libav.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/base/options.h"
#include "index/crypto.h"
#include "index/purge/ballast.h"

typedef struct Options {
    char *home, *shard;
    int64_t segment_s;
    bool help, version;
} Options;

static const MjOption OPTIONS[] = {
    {"home", MJ_OPTION_STRING, offsetof(Options, home), .text = MJ_HOME_DEFAULT, .value = "DIR",
     .help = "where everything is kept"},
    {"shard", MJ_OPTION_STRING, offsetof(Options, shard), .text = "1/1", .value = "I/N",
     .help = "record the I-th of N parts of the cameras"},
    {"segment", MJ_OPTION_INT, offsetof(Options, segment_s), .number = 60, .min = 2, .max = 3600,
     .value = "SECONDS", .help = "about how long a file is"},
    {"help", MJ_OPTION_FLAG, offsetof(Options, help), .help = "this text"},
    {"version", MJ_OPTION_FLAG, offsetof(Options, version), .help = "print the version"},
    {0}};

static gboolean on_signal(void *data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE; // a second one ends the process at once
}

static bool run(const Options *options, GError **error)
{
    CapShard shard;
    if (!cap_shard_parse(options->shard, &shard, error) ||
        !mj_home_become_owner(options->home, error))
        return false;
    if (!idx_crypto_init(error))
        return false;
    cap_libav_init();
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGINT, on_signal, loop); // before there is anything to be closed
    g_unix_signal_add(SIGTERM, on_signal, loop);
    idx_ballast_keep(options->home);
    g_autoptr(CapDaemon) daemon =
        cap_daemon_new(options->home, shard, options->segment_s * MJ_SECOND_US, error);
    if (!daemon)
        return false;
    mj_log_info(NULL, "mingjing-capture %s records shard %d/%d of %s", MJ_VERSION, shard.number,
                shard.count, options->home);
    bool good = cap_daemon_run(daemon, loop, error);
    mj_log_info(NULL, "stopping");
    return good;
}

static int print_help(void)
{
    g_autofree char *table = mj_options_help(OPTIONS);
    printf(
        "mingjing-capture [--home DIR] [--shard I/N]: records the cameras of the catalogue\n\n%s",
        table);
    return 0;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    umask(0027); // catalogue and footage are nobody else's business
    mj_log_init();
    signal(SIGPIPE, SIG_IGN);
    Options options = {0};
    g_autoptr(GPtrArray) positional = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    int code = 0;
    if (!mj_options_parse(OPTIONS, &options, argc, argv, positional, &error))
        code = 2;
    else if (options.help)
        code = print_help();
    else if (options.version)
        printf("mingjing-capture %s\n", MJ_VERSION);
    else if (positional->len > 0)
        mj_error_set(&error, MJ_ERROR_USAGE, "unexpected word %s",
                     (char *)g_ptr_array_index(positional, 0));
    else
        run(&options, &error);
    if (error)
        mj_log_error(NULL, "%s", error->message);
    if (code == 0 && error)
        code = mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
    mj_options_clear(OPTIONS, &options);
    return code;
}
