// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/clip/movie.h"

#include "index/base/clock.h"

#include <string.h>

#define SINCE_1904 INT64_C(2082844800) // seconds; the epoch of the format
#define IN_MOVIE 7                     // track is enabled, in the movie and in its preview
#define UNDETERMINED 0x55c4            // "und", ISO 639-2/T packed

static void put(GByteArray *out, uint64_t value, size_t bytes)
{
    for (size_t i = bytes; i-- > 0;) {
        uint8_t byte = (uint8_t)(value >> (8 * i));
        g_byte_array_append(out, &byte, 1);
    }
}

static void put_u16(GByteArray *out, uint32_t value)
{
    put(out, value, 2);
}

static void put_u32(GByteArray *out, uint64_t value)
{
    put(out, value, 4);
}

static void put_u64(GByteArray *out, int64_t value)
{
    put(out, (uint64_t)value, 8);
}

static void put_text(GByteArray *out, const char *text)
{
    g_byte_array_append(out, (const uint8_t *)text, (guint)strlen(text));
}

static void put_zeros(GByteArray *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(out, 0, 1);
}

/* Returns where the box began, for box_end(). */
static guint box_begin(GByteArray *out, const char *type)
{
    guint at = out->len;
    put_u32(out, 0);
    put(out, (uint8_t)type[0], 1); // may be Latin-1, as "\251nam"
    g_byte_array_append(out, (const uint8_t *)type + 1, 3);
    return at;
}

static guint full_box_begin(GByteArray *out, const char *type, uint32_t version, uint32_t flags)
{
    guint at = box_begin(out, type);
    put_u32(out, version << 24 | flags);
    return at;
}

static void box_end(GByteArray *out, guint at)
{
    guint size = out->len - at;
    for (guint i = 0; i < 4; i++)
        out->data[at + i] = (uint8_t)(size >> (24 - 8 * i));
}

static int64_t scale(int64_t ticks, uint32_t from, uint32_t to)
{
    return ticks / from * to + ticks % from * to / from;
}

static int64_t created(const ClipMovie *movie)
{
    return movie->from_us / MJ_SECOND_US + SINCE_1904;
}

static uint32_t movie_scale(const ClipMovie *movie)
{
    return movie->tables[0].timescale;
}

/* Of what is shown, on the movie's scale. */
static int64_t shown(const ClipMovie *movie, const ClipTable *table)
{
    return scale(table->end_pts, table->timescale, movie_scale(movie));
}

static void put_matrix(GByteArray *out)
{
    static const uint32_t UNITY[] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
    for (size_t i = 0; i < G_N_ELEMENTS(UNITY); i++)
        put_u32(out, UNITY[i]);
}

static void put_ftyp(GByteArray *out, const ClipMovie *movie)
{
    guint at = box_begin(out, "ftyp");
    put_text(out, movie->quicktime ? "qt  " : "isom");
    put_u32(out, 0x200);
    put_text(out, movie->quicktime ? "qt  " : "isomiso2mp41");
    box_end(out, at);
}

static void put_mvhd(GByteArray *out, const ClipMovie *movie)
{
    int64_t longest = 0;
    for (size_t i = 0; i < movie->n_tables; i++)
        longest = MAX(longest, shown(movie, &movie->tables[i]));
    guint at = full_box_begin(out, "mvhd", 1, 0);
    put_u64(out, created(movie));
    put_u64(out, created(movie));
    put_u32(out, movie_scale(movie));
    put_u64(out, longest);
    put_u32(out, 0x10000); // rate
    put_u16(out, 0x100);   // volume
    put_zeros(out, 10);
    put_matrix(out);
    put_zeros(out, 24);
    put_u32(out, movie->n_tables + 1);
    box_end(out, at);
}

static void put_tkhd(GByteArray *out, const ClipMovie *movie, size_t i)
{
    const ClipTable *table = &movie->tables[i];
    guint at = full_box_begin(out, "tkhd", 1, IN_MOVIE);
    put_u64(out, created(movie));
    put_u64(out, created(movie));
    put_u32(out, i + 1);
    put_u32(out, 0);
    put_u64(out, shown(movie, table));
    put_zeros(out, 8);
    put_u16(out, 0); // layer
    put_u16(out, 0); // alternate group
    put_u16(out, table->video ? 0 : 0x100);
    put_u16(out, 0);
    put_matrix(out);
    put_u32(out, table->width);
    put_u32(out, table->height);
    box_end(out, at);
}

