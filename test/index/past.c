// SPDX-License-Identifier: GPL-3.0-or-later
/* Makes the past of a home, in its catalogue alone:
 *   test-past HOME CAMERA DAYS-AGO SECONDS   a segment of its main stream that began then
 *   test-past HOME purge DAYS                all that was purged was purged so long before */
#include "index/camera.h"
#include "index/db.h"
#include "test/index/fixture.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    int64_t days = atoll(argv[3]), now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(GError) error = NULL;
    Fixture f = {.home = argv[1], .cat = idx_catalogue_open(argv[1], IDX_WRITE, &error)};
    g_assert_no_error(error);
    if (strcmp(argv[2], "purge") == 0) {
        idx_db_run(f.cat, "UPDATE purge_run SET started_us = started_us - ?", &error, "i",
                   days * MJ_DAY_US);
    } else {
        g_autoptr(IdxCamera) camera = idx_camera_get(f.cat, argv[2], &error);
        g_assert_no_error(error);
        int64_t start_us = now_us - days * MJ_DAY_US;
        fixture_segment(&f, ((IdxStream *)camera->streams->pdata[0])->id, start_us,
                        start_us + atoll(argv[4]) * MJ_SECOND_US, "closed");
    }
    g_assert_no_error(error);
    idx_catalogue_free(f.cat);
    return 0;
}
