// SPDX-License-Identifier: GPL-3.0-or-later
/* A stream of events from bytes: the first byte tells form and cut; whole and cut it gives the same. */
#include "index/event/split.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How many values, refusals, and whether it failed, as one number. */
static guint tally(IdxEventForm form, const uint8_t *data, size_t size, size_t step)
{
    g_autoptr(IdxSplit) split = idx_split_new(form);
    g_autoptr(GError) error = NULL;
    guint sum = 0;
    for (size_t at = 0; at <= size && !error; at += step) {
        bool last = at + step > size;
        IdxPiece piece = {0};
        IdxSplitGot got = IDX_SPLIT_MORE;
        idx_split_add(split, data + at, last ? size - at : step);
        while ((got = idx_split_next(split, last, &piece, &error)) > IDX_SPLIT_MORE) {
            sum += got == IDX_SPLIT_VALUE ? 3 : 10007;
            g_assert(got == IDX_SPLIT_VALUE ? piece.value != NULL : piece.refused != NULL);
            g_assert(!piece.refused || g_utf8_validate(piece.refused, -1, NULL));
            json_decref(piece.value);
            g_free(piece.refused);
            piece = (IdxPiece){0};
        }
        g_assert((got == IDX_SPLIT_BAD) == (error != NULL));
    }
    return sum + (error ? 1 : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    IdxEventForm form = data[0] & 3;
    size_t step = 1 + (data[0] >> 2);
    g_assert(tally(form, data + 1, size - 1, size) == tally(form, data + 1, size - 1, step));
    return 0;
}