/* Sound may begin later than the pictures; pictures may be decoded earlier than they are shown. */
static void put_edts(GByteArray *out, const ClipMovie *movie, const ClipTable *table)
{
    int64_t late = MAX(table->first_pts, 0);
    int64_t empty = scale(late, table->timescale, movie_scale(movie));
    guint at = box_begin(out, "edts"), list = full_box_begin(out, "elst", 1, 0);
    put_u32(out, empty > 0 ? 2 : 1);
    if (empty > 0) {
        put_u64(out, empty);
        put_u64(out, -1);
        put_u32(out, 0x10000);
    }
    put_u64(out, MAX(shown(movie, table) - empty, 0));
    put_u64(out, late - table->first_dts);
    put_u32(out, 0x10000);
    box_end(out, list);
    box_end(out, at);
}

static void put_mdhd(GByteArray *out, const ClipMovie *movie, const ClipTable *table)
{
    guint at = full_box_begin(out, "mdhd", 1, 0);
    put_u64(out, created(movie));
    put_u64(out, created(movie));
    put_u32(out, table->timescale);
    put_u64(out, table->last_dts + table->last_duration - table->first_dts);
    put_u16(out, UNDETERMINED);
    put_u16(out, 0);
    box_end(out, at);
}

static void put_hdlr(GByteArray *out, const char *component, const char *type)
{
    guint at = full_box_begin(out, "hdlr", 0, 0);
    if (component)
        put_text(out, component);
    else
        put_u32(out, 0);
    put_text(out, type);
    put_zeros(out, 12);
    put(out, 0, 1); // no name
    box_end(out, at);
}

static void put_media_header(GByteArray *out, const ClipTable *table)
{
    guint at = full_box_begin(out, table->video ? "vmhd" : "smhd", 0, table->video ? 1 : 0);
    put_zeros(out, table->video ? 8 : 4);
    box_end(out, at);
}

/* All media are in this file. */
static void put_dinf(GByteArray *out)
{
    guint at = box_begin(out, "dinf"), refs = full_box_begin(out, "dref", 0, 0);
    put_u32(out, 1);
    guint self = full_box_begin(out, "url ", 0, 1);
    box_end(out, self);
    box_end(out, refs);
    box_end(out, at);
}

static void put_stsd(GByteArray *out, const ClipTable *table)
{
    guint at = full_box_begin(out, "stsd", 0, 0);
    put_u32(out, table->entries->len);
    for (guint i = 0; i < table->entries->len; i++) {
        gsize size = 0;
        const void *entry = g_bytes_get_data(table->entries->pdata[i], &size);
        g_byte_array_append(out, entry, (guint)size);
    }
    box_end(out, at);
}

static void put_runs(GByteArray *out, const char *type, uint32_t version, const GArray *runs)
{
    guint at = full_box_begin(out, type, version, 0);
    put_u32(out, runs->len);
    for (guint i = 0; i < runs->len; i++) {
        const ClipRun *run = &g_array_index(runs, ClipRun, i);
        put_u32(out, run->count);
        put_u32(out, (uint32_t)run->value);
    }
    box_end(out, at);
}

/* Nothing is said of tracks that are shown as they are decoded. */
static void put_ctts(GByteArray *out, const GArray *runs)
{
    if (runs->len > 1 || (runs->len == 1 && g_array_index(runs, ClipRun, 0).value != 0))
        put_runs(out, "ctts", 1, runs);
}

static void put_numbers(GByteArray *out, const GArray *numbers)
{
    put_u32(out, numbers->len);
    for (guint i = 0; i < numbers->len; i++)
        put_u32(out, g_array_index(numbers, uint32_t, i));
}

static void put_stss(GByteArray *out, const ClipTable *table)
{
    if (table->sync->len == table->count)
        return;
    guint at = full_box_begin(out, "stss", 0, 0);
    put_numbers(out, table->sync);
    box_end(out, at);
}

static void put_stsc(GByteArray *out, const ClipTable *table)
{
    guint at = full_box_begin(out, "stsc", 0, 0), count_at = out->len;
    uint32_t count = 0;
    put_u32(out, 0);
    for (guint i = 0; i < table->chunks->len; i++) {
        const ClipChunk *chunk = &g_array_index(table->chunks, ClipChunk, i);
        if (i > 0 && chunk[-1].samples == chunk->samples && chunk[-1].entry == chunk->entry)
            continue;
        put_u32(out, i + 1);
        put_u32(out, chunk->samples);
        put_u32(out, chunk->entry);
        count++;
    }
    for (guint i = 0; i < 4; i++)
        out->data[count_at + i] = (uint8_t)(count >> (24 - 8 * i));
    box_end(out, at);
}

