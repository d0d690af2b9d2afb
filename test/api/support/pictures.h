// SPDX-License-Identifier: GPL-3.0-or-later
/* The coded pictures of a clip (clip.h), one by one, as a camera would send them. */
#pragma once

#include "index/wire.h"
#include "test/api/support/clip.h"

typedef struct Pictures {
    GArray *packets;    // IdxWirePacket; bytes are in @bytes
    GPtrArray *bytes;   // GBytes *
    GByteArray *config; // avcC
} Pictures;

/* @frames pictures, numbered from 0, a key frame every @gop of them; pts from 0. */
Pictures *pictures_new(int frames, int gop, int b_frames);
void pictures_free(Pictures *pictures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pictures, pictures_free)

/* How they are coded, with sound "pcm_alaw" or "aac" or "" (none). Borrows from @pictures. */
IdxWireStream pictures_stream(const Pictures *pictures, const char *sound);
