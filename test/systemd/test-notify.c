// SPDX-License-Identifier: GPL-3.0-or-later
/* What the two daemons tell a service manager, which is a socket of this test. */
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "index/base/home.h"
#include "test/index/fixture.h"

#define PATIENCE_US (60 * G_USEC_PER_SEC)
#define WATCHDOG_US 400000

typedef struct Manager {
    Fixture *fixture;
    char *path;
    int fd;
    GSubprocess *process;
    GString *told; // all lines so far
} Manager;

static Manager manager_new(void)
{
    Manager m = {.fixture = fixture_new(), .told = g_string_new("\n")};
    m.path = mj_home_run(m.fixture->home, "notify");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_assert_cmpuint(g_strlcpy(address.sun_path, m.path, sizeof address.sun_path), <,
                     sizeof address.sun_path);
    m.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(m.fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    struct timeval wait = {.tv_sec = 1};
    g_assert_cmpint(setsockopt(m.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), ==, 0);
    return m;
}

static void start(Manager *m, const char *program, const char *option, const char *value)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_setenv(launcher, "NOTIFY_SOCKET", m->path, TRUE);
    g_autofree char *limit = g_strdup_printf("%d", WATCHDOG_US);
    g_subprocess_launcher_setenv(launcher, "WATCHDOG_USEC", limit, TRUE);
    g_subprocess_launcher_set_stdout_file_path(launcher, "/dev/null"); // TAP is on ours
    m->process = g_subprocess_launcher_spawn(launcher, &error, g_getenv(program), "--home",
                                             m->fixture->home, option, value, NULL);
    g_assert_no_error(error);
}

static void receive(Manager *m)
{
    char text[4096];
    ssize_t size = recv(m->fd, text, sizeof text, 0);
    if (size > 0)
        g_string_append_printf(m->told, "%.*s\n", (int)size, text);
}

/* Waits until @line was told @times times since the beginning. */
static void wait_line(Manager *m, const char *line, int times)
{
    g_autofree char *whole = g_strdup_printf("\n%s\n", line);
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    for (int found = 0; found < times;) {
        found = 0;
        for (const char *at = m->told->str; (at = strstr(at, whole)); at++)
            found++;
        if (found >= times)
            return;
        if (g_get_monotonic_time() > until_us)
            g_error("%s was not told %d times, but:%s", line, times, m->told->str);
        receive(m);
    }
}

static bool was_told(const Manager *m, const char *line)
{
    g_autofree char *whole = g_strdup_printf("\n%s\n", line);
    return strstr(m->told->str, whole) != NULL;
}

static void stop(Manager *m, const char *last_words)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(was_told(m, "STOPPING=1"));
    g_subprocess_send_signal(m->process, SIGTERM);
    wait_line(m, "STOPPING=1", 1);
    wait_line(m, last_words, 1);
    g_subprocess_wait_check(m->process, NULL, &error);
    g_assert_no_error(error);
    g_clear_object(&m->process);
}

static void manager_end(Manager *m)
{
    close(m->fd);
    unlink(m->path);
    g_free(m->path);
    g_string_free(m->told, TRUE);
    fixture_free(m->fixture);
}

static void test_capture(void)
{
    Manager m = manager_new();
    start(&m, "CAPTURE", "--shard", "1/1");
    wait_line(&m, "READY=1", 1);
    g_autofree char *control = mj_home_run(m.fixture->home, "capture-1.sock");
    g_assert_true(g_file_test(control, G_FILE_TEST_EXISTS));
    wait_line(&m, "STATUS=no stream to record yet", 1);
    wait_line(&m, "WATCHDOG=1", 3);
    fixture_camera(m.fixture, "w07-face", mj_clock_utc_us(mj_clock_system())); // nothing is there
    wait_line(&m, "STATUS=recording 0 of 1 streams; w07-face/main is offline", 1);
    stop(&m, "STATUS=closing the files");
    manager_end(&m);
}

/* One that cannot start is not ready. */
static void test_capture_refused(void)
{
    Manager m = manager_new();
    start(&m, "CAPTURE", "--shard", "2/1");
    g_autoptr(GError) error = NULL;
    g_assert_true(g_subprocess_wait(m.process, NULL, &error));
    g_assert_cmpint(g_subprocess_get_exit_status(m.process), ==, 2);
    receive(&m);
    g_assert_cmpstr(m.told->str, ==, "\n");
    g_clear_object(&m.process);
    manager_end(&m);
}

static int connect_to(const char *authority)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_to_host(client, authority, 0, NULL, &error);
    g_assert_no_error(error);
    return connection != NULL;
}

static void test_api(void)
{
    Manager m = manager_new();
    start(&m, "API", "--listen", "127.0.0.1:0");
    wait_line(&m, "READY=1", 1);
    const char *at = strstr(m.told->str, "\nSTATUS=listening on http://");
    g_assert_nonnull(at);
    g_auto(GStrv) words = g_strsplit_set(strstr(at, "http://") + strlen("http://"), "\n", 2);
    g_assert_true(connect_to(words[0]));
    wait_line(&m, "WATCHDOG=1", 3);
    stop(&m, "STATUS=ending what is being answered");
    manager_end(&m);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notify/capture", test_capture);
    g_test_add_func("/notify/capture-refused", test_capture_refused);
    g_test_add_func("/notify/api", test_api);
    return g_test_run();
}
