// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/turn.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LISTENS_US (10 * G_USEC_PER_SEC)

static void die_with_us(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int free_port(void)
{
    struct sockaddr_in at = loopback(0);
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&at, sizeof at), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&at, &length), ==, 0);
    close(fd);
    return ntohs(at.sin_port);
}

static bool listens(int port)
{
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool there = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return there;
}

Turn *turn_new(void)
{
    g_autofree char *program = g_find_program_in_path("turnserver");
    if (!program)
        return NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    int port = free_port();
    g_autofree char *number = g_strdup_printf("%d", port);
    Turn *turn = g_new0(Turn, 1);
    turn->told = g_strdup_printf("party:secret@127.0.0.1:%d", port);
    turn->process = g_subprocess_launcher_spawn(
        launcher, &error, program, "-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1",
        "--listening-port", number, "--lt-cred-mech", "--user", "party:secret", "--realm", "hall",
        "--allow-loopback-peers", "--no-cli", "--no-tls", "--no-dtls", "--log-file", "stdout",
        "--pidfile", "/dev/null", "--userdb", "/dev/null", NULL);
    g_assert_no_error(error);
    for (int64_t until_us = g_get_monotonic_time() + LISTENS_US; !listens(port);) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(20000);
    }
    return turn;
}

void turn_free(Turn *turn)
{
    if (!turn)
        return;
    g_subprocess_force_exit(turn->process);
    g_subprocess_wait(turn->process, NULL, NULL);
    g_object_unref(turn->process);
    g_free(turn->told);
    g_free(turn);
}
