// SPDX-License-Identifier: GPL-3.0-or-later
/* Makes the past of a home, in its catalogue alone:
 *   test-past HOME CAMERA DAYS-AGO SECONDS   a segment of its main stream that began then
 *   test-past HOME purge DAYS                all that was purged was purged so long before
 *   test-past HOME clock SECONDS             the clock of /queue was set, and who did it was killed before it was
 *                                            linked anew */
#include "index/camera.h"
#include "index/db.h"
#include "index/source.h"
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
    } else if (strcmp(argv[2], "clock") == 0) {
        int64_t offset_us = atoll(argv[3]) * MJ_SECOND_US;
        idx_source_set(f.cat, "/queue", INT64_MIN, &offset_us, 0, now_us, &error);
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
