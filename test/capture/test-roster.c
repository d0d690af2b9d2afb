// SPDX-License-Identifier: GPL-3.0-or-later
/* The recording process as far as it needs no camera: its locks, and what becomes of cameras that cannot be started. */
#include <string.h>

#include "capture/daemon.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "test/capture/fixture.h"

static CapDaemon *start(const char *home, int number, int count)
{
    g_autoptr(GError) error = NULL;
    CapDaemon *daemon = cap_daemon_new(home, (CapShard){number, count}, 60 * MJ_SECOND_US, &error);
    g_assert_no_error(error);
    return daemon;
}

static void check_refused(const char *home, int number, int count, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(cap_daemon_new(home, (CapShard){number, count}, 60 * MJ_SECOND_US, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_BUSY));
    g_assert_nonnull(strstr(error->message, words));
}

/* Recorders that part the streams differently would write, and recover, the same files. */
static void test_shards_agree(void)
{
    char *home = fixture_home();
    CapDaemon *whole = start(home, 1, 1);
    check_refused(home, 1, 1, "already records shard 1/1");
    check_refused(home, 2, 2, "is being recorded in 1 shard,");
    check_refused(home, 1, 2, "is being recorded in 1 shard,");
    cap_daemon_free(whole);
    CapDaemon *second = start(home, 2, 2);
    check_refused(home, 1, 1, "is being recorded in 2 shards,");
    CapDaemon *first = start(home, 1, 2);
    check_refused(home, 3, 3, "give --shard I/2");
    cap_daemon_free(second);
    check_refused(home, 1, 1, "is being recorded in 2 shards,");
    cap_daemon_free(first);
    cap_daemon_free(start(home, 1, 1));
    fixture_home_remove(home);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/daemon/shards-agree", test_shards_agree);
    return g_test_run();
}
