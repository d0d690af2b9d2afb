// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as a segment file that a crash left behind: what is found lies within it, in order. */
#include "index/segment/boxes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good)
{
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(IdxBoxFile) file = idx_boxes_scan(data, size);
    int64_t end = file->init_bytes;
    require(end >= 0 && file->whole_bytes >= end && (uint64_t)file->whole_bytes <= size);
    for (guint i = 0; i < file->fragments->len; i++) {
        const IdxBoxFragment *box = &g_array_index(file->fragments, IdxBoxFragment, i);
        require(box->offset == end && box->length > 0 && box->frames > 0);
        end = box->offset + box->length;
    }
    require(end <= file->whole_bytes);
    return 0;
}
