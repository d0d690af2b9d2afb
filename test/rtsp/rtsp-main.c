// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-test-rtsp: cameras to be measured and mistreated.
 *
 * Serves cam0 … on loopback, prints one line of JSON when it is ready, then answers each line of
 * standard input with a line of JSON (command.h). Costs so little that a recorder can be measured on
 * the same machine. Every frame carries its mark (mark/mark.h); --sent FILE lists what was sent:
 *   MOUNT FRAME UTC_US KEY CONNECTION [spoiled]
 * a line for each frame whose last byte the kernel has taken; spoiled: packets of it were lost or
 * garbled on command. */
#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "index/base/error.h"
#include "index/base/log.h"
#include "index/base/options.h"
#include "test/rtsp/command.h"

#define COMMAND_MAX 4096

typedef struct Settings {
    int64_t cameras, port, fps, report_delay, session, line, piece;
    char *address, *file, *clip, *sent, *credentials, *auth, *transport;
    GPtrArray *clips;
    bool no_reports, keep_phase, exit_on_eof, help;
} Settings;

static const MjOption OPTIONS[] = {
    {"cameras", MJ_OPTION_INT, offsetof(Settings, cameras), .number = 1, .min = 1, .max = 1000,
     .value = "N", .help = "How many cameras"},
    {"port", MJ_OPTION_INT, offsetof(Settings, port), .min = 0, .max = 64000, .value = "N",
     .help = "Port of cam0, the next is cam1's; 0 = any free ones"},
    {"address", MJ_OPTION_STRING, offsetof(Settings, address), .value = "ADDRESS",
     .help = "To listen on, for TCP; loopback unless said"},
    {"file", MJ_OPTION_STRING, offsetof(Settings, file), .value = "FILE",
     .help = "What they see: H.264 or H.265"},
    {"clip", MJ_OPTION_STRING, offsetof(Settings, clip), .text = "h264", .value = "NAME",
     .help = "What they see without a file: h264|h265[-WxH][+aac|+alaw|+ulaw]"},
    {"clips", MJ_OPTION_STRINGS, offsetof(Settings, clips), .value = "NAME",
     .help = "A clip to make in advance"},
    {"fps", MJ_OPTION_INT, offsetof(Settings, fps), .min = 0, .max = 240, .value = "N",
     .help = "Pictures a second; 0 = as the clip has them"},
    {"sent", MJ_OPTION_STRING, offsetof(Settings, sent), .value = "FILE",
     .help = "List every frame sent"},
    {"credentials", MJ_OPTION_STRING, offsetof(Settings, credentials), .value = "FILE",
     .help = "user:password that cameras want"},
    {"auth", MJ_OPTION_STRING, offsetof(Settings, auth), .text = "digest", .value = "digest|basic",
     .help = "How they want it"},
    {"transport", MJ_OPTION_STRING, offsetof(Settings, transport), .text = "both",
     .value = "tcp|udp|both", .help = "What SETUP allows"},
    {"no-sr", MJ_OPTION_FLAG, offsetof(Settings, no_reports), .help = "No RTCP sender reports"},
    {"sr-delay", MJ_OPTION_INT, offsetof(Settings, report_delay), .min = 0, .max = 3600,
     .value = "S", .help = "The first report so long after PLAY"},
    {"session-timeout", MJ_OPTION_INT, offsetof(Settings, session), .number = 60, .min = 1,
     .max = 3600, .value = "S", .help = "Without a request for so long a connection is closed"},
    {"line-rate", MJ_OPTION_INT, offsetof(Settings, line), .min = 0, .max = 100000, .value = "MBIT",
     .help = "Of each camera's network line, over TCP; 0 = each frame in one piece, at once"},
    {"piece", MJ_OPTION_INT, offsetof(Settings, piece), .number = 2, .min = 1, .max = 1000,
     .value = "N", .help = "With --line-rate: so many RTP packets arrive together"},
    {"keep-phase", MJ_OPTION_FLAG, offsetof(Settings, keep_phase),
     .help = "Key frames come when they come, also for a first client"},
    {"exit-on-eof", MJ_OPTION_FLAG, offsetof(Settings, exit_on_eof),
     .help = "End when standard input ends"},
    {"help", MJ_OPTION_FLAG, offsetof(Settings, help), .help = "This text"},
    {0}};

