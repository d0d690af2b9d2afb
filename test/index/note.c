// SPDX-License-Identifier: GPL-3.0-or-later
/* Writes a note to a camera's main stream, as capture does:  test-note HOME CAMERA SECONDS-AGO DETAIL */
#include "index/base/clock.h"
#include "index/camera.h"
#include "index/segment/gap.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int64_t at_us = mj_clock_utc_us(mj_clock_system()) - atoll(argv[3]) * MJ_SECOND_US;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(argv[1], IDX_WRITE, &error);
    g_autoptr(IdxCamera) camera = cat ? idx_camera_get(cat, argv[2], &error) : NULL;
    if (camera) {
        const IdxStream *stream = camera->streams->pdata[0];
        idx_gap_note(cat, stream->id, at_us, IDX_REASON_CLOCK, argv[4], &error);
    }
    if (error)
        g_printerr("%s\n", error->message);
    return error ? 1 : 0;
}
