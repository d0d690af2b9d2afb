// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/boxes.h"

#include <string.h>

typedef struct Span { // bytes yet to be read; reads beyond the end give 0 and mark it
    const uint8_t *at;
    size_t left;
    bool over;
} Span;

typedef struct Box {
    char type[5];
    Span body;
    size_t size; // with its header
} Box;

typedef struct Track {
    uint32_t id, timescale, duration, flags; // trex defaults
    bool video;
} Track;

typedef struct Tracks {
    Track track[CAP_BOXES_MAX_TRACKS];
    size_t count;
} Tracks;

static uint64_t read_uint(Span *span, size_t bytes)
{
    if (span->left < bytes) {
        span->over = true;
        span->left = 0;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | span->at[i];
    span->at += bytes;
    span->left -= bytes;
    return value;
}

static uint32_t read_u32(Span *span)
{
    return (uint32_t)read_uint(span, 4);
}

static void skip(Span *span, size_t bytes)
{
    if (span->left < bytes) {
        span->over = true;
        bytes = span->left;
    }
    span->at += bytes;
    span->left -= bytes;
}

/* The next box of @span, which moves past it. False at the end or at a box that is not whole. */
static bool next_box(Span *span, Box *ret)
{
    if (span->left < 8)
        return false;
    Span head = *span;
    uint64_t size = read_u32(&head);
    memcpy(ret->type, head.at, 4);
    ret->type[4] = '\0';
    skip(&head, 4);
    size_t header = 8;
    if (size == 1) {
        if (head.left < 8)
            return false;
        size = read_uint(&head, 8);
        header = 16;
    }
    if (size < header || size > span->left)
        return false;
    ret->size = (size_t)size;
    ret->body = (Span){head.at, (size_t)size - header, false};
    skip(span, (size_t)size);
    return true;
}

static bool is(const Box *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}

static Track *track_by_id(Tracks *tracks, uint32_t id)
{
    for (size_t i = 0; i < tracks->count; i++)
        if (tracks->track[i].id == id)
            return &tracks->track[i];
    return NULL;
}

static void read_mdia(Span span, Track *track)
{
    Box box;
    while (next_box(&span, &box)) {
        if (is(&box, "mdhd")) {
            uint64_t version = read_uint(&box.body, 1);
            skip(&box.body, version == 1 ? 3 + 16 : 3 + 8);
            track->timescale = read_u32(&box.body);
        } else if (is(&box, "hdlr")) {
            skip(&box.body, 8);
            track->video = read_u32(&box.body) == 0x76696465; // "vide"
        }
    }
}

static void read_trak(Span span, Tracks *tracks)
{
    if (tracks->count == CAP_BOXES_MAX_TRACKS)
        return;
    Track *track = &tracks->track[tracks->count++];
    *track = (Track){0};
    Box box;
    while (next_box(&span, &box)) {
        if (is(&box, "tkhd")) {
            uint64_t version = read_uint(&box.body, 1);
            skip(&box.body, version == 1 ? 3 + 16 : 3 + 8);
            track->id = read_u32(&box.body);
        } else if (is(&box, "mdia")) {
            read_mdia(box.body, track);
        }
    }
}

static void read_mvex(Span span, Tracks *tracks)
{
    Box box;
    while (next_box(&span, &box)) {
        if (!is(&box, "trex"))
            continue;
        skip(&box.body, 4);
        Track *track = track_by_id(tracks, read_u32(&box.body));
        skip(&box.body, 4);
        if (!track)
            continue;
        track->duration = read_u32(&box.body);
        skip(&box.body, 4);
        track->flags = read_u32(&box.body);
    }
}

static bool read_moov(Span span, Tracks *tracks)
{
    Span again = span;
    Box box;
    while (next_box(&span, &box))
        if (is(&box, "trak"))
            read_trak(box.body, tracks);
    while (next_box(&again, &box))
        if (is(&box, "mvex"))
            read_mvex(box.body, tracks);
    for (size_t i = 0; i < tracks->count; i++)
        if (tracks->track[i].video && tracks->track[i].timescale > 0)
            return true;
    return false;
}

typedef struct Run { // what the traf of a video track says
    const Track *track;
    uint32_t duration, flags; // defaults
    uint64_t decode, total;   // in the track's timescale
    int64_t composition;      // of the first sample
    uint64_t frames;
    bool begun, key;
} Run;

enum { SAMPLE_NON_SYNC = 0x10000, MAX_SAMPLES = 65536 };

static const Track *read_tfhd(Span body, Tracks *tracks, Run *run)
{
    uint32_t flags = read_u32(&body) & 0xffffff;
    const Track *track = track_by_id(tracks, read_u32(&body));
    if (!track)
        return NULL;
    run->duration = track->duration;
    run->flags = track->flags;
    if (flags & 0x01)
        skip(&body, 8);
    if (flags & 0x02)
        skip(&body, 4);
    if (flags & 0x08)
        run->duration = read_u32(&body);
    if (flags & 0x10)
        skip(&body, 4);
    if (flags & 0x20)
        run->flags = read_u32(&body);
    return track;
}

static void read_trun(Span body, Run *run)
{
    uint32_t head = read_u32(&body), flags = head & 0xffffff, version = head >> 24;
    uint32_t count = read_u32(&body), first_flags = run->flags;
    if (flags & 0x001)
        skip(&body, 4);
    bool has_first = flags & 0x004;
    if (has_first)
        first_flags = read_u32(&body);
    size_t sample = 4 * (size_t)(((flags >> 8) & 1) + ((flags >> 9) & 1) + ((flags >> 10) & 1) +
                                 ((flags >> 11) & 1));
    if (body.over || (sample > 0 && count > body.left / sample) || count > MAX_SAMPLES)
        return;
    if (sample == 0 && count > 1) { // all alike: the first stands for the others
        run->total += (uint64_t)run->duration * (count - 1);
        run->frames += count - 1;
        count = 1;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t duration = flags & 0x100 ? read_u32(&body) : run->duration;
        if (flags & 0x200)
            skip(&body, 4);
        uint32_t sample_flags = flags & 0x400 ? read_u32(&body) : run->flags;
        uint32_t raw = flags & 0x800 ? read_u32(&body) : 0;
        if (!run->begun) {
            run->begun = true;
            run->key = !((has_first ? first_flags : sample_flags) & SAMPLE_NON_SYNC);
            run->composition = version == 0 ? (int64_t)raw : (int64_t)(int32_t)raw;
        }
        run->total += duration;
        run->frames++;
    }
}

/* Fills @run if the traf is of a video track. */
static void read_traf(Span span, Tracks *tracks, Run *run)
{
    Run found = {0};
    Box box;
    while (next_box(&span, &box)) {
        if (is(&box, "tfhd")) {
            found.track = read_tfhd(box.body, tracks, &found);
        } else if (is(&box, "tfdt")) {
            uint64_t version = read_uint(&box.body, 1);
            skip(&box.body, 3);
            found.decode = read_uint(&box.body, version == 1 ? 8 : 4);
        } else if (is(&box, "trun") && found.track) {
            read_trun(box.body, &found);
        }
    }
    if (found.track && found.track->video && found.track->timescale > 0 && found.frames > 0)
        *run = found;
}

/* Ticks to microseconds, rounded to the nearest; 0 for values no camera runs long enough to reach.
 */
static int64_t to_us(uint64_t ticks, uint32_t timescale)
{
    if (ticks > (uint64_t)INT64_MAX / 2000000)
        return 0;
    return (int64_t)((ticks * 1000000 + timescale / 2) / timescale);
}

static void add_fragment(CapBoxFile *file, const Run *run, int64_t offset, int64_t length)
{
    uint32_t scale = run->track->timescale;
    uint64_t first = run->decode;
    if (run->composition >= 0 || first >= (uint64_t)-run->composition)
        first += (uint64_t)run->composition;
    CapBoxFragment fragment = {
        .offset = offset,
        .length = length,
        .start_us = to_us(first, scale),
        .decode_us = to_us(run->decode, scale),
        .end_us = to_us(run->decode + run->total, scale),
        .frames = (int)MIN(run->frames, (uint64_t)G_MAXINT),
        .key = run->key,
    };
    g_array_append_val(file->fragments, fragment);
}

CapBoxFile *cap_boxes_scan(const uint8_t *data, size_t size)
{
    CapBoxFile *file = g_new0(CapBoxFile, 1);
    file->fragments = g_array_new(FALSE, FALSE, sizeof(CapBoxFragment));
    Tracks tracks = {0};
    Run run = {0};
    bool in_fragment = false;
    Span span = {data, size, false};
    Box box;
    int64_t at = 0, fragment_at = 0;
    while (file->fragments->len < CAP_BOXES_MAX_FRAGMENTS && next_box(&span, &box)) {
        int64_t end = at + (int64_t)box.size;
        if (file->init_bytes == 0) {
            if (is(&box, "moov") && !read_moov(box.body, &tracks))
                break;
            if (is(&box, "moov"))
                file->init_bytes = file->whole_bytes = end;
        } else if (is(&box, "moof") && !in_fragment) {
            run = (Run){0};
            in_fragment = true;
            fragment_at = at;
            Box inner;
            while (next_box(&box.body, &inner))
                if (is(&inner, "traf"))
                    read_traf(inner.body, &tracks, &run);
        } else if (is(&box, "mdat") && in_fragment) {
            if (run.frames == 0)
                break;
            add_fragment(file, &run, fragment_at, end - fragment_at);
            in_fragment = false;
            file->whole_bytes = end;
        } else {
            break; // nothing else is of our making
        }
        at = end;
    }
    return file;
}

void cap_boxes_free(CapBoxFile *file)
{
    if (!file)
        return;
    g_array_unref(file->fragments);
    g_free(file);
}
