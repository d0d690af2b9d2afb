// SPDX-License-Identifier: GPL-3.0-or-later
/* A segment of a camera's main stream in the catalogue, without a file:
 *   test-footage HOME CAMERA FROM-MINUTES-AGO TO-MINUTES-AGO BYTES */
#include "index/base/clock.h"
#include "index/camera.h"
#include "index/segment/segment.h"

#include <stdlib.h>

static bool record(IdxCatalogue *cat, IdxSegment *s, GError **error)
{
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    IdxFragment all = {
        .length = (uint32_t)s->bytes, .duration_us = s->end_us - s->start_us, .key = true};
    idx_fragment_append(fragments, &all);
    return idx_segment_open(cat, s, error) && idx_segment_close(cat, s, fragments, error);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(argv[1], IDX_WRITE, &error);
    g_autoptr(IdxCamera) camera = cat ? idx_camera_get(cat, argv[2], &error) : NULL;
    g_autofree char *path = g_strdup_printf("%s/main/%s.mp4", argv[2], argv[3]);
    IdxSegment s = {.start_us = now_us - atoll(argv[3]) * MJ_MINUTE_US,
                    .end_us = now_us - atoll(argv[4]) * MJ_MINUTE_US,
                    .path = path,
                    .bytes = atoll(argv[5]),
                    .clock = (char *)"camera",
                    .state = (char *)"closed"};
    if (camera) {
        s.stream_id = ((const IdxStream *)camera->streams->pdata[0])->id;
        record(cat, &s, &error);
    }
    if (error)
        g_printerr("%s\n", error->message);
    return error ? 1 : 0;
}
