// SPDX-License-Identifier: GPL-3.0-or-later
/* A journal of holds from bytes: every record that is believed says what it must, and is written as it
 * was read, so that it is believed again. */
#include "index/hold/damage.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const IdxHoldRecord *r)
{
    g_assert(r->seq > 0 && r->id > 0 && r->line);
    if (r->what == IDX_HOLD_RECORD_OTHER)
        return;
    g_assert(r->what != IDX_HOLD_RECORD_SPAN || (r->camera && r->from_us < r->to_us));
    g_assert(r->what != IDX_HOLD_RECORD_RELEASE || (r->by && r->reason));
    g_assert(r->what != IDX_HOLD_RECORD_HOLD || (r->kind && r->hall && r->key && r->case_no));
    g_autofree char *line = idx_hold_journal_line(r);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
    g_autofree char *text = g_strdup_printf("%.16s %s\n", digest, line);
    int damaged = 0;
    g_autoptr(GPtrArray) again = idx_hold_journal_parse(text, strlen(text), &damaged);
    if (strlen(line) + 17 > IDX_HOLD_LINE_MAX)
        return;
    g_assert(again->len == 1 && damaged == 0);
    const IdxHoldRecord *same = again->pdata[0];
    g_assert(same->seq == r->seq && same->id == r->id && same->from_us == r->from_us);
    g_assert(g_strcmp0(same->part, r->part) == 0);
}

/* Each damaged line is told once, or stands again. */
static void check_damage(const char *text, size_t size, const GPtrArray *records, int damaged)
{
    g_autoptr(GPtrArray) damage =
        g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_damage_free);
    idx_hold_damage_find("J", text, size, records, damage);
    g_assert((int)damage->len <= damaged);
    for (guint i = 0; i < damage->len; i++) {
        IdxHoldDamage *d = damage->pdata[i];
        d->lost = true;
        g_autofree char *words = idx_hold_damage_words(d);
        g_assert(g_utf8_validate(words, -1, NULL));
        g_assert(!d->camera || d->what == IDX_HOLD_RECORD_SPAN);
        g_assert(d->id >= 0);
    }
}

/* Mutations would never get past the digits: each line is also read as if they fitted. */
static void parse(const char *text, size_t size)
{
    int damaged = 0;
    g_autoptr(GPtrArray) records = idx_hold_journal_parse(text, size, &damaged);
    g_assert(damaged >= 0);
    for (guint i = 0; i < records->len; i++)
        check_record(records->pdata[i]);
    check_damage(text, size, records, damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) signed_lines = g_string_new(NULL);
    const char *text = (const char *)data, *end = text + size;
    parse(text, size);
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = newline ? (size_t)(newline - text) : (size_t)(end - text);
        size_t skip = MIN(length, 17u);
        g_autofree char *digest = g_compute_checksum_for_data(
            G_CHECKSUM_SHA256, (const guchar *)text + skip, length - skip);
        g_string_append_printf(signed_lines, "%.16s ", digest);
        g_string_append_len(signed_lines, text + skip, (gssize)(length - skip));
        g_string_append_c(signed_lines, '\n');
        text += length + 1;
    }
    parse(signed_lines->str, signed_lines->len);
    return 0;
}
