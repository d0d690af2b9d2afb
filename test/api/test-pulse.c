// SPDX-License-Identifier: GPL-3.0-or-later
/* A pulse is felt where somebody answers, and not where a socket merely exists. */
#include "api/pulse.h"

#include "api/listen.h"

#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US (10 * G_USEC_PER_SEC) // before what should come is given up
#define SILENCE_US (G_USEC_PER_SEC / 2)   // in which nothing may come

static bool wait_for_pulse(ApiPulse *pulse, int64_t most_us)
{
    int64_t until_us = g_get_monotonic_time() + most_us;
    bool felt = false;
    while (!felt && g_get_monotonic_time() < until_us) {
        while (g_main_context_iteration(NULL, FALSE))
            ;
        felt = api_pulse_felt(pulse);
        g_usleep(1000);
    }
    return felt;
}

static ApiPulse *pulse_of(const char *address, int *ret_fd)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *authority = NULL;
    *ret_fd = api_listen(address, &authority, &error);
    g_assert_no_error(error);
    ApiPulse *pulse = api_pulse_new(authority, &error);
    g_assert_no_error(error);
    g_assert_nonnull(pulse);
    return pulse;
}

static int accept_one(int fd)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    int other = -1;
    while (other < 0 && g_get_monotonic_time() < until_us) {
        while (g_main_context_iteration(NULL, FALSE))
            ;
        other = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    }
    g_assert_cmpint(other, >=, 0);
    return other;
}

static void test_answered(gconstpointer address)
{
    int fd = -1;
    g_autoptr(ApiPulse) pulse = pulse_of(address, &fd);
    for (int i = 0; i < 3; i++) {
        g_assert_true(api_pulse_ask(pulse));
        int other = accept_one(fd);
        g_assert_false(api_pulse_felt(pulse));
        g_assert_cmpint(send(other, "HTTP/1.1 200 OK\r\n", 17, MSG_NOSIGNAL), ==, 17);
        g_assert_true(wait_for_pulse(pulse, PATIENCE_US));
        g_assert_false(api_pulse_felt(pulse)); // each answer once
        close(other);
    }
    close(fd);
}

static void test_hung_up(void)
{
    int fd = -1;
    g_autoptr(ApiPulse) pulse = pulse_of("127.0.0.1:0", &fd);
    g_assert_true(api_pulse_ask(pulse));
    close(accept_one(fd));
    g_assert_true(wait_for_pulse(pulse, PATIENCE_US));
    close(fd);
}

/* The kernel takes connections for a process that hangs. */
static void test_hangs(void)
{
    int fd = -1;
    g_autoptr(ApiPulse) pulse = pulse_of("127.0.0.1:0", &fd);
    for (int i = 0; i < 3; i++) {
        g_assert_true(api_pulse_ask(pulse)); // still the first one
        g_assert_false(wait_for_pulse(pulse, SILENCE_US));
    }
    close(accept_one(fd));
    g_assert_true(wait_for_pulse(pulse, PATIENCE_US));
    g_assert_true(api_pulse_ask(pulse));
    close(fd); // with a request on its way: that of nobody is reset, and what follows is refused
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/pulse/answered", "127.0.0.1:0", test_answered);
    g_test_add_data_func("/pulse/answered/any", "0.0.0.0:0", test_answered);
    g_test_add_func("/pulse/hung-up", test_hung_up);
    g_test_add_func("/pulse/hangs", test_hangs);
    return g_test_run();
}