typedef struct Console {
    RtspServer *server;
    LoopWatch watch;
    GString *line;
    bool exit_on_eof;
} Console;

static void print_json(json_t *json)
{
    g_autofree char *line = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    puts(line);
    fflush(stdout);
}

static void on_input(void *data, uint32_t events)
{
    Console *console = data;
    char bytes[COMMAND_MAX];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0 || console->line->len > COMMAND_MAX) {
        rtsp_loop_remove(console->server->loop, &console->watch);
        if (console->exit_on_eof)
            rtsp_loop_quit(console->server->loop);
        return;
    }
    g_string_append_len(console->line, bytes, got);
    char *end;
    while ((end = strchr(console->line->str, '\n'))) {
        *end = 0;
        print_json(rtsp_command_run(console->server, console->line->str));
        g_string_erase(console->line, 0, end - console->line->str + 1);
    }
}

static bool serve(RtspServer *server, const Settings *settings, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    Console console = {.server = server, .line = line, .exit_on_eof = settings->exit_on_eof};
    /* A file or /dev/null cannot be waited for; then there are no commands. */
    rtsp_loop_add(server->loop, &console.watch, STDIN_FILENO, EPOLLIN, on_input, &console);
    print_json(rtsp_server_describe(server));
    return rtsp_server_run(server, error);
}

static bool choose(const char *option, const char *word, const char *const *words, int *ret,
                   GError **error)
{
    for (int i = 0; words[i]; i++) {
        if (g_str_equal(word, words[i])) {
            *ret = i;
            return true;
        }
    }
    return mj_error_set(error, MJ_ERROR_USAGE, "--%s cannot be %s", option, word);
}

static bool run(const Settings *settings, GError **error)
{
    int auth, transport;
    if (!choose("auth", settings->auth, (const char *const[]){"digest", "basic", NULL}, &auth,
                error) ||
        !choose("transport", settings->transport,
                (const char *const[]){"", "tcp", "udp", "both", NULL}, &transport, error))
        return false;
    g_ptr_array_add(settings->clips, NULL);
    RtspServerOptions options = {.cameras = settings->cameras,
                                 .port = settings->port,
                                 .report_delay_s = settings->report_delay,
                                 .session_s = settings->session,
                                 .line_mbit = settings->line,
                                 .piece_packets = settings->piece,
                                 .fps = (double)settings->fps,
                                 .address = settings->address,
                                 .file = settings->file,
                                 .clip = settings->clip,
                                 .sent = settings->sent,
                                 .credentials = settings->credentials,
                                 .clips = (const char *const *)settings->clips->pdata,
                                 .transports = (RtspTransports)transport,
                                 .basic = auth == 1,
                                 .no_reports = settings->no_reports,
                                 .keep_phase = settings->keep_phase};
    g_autoptr(RtspServer) server = rtsp_server_new(&options, error);
    return server && serve(server, settings, error);
}

static void print_help(void)
{
    g_autofree char *options = mj_options_help(OPTIONS), *commands = rtsp_command_help();
    printf("mingjing-test-rtsp — cameras to be measured and mistreated\n\n%s\n%s", options,
           commands);
}

int main(int argc, char **argv)
{
    mj_log_init();
    av_log_set_level(AV_LOG_ERROR);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) positional = g_ptr_array_new_with_free_func(g_free);
    Settings settings = {0};
    bool done = mj_options_parse(OPTIONS, &settings, argc, argv, positional, &error);
    if (done && positional->len > 0)
        done = mj_error_set(&error, MJ_ERROR_USAGE, "unexpected argument %s",
                            (char *)positional->pdata[0]);
    if (done && settings.help)
        print_help();
    else if (done)
        done = run(&settings, &error);
    if (!done)
        g_printerr("mingjing-test-rtsp: %s\n", error->message);
    mj_options_clear(OPTIONS, &settings);
    return done ? 0 : mj_error_is(error, MJ_ERROR_USAGE) ? 2 : 1;
}
