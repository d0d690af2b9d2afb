// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/boxes.h"

#include "index/segment/box_tracks.h"

/* Whether there is one whose pictures can be counted. */
static bool has_video(const IdxBoxTracks *tracks)
{
    for (size_t i = 0; i < tracks->count; i++)
        if (tracks->track[i].handler == IDX_BOX_VIDEO && tracks->track[i].timescale > 0)
            return true;
    return false;
}

static bool read_moov(IdxBytes body, IdxBoxTracks *tracks)
{
    idx_box_tracks_read(body, tracks);
    return has_video(tracks);
}

typedef struct Run { // what the traf of a video track says
    const IdxBoxTrack *track;
    uint32_t duration, flags; // defaults
    uint64_t decode, total;   // in the track's timescale
    int64_t composition;      // of the first sample
    uint64_t frames;
    bool begun, key;
} Run;

enum { SAMPLE_NON_SYNC = 0x10000, MAX_SAMPLES = 65536 };

static const IdxBoxTrack *read_tfhd(IdxBytes body, const IdxBoxTracks *tracks, Run *run)
{
    uint32_t flags = idx_bytes_u32(&body) & 0xffffff;
    const IdxBoxTrack *track = idx_box_track(tracks, idx_bytes_u32(&body));
    if (!track)
        return NULL;
    run->duration = track->duration;
    run->flags = track->flags;
    if (flags & 0x01)
        idx_bytes_skip(&body, 8);
    if (flags & 0x02)
        idx_bytes_skip(&body, 4);
    if (flags & 0x08)
        run->duration = idx_bytes_u32(&body);
    if (flags & 0x10)
        idx_bytes_skip(&body, 4);
    if (flags & 0x20)
        run->flags = idx_bytes_u32(&body);
    return track;
}

static void read_trun(IdxBytes body, Run *run)
{
    uint32_t head = idx_bytes_u32(&body), flags = head & 0xffffff, version = head >> 24;
    uint32_t count = idx_bytes_u32(&body), first_flags = run->flags;
    if (flags & 0x001)
        idx_bytes_skip(&body, 4);
    bool has_first = flags & 0x004;
    if (has_first)
        first_flags = idx_bytes_u32(&body);
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
        uint32_t duration = flags & 0x100 ? idx_bytes_u32(&body) : run->duration;
        if (flags & 0x200)
            idx_bytes_skip(&body, 4);
        uint32_t sample_flags = flags & 0x400 ? idx_bytes_u32(&body) : run->flags;
        uint32_t raw = flags & 0x800 ? idx_bytes_u32(&body) : 0;
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
static void read_traf(IdxBytes span, const IdxBoxTracks *tracks, Run *run)
{
    Run found = {0};
    IdxBox box;
    while (idx_box_next(&span, &box)) {
        if (idx_box_is(&box, "tfhd")) {
            found.track = read_tfhd(box.body, tracks, &found);
        } else if (idx_box_is(&box, "tfdt")) {
            uint64_t version = idx_bytes_uint(&box.body, 1);
            idx_bytes_skip(&box.body, 3);
            found.decode = idx_bytes_uint(&box.body, version == 1 ? 8 : 4);
        } else if (idx_box_is(&box, "trun") && found.track) {
            read_trun(box.body, &found);
        }
    }
    if (found.track && found.track->handler == IDX_BOX_VIDEO && found.track->timescale > 0 &&
        found.frames > 0)
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

static void add_fragment(IdxBoxFile *file, const Run *run, int64_t offset, int64_t length)
{
    uint32_t scale = run->track->timescale;
    uint64_t first = run->decode;
    if (run->composition >= 0 || first >= (uint64_t)-run->composition)
        first += (uint64_t)run->composition;
    IdxBoxFragment fragment = {
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

IdxBoxFile *idx_boxes_scan(const uint8_t *data, size_t size)
{
    IdxBoxFile *file = g_new0(IdxBoxFile, 1);
    file->fragments = g_array_new(FALSE, FALSE, sizeof(IdxBoxFragment));
    IdxBoxTracks tracks = {0};
    Run run = {0};
    bool in_fragment = false;
    IdxBytes span = {data, size, false};
    IdxBox box;
    int64_t at = 0, fragment_at = 0;
    while (file->fragments->len < IDX_BOXES_MAX_FRAGMENTS && idx_box_next(&span, &box)) {
        int64_t end = at + (int64_t)box.size;
        if (file->init_bytes == 0) {
            if (idx_box_is(&box, "moov") && !read_moov(box.body, &tracks))
                break;
            if (idx_box_is(&box, "moov"))
                file->init_bytes = file->whole_bytes = end;
        } else if (idx_box_is(&box, "moof") && !in_fragment) {
            run = (Run){0};
            in_fragment = true;
            fragment_at = at;
            IdxBox inner;
            while (idx_box_next(&box.body, &inner))
                if (idx_box_is(&inner, "traf"))
                    read_traf(inner.body, &tracks, &run);
        } else if (idx_box_is(&box, "mdat") && in_fragment) {
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

void idx_boxes_free(IdxBoxFile *file)
{
    if (!file)
        return;
    g_array_unref(file->fragments);
    g_free(file);
}
