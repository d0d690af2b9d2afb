// SPDX-License-Identifier: GPL-3.0-or-later
/* A fragment index from bytes: what is read has no holes, and is written as it was read (but for
 * numbers that were stored longer than they need be). */
#include "index/segment/fragment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const GArray *a, const GArray *b)
{
    g_assert(b && a->len == b->len);
    for (guint i = 0; i < a->len; i++) {
        const IdxFragment *x = &g_array_index(a, IdxFragment, i);
        const IdxFragment *y = &g_array_index(b, IdxFragment, i);
        g_assert(x->offset == y->offset && x->length == y->length && x->key == y->key);
        g_assert(x->start_us == y->start_us && x->duration_us == y->duration_us);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) read = idx_fragment_decode(data, size, 900, 1795311000000000, &error);
    g_assert((read != NULL) != (error != NULL));
    if (!read)
        return 0;
    int64_t offset = 900;
    g_autoptr(GByteArray) written = g_byte_array_new();
    for (guint i = 0; i < read->len; i++) {
        const IdxFragment *f = &g_array_index(read, IdxFragment, i);
        g_assert(f->offset == offset && f->length >= 0 && f->duration_us >= 0);
        offset += f->length;
        idx_fragment_append(written, f);
    }
    g_assert(written->len <= size);
    g_autoptr(GArray) again =
        idx_fragment_decode(written->data, written->len, 900, 1795311000000000, NULL);
    check_same(read, again);
    return 0;
}
