// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/mp4.h"

#include <string.h>

#define TRACK 1
#define SYNC_SAMPLE 0x02000000  // depends on no other
#define OTHER_SAMPLE 0x01010000 // depends on others, is no sync sample
#define DEFAULT_BASE_IS_MOOF 0x020000
#define TRUN_OFFSET 0x001
#define TRUN_DURATION 0x100
#define TRUN_SIZE 0x200
#define TRUN_FLAGS 0x400
#define TRUN_SHOWN_AFTER 0x800

static void put(GByteArray *out, uint64_t value, int bytes)
{
    uint8_t text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    g_byte_array_append(out, text, (guint)bytes);
}

static void put_zeros(GByteArray *out, guint count)
{
    guint at = out->len;
    g_byte_array_set_size(out, at + count);
    memset(out->data + at, 0, count);
}

static void put_words(GByteArray *out, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(out, words[i], 4);
}

/* Where the box begins; its size is set by end(). */
static guint begin(GByteArray *out, const char *type)
{
    guint at = out->len;
    put(out, 0, 4);
    g_byte_array_append(out, (const guint8 *)type, 4);
    return at;
}

static guint begin_full(GByteArray *out, const char *type, int version, uint32_t flags)
{
    guint at = begin(out, type);
    put(out, (uint64_t)version << 24 | flags, 4);
    return at;
}

static void set_u32(GByteArray *out, guint at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out->data[at + (guint)i] = (uint8_t)(value >> 8 * (3 - i));
}

static void end(GByteArray *out, guint at)
{
    set_u32(out, at, out->len - at);
}

static void put_matrix(GByteArray *out)
{
    static const uint32_t UNITY[] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
    put_words(out, UNITY, G_N_ELEMENTS(UNITY));
}

static void put_mvhd(GByteArray *out)
{
    static const uint32_t TIMES[] = {0, 0, 1000, 0}; // no duration: it is live
    guint at = begin_full(out, "mvhd", 0, 0);
    put_words(out, TIMES, G_N_ELEMENTS(TIMES));
    put(out, 0x10000, 4); // rate
    put(out, 0x100, 2);   // volume
    put_zeros(out, 10);
    put_matrix(out);
    put_zeros(out, 24);
    put(out, TRACK + 1, 4);
    end(out, at);
}

static bool is_sound(const ApiMp4Track *track)
{
    return strcmp(track->entry, "mp4a") == 0;
}

static void put_tkhd(GByteArray *out, const ApiMp4Track *track)
{
    static const uint32_t HEAD[] = {0, 0, TRACK, 0, 0};
    guint at = begin_full(out, "tkhd", 0, 3); // enabled, in the movie
    put_words(out, HEAD, G_N_ELEMENTS(HEAD));
    put_zeros(out, 12);
    put(out, is_sound(track) ? 0x100 : 0, 2);
    put_zeros(out, 2);
    put_matrix(out);
    put(out, (uint32_t)track->width << 16, 4);
    put(out, (uint32_t)track->height << 16, 4);
    end(out, at);
}

static void put_mdhd_hdlr(GByteArray *out, const ApiMp4Track *track)
{
    guint at = begin_full(out, "mdhd", 0, 0);
    const uint32_t times[] = {0, 0, track->scale, 0};
    put_words(out, times, G_N_ELEMENTS(times));
    put(out, 0x55C4, 2); // "und"
    put_zeros(out, 2);
    end(out, at);
    at = begin_full(out, "hdlr", 0, 0);
    put_zeros(out, 4);
    g_byte_array_append(out, (const guint8 *)(is_sound(track) ? "soun" : "vide"), 4);
    put_zeros(out, 13); // reserved, and an empty name
    end(out, at);
}

static void put_video_entry(GByteArray *out, const ApiMp4Track *track)
{
    guint at = begin(out, track->entry);
    put_zeros(out, 6);
    put(out, 1, 2); // data reference
    put_zeros(out, 16);
    put(out, (uint64_t)track->width, 2);
    put(out, (uint64_t)track->height, 2);
    put(out, 0x480000, 4); // 72 dpi
    put(out, 0x480000, 4);
    put_zeros(out, 4);
    put(out, 1, 2); // frames a sample
    put_zeros(out, 32);
    put(out, 0x18, 2); // depth
    put(out, 0xFFFF, 2);
    guint config = begin(out, strcmp(track->entry, "hvc1") == 0 ? "hvcC" : "avcC");
    g_byte_array_append(out, track->config, (guint)track->config_size);
    end(out, config);
    end(out, at);
}

