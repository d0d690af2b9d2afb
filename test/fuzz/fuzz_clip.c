// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as a file that a clip is made of: no sample lies outside of it. */
#include "index/clip/samples.h"
#include "index/segment/box.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good)
{
    if (!good)
        abort();
}

static void look(const ClipTracks *tracks, const uint8_t *moof, size_t length, int64_t at,
                 int64_t end)
{
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(ClipSample));
    if (!clip_samples_read(moof, length, at, end, tracks, samples, NULL))
        return;
    for (guint i = 0; i < samples->len; i++) {
        const ClipSample *s = &g_array_index(samples, ClipSample, i);
        require(s->offset >= 0 && s->offset + (int64_t)s->size <= end);
        require(s->track < tracks->count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ClipTracks tracks;
    if (!clip_tracks_read(data, size, &tracks, NULL))
        return 0;
    require(tracks.count >= 1 && tracks.track[0].video);
    for (size_t i = 0; i < tracks.count; i++)
        require(tracks.track[i].entry >= data &&
                tracks.track[i].entry + tracks.track[i].entry_bytes <= data + size);
    for (size_t at = 0; at + 8 <= size; at++) {
        size_t length = clip_moof_bytes(data + at, size - at, size - at);
        if (length > 0)
            look(&tracks, data + at, length, (int64_t)at, (int64_t)size);
    }
    return 0;
}
