// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/file.h"

#include <string.h>

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/segment/box.h"

#define PREFIX "mingjing."
#define MEDIA_OFF_US INT64_C(10000)               // by rounding; a picture takes longer
#define START_MAX_US INT64_C(253402300800000000)  // the year 10000
#define DURATION_MAX_US (MJ_DAY_US)               // of a fragment, which takes about a second
#define MEDIA_MAX_US INT64_C(1000000000000000000) // of a recording: beyond any lifetime

/* --- names ------------------------------------------------------------------------------------ */

bool idx_segment_file_is_day(const char *name)
{
    return strlen(name) == 8 && strspn(name, "0123456789") == 8;
}

bool idx_segment_file_is_name(const char *name)
{
    return strlen(name) == 15 && g_str_has_suffix(name, "Z.mp4") && name[6] == '.' &&
           strspn(name, "0123456789") == 6 && strspn(name + 7, "0123456789") == 3;
}

/* --- tags: moov/udta/meta with keys and ilst -------------------------------------------------- */

static GHashTable *read_tags(IdxBytes moov)
{
    GHashTable *tags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    IdxBox udta, meta, keys, values, item, data;
    if (!idx_box_find(moov, "udta", &udta) || !idx_box_find(udta.body, "meta", &meta))
        return tags;
    idx_bytes_skip(&meta.body, 4); // version and flags
    if (!idx_box_find(meta.body, "keys", &keys) || !idx_box_find(meta.body, "ilst", &values))
        return tags;
    idx_bytes_skip(&keys.body, 8); // version, flags, count
    while (idx_box_next(&keys.body, &item))
        g_ptr_array_add(names, g_strndup((const char *)item.body.at, item.body.left));
    while (idx_box_next(&values.body, &item)) {
        IdxBytes type = {(const uint8_t *)item.type, 4, false};
        uint32_t number = idx_bytes_u32(&type); // from 1
        if (number < 1 || number > names->len || !idx_box_find(item.body, "data", &data))
            continue;
        idx_bytes_skip(&data.body, 8); // type and locale
        g_hash_table_insert(tags, g_strdup(names->pdata[number - 1]),
                            g_strndup((const char *)data.body.at, data.body.left));
    }
    return tags;
}

static const char *tag(GHashTable *tags, const char *name)
{
    g_autofree char *key = g_strconcat(PREFIX, name, NULL);
    return g_hash_table_lookup(tags, key);
}

static bool tag_int(GHashTable *tags, const char *name, int64_t least, int64_t most, int64_t *ret)
{
    const char *text = tag(tags, name);
    return text && g_ascii_string_to_signed(text, 10, least, most, ret, NULL);
}

static bool read_row(GHashTable *tags, IdxSegment *row)
{
    const char *camera = tag(tags, "camera"), *stream = tag(tags, "stream");
    const char *clock = tag(tags, "clock");
    int64_t joins = 0;
    bool whole =
        camera && mj_text_check("camera", camera, NULL) && stream &&
        mj_text_check("stream", stream, NULL) &&
        tag_int(tags, "start_us", 1, START_MAX_US, &row->start_us) &&
        tag_int(tags, "media_start_us", -MEDIA_MAX_US, MEDIA_MAX_US, &row->media_start_us) &&
        tag_int(tags, "joins", 0, 1, &joins) &&
        tag_int(tags, "clock_uncertainty_us", 0, INT64_MAX, &row->clock_uncertainty_us) &&
        (g_strcmp0(clock, "camera") == 0 || g_strcmp0(clock, "arrival") == 0);
    row->end_us = row->start_us;
    row->joins = joins != 0;
    row->clock = g_strdup(clock);
    row->has_clock_offset =
        tag_int(tags, "clock_offset_us", INT64_MIN, INT64_MAX, &row->clock_offset_us);
    return whole;
}

/* --- what it holds: moov/trak/mdia/minf/stbl/stsd ---------------------------------------------- */

