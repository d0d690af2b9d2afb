// SPDX-License-Identifier: GPL-3.0-or-later
/* A cable is pulled, really: the camera is in a network namespace of its own, at the other end of a
 * pair of virtual Ethernet devices, one of which is taken down. Nobody is told: no FIN, no RST. RTSP
 * and CAPTURE in the environment are the paths of the two programs. Skipped where the kernel does
 * not let us make namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/log.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test/capture/staying.h"

#define OURS "10.77.0.1"
#define THEIRS "10.77.0.2"
#define ROWS "3"

typedef struct Pull { // a row, and when
    Row row;
    int seconds;
    bool far; // at the camera's end; what we send goes nowhere, and nobody says so
} Pull;

static const Pull PULLS[] = {
    /* Shorter than what is called silent: TCP makes good for it. */
    {.row = {.name = "brief", .gaps = "", .error_us = 40000}, .seconds = 2},
    {.row = {.name = "pulled",
             .state = IDX_STATE_OFFLINE,
             .told_s = 10,
             .words = "cannot be reached",
             .gaps = "stalled offline",
             .error_us = 40000},
     .seconds = 12},
    {.row = {.name = "far",
             .state = IDX_STATE_OFFLINE,
             .told_s = 10,
             .words = "cannot be reached",
             .gaps = "stalled offline",
             .error_us = 40000},
     .seconds = 16,
     .far = true},
};

static Bench bench;
static Server *server;
static char *why_not; // this machine does not do it

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return done;
}

/* Ours: as root, or as a user who is root in a namespace of users. Before any thread is there. */
static bool enter_namespace(void)
{
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    g_autofree char *users = g_strdup_printf("0 %u 1", getuid());
    g_autofree char *groups = g_strdup_printf("0 %u 1", getgid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 &&
           write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}

static bool G_GNUC_PRINTF(1, 2) run(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    int status = -1;
    g_autofree char *said = NULL;
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    bool done = g_spawn_sync(NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &said,
                             &status, NULL);
    if (done && status == 0)
        return true;
    g_test_message("%s: %s", line, said ? said : "is not there");
    return false;
}

/* `unshare` starts the camera in a namespace of its own, which has its process's id. */
static void start_camera(void)
{
    g_autofree char *wrapper =
        g_strconcat("#!/bin/sh\nexec unshare -n ", g_getenv("RTSP"), " \"$@\"\n", NULL);
    g_autofree char *path = g_build_filename(bench.home, "camera", NULL);
    g_assert_true(
        g_file_set_contents_full(path, wrapper, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    g_setenv("RTSP", path, TRUE);
    server = server_start((const char *const[]){"--address", "0.0.0.0", "--cameras", ROWS, NULL});
}

static bool lay_cable(void)
{
    const char *pid = g_subprocess_get_identifier(server->process);
    return run("ip link add ours type veth peer name theirs netns %s", pid) &&
           run("ip addr add " OURS "/24 dev ours") && run("ip link set ours up") &&
           run("ip link set lo up") &&
           run("nsenter -t %s -n ip addr add " THEIRS "/24 dev theirs", pid) &&
           run("nsenter -t %s -n ip link set theirs up", pid);
}

static void set_up(void)
{
    if (!enter_namespace()) {
        why_not =
            g_strdup_printf("this kernel lets us make no network namespace: %s", g_strerror(errno));
        return;
    }
    bench = bench_new();
    start_camera();
    if (!lay_cable()) {
        why_not = g_strdup("no pair of virtual Ethernet devices can be had");
        return;
    }
}

static void add_row(int index)
{
    const json_t *row = json_array_get(json_object_get(server->ready, "cameras"), (size_t)index);
    g_autofree char *url = g_strdup_printf(
        "rtsp://" THEIRS ":%d/cam%d", (int)json_integer_value(json_object_get(row, "port")), index);
    add_camera_at(&bench, PULLS[index].row.name, url);
}

static bool set_link(const Pull *pull, const char *how)
{
    if (!pull->far)
        return run("ip link set ours %s", how);
    return run("nsenter -t %s -n ip link set theirs %s",
               g_subprocess_get_identifier(server->process), how);
}

static void wait_again(const char *code, int64_t since_us)
{
    int64_t until_us = g_get_monotonic_time() + 20 * MJ_SECOND_US;
    for (int64_t end_us = 0; end_us < since_us + 3 * MJ_SECOND_US;) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(POLL_US);
        g_autoptr(IdxSegment) last = idx_segment_last(bench.cat, stream_of(&bench, code), NULL);
        end_us = last ? last->end_us : 0;
    }
}

static void watch_state(Watch *watch, int64_t until_us)
{
    while (now_us() < until_us) {
        g_autoptr(IdxState) state = state_of(&bench, watch->row->name);
        bool expected = watch->row->state && g_str_equal(state->state, watch->row->state) &&
                        strstr(state->detail, watch->row->words);
        if (expected && watch->told_us == 0) {
            watch->told_us = now_us();
            watch->detail = g_strdup(state->detail);
        }
        g_usleep(POLL_US);
    }
}

static void test_pull(gconstpointer data)
{
    if (why_not) {
        g_test_skip(why_not);
        return;
    }
    const Pull *pull = data;
    int index = (int)(pull - PULLS);
    add_row(index);
    Watch watch = {.row = &pull->row, .server = server, .camera = index};
    watch.stream = stream_of(&bench, pull->row.name);
    watch.trouble = g_ptr_array_new_with_free_func(g_free);
    capture_start(&bench);
    wait_again(pull->row.name, now_us());
    watch.first_step_us = now_us();
    g_assert_true(set_link(pull, "down"));
    watch_state(&watch, watch.first_step_us + pull->seconds * MJ_SECOND_US);
    g_assert_true(set_link(pull, "up"));
    if (pull->row.state)
        watch.well_us = now_us();
    wait_again(pull->row.name, now_us());
    capture_stop(&bench);
    server_say(server, "sync");
    g_autoptr(GArray) sent = sent_log_read(server->sent, NULL);
    staying_check(&bench, &watch, sent, 0);
    for (guint i = 0; i < watch.trouble->len; i++)
        g_test_message("%s: %s", pull->row.name, (char *)watch.trouble->pdata[i]);
    g_assert_cmpuint(watch.trouble->len, ==, 0);
    g_ptr_array_unref(watch.trouble);
    g_free(watch.detail);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    av_log_set_level(AV_LOG_QUIET);
    set_up();
    for (size_t i = 0; i < G_N_ELEMENTS(PULLS); i++) {
        g_autofree char *path = g_strconcat("/cable/", PULLS[i].row.name, NULL);
        g_test_add_data_func(path, &PULLS[i], test_pull);
    }
    int failed = g_test_run();
    if (server)
        server_end(server);
    if (bench.home)
        bench_end(&bench);
    g_free(why_not);
    return failed;
}
