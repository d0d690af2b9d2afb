// SPDX-License-Identifier: GPL-3.0-or-later
/* The recorder and the journals of holds: what others put is written down soon, also when a disk is back,
 * and a catalogue that forgot learns. */
#include "capture/holds.h"

#include <string.h>

#include "index/base/clock.h"
#include "index/hold/hold.h"
#include "index/hold/journal.h"
#include "index/segment/volume.h"
#include "test/capture/fixture.h"

#define SOON_US INT64_C(3000000) // two looks, and a slow machine

typedef struct Home {
    char *path;
    IdxCatalogue *cat; // of whoever puts holds
} Home;

static void home_init(Home *home)
{
    home->path = fixture_home();
    home->cat = idx_catalogue_open(home->path, IDX_WRITE, NULL);
    g_assert_nonnull(home->cat);
}

static void home_clear(Home *home)
{
    idx_catalogue_free(home->cat);
    fixture_home_remove(home->path);
}

static void set_state(const Home *home, const char *state)
{
    g_assert_true(idx_volume_set_state(home->cat, IDX_VOLUME_HOME, state, NULL, 1000000, NULL));
}

/* A hold on a day ahead, written to so many journals at once. */
static void put(const Home *home, int journals)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *cameras[] = {"cam1", NULL};
    IdxHoldRequest r = {.cameras = cameras,
                        .from_us = MJ_DAY_US,
                        .to_us = 2 * MJ_DAY_US,
                        .owner = "1023",
                        .reason = "r",
                        .case_no = "c",
                        .by = "1023"};
    idx_hold_add(home->cat, &r, 1000000, &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.journals, ==, journals);
}

static char *journal(const Home *home)
{
    return g_build_filename(home->path, "footage", IDX_HOLD_JOURNAL, NULL);
}

/* Holds in the journal. */
static int count(const Home *home)
{
    g_autofree char *path = journal(home), *text = NULL;
    int holds = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    for (const char *at = text; (at = strstr(at, "\"do\":\"hold\"")); at++)
        holds++;
    return holds;
}

static void expect_soon(const Home *home, int holds)
{
    int64_t until_us = g_get_monotonic_time() + SOON_US;
    while (count(home) != holds && g_get_monotonic_time() < until_us)
        g_usleep(20000);
    g_assert_cmpint(count(home), ==, holds);
}

/* Put by somebody who did not write the journal; and again while it runs. */
static void test_written(void)
{
    Home home;
    home_init(&home);
    set_state(&home, IDX_VOLUME_STALLED);
    put(&home, 0);
    g_assert_cmpint(count(&home), ==, 0);
    g_autoptr(CapHolds) holds = cap_holds_new(home.path, NULL);
    g_assert_nonnull(holds);
    set_state(&home, IDX_VOLUME_READY); // the disk is back
    expect_soon(&home, 1);
    set_state(&home, IDX_VOLUME_STALLED);
    put(&home, 0);
    set_state(&home, IDX_VOLUME_READY);
    expect_soon(&home, 2);
    home_clear(&home);
}

/* A catalogue in the place of one that was lost. */
static void test_learns(void)
{
    Home lost, fresh;
    home_init(&lost);
    home_init(&fresh);
    put(&lost, 1);
    g_autofree char *from = journal(&lost), *to = journal(&fresh), *text = NULL;
    g_assert_true(g_file_get_contents(from, &text, NULL, NULL));
    g_assert_true(g_file_set_contents(to, text, -1, NULL));
    g_autoptr(CapHolds) holds = cap_holds_new(fresh.path, NULL);
    g_autoptr(GPtrArray) live = idx_hold_list(fresh.cat, false, NULL);
    for (int tries = 0; live->len == 0 && tries < 300; tries++) {
        g_usleep(10000);
        g_ptr_array_unref(live);
        live = idx_hold_list(fresh.cat, false, NULL);
    }
    g_assert_cmpint((int)live->len, ==, 1);
    g_assert_cmpstr(((const IdxHold *)live->pdata[0])->case_no, ==, "c");
    g_clear_pointer(&holds, cap_holds_free);
    home_clear(&lost);
    home_clear(&fresh);
}

/* Where nobody put a hold nothing is left behind. */
static void test_nothing(void)
{
    Home home;
    home_init(&home);
    CapHolds *holds = cap_holds_new(home.path, NULL);
    cap_holds_free(holds); // after its first look
    g_autofree char *path = journal(&home);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    home_clear(&home);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/holds/written", test_written);
    g_test_add_func("/holds/learns", test_learns);
    g_test_add_func("/holds/nothing", test_nothing);
    return g_test_run();
}