static void put_stsz(GByteArray *out, const ClipTable *table)
{
    guint at = full_box_begin(out, "stsz", 0, 0);
    put_u32(out, 0); // they differ
    put_numbers(out, table->sizes);
    box_end(out, at);
}

static void put_co64(GByteArray *out, const ClipMovie *movie, const ClipTable *table, int64_t media)
{
    guint at = full_box_begin(out, "co64", 0, 0);
    put_u32(out, table->chunks->len);
    for (guint i = 0; i < table->chunks->len; i++) {
        guint range = g_array_index(table->chunks, ClipChunk, i).range;
        put_u64(out, media + g_array_index(movie->ranges, ClipRange, range).at);
    }
    box_end(out, at);
}

static void put_minf(GByteArray *out, const ClipMovie *movie, const ClipTable *table, int64_t media)
{
    guint at = box_begin(out, "minf");
    put_media_header(out, table);
    if (movie->quicktime)
        put_hdlr(out, "dhlr", "url ");
    put_dinf(out);
    guint tables = box_begin(out, "stbl");
    put_stsd(out, table);
    put_runs(out, "stts", 0, table->deltas);
    put_ctts(out, table->compositions);
    put_stss(out, table);
    put_stsc(out, table);
    put_stsz(out, table);
    put_co64(out, movie, table, media);
    box_end(out, tables);
    box_end(out, at);
}

static void put_trak(GByteArray *out, const ClipMovie *movie, size_t i, int64_t media)
{
    const ClipTable *table = &movie->tables[i];
    guint at = box_begin(out, "trak");
    put_tkhd(out, movie, i);
    put_edts(out, movie, table);
    guint mdia = box_begin(out, "mdia");
    put_mdhd(out, movie, table);
    put_hdlr(out, movie->quicktime ? "mhlr" : NULL, table->video ? "vide" : "soun");
    put_minf(out, movie, table, media);
    box_end(out, mdia);
    box_end(out, at);
}

static void put_item(GByteArray *out, const char *type, const char *text)
{
    guint item = box_begin(out, type), data = box_begin(out, "data");
    put_u32(out, 1); // UTF-8
    put_u32(out, 0);
    put_text(out, text);
    box_end(out, data);
    box_end(out, item);
}

static void put_udta(GByteArray *out, const ClipMovie *movie)
{
    guint at = box_begin(out, "udta"), meta = full_box_begin(out, "meta", 0, 0);
    guint handler = full_box_begin(out, "hdlr", 0, 0);
    put_u32(out, 0);
    put_text(out, "mdirappl");
    put_zeros(out, 8);
    put(out, 0, 1);
    box_end(out, handler);
    guint list = box_begin(out, "ilst");
    put_item(out, "\251cmt", movie->comment);
    box_end(out, list);
    box_end(out, meta);
    box_end(out, at);
}

/* @media: where mdat's content will begin. */
static void put_moov(GByteArray *out, const ClipMovie *movie, int64_t media)
{
    guint at = box_begin(out, "moov");
    put_mvhd(out, movie);
    for (size_t i = 0; i < movie->n_tables; i++)
        put_trak(out, movie, i, media);
    put_udta(out, movie);
    box_end(out, at);
}

static int64_t media_bytes(const ClipMovie *movie)
{
    if (movie->ranges->len == 0)
        return 0;
    const ClipRange *last = &g_array_index(movie->ranges, ClipRange, movie->ranges->len - 1);
    return last->at + last->bytes;
}

GByteArray *clip_movie_head(const ClipMovie *movie)
{
    enum { MDAT_HEAD = 16 };
    g_autoptr(GByteArray) trial = g_byte_array_new();
    put_ftyp(trial, movie);
    put_moov(trial, movie, 0); // as long as the one with the offsets
    GByteArray *out = g_byte_array_sized_new(trial->len + MDAT_HEAD);
    put_ftyp(out, movie);
    put_moov(out, movie, (int64_t)trial->len + MDAT_HEAD);
    put_u32(out, 1); // its size follows its type, in 64 bits
    put_text(out, "mdat");
    put_u64(out, media_bytes(movie) + MDAT_HEAD);
    return out;
}