/* The names of codecs as the recorder stores them. */
static const char *codec_of(const IdxBox *entry)
{
    static const char *const CODECS[][2] = {
        {"avc1", "h264"},     {"hvc1", "hevc"},      {"hev1", "hevc"}, {"mp4a", "aac"},
        {"alaw", "pcm_alaw"}, {"ulaw", "pcm_mulaw"}, {"Opus", "opus"}, {"vp08", "vp8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CODECS); i++)
        if (idx_box_is(entry, CODECS[i][0]))
            return CODECS[i][1];
    return NULL;
}

static void read_entry(IdxBox entry, uint32_t handler, IdxSegment *row)
{
    const char *codec = codec_of(&entry);
    if (handler == 0x76696465 && !row->video && codec) { // "vide"
        idx_bytes_skip(&entry.body, 24);                 // reserved, data reference, reserved
        row->width = (int)idx_bytes_uint(&entry.body, 2);
        row->height = (int)idx_bytes_uint(&entry.body, 2);
        row->video = g_strdup(codec);
    } else if (handler == 0x736f756e && !row->audio && codec) { // "soun"
        row->audio = g_strdup(codec);
    }
}

static void read_trak(IdxBytes trak, IdxSegment *row)
{
    IdxBox mdia, hdlr, minf, stbl, stsd, entry;
    if (!idx_box_find(trak, "mdia", &mdia) || !idx_box_find(mdia.body, "hdlr", &hdlr) ||
        !idx_box_find(mdia.body, "minf", &minf) || !idx_box_find(minf.body, "stbl", &stbl) ||
        !idx_box_find(stbl.body, "stsd", &stsd))
        return;
    idx_bytes_skip(&hdlr.body, 8); // version, flags, predefined
    idx_bytes_skip(&stsd.body, 8); // version, flags, count
    if (idx_box_next(&stsd.body, &entry))
        read_entry(entry, idx_bytes_u32(&hdlr.body), row);
}

IdxSegment *idx_segment_file_describe(const uint8_t *init, size_t size, char **ret_camera,
                                      char **ret_stream, GError **error)
{
    g_autoptr(IdxSegment) row = g_new0(IdxSegment, 1);
    IdxBox moov, box;
    if (!idx_box_find((IdxBytes){init, size, false}, "moov", &moov)) {
        mj_error_set(error, MJ_ERROR_CORRUPT, "it is no MP4 file");
        return NULL;
    }
    g_autoptr(GHashTable) tags = read_tags(moov.body);
    bool whole = read_row(tags, row);
    for (IdxBytes rest = moov.body; idx_box_next(&rest, &box);)
        if (idx_box_is(&box, "trak"))
            read_trak(box.body, row);
    if (!whole || !row->video) {
        mj_error_set(error, MJ_ERROR_CORRUPT, "it does not say what it is of and when it begins");
        return NULL;
    }
    row->state = g_strdup("open");
    *ret_camera = g_strdup(tag(tags, "camera"));
    *ret_stream = g_strdup(tag(tags, "stream"));
    return g_steal_pointer(&row);
}

/* --- where it ends ----------------------------------------------------------------------------- */

IdxSegmentEnd idx_segment_file_end(const IdxSegment *row, const IdxSegment *next)
{
    if (!next)
        return IDX_SEGMENT_NO_END;
    return (IdxSegmentEnd){next->start_us,
                           next->joins ? next->media_start_us - row->media_start_us : 0};
}

/* Drops fragments that begin at @end_us or later. */
static void drop_after(IdxBoxFile *file, int64_t start_us, int64_t end_us)
{
    int64_t first_us =
        file->fragments->len > 0 ? g_array_index(file->fragments, IdxBoxFragment, 0).decode_us : 0;
    while (file->fragments->len > 0) {
        const IdxBoxFragment *last =
            &g_array_index(file->fragments, IdxBoxFragment, file->fragments->len - 1);
        if (start_us + last->decode_us - first_us < end_us)
            break;
        file->whole_bytes = last->offset;
        g_array_set_size(file->fragments, file->fragments->len - 1);
    }
}

static bool has_all(const IdxBoxFile *file, IdxSegmentEnd end)
{
    const IdxBoxFragment *first = &g_array_index(file->fragments, IdxBoxFragment, 0);
    const IdxBoxFragment *last = first + file->fragments->len - 1;
    return end.media_us > 0 && ABS(last->end_us - first->decode_us - end.media_us) < MEDIA_OFF_US;
}

GByteArray *idx_segment_file_index(IdxBoxFile *boxes, IdxSegment *row, IdxSegmentEnd end)
{
    GByteArray *stored = g_byte_array_new();
    drop_after(boxes, row->start_us, end.us);
    row->init_bytes = boxes->init_bytes;
    row->bytes = boxes->fragments->len > 0 ? boxes->whole_bytes : boxes->init_bytes;
    row->frames = 0;
    row->end_us = row->start_us;
    for (guint i = 0; i < boxes->fragments->len; i++) {
        const IdxBoxFragment *box = &g_array_index(boxes->fragments, IdxBoxFragment, i);
        const IdxBoxFragment *next = i + 1 < boxes->fragments->len ? box + 1 : NULL;
        int64_t end_us = next ? next->decode_us : box->end_us;
        IdxFragment fragment = {.offset = box->offset,
                                .length = box->length,
                                .start_us = row->end_us,
                                .duration_us = CLAMP(end_us - box->decode_us, 0, DURATION_MAX_US),
                                .key = box->key};
        int64_t room_us = MAX(end.us - fragment.start_us, 0);
        if (!next && (has_all(boxes, end) || fragment.duration_us > room_us - MEDIA_OFF_US))
            fragment.duration_us = room_us;
        idx_fragment_append(stored, &fragment);
        row->end_us += fragment.duration_us;
        row->frames += box->frames;
    }
    return stored;
}
