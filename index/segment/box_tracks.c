// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/box_tracks.h"

static IdxBoxTrack *find(IdxBoxTracks *tracks, uint32_t id)
{
    for (size_t i = 0; i < tracks->count; i++)
        if (tracks->track[i].id == id)
            return &tracks->track[i];
    return NULL;
}

const IdxBoxTrack *idx_box_track(const IdxBoxTracks *tracks, uint32_t id)
{
    return find((IdxBoxTracks *)tracks, id);
}

static void read_tkhd(IdxBytes body, IdxBoxTrack *track)
{
    uint64_t version = idx_bytes_uint(&body, 1);
    idx_bytes_skip(&body, version == 1 ? 3 + 16 : 3 + 8);
    track->id = idx_bytes_u32(&body);
    idx_bytes_skip(&body, 4 + (version == 1 ? 8 : 4) + 8 + 8 + 36);
    track->width = idx_bytes_u32(&body);
    track->height = idx_bytes_u32(&body);
}

/* minf → stbl → stsd → its first entry. */
static void read_entry(IdxBytes minf, IdxBoxTrack *track)
{
    IdxBox stbl, stsd, entry;
    if (!idx_box_find(minf, "stbl", &stbl) || !idx_box_find(stbl.body, "stsd", &stsd))
        return;
    idx_bytes_skip(&stsd.body, 8);
    const uint8_t *at = stsd.body.at;
    if (!idx_box_next(&stsd.body, &entry))
        return;
    track->entry = at;
    track->entry_bytes = entry.size;
}

static void read_mdia(IdxBytes span, IdxBoxTrack *track)
{
    IdxBox box;
    while (idx_box_next(&span, &box)) {
        if (idx_box_is(&box, "mdhd")) {
            uint64_t version = idx_bytes_uint(&box.body, 1);
            idx_bytes_skip(&box.body, version == 1 ? 3 + 16 : 3 + 8);
            track->timescale = idx_bytes_u32(&box.body);
        } else if (idx_box_is(&box, "hdlr")) {
            idx_bytes_skip(&box.body, 8);
            track->handler = idx_bytes_u32(&box.body);
        } else if (idx_box_is(&box, "minf")) {
            read_entry(box.body, track);
        }
    }
}

static void read_trak(IdxBytes span, IdxBoxTracks *tracks)
{
    if (tracks->count == IDX_BOXES_MAX_TRACKS)
        return;
    IdxBoxTrack *track = &tracks->track[tracks->count++];
    IdxBox box;
    while (idx_box_next(&span, &box))
        if (idx_box_is(&box, "tkhd"))
            read_tkhd(box.body, track);
        else if (idx_box_is(&box, "mdia"))
            read_mdia(box.body, track);
}

static void read_mvex(IdxBytes span, IdxBoxTracks *tracks)
{
    IdxBox box;
    while (idx_box_next(&span, &box)) {
        if (!idx_box_is(&box, "trex"))
            continue;
        idx_bytes_skip(&box.body, 4);
        IdxBoxTrack *track = find(tracks, idx_bytes_u32(&box.body));
        idx_bytes_skip(&box.body, 4);
        if (!track)
            continue;
        track->duration = idx_bytes_u32(&box.body);
        track->size = idx_bytes_u32(&box.body);
        track->flags = idx_bytes_u32(&box.body);
    }
}

void idx_box_tracks_read(IdxBytes moov, IdxBoxTracks *ret)
{
    *ret = (IdxBoxTracks){0};
    IdxBytes again = moov;
    IdxBox box;
    while (idx_box_next(&moov, &box))
        if (idx_box_is(&box, "trak"))
            read_trak(box.body, ret);
    while (idx_box_next(&again, &box))
        if (idx_box_is(&box, "mvex"))
            read_mvex(box.body, ret);
}