/* ISO 14496-1 7.2.6: descriptors within each other, each with tag and length. */
static void put_esds(GByteArray *out, const ApiMp4Track *track)
{
    guint asc = (guint)track->config_size;
    guint at = begin_full(out, "esds", 0, 0);
    put(out, 0x03, 1); // ES
    put(out, 3 + 2 + 13 + 2 + asc + 3, 1);
    put(out, TRACK, 2);
    put(out, 0, 1);
    put(out, 0x04, 1); // decoder
    put(out, 13 + 2 + asc, 1);
    put(out, 0x40, 1); // MPEG-4 sound
    put(out, 0x15, 1); // a stream of sound
    put_zeros(out, 11);
    put(out, 0x05, 1);
    put(out, asc, 1);
    g_byte_array_append(out, track->config, asc);
    put(out, 0x060102, 3); // SL: as MP4 has it
    end(out, at);
}

static void put_sound_entry(GByteArray *out, const ApiMp4Track *track)
{
    guint at = begin(out, track->entry);
    put_zeros(out, 6);
    put(out, 1, 2); // data reference
    put_zeros(out, 8);
    put(out, (uint64_t)track->channels, 2);
    put(out, 16, 2); // bits
    put_zeros(out, 4);
    put(out, (uint64_t)MIN(track->scale, 65535u) << 16, 4);
    put_esds(out, track);
    end(out, at);
}

static void put_empty(GByteArray *out, const char *type, guint words)
{
    guint at = begin_full(out, type, 0, 0);
    put_zeros(out, words * 4);
    end(out, at);
}

static void put_stbl(GByteArray *out, const ApiMp4Track *track)
{
    guint at = begin(out, "stbl");
    guint entries = begin_full(out, "stsd", 0, 0);
    put(out, 1, 4);
    if (is_sound(track))
        put_sound_entry(out, track);
    else
        put_video_entry(out, track);
    end(out, entries);
    put_empty(out, "stts", 1);
    put_empty(out, "stsc", 1);
    put_empty(out, "stsz", 2);
    put_empty(out, "stco", 1);
    end(out, at);
}

static void put_minf(GByteArray *out, const ApiMp4Track *track)
{
    guint at = begin(out, "minf");
    guint head = is_sound(track) ? begin_full(out, "smhd", 0, 0) : begin_full(out, "vmhd", 0, 1);
    put_zeros(out, is_sound(track) ? 4 : 8);
    end(out, head);
    guint dinf = begin(out, "dinf");
    guint dref = begin_full(out, "dref", 0, 0);
    put(out, 1, 4);
    guint url = begin_full(out, "url ", 0, 1); // in this file
    end(out, url);
    end(out, dref);
    end(out, dinf);
    put_stbl(out, track);
    end(out, at);
}

static void put_mvex(GByteArray *out)
{
    static const uint32_t TREX[] = {TRACK, 1, 0, 0, 0};
    guint at = begin(out, "mvex");
    guint trex = begin_full(out, "trex", 0, 0);
    put_words(out, TREX, G_N_ELEMENTS(TREX));
    end(out, trex);
    end(out, at);
}

void api_mp4_put_init(GByteArray *out, const ApiMp4Track *track)
{
    guint at = begin(out, "ftyp");
    g_byte_array_append(out, (const guint8 *)"iso5\0\0\0\0iso5iso6mp41", 20);
    end(out, at);
    at = begin(out, "moov");
    put_mvhd(out);
    guint trak = begin(out, "trak");
    put_tkhd(out, track);
    guint mdia = begin(out, "mdia");
    put_mdhd_hdlr(out, track);
    put_minf(out, track);
    end(out, mdia);
    end(out, trak);
    put_mvex(out);
    end(out, at);
}

static guint put_traf(GByteArray *out, const ApiMp4Sample *sample)
{
    guint traf = begin(out, "traf");
    guint at = begin_full(out, "tfhd", 0, DEFAULT_BASE_IS_MOOF);
    put(out, TRACK, 4);
    end(out, at);
    at = begin_full(out, "tfdt", 1, 0);
    put(out, (uint64_t)sample->decode, 8);
    end(out, at);
    at = begin_full(out, "trun", 1,
                    TRUN_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_SHOWN_AFTER);
    put(out, 1, 4);
    guint offset = out->len;
    put(out, 0, 4);
    put(out, sample->duration, 4);
    put(out, sample->size, 4);
    put(out, sample->key ? SYNC_SAMPLE : OTHER_SAMPLE, 4);
    put(out, (uint32_t)sample->shown_after, 4);
    end(out, at);
    end(out, traf);
    return offset;
}

void api_mp4_put_fragment(GByteArray *out, const ApiMp4Sample *sample)
{
    guint moof = begin(out, "moof");
    guint at = begin_full(out, "mfhd", 0, 0);
    put(out, sample->sequence, 4);
    end(out, at);
    guint offset = put_traf(out, sample);
    end(out, moof);
    set_u32(out, offset, out->len - moof + 8); // behind the head of mdat
    at = begin(out, "mdat");
    g_byte_array_append(out, sample->data, (guint)sample->size);
    end(out, at);
}
