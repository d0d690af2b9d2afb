// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-test-hall: a service hall to look at, without one camera in it.
 *
 * Serves cameras over RTSP on loopback, prints one line of JSON when it is ready, then answers each
 * line of standard input with a line of JSON, {"ok":true} or {"ok":false,"error":"…"}:
 *   stop CAM · start CAM       the mount is refused with 404 / is back
 *   freeze CAM · thaw CAM      connections stay, nothing is sent / is sent again
 *   drop CAM                   closes the connections of those who watch it
 *   quit
 * --credentials FILE holds "user:password" on its first line: /secret appears and wants digest
 * authentication. /mjpeg and /audio-only are for tests of what a recorder cannot store. */
#include "index/base/error.h"
#include "index/base/log.h"
#include "test/hall/server.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Hall {
    GMainLoop *loop;
    HallServer *server;
    GDataInputStream *commands;
    GCancellable *stop; // of the read of commands
    bool reading;
} Hall;

static struct {
    int port;
    char **footage;
    char *dump, *cameras, *credentials, *tls;
    gboolean protect_all, exit_on_eof;
} settings;

static const GOptionEntry ENTRIES[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &settings.port, "Port; 0 (default) = any free", "N"},
    {"footage", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &settings.footage,
     "Play this file instead of test pictures (repeatable)", "FILE"},
    {"dump", 0, 0, G_OPTION_ARG_FILENAME, &settings.dump, "Write all that is sent there", "DIR"},
    {"cameras", 0, 0, G_OPTION_ARG_STRING, &settings.cameras, "Only these", "ID,ID…"},
    {"credentials", 0, 0, G_OPTION_ARG_FILENAME, &settings.credentials,
     "user:password that guarded cameras want", "FILE"},
    {"tls", 0, 0, G_OPTION_ARG_FILENAME, &settings.tls,
     "Serve rtsps:// with this certificate and key (PEM); wants --credentials", "FILE"},
    {"protect-all", 0, 0, G_OPTION_ARG_NONE, &settings.protect_all, "Guard every camera", NULL},
    {"exit-on-eof", 0, 0, G_OPTION_ARG_NONE, &settings.exit_on_eof, "End when standard input ends",
     NULL},
    {NULL},
};

static void print_json(json_t *json)
{
    g_autofree char *line = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    puts(line);
    fflush(stdout);
}

static bool run_command(Hall *hall, const char *verb, const char *camera, GError **error)
{
    if (strcmp(verb, "quit") == 0) {
        g_main_loop_quit(hall->loop);
        return true;
    }
    if (!camera)
        return mj_error_set(error, MJ_ERROR_INVALID, "expected: stop|start|freeze|thaw|drop CAM");
    if (strcmp(verb, "stop") == 0)
        return hall_server_stop(hall->server, camera, error);
    if (strcmp(verb, "start") == 0)
        return hall_server_start(hall->server, camera, error);
    if (strcmp(verb, "freeze") == 0 || strcmp(verb, "thaw") == 0)
        return hall_server_freeze(hall->server, camera, verb[0] == 'f', error);
    if (strcmp(verb, "drop") == 0)
        return hall_server_drop(hall->server, camera, error);
    return mj_error_set(error, MJ_ERROR_INVALID, "no command %s", verb);
}

static void answer(Hall *hall, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\r", 2);
    g_autoptr(GError) error = NULL;
    const char *camera = words[0] && words[1] ? g_strstrip(words[1]) : NULL;
    if (run_command(hall, words[0] ? words[0] : "", camera, &error))
        print_json(json_pack("{s:b}", "ok", true));
    else
        print_json(json_pack("{s:b, s:s}", "ok", false, "error", error->message));
}

static void read_command(Hall *hall);

static void on_line(GObject *stream, GAsyncResult *result, gpointer data)
{
    Hall *hall = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *line =
        g_data_input_stream_read_line_finish(hall->commands, result, NULL, &error);
    hall->reading = line != NULL;
    if (!line) {
        if (settings.exit_on_eof)
            g_main_loop_quit(hall->loop);
        return;
    }
    answer(hall, line);
    read_command(hall);
}

static void read_command(Hall *hall)
{
    hall->reading = true;
    g_data_input_stream_read_line_async(hall->commands, G_PRIORITY_DEFAULT, hall->stop, on_line,
                                        hall);
}

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

/* Splits the first line of @path, "user:password". Both results are secrets. */
static bool read_credentials(const char *path, char **ret_user, char **ret_password, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return false;
    text[strcspn(text, "\r\n")] = 0;
    char *colon = strchr(text, ':');
    if (!colon)
        return mj_error_set(error, MJ_ERROR_INVALID, "%s: expected user:password", path);
    *ret_user = g_strndup(text, (gsize)(colon - text));
    *ret_password = g_strdup(colon + 1);
    return true;
}

static void serve(Hall *hall)
{
    print_json(hall_server_describe(hall->server));
    g_autoptr(GInputStream) in = g_unix_input_stream_new(STDIN_FILENO, FALSE);
    hall->commands = g_data_input_stream_new(in);
    hall->stop = g_cancellable_new();
    read_command(hall);
    g_unix_signal_add(SIGINT, on_signal, hall->loop);
    g_unix_signal_add(SIGTERM, on_signal, hall->loop);
    g_main_loop_run(hall->loop);
    g_cancellable_cancel(hall->stop);
    while (hall->reading)
        g_main_context_iteration(NULL, TRUE);
    g_object_unref(hall->commands);
    g_object_unref(hall->stop);
}

static bool run(GError **error)
{
    g_autofree char *user = NULL, *password = NULL;
    if (settings.credentials && !read_credentials(settings.credentials, &user, &password, error))
        return false;
    if (settings.protect_all && !user)
        return mj_error_set(error, MJ_ERROR_USAGE, "--protect-all needs --credentials");
    g_auto(GStrv) cameras = settings.cameras ? g_strsplit(settings.cameras, ",", -1) : NULL;
    if (settings.dump && g_mkdir_with_parents(settings.dump, 0755) < 0)
        return mj_error_errno(error, errno, "cannot make %s", settings.dump);
    HallOptions options = {.port = settings.port,
                           .footage = settings.footage,
                           .dump_dir = settings.dump,
                           .cameras = cameras,
                           .user = user,
                           .password = password,
                           .tls = settings.tls,
                           .protect_all = settings.protect_all};
    Hall hall = {0};
    hall.server = hall_server_new(&options, error);
    if (!hall.server)
        return false;
    hall.loop = g_main_loop_new(NULL, FALSE);
    serve(&hall);
    hall_server_free(hall.server);
    g_main_loop_unref(hall.loop);
    return true;
}

int main(int argc, char **argv)
{
    mj_log_init();
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("— a synthetic service hall");
    g_option_context_add_main_entries(context, ENTRIES, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        g_printerr("%s\n", error ? error->message : "unexpected argument");
        return 2;
    }
    gst_init(NULL, NULL);
    bool done = run(&error);
    if (!done)
        g_printerr("mingjing-test-hall: %s\n", error->message);
    g_strfreev(settings.footage);
    g_free(settings.dump);
    g_free(settings.cameras);
    g_free(settings.credentials);
    return done ? 0 : mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
}
