// SPDX-License-Identifier: GPL-3.0-or-later
/* A clip: a stretch of one recorded stream as one ordinary MP4 file, which exists nowhere.
 *
 *   idx_clip_open → idx_clip_reader_new → idx_clip_read … → idx_clip_reader_free → idx_clip_free
 *
 * Not a picture is coded anew, and nothing is written: the head of the file (ftyp, moov) is put together
 * from the fragments' own tables and lies in memory; behind it stand the samples as they lie in the
 * segments' files and are read from there. So a clip costs no disk, any part of it can be asked for at
 * once, and made again from the same footage it is the same to the last byte: its hash, once noted, can be
 * checked for as long as the footage is there.
 *
 * What it holds. From the newest key frame at or before from_us (pictures cannot be decoded without it) to
 * the last picture taken before to_us, and the sound between. On the clip's timeline as much time passes as
 * did in the hall: where nothing was recorded the last picture stands. Segments whose parameters differ get
 * sample descriptions of their own; where they are coded otherwise (H.264, H.265, VP8) the clip ends, and says where
 * the rest begins, since hardly a player goes on there. An open segment gives its whole fragments.
 *
 * Form: ISO/IEC 14496-12, moov first, 64-bit chunk offsets; "qt  " where the sound is G.711, which MP4 has
 * no place for. Its name and comment (ilst) tell camera, stream and time.
 *
 * A clip is immutable once it is open: several threads may read it, each with a reader of its own. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"
#include "index/segment/timeline.h"

/* Longest clip. Its tables are about 10 bytes a picture. */
#define IDX_CLIP_MAX_US (INT64_C(6) * 3600 * 1000000)

typedef struct IdxClip IdxClip;

typedef struct IdxClipAsk {
    const char *camera, *stream; // codes
    int64_t stream_id;
    int64_t from_us, to_us;
    int64_t now_us;
} IdxClipAsk;

/* Told while a clip is opened or copied: so much of so much. False stops it, with MJ_ERROR_CANCELLED. */
typedef bool (*IdxClipProgress)(int64_t done, int64_t of, void *data);

/* Reads the head of each fragment. MJ_ERROR_INVALID: from and to are wrong or too far apart.
 * MJ_ERROR_NOT_FOUND: nothing is recorded between them, and why. MJ_ERROR_CORRUPT: a file is not as the
 * catalogue says. @progress may be NULL. */
IdxClip *idx_clip_open(IdxCatalogue *cat, const IdxClipAsk *ask, IdxClipProgress progress,
                       void *data, GError **error);
void idx_clip_free(IdxClip *clip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxClip, idx_clip_free)

typedef struct IdxClipFacts {
    int64_t bytes;          // of the file
    int64_t from_us, to_us; // first picture, and where it ends
    int64_t pictures;
    int64_t head_bytes; // ftyp + moov and the head of mdat
    bool quicktime;
    int64_t
        rest_us; // from where on it was asked for and is coded otherwise; 0: there is no such rest
} IdxClipFacts;

IdxClipFacts idx_clip_facts(const IdxClip *clip);

/* What is missing and damaged in it, and what it was made of. Borrowed. */
const IdxTimeline *idx_clip_timeline(const IdxClip *clip);

/* "W07 main 20261122 093105.mp4", hall-local, fit for any file system. Caller frees. */
char *idx_clip_name(const IdxClip *clip);

typedef struct IdxClipReader IdxClipReader;

/* @clip must outlive it. One thread. */
IdxClipReader *idx_clip_reader_new(const IdxClip *clip);
void idx_clip_reader_free(IdxClipReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxClipReader, idx_clip_reader_free)

/* Up to @size bytes at @position: how many there are, 0 at the end, -1 with @error. MJ_ERROR_NOT_FOUND: its
 * footage has been purged meanwhile. */
int64_t idx_clip_read(IdxClipReader *reader, int64_t position, uint8_t *buffer, size_t size,
                      GError **error);

#define IDX_CLIP_SHA256_BYTES 32

/* Reads the whole file: hashes it, and writes it to @fd if that is not -1. @progress may be NULL. */
bool idx_clip_copy(const IdxClip *clip, int fd, IdxClipProgress progress, void *data,
                   uint8_t ret_sha256[IDX_CLIP_SHA256_BYTES], GError **error);

/* What there is to know of a clip, as `mingjing clip --json` and the API tell it. @sha256: NULL while it is
 * not known. Caller decrefs. */

json_t *idx_clip_json(IdxCatalogue *cat, const IdxClip *clip, const uint8_t *sha256);
