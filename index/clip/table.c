// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/clip/table.h"

#define CHUNK_BYTES (INT64_C(8) << 20) // no chunk larger than what players read at once

void clip_table_init(ClipTable *table, bool video, uint32_t timescale)
{
    *table = (ClipTable){
        .video = video,
        .timescale = timescale,
        .entries = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
        .sizes = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .deltas = g_array_new(FALSE, FALSE, sizeof(ClipRun)),
        .compositions = g_array_new(FALSE, FALSE, sizeof(ClipRun)),
        .sync = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .chunks = g_array_new(FALSE, FALSE, sizeof(ClipChunk)),
    };
}

void clip_table_clear(ClipTable *table)
{
    g_clear_pointer(&table->entries, g_ptr_array_unref);
    g_clear_pointer(&table->sizes, g_array_unref);
    g_clear_pointer(&table->deltas, g_array_unref);
    g_clear_pointer(&table->compositions, g_array_unref);
    g_clear_pointer(&table->sync, g_array_unref);
    g_clear_pointer(&table->chunks, g_array_unref);
}

uint32_t clip_table_entry(ClipTable *table, const uint8_t *entry, size_t bytes)
{
    g_autoptr(GBytes) one = g_bytes_new(entry, bytes);
    for (guint i = 0; i < table->entries->len; i++)
        if (g_bytes_equal(table->entries->pdata[i], one))
            return i + 1;
    g_ptr_array_add(table->entries, g_steal_pointer(&one));
    return table->entries->len;
}

static void add_run(GArray *runs, int32_t value)
{
    ClipRun *last = runs->len ? &g_array_index(runs, ClipRun, runs->len - 1) : NULL;
    ClipRun one = {1, value};
    if (last && last->value == value)
        last->count++;
    else
        g_array_append_val(runs, one);
}

static ClipRange *last_range(GArray *ranges)
{
    return ranges->len ? &g_array_index(ranges, ClipRange, ranges->len - 1) : NULL;
}

/* Into the chunk before, where the sample lies right behind it; else into a new one. */
static void place(ClipTable *table, GArray *ranges, const ClipAdd *sample)
{
    ClipRange *range = last_range(ranges);
    ClipChunk *chunk = table->chunks->len
                           ? &g_array_index(table->chunks, ClipChunk, table->chunks->len - 1)
                           : NULL;
    bool goes_on = chunk && chunk->range == ranges->len - 1 && chunk->entry == sample->entry &&
                   range->source == sample->source &&
                   range->offset + range->bytes == sample->offset && range->bytes < CHUNK_BYTES;
    if (goes_on) {
        range->bytes += sample->size;
        chunk->samples++;
        return;
    }
    ClipRange fresh = {sample->source, sample->offset, sample->size,
                       range ? range->at + range->bytes : 0};
    ClipChunk first = {ranges->len, 1, sample->entry};
    g_array_append_val(ranges, fresh);
    g_array_append_val(table->chunks, first);
}

static int32_t narrow(int64_t ticks)
{
    return (int32_t)CLAMP(ticks, G_MININT32, G_MAXINT32);
}

void clip_table_add(ClipTable *table, GArray *ranges, const ClipAdd *sample)
{
    int64_t dts = sample->dts;
    if (table->count == 0) {
        table->first_dts = dts;
        table->first_pts = sample->pts;
        table->end_pts = sample->pts;
    } else {
        dts = MAX(dts, table->last_dts + 1);
        add_run(table->deltas, narrow(dts - table->last_dts));
    }
    place(table, ranges, sample);
    g_array_append_val(table->sizes, sample->size);
    add_run(table->compositions, narrow(sample->pts - dts));
    table->count++;
    if (sample->sync)
        g_array_append_val(table->sync, table->count);
    table->last_dts = dts;
    table->last_duration = sample->duration;
    table->end_pts = MAX(table->end_pts, sample->pts + sample->duration);
}

void clip_table_end(ClipTable *table)
{
    if (table->count > 0)
        add_run(table->deltas, narrow(table->last_duration));
}
