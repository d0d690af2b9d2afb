// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/clip/samples.h"

#include "index/base/error.h"
#include "index/segment/box_tracks.h"

enum { SAMPLE_NON_SYNC = 0x10000, SAMPLES_MAX = 65536 };
#define SECONDS_MAX INT64_C(4000000000) // on a file's timeline: no camera runs so long

static bool has_kind(const ClipTracks *tracks, bool video)
{
    for (size_t i = 0; i < tracks->count; i++)
        if (tracks->track[i].video == video)
            return true;
    return false;
}

/* If it is the first of its kind. */
static void take(const IdxBoxTrack *track, ClipTracks *tracks)
{
    bool video = track->handler == IDX_BOX_VIDEO;
    bool wanted =
        (video || track->handler == IDX_BOX_SOUND) && track->timescale > 0 && track->entry;
    if (wanted && tracks->count < CLIP_TRACKS_MAX && !has_kind(tracks, video))
        tracks->track[tracks->count++] = (ClipTrack){.video = video,
                                                     .id = track->id,
                                                     .timescale = track->timescale,
                                                     .duration = track->duration,
                                                     .size = track->size,
                                                     .flags = track->flags,
                                                     .width = track->width,
                                                     .height = track->height,
                                                     .entry = track->entry,
                                                     .entry_bytes = track->entry_bytes};
}

bool clip_tracks_read(const uint8_t *init, size_t size, ClipTracks *ret, GError **error)
{
    *ret = (ClipTracks){0};
    IdxBox moov;
    IdxBoxTracks all;
    if (!idx_box_find((IdxBytes){init, size, false}, "moov", &moov))
        return mj_error_set(error, MJ_ERROR_CORRUPT, "the file has no moov");
    idx_box_tracks_read(moov.body, &all);
    for (size_t i = 0; i < all.count; i++)
        take(&all.track[i], ret);
    if (ret->count > 1 && !ret->track[0].video) {
        ClipTrack sound = ret->track[0];
        ret->track[0] = ret->track[1];
        ret->track[1] = sound;
    }
    return (ret->count > 0 && ret->track[0].video) ||
           mj_error_set(error, MJ_ERROR_CORRUPT, "the file has no track of pictures");
}

size_t clip_moof_bytes(const uint8_t *data, size_t size, size_t limit)
{
    IdxBytes bytes = {data, size, false};
    uint32_t length = idx_bytes_u32(&bytes), type = idx_bytes_u32(&bytes);
    bool is_moof = !bytes.over && type == 0x6d6f6f66 && length >= 8 && length <= limit;
    return is_moof ? length : 0;
}

/* One traf that is being read. */
typedef struct Run {
    const ClipTrack *track; // NULL: one that is left out
    uint8_t index;
    uint32_t duration, size, flags; // defaults
    int64_t dts, base, next;        // next: where the next trun's data is, unless it says so
    int64_t end;
    GArray *samples;
} Run;

static void read_tfhd(IdxBytes body, const ClipTracks *tracks, Run *run)
{
    uint32_t flags = idx_bytes_u32(&body) & 0xffffff, id = idx_bytes_u32(&body);
    run->track = NULL;
    for (size_t i = 0; i < tracks->count; i++)
        if (tracks->track[i].id == id) {
            run->track = &tracks->track[i];
            run->index = (uint8_t)i;
        }
    if (!run->track)
        return;
    uint64_t base = flags & 0x01 ? idx_bytes_uint(&body, 8) : (uint64_t)run->base;
    run->base = base <= (uint64_t)run->end ? (int64_t)base : run->end;
    run->next = run->base;
    if (flags & 0x02)
        idx_bytes_skip(&body, 4);
    run->duration = flags & 0x08 ? idx_bytes_u32(&body) : run->track->duration;
    run->size = flags & 0x10 ? idx_bytes_u32(&body) : run->track->size;
    run->flags = flags & 0x20 ? idx_bytes_u32(&body) : run->track->flags;
}

static void read_tfdt(IdxBytes body, Run *run)
{
    uint64_t version = idx_bytes_uint(&body, 1);
    idx_bytes_skip(&body, 3);
    uint64_t dts = idx_bytes_uint(&body, version == 1 ? 8 : 4);
    run->dts = dts < (uint64_t)1 << 60 ? (int64_t)dts : 0;
}

static bool add_sample(Run *run, uint32_t duration, uint32_t size, uint32_t flags,
                       int32_t composition)
{
    ClipSample sample = {.offset = run->next,
                         .dts = run->dts,
                         .size = size,
                         .duration = duration,
                         .composition = composition,
                         .track = run->index,
                         .sync = !(flags & SAMPLE_NON_SYNC)};
    if (run->next < 0 || run->next + (int64_t)size > run->end ||
        run->dts / run->track->timescale > SECONDS_MAX)
        return false;
    g_array_append_val(run->samples, sample);
    run->next += size;
    run->dts += duration;
    return true;
}

static bool read_trun(IdxBytes body, Run *run)
{
    uint32_t flags = idx_bytes_u32(&body) & 0xffffff, count = idx_bytes_u32(&body);
    if (flags & 0x001)
        run->next = run->base + (int32_t)idx_bytes_u32(&body);
    uint32_t first_flags = flags & 0x004 ? idx_bytes_u32(&body) : 0;
    if (body.over || count > SAMPLES_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t duration = flags & 0x100 ? idx_bytes_u32(&body) : run->duration;
        uint32_t size = flags & 0x200 ? idx_bytes_u32(&body) : run->size;
        uint32_t own = flags & 0x400 ? idx_bytes_u32(&body) : run->flags;
        int32_t composition = flags & 0x800 ? (int32_t)idx_bytes_u32(&body) : 0;
        bool first = i == 0 && (flags & 0x004);
        if (body.over || !add_sample(run, duration, size, first ? first_flags : own, composition))
            return false;
    }
    return true;
}

static bool read_traf(IdxBytes span, const ClipTracks *tracks, Run *run)
{
    IdxBox box;
    while (idx_box_next(&span, &box))
        if (idx_box_is(&box, "tfhd"))
            read_tfhd(box.body, tracks, run);
        else if (idx_box_is(&box, "tfdt"))
            read_tfdt(box.body, run);
        else if (idx_box_is(&box, "trun") && run->track && !read_trun(box.body, run))
            return false;
    return true;
}

bool clip_samples_read(const uint8_t *moof, size_t size, int64_t offset, int64_t end,
                       const ClipTracks *tracks, GArray *samples, GError **error)
{
    IdxBytes bytes = {moof, size, false};
    IdxBox box, traf;
    if (!idx_box_next(&bytes, &box) || !idx_box_is(&box, "moof"))
        return mj_error_set(error, MJ_ERROR_CORRUPT, "no fragment begins at byte %" G_GINT64_FORMAT,
                            offset);
    while (idx_box_next(&box.body, &traf)) {
        Run run = {.base = offset, .next = offset, .end = end, .samples = samples};
        if (idx_box_is(&traf, "traf") && !read_traf(traf.body, tracks, &run))
            return mj_error_set(error, MJ_ERROR_CORRUPT,
                                "the fragment at byte %" G_GINT64_FORMAT
                                " tells of samples that cannot be",
                                offset);
    }
    return true;
}
