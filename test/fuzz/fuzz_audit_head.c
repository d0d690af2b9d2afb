// SPDX-License-Identifier: GPL-3.0-or-later
/* audit.head from bytes: whatever is read is written as it was read, and nothing else is taken. */
#include "index/audit/head.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_memdup2(data, size); // not ended by a zero byte
    g_autoptr(GArray) heads = idx_audit_head_parse(text, size, &error);
    g_assert((heads != NULL) != (error != NULL));
    g_autoptr(GString) written = g_string_new(NULL);
    for (guint i = 0; heads && i < heads->len; i++) {
        const IdxAuditHead *head = &g_array_index(heads, IdxAuditHead, i);
        g_assert(head->seq > 0 && head->at_us >= 0);
        g_autofree char *line = idx_audit_head_format(head);
        g_string_append(written, line);
    }
    for (gsize i = 0; heads && i < size; i++) // a hash may have been written in capitals
        g_assert(g_ascii_tolower(text[i]) == written->str[i]);
    g_assert(!heads || written->len == size);
    return 0;
}
