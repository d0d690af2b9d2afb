// SPDX-License-Identifier: GPL-3.0-or-later
/* The head of a clip: ftyp, moov and the head of mdat (ISO/IEC 14496-12; QuickTime File Format where said). */
#pragma once

#include "index/clip/table.h"

typedef struct ClipMovie {
    const ClipTable *tables; // the clip's timeline begins at pts 0
    size_t n_tables;
    const GArray *ranges; // ClipRange
    bool quicktime;
    int64_t from_us;     // when that is
    const char *comment; // UTF-8
} ClipMovie;

/* The same movie gives the same bytes. The media follow right behind. */
GByteArray *clip_movie_head(const ClipMovie *movie);
