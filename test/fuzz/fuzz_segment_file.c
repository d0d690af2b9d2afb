// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as a segment file from which a row is to be made: what comes out is a row that adds up. */
#include "index/segment/file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good)
{
    if (!good)
        abort();
}

static void check_row(IdxBoxFile *boxes, IdxSegment *row, IdxSegmentEnd end)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) stored = idx_segment_file_index(boxes, row, end);
    g_autoptr(GArray) fragments =
        idx_fragment_decode(stored->data, stored->len, row->init_bytes, row->start_us, &error);
    require(fragments && fragments->len == boxes->fragments->len);
    int64_t bytes = row->init_bytes, end_us = row->start_us;
    for (guint i = 0; i < fragments->len; i++) {
        bytes += g_array_index(fragments, IdxFragment, i).length;
        end_us += g_array_index(fragments, IdxFragment, i).duration_us;
    }
    require(bytes == row->bytes && end_us == row->end_us && row->end_us >= row->start_us);
    require(end.us < row->start_us || row->end_us <= end.us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *camera = NULL, *stream = NULL;
    g_autoptr(IdxBoxFile) boxes = idx_boxes_scan(data, size);
    g_autoptr(IdxSegment) row =
        idx_segment_file_describe(data, (size_t)boxes->init_bytes, &camera, &stream, &error);
    require((row != NULL) != (error != NULL));
    if (!row)
        return 0;
    require(camera && stream && row->video && row->start_us > 0 && row->width >= 0);
    check_row(boxes, row, IDX_SEGMENT_NO_END);
    check_row(boxes, row, (IdxSegmentEnd){row->start_us + 1500000, 2000000});
    return 0;
}
